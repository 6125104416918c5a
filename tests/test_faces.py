"""Faces, from rendered people to a champion that tells who somebody is."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from components.core.images import encode_png
from components.ingest.sources.faces.render import render
from components.ingest.sources.rendered_identities import Source
from tests.staged import convoy, metrics, run_stages, shipped_block, staged_project

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

KNOWN, ASKED = 8, 4
"""People of whom some photos are known, and photos of each that are asked about."""

FEW = (
    "source.people=300",
    "train.epochs=20",
    "train.batch_size=64",
    "gate.thresholds.accuracy.min=0.7",
    "gate.thresholds.roc_auc.min=0.75",
)
"""A minute of training; what the whole recipe reaches is in docs/figures.md."""


@pytest.fixture(scope="module", autouse=True)
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A project whose champion has learnt the people that convoy renders."""
    with staged_project(tmp_path_factory.mktemp("project")) as folder:
        run_stages("faces", shipped_block("faces", *FEW))
        yield folder


@pytest.fixture(scope="module")
def photos(project: Path) -> Path:
    """Folders of people whom the champion has not seen: some known, others asked about."""
    source = Source(kind="rendered_identities", path="any", people=2 * KNOWN, photos=8, seed=7)
    for at, record in enumerate(source.read()):
        person, photo = divmod(at, 8)
        known = person < KNOWN and photo >= ASKED
        folder = Path("known" if known else "asked") / str(record.labels["identity"])
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{person}-{photo}.png").write_bytes(record.sample)
    return Path("asked")


def test_the_network_tells_strangers_apart() -> None:
    measured = metrics("faces")
    assert measured["accuracy"] >= 0.7
    assert measured["roc_auc"] >= 0.75
    assert measured["people"] == 30
    assert "champion" in convoy("models", "faces")
    assert "accuracy" in json.loads(Path("reports/faces/evaluate/intervals.json").read_text())


def test_who_it_is_or_nobody(photos: Path) -> None:
    convoy("predict", "faces", "asked", "--against", "known")
    with Path("predictions/predictions.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == KNOWN * ASKED + KNOWN * 8
    mated = np.array([int(Path(row["image"]).stem.partition("-")[0]) < KNOWN for row in rows])
    right = np.array([row["nearest"] == Path(row["image"]).parent.name for row in rows])
    unknown = np.array([row["person"] == "unknown" for row in rows])
    assert right[mated].mean() > 0.4  # by chance 0.125
    assert unknown[~mated].mean() > unknown[mated].mean()


@pytest.mark.usefixtures("photos")
def test_with_a_threshold_of_nothing_everybody_is_unknown() -> None:
    photo = encode_png(render(np.random.default_rng(1)).image)
    Path("photo.png").write_bytes(photo)
    command = ("predict", "faces", "photo.png", "--against", "known")
    assert "unknown" in convoy(*command, "--threshold", "-1")


def test_scores_are_places_on_the_unit_sphere(photos: Path) -> None:
    (photos / "broken.png").write_bytes(b"broken")
    convoy("score", "faces", "asked", "--out", "scores.parquet")
    rows = pq.read_table("scores.parquet").to_pylist()
    places = np.array([row["embedding"] for row in rows if row["error"] is None])
    np.testing.assert_allclose(np.linalg.norm(places, axis=1), 1, atol=1e-5)
    assert [row["image_path"] for row in rows if row["error"]] == ["broken.png"]
