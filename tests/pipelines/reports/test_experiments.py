"""The table of experiments."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from rich.console import Console

from pipelines.experiments import Experiment
from pipelines.project import load_spec
from pipelines.reports.experiments import differing, experiments_table, flatten, shorten

BLOCK = {
    "task": "toy.py",
    "source": {"kind": "image_folder", "path": "images"},
    "prepare": {"height": 4, "width": 4, "channels": 1},
    "train": {"model": "digits_cnn", "epochs": 1},
    "gate": {"thresholds": {"accuracy": {"min": 0.5}, "log_loss": {"max": 1.0}}},
}


@pytest.fixture(autouse=True)
def task(project: Path) -> None:
    Path("params.yaml").write_text(yaml.safe_dump({"tasks": {"toy": BLOCK}}))
    Path("toy.py").write_text("from pipelines.tasks.classification import TASK\n")
    Path("reports/toy").mkdir(parents=True)
    Path("reports/toy/metrics.json").write_text('{"accuracy": 0.9, "log_loss": 0.3}')


def made(name: str, validation: float, test: dict[str, float], **train: object) -> Experiment:
    block = {**BLOCK, "train": {**BLOCK["train"], **train}}  # type: ignore[dict-item]
    measured = {"accuracy": validation, "log_loss": 0.5}
    return Experiment(name, "0", "1", datetime.now(UTC), block, (), measured, test)


def test_what_differs_and_what_was_measured() -> None:
    experiments = [
        made("toy-1", 0.8, {}, epochs=3),
        made("toy-2", 0.7, {"accuracy": 0.6, "log_loss": 0.4}, options={"dropout": 0.1}),
    ]
    console = Console(width=80)
    with console.capture() as capture:
        console.print(experiments_table(load_spec("toy"), experiments))
    lines = [line.strip("│┃").replace("┃", "│").split("│") for line in capture.get().splitlines()]
    rows = [[cell.strip() for cell in line] for line in lines if len(line) > 1]
    assert rows[-3:] == [
        ["(here)", "epochs=1", "", "", "0.9", "0.3"],
        ["toy-1", "epochs=3", "0.8", "0.5", "", ""],
        ["toy-2", "epochs=1 dropout=0.1", "0.7", "0.5", "0.6", "0.4"],
    ]
    headings = [" ".join(filter(None, column)) for column in zip(*rows[:-3], strict=True)]
    metrics = ["val accuracy", "val log_loss", "test accuracy", "test log_loss"]
    assert headings == ["experiment", "parameters", *metrics]


def test_blocks_are_flat_and_only_what_differs_counts() -> None:
    first, second = {"a": {"b": 1, "c": [1, 2]}, "d": {}}, {"a": {"b": 2, "c": [1, 2]}}
    assert flatten(first) == {"a.b": "1", "a.c": "[1, 2]", "d": "{}"}
    assert differing([flatten(first), flatten(second)]) == ["a.b", "d"]


def test_a_heading_is_as_short_as_it_can_be() -> None:
    ends = ["train.epochs", "train.fine_tune.epochs", "seed"]
    keys = [*ends, "train.optimizer.name", "learning.name"]
    assert shorten(keys) == [
        "train.epochs",
        "fine_tune.epochs",
        "seed",
        "optimizer.name",
        "learning.name",
    ]


def test_names_and_values_are_whole_on_a_narrow_terminal() -> None:
    many = {"learning_rate": 0.0006824, "momentum": 0.25, "nesterov": True, "weight_decay": 1e-05}
    experiments = [made("toy-1234567", 0.8125, {"accuracy": 0.9375}, optimizer=many)]
    console = Console(width=80)
    with console.capture() as capture:
        console.print(experiments_table(load_spec("toy"), experiments))
    lines = capture.get().splitlines()
    assert all(len(line) <= 80 for line in lines)
    (row,) = (line for line in lines if "toy-1234567" in line)
    assert "0.8125" in row
    assert "0.9375" in row
    assert "learning_rate=0.0006824" in capture.get()
