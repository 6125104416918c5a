import json
from pathlib import Path
from typing import Any

import pandas as pd
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


def test_intervals_classes_and_slices_are_tables(
    spec: Spec, toy_model: Path, test_split: TestSplit, out: Path
) -> None:
    wrong = (240, "dark")
    write_evaluation(spec, toy_model, test_split([*EXAMPLES, wrong, (30, "dark")]), out)
    low, high = read(out, "intervals")["accuracy"]
    assert read(out, "metrics")["accuracy"] == pytest.approx(5 / 6)
    assert 0 < low < 5 / 6 < high <= 1
    classes = pd.read_csv(out / "per_class.csv", index_col="class")
    assert classes.loc["dark", "recall"] == pytest.approx(3 / 4)
    slices = pd.read_csv(out / "slices.csv", keep_default_na=False)
    assert slices["slice"].tolist() == ["", *["brightness"] * 3]  # contrast and size are the same
    assert slices["accuracy"].tolist() == pytest.approx([5 / 6, 1, 1, 1 / 2])


def test_a_task_that_cannot_measure_some_examples_has_no_intervals_and_slices(
    spec: Spec, toy_model: Path, test_split: TestSplit, out: Path
) -> None:
    tuned = make_spec(TUNED, gate={"thresholds": {"tuned_accuracy": {"min": 0.5}}})
    write_evaluation(tuned, toy_model, test_split(EXAMPLES), out)
    assert read(out, "intervals") == {}
    assert not (out / "slices.csv").exists()
    assert not (out / "per_class.csv").exists()
