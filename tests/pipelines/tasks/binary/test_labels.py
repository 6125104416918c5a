"""Two classes and the area of people, in the table."""

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from components.core.errors import ConvoyError
from components.core.parts import Labels
from components.core.table import Record
from components.ingest.entries import check_record
from pipelines.params import check_block
from pipelines.tasks.binary import TASK
from tests.pipelines.tasks.shared.test_class_labels import check, found
from tests.specs import BLOCK, make_spec

CLASSES = ("no_person", "person")


def labels(**checks: Any) -> Labels:
    return make_spec(TASK, checks={"classes": CLASSES} | checks).labels


def table(areas: list[float | None]) -> pd.DataFrame:
    """Training rows, the two classes by turns."""
    count = len(areas)
    return pd.DataFrame(
        {
            "image_path": [f"{number}.png" for number in range(count)],
            "shard": "train-00000.parquet",
            "row": range(count),
            "split": "train",
            "label": [CLASSES[number % 2] for number in range(count)],
            "person_area": np.array(areas, np.float32),
        }
    )


@pytest.mark.parametrize("classes", [None, ["person"], ["a", "b", "c"]])
def test_classes_are_two(classes: list[str] | None) -> None:
    with pytest.raises(ConvoyError, match=r"checks\.classes"):
        labels(classes=classes)


def test_classes_must_be_named() -> None:
    with pytest.raises(ConvoyError, match=r"checks\.classes: Field required"):
        check_block("person", BLOCK | {"checks": {}}, TASK)


def test_the_area_may_be_left_out() -> None:
    assert labels().columns() == {"label": pa.string(), "person_area": pa.float32()}
    assert labels().stratum({"label": "person", "person_area": 0.5}) == "person"
    for given in ({"label": "person"}, {"label": "person", "person_area": 0.5}):
        check_record(Record(b"", "a.png", given), labels())
    with pytest.raises(ConvoyError, match="gives the labels person_area"):
        check_record(Record(b"", "a.png", {"person_area": 0.5}), labels())


def test_areas_are_shares() -> None:
    names = [expectation.description for expectation in labels().rules()]
    assert "person_area is between 0 and 1" in names
    assert "label is known" in names


def test_an_area_that_is_no_share_is_found() -> None:
    assert check(table([0.0, 0.5, None, 1.0]), labels().rules()) == {}
    broken = check(table([0.0, 1.5, None, 1.0]), labels().rules())
    assert list(broken) == ["person_area is between 0 and 1"]
    assert found(broken["person_area is between 0 and 1"]) == [
        "1.png (train-00000.parquet, row 1): 1.5"
    ]


def test_images_without_people_are_told_apart_from_areas() -> None:
    described = labels().describe(table([0.0, 0.5, None, 1.0]))
    assert described["label"].tolist() == [*CLASSES, *CLASSES]
    np.testing.assert_array_equal(described["person_area"], [np.nan, 0.5, np.nan, 1])
