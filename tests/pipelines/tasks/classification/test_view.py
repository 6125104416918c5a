"""A prediction in words and as a picture."""

import numpy as np
import pyarrow as pa
from PIL import Image

from pipelines.tasks.classification import TASK
from tests.specs import make_spec

CLASSES = ("zebra", "ant", "cat")
PREDICTION = {"probabilities": np.array([0.1, 0.7, 0.2], np.float32)}
VIEW = make_spec(TASK).view


def test_the_most_probable_class_is_a_row_unrounded() -> None:
    assert VIEW.rows(PREDICTION, CLASSES) == [
        {"label": "ant", "probability": float(np.float32(0.7))}
    ]


def test_rows_have_the_columns() -> None:
    schema = VIEW.columns(CLASSES)
    assert schema == pa.schema([("label", pa.string()), ("probability", pa.float32())])
    table = pa.Table.from_pylist(VIEW.rows(PREDICTION, CLASSES), schema)
    assert table["probability"].to_pylist() == [np.float32(0.7)]


def test_a_prediction_as_a_picture() -> None:
    (row,) = VIEW.rows(PREDICTION, CLASSES)
    assert VIEW.caption(row, CLASSES) == "ant  70.0%"
    assert VIEW.draw(Image.new("RGB", (96, 96)), PREDICTION, CLASSES).height > 192


def test_asked_about_is_the_greatest_output() -> None:
    ((name, weights),) = VIEW.answers(np.array([-1.0, 3.0, 2.0]), CLASSES).items()
    assert name == "ant"
    assert weights.tolist() == [0, 1, 0]
    assert list(VIEW.answers(np.array([1.0, 3.0]), ())) == ["output 1"]
    assert list(VIEW.answers(np.array([1.0, 3.0]), CLASSES)) == ["output 1"]
