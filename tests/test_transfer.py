"""Transfer from a registered classifier to person / no person, and scoring with the result."""

import numpy as np
import pyarrow.parquet as pq
import pytest
from PIL import Image

from benchmarks.workspace import Workspace

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1200)]

FEW = "source.counts={train: 48, val: 16, test: 16}"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return Workspace(tmp_path_factory.mktemp("project"))


def test_a_registered_backbone_is_transferred_in_two_phases(project: Workspace) -> None:
    project.experiment("objects", FEW, "train.epochs=2", "checks.balance_floor=0")
    project.experiment(
        "person",
        FEW,
        "train.initial_weights=models:/objects/1",
        "train.epochs=2",
        "train.fine_tune={epochs: 2}",
    )
    metrics = project.metrics("person")
    assert 0 <= metrics["accuracy"] <= 1
    assert 0 <= metrics["threshold"] <= 1
    curves = (project.folder / "reports/person/train/curves.csv").read_text().splitlines()
    assert len(curves) == 1 + 4


def test_photos_are_scored_and_broken_ones_listed(project: Workspace) -> None:
    photos = project.folder / "photos"
    photos.mkdir()
    pixels = np.random.default_rng(0).integers(0, 255, (150, 201, 3), np.uint8)
    Image.fromarray(pixels).save(photos / "a.png")
    (photos / "b.jpg").write_bytes(b"no photo")
    project.run("convoy", "score", "person", "photos", "--model", "1", "--out", "scores.parquet")
    scores = pq.read_table(project.folder / "scores.parquet").to_pydict()
    assert scores["image_path"] == ["a.png", "b.jpg"]
    assert 0 <= scores["probability"][0] <= 1
    assert scores["probability"][1] is None
    assert scores["error"][1]
