import ast
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mlflow
import pytest

from components.core.digest import model_digest
from components.core.files import folder_digest
from components.core.layout import data_folder
from components.core.task import Spec
from components.core.training_data import load_hashes, load_statistics
from components.register.registration import Results, register_model
from components.register.registry import Registry
from tests.registered import TestSplit, hash_of
from tests.tables import make_row, write_shard
from tests.toys import png, save_toy

pytestmark = pytest.mark.slow  # imports TFDV

EXAMPLES = [(10, "dark"), (250, "bright")]

Made = Callable[..., Results]


@pytest.fixture
def results(spec: Spec, project: Path, toy_model: Path, test_split: TestSplit) -> Made:
    """What the stages before register write."""
    data = data_folder("toy")
    data.mkdir(parents=True)
    for split, greys in {"train": (20, 230), "val": (40,), "test": (10, 250)}.items():
        rows = [make_row(spec.sample, png(grey), f"{grey}.png", split, label="a") for grey in greys]
        write_shard(data / f"{split}-00000.parquet", spec.sample, spec.labels, rows)
    curves = project / "curves.csv"
    curves.write_text("epoch,loss\n0,2.0\n1,1.0\n")

    def make(
        accepted: bool = True,
        accuracy: float = 1.0,
        model: Path = toy_model,
        champion: str | None = None,
    ) -> Results:
        folder = project / "evaluation"
        folder.mkdir(exist_ok=True)
        contents: dict[str, Any] = {
            "metrics": {"accuracy": accuracy},
            "champion": {"accuracy": 0.25},
            "decision": {"accepted": accepted, "reasons": ["because"], "champion": champion},
        }
        for name, content in contents.items():
            (folder / f"{name}.json").write_text(json.dumps(content))
        return Results(model, curves, folder, test_split(EXAMPLES).test)

    return make


@pytest.mark.parametrize(("accepted", "alias"), [(True, "champion"), (False, "challenger")])
def test_what_the_gate_decided_is_done(
    spec: Spec, results: Made, toy_model: Path, accepted: bool, alias: str
) -> None:
    registration = register_model(spec, results(accepted))
    registry = Registry("toy")
    assert registry.aliases() == {alias: "1"}
    (record,) = registry.decisions("1")
    assert record["action"] == ("promote" if accepted else "refuse")
    assert record["champion_metrics"] == {"accuracy": 0.25}
    assert registration == {
        "version": "1",
        "run_id": registry.get("1").run_id,
        "digest": model_digest(toy_model),
        "accepted": accepted,
        "reasons": ["because"],
        "settled": True,
    }


def test_the_run_keeps_what_the_model_was_made_of(spec: Spec, results: Made) -> None:
    register_model(spec, results())
    version = Registry("toy").get("1")
    run = mlflow.get_run(version.run_id)
    assert run.data.params["train.options.filters"] == "[8, 16]"
    assert run.data.metrics == {"test_accuracy": 1.0, "train_loss": 1.0}
    assert load_statistics(version) is not None
    assert load_hashes(version) == {hash_of(grey) for grey in (20, 230, 40)}
    assert version.tags["lineage"] == "artifacts/toy/diary/register/metadata.sqlite"
    assert version.tags["test_accuracy"] == "1.0"
    for tags in (run.data.tags, version.tags):
        assert tags["pretrained_weights"].startswith("No pretrained weights")


def test_the_input_example_is_the_first_of_the_test_split(spec: Spec, results: Made) -> None:
    register_model(spec, results())
    model = mlflow.pyfunc.load_model("models:/toy/1")
    assert model.input_example["image"].tolist() == [png(10)]


def test_a_model_is_registered_once(spec: Spec, results: Made) -> None:
    first = register_model(spec, results(accepted=False))
    second = register_model(spec, results(accuracy=0.5))
    assert (first["version"], first["run_id"]) == (second["version"], second["run_id"])
    registry = Registry("toy")
    assert registry.aliases() == {"champion": "1"}
    assert registry.get("1").tags["test_accuracy"] == "0.5"


def test_equal_networks_of_other_bytes_are_one_version(
    spec: Spec, results: Made, toy_model: Path, tmp_path: Path
) -> None:
    first = register_model(spec, results())
    again = save_toy(tmp_path / "again", ("dark", "bright"))
    (again / "model.keras").write_bytes(b"saved at another time")
    assert folder_digest(again) != folder_digest(toy_model)
    second = register_model(spec, results(model=again, champion="1"))
    assert second == first
    assert Registry("toy").download("champion").is_dir()


