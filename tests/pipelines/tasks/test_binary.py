"""The task of two classes, from the table to what is served."""

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from components.core.errors import ConvoyError
from components.core.table import Record
from components.ingest.ingest import check_record
from pipelines.params import check_block
from pipelines.tasks.binary import TASK, BinaryParams

CLASSES = ("no_person", "person")
BLOCK = {
    "task": "pipelines/tasks/binary.py",
    "source": {"kind": "image_folder", "path": "images"},
    "checks": {"classes": CLASSES},
    "prepare": {"height": 96, "width": 96, "channels": 3},
    "augment": {},
    "train": {"model": "transfer", "epochs": 1},
    "evaluate": {},
    "gate": {"thresholds": {"accuracy": {"min": 0.6}}},
}


def params(**checks: Any) -> BinaryParams:
    checked = check_block("person", BLOCK | {"checks": {"classes": CLASSES} | checks}, BinaryParams)
    assert isinstance(checked, BinaryParams)
    return checked


@pytest.mark.parametrize("classes", [None, ["person"], ["a", "b", "c"]])
def test_classes_are_two(classes: list[str] | None) -> None:
    with pytest.raises(ConvoyError, match=r"checks\.classes"):
        params(classes=classes)


def test_classes_must_be_named() -> None:
    with pytest.raises(ConvoyError, match=r"checks\.classes: Field required"):
        check_block("person", BLOCK | {"checks": {}}, BinaryParams)


def test_the_area_may_be_left_out() -> None:
    assert TASK.label_columns() == {"label": pa.string(), "person_area": pa.float32()}
    check_record(Record(b"", "a.png", {"label": "person"}), TASK)
    check_record(Record(b"", "a.png", {"label": "person", "person_area": 0.5}), TASK)
    with pytest.raises(ConvoyError, match="gives the labels person_area"):
        check_record(Record(b"", "a.png", {"person_area": 0.5}), TASK)


def test_areas_are_shares() -> None:
    names = [expectation.description for expectation in TASK.expectations(params())]
    assert "person_area is between 0 and 1" in names
    assert "label is known" in names


def test_the_positive_class_is_1() -> None:
    labels = {"label": tf.constant([0, 1, 1], tf.int64)}
    target = TASK.target(labels)
    assert target.dtype == tf.float32
    np.testing.assert_array_equal(target, [[0], [1], [1]])
    assert TASK.target({"label": tf.constant(1, tf.int64)}).shape == (1,)


@given(st.lists(st.tuples(st.integers(0, 1), st.floats(-20, 20)), min_size=1, max_size=20))
def test_the_loss_is_the_log_loss_of_what_is_served(pairs: list[tuple[int, float]]) -> None:
    labels, logits = (np.array(values, np.float32) for values in zip(*pairs, strict=True))
    served = TASK.serve(tf.constant(logits[:, None]), None)["probability"].numpy()
    assert (served.shape, served.dtype) == (labels.shape, np.float32)
    np.testing.assert_allclose(served, 1 / (1 + np.exp(-logits.astype(float))), rtol=1e-5)
    of_truth = np.where(labels == 1, logits, -logits).astype(float)
    expected = np.log1p(np.exp(-of_truth)).mean()
    loss = TASK.loss(params())(labels[:, None], logits[:, None])
    assert float(loss) == pytest.approx(expected, rel=1e-3, abs=1e-6)


def test_monitors_take_logits() -> None:
    accuracy, area = TASK.monitors()
    labels, logits = np.array([[0], [0], [1], [1]]), np.array([[-3.0], [0.2], [0.1], [3.0]])
    for monitor in (accuracy, area):
        monitor.update_state(labels, logits)
    assert float(accuracy.result()) == 0.75
    assert float(area.result()) == pytest.approx(0.75, abs=0.01)


@pytest.mark.parametrize(("probability", "label"), [(0.49, "no_person"), (0.5, "person")])
def test_a_prediction_in_words(probability: float, label: str) -> None:
    row = TASK.describe({"probability": np.float32(probability)}, CLASSES)
    assert row == {"label": label, "probability": pytest.approx(probability, abs=1e-6)}


def test_a_prediction_as_a_picture() -> None:
    image = Image.new("RGB", (96, 96))
    assert TASK.draw(image, {"probability": np.float32(0.2)}, CLASSES).height > 192
