"""What a detector is fitted to, and what it serves."""

from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from components.core.errors import ConvoyError
from pipelines.tasks.detection import TASK
from pipelines.tasks.detection.cells import CellHead
from pipelines.tasks.detection.grid import GridHead
from pipelines.tasks.detection.learning import BoxLearning
from tests.boxes import features
from tests.specs import make_spec

SIZE = {"height": 64, "width": 96, "channels": 3}


def learning(**train: Any) -> BoxLearning:
    spec = make_spec(
        TASK,
        source={"kind": "rendered_boxes"},
        checks={"classes": ["cat", "dog"], "max_boxes": 8},
        prepare=SIZE,
        train={"model": "yolo_anchor_free", "epochs": 1, **train},
        gate={"thresholds": {"ap50": {"min": 0.5}}},
    )
    assert isinstance(spec.learning, BoxLearning)
    return spec.learning


def test_the_model_says_which_head_it_has() -> None:
    transform: Any = None
    cells, grid = learning(), learning(model="yolo_grid", cell_boxes=3, options={"grid": 5})
    assert isinstance(cells.head, CellHead)
    assert isinstance(grid.head, GridHead)
    assert cells.outputs(transform) == 4 + 2
    assert grid.outputs(transform) == 3 * 5 + 2
    assert grid.head.grid == 5
    assert cells.classes(transform) == ("cat", "dog")


def test_strides_of_the_model_are_those_of_the_head() -> None:
    head = learning(options={"strides": [4, 8]}).head
    assert isinstance(head, CellHead)
    assert {*head.cells[:, 2]} == {4, 8}


def serve(confidence: float) -> dict[str, np.ndarray]:
    """What is served of one sure box in an image of twice the network's size."""
    part = learning(suppression={"confidence": confidence, "most": 5})
    head = part.head
    assert isinstance(head, CellHead)
    outputs = np.zeros((1, len(head.cells), head.units), np.float32)
    outputs[..., 4:] = -6
    outputs[0, 0, 4:] = (-6, 3)
    served = part.serve(tf.constant(outputs), tf.constant([[128, 192]]))
    return {name: each.numpy() for name, each in served.items()}


def test_boxes_are_in_pixels_of_the_image_as_it_came() -> None:
    served = serve(0.5)
    assert served["count"].tolist() == [1]
    np.testing.assert_allclose(served["boxes"][0, 0], [0, 0, 40, 40], atol=1e-4)
    assert served["classes"][0, 0] == 1
    assert served["scores"][0, 0] == pytest.approx(1 / (1 + np.exp(-3)), abs=1e-5)
    assert served["boxes"].shape == (1, 5, 4)


def test_no_more_boxes_are_served_than_wanted() -> None:
    assert serve(0.001)["count"].tolist() == [5]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["yolo_anchor_free", "yolo_grid"])
def test_a_network_learns_one_image(name: str) -> None:
    """The loss falls, and what is served first are the two rectangles."""
    import keras

    from components.core.boxes import iou
    from models import build_model

    keras.utils.set_random_seed(0)
    part = learning(model=name)
    network = build_model(name, (64, 96, 3), part.head.units, {"width": 16})
    pixels = np.full((4, 64, 96, 3), 90.0, np.float32)
    boxes = ((8, 8, 40, 40), (56, 16, 88, 56))
    for (x0, y0, x1, y1), value in zip(boxes, (250, 10), strict=True):
        pixels[:, y0:y1, x0:x1] = value
    target = tf.repeat(part.target(features(*boxes)), 4, axis=0)
    network.compile(keras.optimizers.Adam(0.005), part.loss())
    history = network.fit(pixels, target, batch_size=4, epochs=80, verbose=0).history["loss"]
    assert history[-1] < history[0] / 3
    outputs = network(pixels[:1], training=False)
    served = {name: each.numpy()[0] for name, each in part.serve(outputs, [[64, 96]]).items()}
    order = np.argsort(served["classes"][:2])
    assert served["classes"][order].tolist() == [0, 1]
    assert (np.diag(iou(served["boxes"][order], np.array(boxes))) > 0.5).all()


@pytest.mark.parametrize("name", ["yolo_anchor_free", "yolo_grid"])
def test_a_loss_survives_the_disk(name: str) -> None:
    import keras

    part = learning(model=name)
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(part.loss()))
    target = part.target(features((8, 8, 40, 40)))
    shape = (1, 7, 7, part.head.units)
    if isinstance(part.head, CellHead):
        shape = (1, len(part.head.cells), part.head.units)
    outputs = tf.random.stateless_normal(shape, (1, 2))
    assert float(again(target, outputs)) == float(part.loss()(target, outputs))


@pytest.mark.parametrize(
    ("train", "rule"),
    [
        ({"suppression": {"overlap": 0}}, "train.suppression.overlap: Input should be greater"),
        ({"suppression": {"iou": 0.5}}, "train.suppression.iou: Extra inputs"),
        ({"cell_boxes": 0}, "train.cell_boxes: Input should be greater than 0"),
    ],
)
def test_a_wrong_parameter_is_named(train: dict[str, Any], rule: str) -> None:
    with pytest.raises(ConvoyError, match=rule):
        learning(**train)