def test_a_version_that_only_its_files_tell_is_found(
    spec: Spec, results: Made, toy_model: Path
) -> None:
    register_model(spec, results())
    mlflow.MlflowClient().delete_model_version_tag("toy", "1", "model_identity")
    assert register_model(spec, results(champion="1"))["version"] == "1"


def test_a_gate_that_was_overtaken_promotes_nothing(
    spec: Spec, results: Made, wrong_model: Path
) -> None:
    judged = results(model=wrong_model)  # against no champion
    register_model(spec, results())
    registration = register_model(spec, judged)
    assert Registry("toy").aliases() == {"champion": "1", "challenger": "2"}
    assert (registration["accepted"], registration["settled"]) == (False, False)
    assert registration["reasons"] == [
        "toy: judged against no champion, but meanwhile there is the champion 1"
    ]


def test_who_registers_the_champion_once_more_is_told(spec: Spec, results: Made) -> None:
    register_model(spec, results())
    registration = register_model(spec, results())  # judged before there was a champion
    assert (registration["version"], registration["accepted"]) == ("1", True)
    assert registration["reasons"][0] == ("version 1 is this very model, and the champion already")


CLONE = """
import sys
from pathlib import Path
from components.core.task import Spec
from components.register.registration import Results, register_model

model, *examples = map(Path, sys.argv[1:])
results = Results(model, Path("curves.csv"), Path("evaluation"), [*map(str, examples)])
print("ready", flush=True)
sys.stdin.readline()
print(register_model(Spec.from_json(Path("spec.json").read_text()), results), flush=True)
"""


@pytest.mark.parametrize("same", [True, False])
def test_of_two_processes_that_register_at_once_one_wins(
    spec: Spec, results: Made, wrong_model: Path, project: Path, same: bool
) -> None:
    made = results()
    (project / "mlflow.db").unlink()
    (project / "spec.json").write_text(spec.to_json())
    models = (made.model, made.model if same else wrong_model)
    clones = []
    for model in models:
        command = [sys.executable, "-c", CLONE, str(model), *made.examples]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        clones.append(subprocess.Popen(command, text=True, **pipes))
    for clone in clones:
        assert clone.stdout is not None
        assert clone.stdout.readline() == "ready\n"
    for clone in clones:
        assert clone.stdin is not None
        clone.stdin.write("go\n")
        clone.stdin.flush()
    told = [ast.literal_eval(clone.communicate()[0].splitlines()[-1]) for clone in clones]
    registry = Registry("toy")
    assert len(registry.versions()) == (1 if same else 2)
    assert registry.aliases()["champion"] == "1"
    assert sorted(each["settled"] for each in told) == [same, True]
    reasons = [each["reasons"] for each in told]
    words = "the champion already" if same else "meanwhile there is the champion 1"
    assert [words in each[0] for each in reasons].count(True) == 1


def test_the_component_notes_what_was_registered(spec: Spec, results: Made) -> None:
    from tfx.dsl.components.base.base_executor import BaseExecutor
    from tfx.types.standard_artifacts import (
        Examples,
        Model,
        ModelEvaluation,
        ModelRun,
        PushedModel,
    )

    from components.register.component import Register

    made = results()
    examples, model, run, evaluation = Examples(), Model(), ModelRun(), ModelEvaluation()
    registered = PushedModel()
    examples.uri, examples.splits = str(Path(made.examples[0]).parents[1]), ["train", "val", "test"]
    model.uri, run.uri = str(made.model.parent), str(made.curves.parent)
    evaluation.uri, registered.uri = str(made.evaluation), "registered"
    inputs = {"examples": examples, "model": model, "model_run": run, "evaluation": evaluation}
    Register.EXECUTOR_SPEC.executor_class(BaseExecutor.Context()).Do(
        {name: [artifact] for name, artifact in inputs.items()},
        {"registered": [registered]},
        {"spec": spec.to_json()},
    )
    assert registered.get_string_custom_property("version") == "1"
    registration = json.loads(Path("registered/registration.json").read_text())
    assert (registration["version"], registration["accepted"]) == ("1", True)
