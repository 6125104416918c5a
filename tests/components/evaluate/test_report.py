import json
from pathlib import Path
from typing import Any

import pytest

from components.core.task import Spec
from components.evaluate.report import write_evaluation
from components.register.records import Decision
from tests.registered import Register, TestSplit
from tests.specs import make_spec
from tests.tuned_task import TASK as TUNED

EXAMPLES = [(10, "dark"), (250, "bright"), (20, "dark"), (230, "bright")]


@pytest.fixture
def out(project: Path) -> Path:
    folder = project / "evaluation"
    folder.mkdir()
    return folder


def read(folder: Path, name: str) -> Any:
    return json.loads((folder / f"{name}.json").read_text())


def test_without_a_champion(spec: Spec, toy_model: Path, test_split: TestSplit, out: Path) -> None:
    assert write_evaluation(spec, toy_model, test_split(EXAMPLES), out)
    assert read(out, "metrics")["accuracy"] == 1
    assert read(out, "champion") is None
    decision = read(out, "decision")
    assert set(decision) == {"accepted", "reasons", "champion"}
    assert (decision["accepted"], decision["champion"]) == (True, None)
    assert (out / "confusion.png").is_file()


def test_the_decision_names_the_champion_that_it_was_made_against(
    spec: Spec, register: Register, wrong_model: Path, test_split: TestSplit, out: Path
) -> None:
    registry, version = register()
    registry.promote(version, Decision("promote", ["first"]))
    assert not write_evaluation(spec, wrong_model, test_split(EXAMPLES), out)
    assert read(out, "decision")["champion"] == version
    assert read(out, "champion")["accuracy"] == 1


def test_a_changed_interface_is_accepted_where_the_gate_allows_it(
    spec: Spec, register: Register, wider_model: Path, test_split: TestSplit, out: Path
) -> None:
    registry, version = register()
    registry.promote(version, Decision("promote", ["first"]))
    files = test_split(EXAMPLES)
    assert not write_evaluation(spec, wider_model, files, out)
    spec.params["gate"]["allow_interface_change"] = True
    assert write_evaluation(spec, wider_model, files, out)


def test_the_evaluation_reports_and_explains(
    spec: Spec, toy_model: Path, test_split: TestSplit, out: Path
) -> None:
    tuned = make_spec(TUNED, gate={"thresholds": {"tuned_accuracy": {"min": 0.5}}})
    assert write_evaluation(tuned, toy_model, test_split(EXAMPLES), out)
    assert (out / "report.txt").is_file()
    assert (out / "explained.txt").read_text() == toy_model.name
