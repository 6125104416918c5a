"""Masks of objects in the transformed examples."""

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from components.core.regions import encode_region
from pipelines.tasks.instances.features import InstanceFeatures

SIZE = HEIGHT, WIDTH = 20, 40


def features(most: int = 3) -> InstanceFeatures:
    return InstanceFeatures.model_validate(
        {
            "name": "pets",
            "checks": {"classes": ["cat", "dog"], "max_boxes": most},
            "prepare": {"height": HEIGHT, "width": WIDTH},
        }
    )


def mask(height: int, width: int, x0: int, y0: int, x1: int, y1: int) -> str:
    pixels = np.zeros((height, width), bool)
    pixels[y0:y1, x0:x1] = True
    return encode_region(pixels)


def raw(sparse: bool) -> dict[str, tf.Tensor]:
    """A small object on a large one, both twice as large as they are learnt; none; a crowd."""

    def of(rows: list[list[object]], kind: tf.DType) -> tf.Tensor:
        ragged = tf.ragged.constant(rows, kind, ragged_rank=1)
        return ragged.to_sparse() if sparse else ragged.to_tensor()

    masks = [[mask(40, 80, 4, 4, 14, 14), mask(40, 80, 0, 0, 40, 40)], []]
    return {
        "width": tf.constant([[80], [10], [40]], tf.int64),
        "height": tf.constant([[40], [10], [20]], tf.int64),
        "boxes": of([[4, 4, 14, 14, 0, 0, 40, 40], [], [5, 5, 10, 20]], tf.float32),
        "labels": of([["dog", "cat"], [], ["dog"]], tf.string),
        "difficult": of([[0, 0], [], [0]], tf.int64),
        "crowd": of([[0, 0], [], [1]], tf.int64),
        "masks": of([*masks, [mask(20, 40, 5, 5, 10, 20)]], tf.string),
    }


@pytest.mark.parametrize("sparse", [True, False])
def test_a_map_has_the_place_of_each_pixels_object_the_smaller_on_top(sparse: bool) -> None:
    made = features().transform(raw(sparse))
    maps = [
        features().unpack({name: each[at] for name, each in made.items()})["instances"]
        for at in range(3)
    ]
    expected = np.zeros((3, *SIZE), int)
    expected[0, :, :20], expected[0, 2:7, 2:7] = 2, 1
    expected[2, 5:20, 5:10] = 1
    np.testing.assert_array_equal(maps, expected)
    assert maps[0].dtype == tf.int32
    assert made["box_ignored"].numpy().tolist() == [[0, 0, 0]] * 2 + [[1, 0, 0]]


def test_maps_are_packed_as_they_were_unpacked() -> None:
    many = np.arange(HEIGHT * WIDTH, dtype=np.int32).reshape(1, *SIZE)
    packed = features(most=800).pack({"instances": tf.constant(many)})
    unpacked = features(most=800).unpack({"instances": packed["instances"][0]})
    np.testing.assert_array_equal(unpacked["instances"], many[0])


def test_shapes_are_known_before_anything_is_read() -> None:
    specs = {name: tf.TensorSpec((None, 1), tf.int64) for name in ("width", "height")}
    kinds = {"boxes": tf.float32, "difficult": tf.int64, "crowd": tf.int64}
    kinds |= {"labels": tf.string, "masks": tf.string}
    specs |= {name: tf.SparseTensorSpec((None, None), kind) for name, kind in kinds.items()}
    graph = tf.function(features().transform).get_concrete_function(specs)
    outputs = graph.structured_outputs
    assert outputs["instances"].shape.as_list() == [None]
    assert outputs["boxes"].shape.as_list() == [None, 3, 4]
    told = tf.data.Dataset.from_tensors({"instances": ""}).map(features().unpack).element_spec
    assert told["instances"] == tf.TensorSpec(SIZE, tf.int32)


def test_an_example_is_drawn_with_its_masks() -> None:
    made = features().transform(raw(sparse=True))
    picture = Image.new("RGB", (WIDTH, HEIGHT), "white")
    drawn = []
    for at in range(3):
        unpacked = features().unpack({name: each[at] for name, each in made.items()})
        arrays = {name: each.numpy() for name, each in unpacked.items()}
        drawn.append(np.asarray(features().draw(picture, arrays)))
    times = drawn[0].shape[0] // HEIGHT
    assert (drawn[0][times // 2 :: times, times // 2 :: times][:, :20] != 255).any(axis=-1).all()
    assert (drawn[1] == 255).all()
    crowd = drawn[2][12 * times, 7 * times + times // 2]
    assert np.ptp(crowd.astype(int)) < 30
