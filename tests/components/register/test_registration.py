import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mlflow
import pytest

from components.core.layout import data_folder
from components.core.task import Spec
from components.core.training_data import load_hashes, load_statistics
from components.register.registration import Results, register_model
from components.register.registry import Registry
from tests.registered import TestSplit, hash_of
from tests.tables import make_row, write_shard
from tests.toys import png

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

    def make(accepted: bool = True, accuracy: float = 1.0, model: Path = toy_model) -> Results:
        folder = project / "evaluation"
        folder.mkdir(exist_ok=True)
        contents: dict[str, Any] = {
            "metrics": {"accuracy": accuracy},
            "champion": {"accuracy": 0.25},
            "decision": {"accepted": accepted, "reasons": ["because"], "champion": None},
        }
        for name, content in contents.items():
            (folder / f"{name}.json").write_text(json.dumps(content))
        return Results(model, curves, folder, test_split(EXAMPLES).test)

    return make


@pytest.mark.parametrize(("accepted", "alias"), [(True, "champion"), (False, "challenger")])
def test_what_the_gate_decided_is_done(
    spec: Spec, results: Made, accepted: bool, alias: str
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
        "accepted": accepted,
        "reasons": ["because"],
    }


def test_the_run_keeps_what_the_model_was_made_of(spec: Spec, results: Made) -> None:
    register_model(spec, results())
    version = Registry("toy").get("1")
    run = mlflow.get_run(version.run_id)
    assert run.data.params["train.options.filters"] == "[8, 16]"
    assert run.data.metrics == {"accuracy": 1.0, "loss": 1.0}
    assert load_statistics(version) is not None
    assert load_hashes(version) == {hash_of(grey) for grey in (20, 230, 40)}
    assert version.tags["lineage"] == "artifacts/toy/register/metadata.sqlite"
    assert version.tags["metric.accuracy"] == "1.0"


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
    assert registry.get("1").tags["metric.accuracy"] == "0.5"


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
