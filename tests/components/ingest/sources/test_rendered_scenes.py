"""The rendered scenes as a data set: exact, repeatable, varied and without a leak."""

import io
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pydantic import ValidationError

from components.core.table import Record
from components.ingest.ingest import load_source
from components.ingest.sources import rendered_objects, rendered_people, rendered_scenes
from components.ingest.sources.rendered_people import SMALLEST
from components.ingest.sources.scenes.objects import KINDS
from components.ingest.sources.scenes.source import ScenesSource
from components.ingest.sources.scenes.surfaces import CLASSES, VOID

SOURCES: dict[str, type[ScenesSource]] = {
    "rendered_scenes": rendered_scenes.Source,
    "rendered_people": rendered_people.Source,
    "rendered_objects": rendered_objects.Source,
}


def scenes(
    train: int, val: int = 1, test: int = 1, kind: str = "rendered_scenes", **options: Any
) -> list[Record]:
    counts = {"train": train, "val": val, "test": test}
    return list(SOURCES[kind](kind=kind, path="any", counts=counts, **options).read())


def pixels(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)))


@pytest.fixture(scope="module")
def masks() -> list[Record]:
    return scenes(40)


@pytest.fixture(scope="module")
def people() -> list[Record]:
    return scenes(60, kind="rendered_people")


def test_records_come_by_split_with_paths_of_their_own() -> None:
    records = scenes(3, 2, 1)
    assert [(record.path, record.split) for record in records] == [
        ("scenes/train/00000.png", "train"),
        ("scenes/train/00001.png", "train"),
        ("scenes/train/00002.png", "train"),
        ("scenes/val/00000.png", "val"),
        ("scenes/val/00001.png", "val"),
        ("scenes/test/00000.png", "test"),
    ]


@pytest.mark.parametrize("kind", SOURCES)
def test_one_count_leaves_the_others_as_they_are(kind: str) -> None:
    usual = SOURCES[kind](kind=kind, path="any").counts.model_dump()
    changed = SOURCES[kind](kind=kind, path="any", counts={"train": 7}).counts.model_dump()
    assert changed == usual | {"train": 7}


def test_images_and_masks_are_png_of_the_declared_size() -> None:
    for record in scenes(2, height=40, width=72):
        image = Image.open(io.BytesIO(record.sample))
        mask = Image.open(io.BytesIO(record.labels["mask"]))
        assert (image.format, image.mode, image.size) == ("PNG", "RGB", (72, 40))
        assert (mask.format, mask.mode, mask.size) == ("PNG", "L", (72, 40))


def test_masks_hold_every_class_and_void_and_nothing_else(masks: list[Record]) -> None:
    values = np.stack([pixels(record.labels["mask"]) for record in masks])
    assert set(np.unique(values).tolist()) == {*range(len(CLASSES)), VOID}
    shares = np.bincount(values.ravel(), minlength=256) / values.size
    assert shares[: len(CLASSES)].min() > 0.005
    assert 0.005 < shares[VOID] < 0.08


def test_every_image_differs(masks: list[Record]) -> None:
    assert len({record.sample for record in masks}) == len(masks)


@pytest.mark.parametrize("kind", SOURCES)
def test_growing_a_split_changes_no_earlier_image(kind: str) -> None:
    few = {record.path: record for record in scenes(2, kind=kind, seed=3)}
    many = {record.path: record for record in scenes(4, 2, 3, kind=kind, seed=3)}
    assert {path: many[path] for path in few} == few
    assert scenes(1, kind=kind, seed=4)[0].sample != few["scenes/train/00000.png"].sample


def test_person_labels_agree_with_the_share_of_pixels(people: list[Record]) -> None:
    counts = Counter(record.labels["label"] for record in people)
    assert set(counts) == {"person", "no_person"}
    assert min(counts.values()) > 18
    for record in people:
        area = record.labels["person_area"]
        assert area >= SMALLEST if record.labels["label"] == "person" else area == 0


def test_the_share_of_scenes_with_people() -> None:
    labels = [
        record.labels["label"]
        for record in scenes(40, kind="rendered_people", person_share=0.15, height=32, width=32)
    ]
    assert 0 < labels.count("person") < 15


def test_objects_are_of_every_kind_and_show_no_people() -> None:
    records = scenes(60, kind="rendered_objects", height=48, width=48)
    assert {record.labels["label"] for record in records} == set(KINDS)
    assert all(set(record.labels) == {"label"} for record in records)


def test_brightness_does_not_tell_whether_people_are_there(people: list[Record]) -> None:
    means: dict[str, list[float]] = {"person": [], "no_person": []}
    for record in people:
        means[record.labels["label"]].append(float(pixels(record.sample).mean()))
    gap = np.mean(means["person"]) - np.mean(means["no_person"])
    error = np.hypot(*(np.std(values) / len(values) ** 0.5 for values in means.values()))
    assert abs(gap) < 3 * error


@pytest.mark.parametrize(
    "wrong",
    [
        {"counts": {"train": 0}},
        {"counts": {"training": 5}},
        {"seed": -1},
        {"height": 16},
        {"width": 512},
        {"person_share": 1.0},
        {"size": 48},
    ],
)
def test_wrong_options(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        rendered_people.Source(kind="rendered_people", path="any", **wrong)


@pytest.mark.parametrize("kind", SOURCES)
def test_found_by_its_kind(kind: str, tmp_path: Path) -> None:
    values = {"kind": kind, "path": tmp_path, "counts": {"train": 7}}
    source = load_source(values, "source")
    assert isinstance(source, SOURCES[kind])
    assert source.counts.train == 7
