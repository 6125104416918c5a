"""A prediction in words and as a picture."""

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image

from pipelines.tasks.binary import TASK
from tests.specs import make_spec

CLASSES = ("no_person", "person")
VIEW = make_spec(TASK, checks={"classes": CLASSES}).view


@pytest.mark.parametrize(("probability", "label"), [(0.49, "no_person"), (0.5, "person")])
def test_a_prediction_in_words(probability: float, label: str) -> None:
    (row,) = VIEW.rows({"probability": np.float32(probability)}, CLASSES)
    assert row == {"label": label, "probability": float(np.float32(probability))}
    assert VIEW.caption(row, CLASSES) == f"{label}\nperson: {probability:.1%}"


def test_rows_have_the_columns() -> None:
    schema = VIEW.columns(CLASSES)
    assert schema == pa.schema([("label", pa.string()), ("probability", pa.float32())])


def test_a_prediction_as_a_picture() -> None:
    image = Image.new("RGB", (96, 96))
    assert VIEW.draw(image, {"probability": np.float32(0.2)}, CLASSES).height > 192


@pytest.mark.parametrize("logit", [-2.0, 2.0])
def test_asked_about_is_the_positive_class(logit: float) -> None:
    ((name, weights),) = VIEW.answers(np.array([logit]), CLASSES).items()
    assert (name, weights.tolist()) == ("person", [1])
