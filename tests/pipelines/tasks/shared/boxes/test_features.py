"""Boxes in the transformed examples."""

import numpy as np
import tensorflow as tf
from PIL import Image

from pipelines.tasks.shared.boxes.features import BoxFeatures


def features(most: int = 3) -> BoxFeatures:
    return BoxFeatures.model_validate(
        {
            "name": "pets",
            "checks": {"classes": ["cat", "dog"], "max_boxes": most},
            "prepare": {"height": 50, "width": 100},
        }
    )


def raw(sparse: bool) -> dict[str, tf.Tensor]:
    """Two boxes of which one is difficult and one reaches out; no box; one crowd."""

    def of(rows: list[list[object]], kind: tf.DType) -> tf.Tensor:
        ragged = tf.ragged.constant(rows, kind, ragged_rank=1)
        return ragged.to_sparse() if sparse else ragged.to_tensor()

    return {
        "width": tf.constant([200, 10, 50], tf.int64),
        "height": tf.constant([100, 10, 50], tf.int64),
        "boxes": of([[20, 10, 60, 50, -9, 0, 300, 100], [], [5, 5, 10, 50]], tf.float32),
        "labels": of([["dog", "cat"], [], ["dog"]], tf.string),
        "difficult": of([[0, 1], [], [0]], tf.int64),
        "crowd": of([[0, 0], [], [1]], tf.int64),
    }


def test_boxes_come_to_the_size_of_the_input_clipped_and_padded() -> None:
    for sparse in (True, False):
        made = features().transform(raw(sparse))
        assert made["boxes"].shape == (3, 3, 4)
        expected = [[10, 5, 30, 25], [0, 0, 100, 50], [0, 0, 0, 0]]
        np.testing.assert_allclose(made["boxes"][0], expected)
        np.testing.assert_allclose(made["boxes"][2, 0], [10, 5, 20, 50])
        assert made["box_class"].numpy().tolist() == [[1, 0, -1], [-1] * 3, [1, -1, -1]]
        assert made["box_ignored"].numpy().tolist() == [[0, 1, 0], [0] * 3, [1, 0, 0]]


def test_shapes_are_known_before_anything_is_read() -> None:
    specs = {name: tf.TensorSpec((None,), tf.int64) for name in ("width", "height")}
    kinds = {"boxes": tf.float32, "labels": tf.string, "difficult": tf.int64, "crowd": tf.int64}
    specs |= {name: tf.SparseTensorSpec((None, None), kind) for name, kind in kinds.items()}
    graph = tf.function(features().transform).get_concrete_function(specs)
    shapes = {name: each.shape.as_list() for name, each in graph.structured_outputs.items()}
    assert shapes == {"boxes": [None, 3, 4], "box_class": [None, 3], "box_ignored": [None, 3]}


def test_an_example_is_drawn_without_its_empty_places() -> None:
    arrays = {
        name: each[1].numpy() for name, each in features().transform(raw(sparse=True)).items()
    }
    picture = Image.new("RGB", (100, 50), "white")
    assert features().draw(picture, arrays).getextrema() == ((255, 255),) * 3
