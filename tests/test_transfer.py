"""Transfer from a registered classifier to person / no person, and scoring with the result."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from PIL import Image

from tests.staged import convoy, metrics, run_stages, shipped_block, staged_project

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

FEW = "source.counts={train: 48, val: 16, test: 16}"


@pytest.fixture(scope="module", autouse=True)
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A project in which the features of a first task are the beginning of a second."""
    objects = shipped_block("objects", FEW, "train.epochs=2", "checks.balance_floor=0")
    person = shipped_block(
        "person",
        FEW,
        "train.initial_weights=models:/objects/1",
        "train.epochs=2",
        "train.fine_tune={epochs: 2}",
    )
    with staged_project(tmp_path_factory.mktemp("project")) as folder:
        run_stages("objects", objects)
        run_stages("person", person)
        yield folder


def test_a_registered_backbone_is_transferred_in_two_phases() -> None:
    measured = metrics("person")
    assert 0 <= measured["accuracy"] <= 1
    assert 0 <= measured["threshold"] <= 1
    curves = Path("reports/person/train/curves.csv").read_text().splitlines()
    assert len(curves) == 1 + 4


def test_photos_are_scored_and_broken_ones_listed() -> None:
    Path("photos").mkdir()
    pixels = np.random.default_rng(0).integers(0, 255, (150, 201, 3), np.uint8)
    Image.fromarray(pixels).save("photos/a.png")
    Path("photos/b.jpg").write_bytes(b"no photo")
    convoy("score", "person", "photos", "--model", "1", "--out", "scores.parquet")
    scores = pq.read_table("scores.parquet").to_pydict()
    assert scores["image_path"] == ["a.png", "b.jpg"]
    assert 0 <= scores["probability"][0] <= 1
    assert scores["probability"][1] is None
    assert scores["error"][1]
