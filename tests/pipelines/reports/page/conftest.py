"""A task that has run as far as it does without TensorFlow, with names that mean harm."""

import csv
import json
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from PIL import Image

from components.core.captions import Caption, save_picture
from components.train.curves import plot_curves
from pipelines.plan import write_plan
from pipelines.reports.page.write import write_page
from pipelines.stages import run_stage
from pipelines.tasks.shared.figures import plot_confusion

SCRIPT = "<script>window.hacked = 1</script>"
IMAGE = '"><img src=x onerror="window.hacked = 2">'
CLASSES = [SCRIPT, IMAGE, "$\\frac{1", "01"]
TASK = "toy"


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a project with the page of the task `toy`."""
    folder = tmp_path_factory.mktemp("site")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        _declare(folder)
        _label(folder)
        write_plan(TASK)
        for stage in ("ingest", "validate"):
            run_stage(stage, TASK)
        _report(folder / "reports" / TASK)
        (folder / "dvc.lock").write_text(yaml.safe_dump({"stages": _lock()}))
        write_page(TASK)
    return folder


@pytest.fixture
def page(site: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The page."""
    monkeypatch.chdir(site)
    return site / "reports" / TASK / "index.html"


def _declare(folder: Path) -> None:
    (folder / "toy.py").write_text("from pipelines.tasks.classification import TASK\n")
    block = {
        "task": "toy.py",
        "source": {"kind": "csv_labels", "path": "labels.csv"},
        "checks": {"classes": CLASSES},
        "prepare": {"height": 8, "width": 8, "channels": 1},
        "augment": {},
        "train": {"model": "digits_cnn", "epochs": 3},
        "gate": {"thresholds": {"accuracy": {"min": 0.5}, "log_loss": {"max": 0.1}}},
    }
    (folder / "params.yaml").write_text(yaml.safe_dump({"tasks": {TASK: block}}))
    subprocess.run(["git", "init", "--quiet"], cwd=folder, check=True)


def _label(folder: Path) -> None:
    generator = np.random.default_rng(0)
    with (folder / "labels.csv").open("w") as stream:
        writer = csv.writer(stream)
        writer.writerow(["path", "label"])
        for number in range(120):
            pixels = generator.integers(0, 200 + number % 3, (8 + number % 2, 8), np.uint8)
            Image.fromarray(pixels).save(folder / f"{number}.png")
            writer.writerow([f"{number}.png", CLASSES[number % len(CLASSES)]])


def _report(reports: Path) -> None:
    for stage in ("train", "evaluate", "augment"):
        (reports / stage).mkdir()
    _write(reports / "metrics.json", {"accuracy": 0.9, "log_loss": 0.2, "examples": 12})
    evaluation = reports / "evaluate"
    _write(evaluation / "champion.json", {"accuracy": 0.85, "log_loss": 0.3, "recall/01": 0.75})
    intervals = {"accuracy": [0.8, 0.97], "recall/01": [0.5, 1.0]}
    _write(evaluation / "intervals.json", intervals)
    reasons = [f"log_loss 0.2 is above the threshold 0.1 {SCRIPT}", "http://me:secret@host/x"]
    _write(evaluation / "decision.json", {"accepted": False, "reasons": reasons, "champion": "3"})
    rows = [["class", "recall"], *([name, 0.5 + at / 10] for at, name in enumerate(CLASSES))]
    _table(evaluation / "per_class.csv", rows)
    slices = [["slice", "value", "accuracy"], ["", "", 0.9], ["brightness", "lowest third", 0.4]]
    _table(evaluation / "slices.csv", slices)
    plot_confusion(np.diag([5, 4, 3, 2]), CLASSES, evaluation / "confusion.png")
    Image.new("RGB", (30, 20)).save(evaluation / "worst.png")
    _table(reports / "train/curves.csv", [["epoch", "loss", "val_loss"], [0, 1, 2], [1, 0.5, 1.5]])
    plot_curves(reports / "train/curves.csv", reports / "train/curves.png")
    layers = [["layer", "type", "output", "parameters", "trainable", "receptive_field"]]
    layers += [["net/conv", "Conv2D", "6 x 6 x 4", 40, 40, "3 x 3"]]
    _table(reports / "train/layers.csv", layers)
    copies = Caption("Copies", SCRIPT, IMAGE)
    save_picture(Image.new("RGB", (900, 60)), reports / "augment/copies.png", copies)


def _lock() -> dict[str, Any]:
    def entry(path: str, digest: str) -> dict[str, Any]:
        return {"path": path, "md5": digest, "size": 2048}

    ingest = {"deps": [entry("labels.csv", "aaa111")], "outs": [entry("data/toy", "bbb222.dir")]}
    return {f"ingest@{TASK}": ingest, "ingest@other": {"outs": [entry("data/other", "ccc333")]}}


def _write(file: Path, content: Any) -> None:
    file.write_text(json.dumps(content))


def _table(file: Path, rows: list[list[Any]]) -> None:
    with file.open("w", newline="") as stream:
        csv.writer(stream).writerows(rows)
