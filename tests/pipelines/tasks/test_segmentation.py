import numpy as np
import pytest
import tensorflow as tf

from components.augment.geometry import Warp
from components.core.errors import ConvoyError
from components.core.images import encode_png
from components.core.masks import VOID
from pipelines.params import check_block
from pipelines.tasks import segmentation
from pipelines.tasks.segmentation import TASK, SegmentationParams


def make_params(**changes: dict[str, object]) -> SegmentationParams:
    block: dict[str, dict[str, object]] = {
        "source": {"kind": "mask_folder", "path": "images"},
        "checks": {"classes": ["sky", "road", "car"], "void": 11},
        "prepare": {"height": 2, "width": 3, "channels": 3},
        "augment": {},
        "train": {"model": "unet", "epochs": 1},
        "evaluate": {},
        "gate": {"thresholds": {"mean_iou": {"min": 0.5}}},
    }
    for name, values in changes.items():
        block[name] |= values
    params = check_block(
        "segmentation", {"task": "segmentation.py", "seed": 0, **block}, SegmentationParams
    )
    assert isinstance(params, SegmentationParams)
    return params


def decode(png: bytes) -> np.ndarray:
    return tf.io.decode_png(png, channels=1).numpy()[..., 0]


def test_void_is_not_the_index_of_a_class() -> None:
    with pytest.raises(ConvoyError, match=r"checks: .*void \(2\) is the index of car"):
        make_params(checks={"void": 2})


def test_classes_have_names_of_their_own() -> None:
    with pytest.raises(ConvoyError, match="two classes have the same name"):
        make_params(checks={"classes": ["sky", "road", "sky"]})


def test_weights_of_whole_images_are_refused() -> None:
    with pytest.raises(ConvoyError, match="train.class_weights"):
        make_params(train={"class_weights": "balanced"})


def test_masks_come_to_the_size_of_the_input_by_nearest_neighbour_with_void_at_255() -> None:
    mask = np.repeat(np.repeat(np.array([[0, 1, 2], [11, 2, 1]], np.uint8), 4, 0), 4, 1)
    decoded = segmentation._decode_masks(tf.constant([encode_png(mask)]), make_params())
    np.testing.assert_array_equal(decoded, [[[0, 1, 2], [VOID, 2, 1]]])


def test_labels_are_unpacked_as_they_were_packed() -> None:
    masks = np.arange(12, dtype=np.uint8).reshape(2, 2, 3)
    packed = TASK.encode_labels({"mask": tf.constant(masks), "class_weights": tf.ones((2, 3))})
    for mask, contents in zip(masks, packed["mask"], strict=True):
        np.testing.assert_array_equal(TASK.decode_labels({"mask": contents})["mask"], mask)


def test_what_a_shift_brings_in_from_outside_is_void() -> None:
    right = tf.constant([[[1.0, 0.0, 1.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]])
    warp = Warp(right, tf.constant([False]), (2, 3))
    labels = {"mask": tf.constant([[[0, 1, 2], [2, 1, 0]]], tf.uint8), "class_weights": 1.0}
    moved = TASK.warp_labels(labels, warp)
    np.testing.assert_array_equal(moved["mask"], [[[VOID, 0, 1], [VOID, 2, 1]]])
    assert moved["class_weights"] == 1.0


@pytest.mark.parametrize(
    ("mode", "expected"),
    [("none", [1, 1, 0, 1]), ("median_frequency", [0.5, 1, 0, 3])],
)
def test_pixels_weigh_what_their_class_does_and_void_nothing(
    mode: str, expected: list[float]
) -> None:
    labels = {
        "mask": tf.constant([[[0, 1, VOID, 2]]], tf.uint8),
        "class_weights": tf.constant([[0.5, 1.0, 3.0]]),
    }
    weights = TASK.sample_weights(labels, make_params(train={"pixel_weights": mode}))
    np.testing.assert_allclose(weights, [[expected]])


def test_masks_are_served_in_the_sizes_of_their_images() -> None:
    classes = np.zeros((2, 4, 6), int)
    classes[0, :, 3:] = 2
    classes[1, 2:] = 1
    logits = np.eye(3, dtype=np.float32)[classes]
    served = TASK.serve(tf.constant(logits), tf.constant([[8, 12], [4, 6]]))["mask"].numpy()
    first, second = map(decode, served)
    np.testing.assert_array_equal(first, np.repeat([[0] * 6 + [2] * 6], 8, axis=0))
    np.testing.assert_array_equal(second, np.repeat([[0], [0], [1], [1]], 6, axis=1))


def test_there_is_a_logit_a_class() -> None:
    assert TASK.classes(None, make_params()) == ("sky", "road", "car")
    assert TASK.units(None, make_params()) == 3
