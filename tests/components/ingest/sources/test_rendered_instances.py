"""Masks of rendered scenes: exact, and of the very objects that have boxes."""

from typing import Any

import numpy as np
import pytest

from components.core.regions import COLUMNS, MASKS, decode_region, find_edges
from components.core.table import Record
from components.ingest.sources import rendered_boxes, rendered_instances

COUNTS = {"train": 12, "val": 1, "test": 1}
SIZE = (120, 160)


def read(kind: Any, **options: Any) -> list[Record]:
    return list(kind.Source(kind="any", path="any", counts=COUNTS, **options).read())


@pytest.fixture(scope="module")
def masked() -> list[Record]:
    return read(rendered_instances)


def test_scenes_and_objects_are_those_with_boxes(masked: list[Record]) -> None:
    for record, boxed in zip(masked, read(rendered_boxes), strict=True):
        assert (record.sample, record.path, record.split) == (
            boxed.sample,
            boxed.path,
            boxed.split,
        )
        assert {*record.labels} == {*COLUMNS}
        assert {**record.labels} == {**boxed.labels, MASKS: record.labels[MASKS]}


def test_boxes_are_around_the_pixels_of_masks_which_never_overlap(masked: list[Record]) -> None:
    for record in masked:
        edges = [edge for each in record.labels[MASKS] for edge in find_edges(each, SIZE) or ()]
        assert edges == record.labels["boxes"]
        masks = [decode_region(each, SIZE) for each in record.labels[MASKS]]
        assert np.sum(masks, axis=0).max(initial=0) <= 1


def test_objects_of_which_little_is_seen_are_difficult(masked: list[Record]) -> None:
    for record in read(rendered_instances, difficult_below=100):
        pixels = [decode_region(each, SIZE).sum() for each in record.labels[MASKS]]
        assert record.labels["difficult"] == [int(each < 100) for each in pixels]
