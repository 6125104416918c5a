"""The model card, and what MLflow shows of data, runs and versions."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import mlflow
import pandas as pd
import pytest
import yaml

from components.core.task import Spec
from components.register.card import LISTED, LONGEST, Measured, model_card, shorten
from components.register.datasets import log_datasets
from components.register.facts import DataFacts, read_facts
from components.register.registry import Registry
from components.register.tracking import training_run
from tests.registered import Register
from tests.shade_task import TASK as SHADE
from tests.specs import make_spec
from tests.tables import make_row, write_shard
from tests.toys import png

SOURCE, DATA = "1" * 32, "2" * 32 + ".dir"
LOCK = {
    "stages": {
        "ingest@toy": {
            "deps": [{"path": "images", "md5": SOURCE}],
            "outs": [{"path": "data/toy", "md5": DATA}],
        }
    }
}
SLICES = pd.DataFrame(
    {
        "slice": ["", "brightness", "brightness"],
        "value": ["", "lowest third", "highest third"],
        "examples": [180, 60, 60],
        "accuracy": [0.9, 0.75, 0.95],
    }
)


@pytest.fixture
def data(spec: Spec, project: Path) -> None:
    """Shards and what DVC notes of them."""
    (project / "data/toy").mkdir(parents=True)
    for split, labels in {"train": "aab", "val": "b", "test": "ab"}.items():
        rows = [
            make_row(spec.sample, png(at), f"{split}{at}.png", split, label=label)
            for at, label in enumerate(labels)
        ]
        write_shard(project / f"data/toy/{split}-00000.parquet", spec.sample, spec.labels, rows)
    (project / "dvc.lock").write_text(yaml.safe_dump(LOCK))


def facts(**changes: Any) -> DataFacts:
    values: Mapping[str, Any] = {
        "folder": Path("data/toy"),
        "digest": DATA,
        "kind": "image_folder",
        "source": "images",
        "source_digest": SOURCE,
        "batches": [],
        "counts": {"train": {"a": 2, "b": 1}, "val": {"b": 1}, "test": {"a": 1, "b": 1}},
    }
    return DataFacts(**{**values, **changes})


def measured(**changes: Any) -> Measured:
    values: Mapping[str, Any] = {
        "metrics": {"accuracy": 0.9, "examples": 180, "recall/a": 0.5, "recall/b": 1.0},
        "intervals": {"accuracy": [0.85, 0.94], "recall/a": [0.4, 0.6]},
        "classes": pd.DataFrame({"class": ["a", "b"], "recall": [0.5, 1.0]}),
        "slices": SLICES,
    }
    return Measured(**{**values, **changes})


def section(card: str, title: str) -> str:
    found = re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", card, re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


def test_a_card_has_all_that_a_person_asks(spec: Spec, toy_model: Path) -> None:
    card = model_card(spec, toy_model, measured(), facts())
    assert card.startswith("# Model card: toy\n")
    assert "2 classes" in section(card, "What it is for")
    assert "dark, bright" in section(card, "What it is for")
    rows = section(card, "Data")
    assert DATA in rows
    assert SOURCE in rows
    assert "| all | 3 | 1 | 2 |" in rows
    assert "| a | 2 | 0 | 1 |" in rows
    assert "| `accuracy` | 0.9 | 0.85 to 0.94 |" in section(card, "Metrics")
    assert "| `examples` | 180 |  |" in section(card, "Metrics")
    assert "| a | 0.5 (0.4 to 0.6) |" in section(card, "Per class")
    assert "| b | 1 |" in section(card, "Per class")
    limits = section(card, "Limits").strip().splitlines()
    assert limits == [
        "- `accuracy` is 0.75 in `brightness: lowest third` (60 samples), 0.9 on all.",
        "- `recall` is 0.5 for a, the least of all classes.",
    ]
    assert "resizes it to 4 x 4 pixels" in section(card, "Preprocessing")
    assert "No pretrained weights" in section(card, "Pretrained weights")
    assert 'load_model("models:/toy@champion")' in section(card, "How to call it")


def test_where_less_is_better_the_greatest_is_worst(toy_model: Path) -> None:
    spec = make_spec(SHADE, gate={"thresholds": {"accuracy": {"max": 1}}})
    limits = section(model_card(spec, toy_model, measured(), facts()), "Limits")
    assert "0.95 in `brightness: highest third`" in limits
    assert "0.75" not in limits


def test_a_task_that_says_nothing_has_a_card(toy_model: Path) -> None:
    spec = make_spec(SHADE, gate={"thresholds": {"mean_error": {"max": 1}}})
    nothing = Measured({"mean_error": 0.25})
    card = model_card(spec, toy_model, nothing, facts(counts={s: {"": 3} for s in SPLITS}))
    assert "It predicts `shade` of a sample." in card
    assert "| `mean_error` | 0.25 |  |" in card
    assert "| all | 3 | 3 | 3 |" in card
    assert "## Per class" not in card
    assert "No part of the test split was measured" in card


SPLITS = ("train", "val", "test")


def test_names_of_the_data_are_no_markdown(spec: Spec, toy_model: Path) -> None:
    name = "a|b\n# <img src=x>"
    classes = pd.DataFrame({"class": [name, "b"], "recall": [0.5, 1.0]})
    counts = {split: {name: 1} for split in SPLITS}
    card = model_card(spec, toy_model, measured(classes=classes), facts(counts=counts))
    assert "\n# <img" not in card
    assert "a|b" not in card.replace("a\\|b", "")
    assert "<img" not in card.replace("\\<img", "")


def test_many_classes_are_cut_and_a_description_fits_every_database(
    spec: Spec, toy_model: Path
) -> None:
    names = [f"class {at} of a long list of classes" for at in range(500)]
    many = pd.DataFrame({"class": names, "recall": [0.5] * 500, "f1": [0.5] * 500})
    counts = {split: dict.fromkeys(names, 1) for split in SPLITS}
    card = model_card(spec, toy_model, measured(classes=many), facts(counts=counts))
    assert f"and {500 - LISTED - 1:,} more" in card or f"and {500 - LISTED:,} more" in card
    assert len(shorten(card * 3)) <= LONGEST
    assert shorten(card * 3).endswith("artifact `card.md` of the run.\n")
    assert shorten("short") == "short"


def test_what_earlier_releases_measured_is_read(project: Path) -> None:
    (project / "metrics.json").write_text(json.dumps({"accuracy": 0.5}))
    read = Measured.read(project)
    assert read.metrics == {"accuracy": 0.5}
    assert (dict(read.intervals), len(read.classes), len(read.slices)) == ({}, 0, 0)


def test_facts_are_counted_and_looked_up(spec: Spec, data: None) -> None:
    assert read_facts(spec) == facts()
    without = make_spec(SHADE)
    assert read_facts(without).counts == {"train": {"": 3}, "val": {"": 1}, "test": {"": 2}}


def test_datasets_are_inputs_of_the_run_with_their_hashes(spec: Spec, data: None) -> None:
    with training_run(spec) as run_id:
        log_datasets("toy", read_facts(spec))
        log_datasets("toy", read_facts(spec))  # as when a registration is repeated
    inputs = mlflow.get_run(run_id).inputs.dataset_inputs
    logged = {each.dataset.name: (each.tags[0].value, each.dataset.digest) for each in inputs}
    assert logged == {
        "toy/source": ("source", SOURCE),
        "toy/train": ("training", DATA),
        "toy/val": ("validation", DATA),
        "toy/test": ("testing", DATA),
    }
    assert len(inputs) == 4
    profile = next(each.dataset.profile for each in inputs if each.dataset.name == "toy/train")
    assert json.loads(profile) == {"samples": 3, "strata": {"a": 2, "b": 1}}


def test_runs_are_named_after_task_commit_and_time(spec: Spec) -> None:
    with training_run(spec) as run_id:
        pass
    name = mlflow.get_run(run_id).info.run_name
    assert re.fullmatch(r"toy unknown \d{4}-\d\d-\d\d \d\d:\d\d:\d\d", name)


def test_a_version_and_its_model_show_the_card(register: Register) -> None:
    registry, first = register()
    registry.describe(first, "# Model card: one\n")
    registry.complete()
    client = mlflow.MlflowClient()
    assert registry.get(first).description == "# Model card: one\n"
    assert client.get_registered_model("toy").description == "# Model card: one\n"
    client.update_registered_model("toy", "Ask Alice before use.")
    registry.complete()
    assert client.get_registered_model("toy").description == "Ask Alice before use."


def test_the_model_shows_the_card_of_its_champion(register: Register, wrong_model: Path) -> None:
    from components.register.records import Decision

    registry, first = register()
    registry.describe(first, "# Model card: one\n")
    registry.promote(first, Decision("promote", ["because"]))
    _, second = register(model=wrong_model)
    registry.describe(second, "# Model card: two\n")
    registry.refuse(second, Decision("refuse", ["because"]))
    client = mlflow.MlflowClient()
    assert client.get_registered_model("toy").description == "# Model card: one\n"
    registry.promote(second, Decision("promote", ["because"]))
    assert client.get_registered_model("toy").description == "# Model card: two\n"
    registry.rollback(Decision("rollback", ["because"]))
    assert client.get_registered_model("toy").description == "# Model card: one\n"


def test_metrics_of_former_versions_are_read(register: Register) -> None:
    from components.register.registry import recorded_metrics

    registry, version = register(accuracy=0.9)
    client = mlflow.MlflowClient()
    client.set_model_version_tag("toy", version, "metric.log_loss", "0.5")
    client.set_model_version_tag("toy", version, "metric.accuracy", "0.1")  # since measured anew
    assert recorded_metrics(registry.get(version)) == {
        "accuracy": 0.9,
        "macro_f1": 0.2,
        "log_loss": 0.5,
    }
    assert Registry("toy").get(version).tags["test_accuracy"] == "0.9"
