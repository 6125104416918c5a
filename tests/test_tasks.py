"""Segmentation and transfer to person / no person, from drawn scenes to predictions."""

import json
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from PIL import Image

from benchmarks.workspace import Workspace

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1200)]

FEW = "source.counts={train: 48, val: 16, test: 16}"


def run(project: Workspace, task: str, *overrides: str) -> dict[str, Any]:
    """Runs a task on few images and returns its metrics."""
    project.run("convoy", "run", task, FEW, *overrides)
    metrics: dict[str, Any] = json.loads(
        (project.folder / f"reports/{task}/metrics.json").read_text()
    )
    return metrics


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return Workspace(tmp_path_factory.mktemp("project"))


@pytest.fixture(scope="module")
def photo(project: Workspace) -> Image.Image:
    """A photo that no model has been trained at the size of."""
    pixels = np.random.default_rng(0).integers(0, 255, (150, 201, 3), np.uint8)
    image = Image.fromarray(pixels)
    image.save(project.folder / "photo.png")
    return image


def test_masks_are_learnt_measured_and_predicted(project: Workspace, photo: Image.Image) -> None:
    metrics = run(
        project,
        "segmentation",
        "train.model=fcn",
        "train.options.backbone=small",
        "train.epochs=2",
        "train.pixel_weights=median_frequency",
    )
    assert metrics["images"] == 16
    assert 0 < metrics["mean_iou"] < metrics["pixel_accuracy"] < 1
    evaluation = project.folder / "reports/segmentation/evaluate"
    for name in ("best.png", "worst.png", "iou.png", "confusion.png", "classes.csv"):
        assert (evaluation / name).is_file()
    assert "mean_iou" in project.run("convoy", "compare", "segmentation", "1", "1")
    project.run("convoy", "predict", "segmentation", "photo.png", "--model", "1")
    project.run("convoy", "predict", "segmentation", "photo.png", "--model", "1", "--tile", "96")
    with Image.open(project.folder / "predictions/photo-mask.png") as mask:
        assert (mask.mode, mask.size) == ("P", photo.size)
        assert np.array(mask).max() < 7


def test_a_registered_backbone_is_transferred_and_scores_photos(
    project: Workspace, photo: Image.Image
) -> None:
    run(project, "objects", "train.epochs=2", "checks.balance_floor=0")
    metrics = run(
        project,
        "person",
        "train.initial_weights=models:/objects/1",
        "train.epochs=2",
        "train.fine_tune={epochs: 2}",
    )
    assert 0 <= metrics["accuracy"] <= 1
    assert 0 <= metrics["threshold"] <= 1
    curves = (project.folder / "reports/person/train/curves.csv").read_text().splitlines()
    assert len(curves) == 1 + 4
    photos = project.folder / "photos"
    photos.mkdir()
    photo.save(photos / "a.png")
    (photos / "b.jpg").write_bytes(b"no photo")
    project.run("convoy", "score", "person", "photos", "--model", "1", "--out", "scores.parquet")
    scores = pq.read_table(project.folder / "scores.parquet").to_pydict()
    assert scores["image_path"] == ["a.png", "b.jpg"]
    assert 0 <= scores["probability"][0] <= 1
    assert scores["probability"][1] is None
    assert scores["error"][1]
