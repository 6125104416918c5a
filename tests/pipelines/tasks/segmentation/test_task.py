import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from components.core.errors import ConvoyError
from components.core.images import encode_png
from components.core.masks import VOID
from components.core.task import Spec
from pipelines.tasks.segmentation import TASK
from pipelines.tasks.segmentation.augmentation import MaskAugmentation
from pipelines.tasks.segmentation.features import MaskFeatures
from pipelines.tasks.shared.images.geometry import Warp
from tests.specs import make_spec


def spec(**changes: dict[str, object]) -> Spec:
    blocks: dict[str, dict[str, object]] = {
        "source": {"kind": "mask_folder"},
        "checks": {"classes": ["sky", "road", "car"], "void": 11},
        "prepare": {"height": 2, "width": 3, "channels": 3},
        "train": {"model": "unet"},
        "gate": {"thresholds": {"mean_iou": {"min": 0.5}}},
    }
    for name, values in changes.items():
        blocks[name] = blocks.get(name, {}) | values
    return make_spec(TASK, "segmentation", **blocks)


def decode(png: bytes) -> np.ndarray:
    return tf.io.decode_png(png, channels=1).numpy()[..., 0]


def test_void_is_not_the_index_of_a_class() -> None:
    with pytest.raises(ConvoyError, match=r"checks: .*void \(2\) is the index of car"):
        spec(checks={"void": 2})


def test_classes_have_names_of_their_own() -> None:
    with pytest.raises(ConvoyError, match="two classes have the same name"):
        spec(checks={"classes": ["sky", "road", "sky"]})


def test_weights_of_whole_images_are_refused() -> None:
    with pytest.raises(ConvoyError, match="train.class_weights"):
        spec(train={"class_weights": "balanced"})


@pytest.mark.parametrize("changes", [{"online": False}, {"online": True, "copies": 1}])
def test_copies_have_the_size_of_all_images(changes: dict[str, object]) -> None:
    with pytest.raises(ConvoyError, match="augment: .*window needs online: true and copies: 0"):
        spec(augment={"window": [2, 2], **changes})


def test_a_window_is_cut_out_of_image_and_mask_alike() -> None:
    augmentation = spec(augment={"window": [16, 8], "online": True}).augmentation
    pixels = np.arange(24 * 12, dtype=np.uint16).reshape(1, 24, 12) % 251
    batch = {
        "image": tf.constant(np.stack([pixels] * 3, axis=-1), tf.uint8),
        "mask": tf.constant(pixels, tf.uint8),
    }
    changed = augmentation(batch, tf.constant([[1, 2]], tf.int64))
    assert changed["image"].shape == (1, 16, 8, 3)
    assert changed["mask"].shape == (1, 16, 8)
    gaps = np.diff(changed["mask"].numpy().astype(int), axis=1) % 251
    assert (gaps == 12).all()  # rows follow each other as they did


def test_masks_come_to_the_size_of_the_input_by_nearest_neighbour_with_void_at_255() -> None:
    mask = np.repeat(np.repeat(np.array([[0, 1, 2], [11, 2, 1]], np.uint8), 4, 0), 4, 1)
    features = spec().features
    assert isinstance(features, MaskFeatures)
    resized = features.resize(tf.constant([encode_png(mask)]))
    np.testing.assert_array_equal(resized, [[[0, 1, 2], [VOID, 2, 1]]])


def test_labels_are_unpacked_as_they_were_packed() -> None:
    masks = np.arange(12, dtype=np.uint8).reshape(2, 2, 3)
    features = spec().features
    packed = features.pack({"mask": tf.constant(masks), "class_weights": tf.ones((2, 3))})
    for mask, contents in zip(masks, packed["mask"], strict=True):
        np.testing.assert_array_equal(features.unpack({"mask": contents})["mask"], mask)


def test_a_mask_is_drawn_over_its_picture() -> None:
    mask = np.array([[0, 1, 2]], np.uint8)
    drawn = spec().features.draw(Image.new("L", (3, 1)), {"mask": mask})
    assert len(np.unique(np.asarray(drawn)[0], axis=0)) == 3


def test_what_a_shift_brings_in_from_outside_is_void() -> None:
    right = tf.constant([[[1.0, 0.0, 1.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]])
    warp = Warp(right, tf.constant([False]), (2, 3))
    features = {"mask": tf.constant([[[0, 1, 2], [2, 1, 0]]], tf.uint8), "class_weights": 1.0}
    augmentation = spec().augmentation
    assert isinstance(augmentation, MaskAugmentation)
    moved = augmentation.move(features, warp)
    np.testing.assert_array_equal(moved["mask"], [[[VOID, 0, 1], [VOID, 2, 1]]])
    assert moved["class_weights"] == 1.0


def test_images_and_masks_are_mirrored_together() -> None:
    pixels = np.arange(6, dtype=np.uint8).reshape(1, 2, 3)
    batch = {
        "image": tf.constant(np.repeat(pixels, 8, axis=0)[..., np.newaxis].repeat(3, axis=-1)),
        "mask": tf.constant(np.repeat(pixels, 8, axis=0)),
    }
    seeds = tf.stack([tf.range(8), tf.range(8)], axis=1)
    changed = spec(augment={"horizontal_flip": True}).augmentation(batch, seeds)
    np.testing.assert_array_equal(changed["image"][..., 0], changed["mask"])
    mirrored = [not np.array_equal(mask, pixels[0]) for mask in changed["mask"].numpy()]
    assert 0 < sum(mirrored) < 8


@pytest.mark.parametrize(
    ("mode", "expected"),
    [("none", [1, 1, 0, 1]), ("median_frequency", [0.5, 1, 0, 3])],
)
def test_pixels_weigh_what_their_class_does_and_void_nothing(
    mode: str, expected: list[float]
) -> None:
    example = {
        "mask": tf.constant([[[0, 1, VOID, 2]]], tf.uint8),
        "class_weights": tf.constant([[0.5, 1.0, 3.0]]),
    }
    weights = spec(train={"pixel_weights": mode}).learning.weights(example)
    np.testing.assert_allclose(weights, [[expected]])


def test_the_loss_has_the_share_of_dice_that_is_asked_for() -> None:
    assert spec(train={"dice": 0.25}).learning.loss().dice == 0.25
    assert [metric.name for metric in spec().learning.metrics()] == ["mean_iou"]


def test_targets_are_the_indices_of_the_classes() -> None:
    target = spec().learning.target({"mask": tf.constant([[[0, 2, VOID]]], tf.uint8)})
    assert target.dtype == tf.int32
    np.testing.assert_array_equal(target, [[[0, 2, VOID]]])


def test_masks_are_served_in_the_sizes_of_their_images() -> None:
    classes = np.zeros((2, 4, 6), int)
    classes[0, :, 3:] = 2
    classes[1, 2:] = 1
    logits = np.eye(3, dtype=np.float32)[classes]
    sizes = tf.constant([[8, 12], [4, 6]])
    served = spec().learning.serve(tf.constant(logits), sizes)["mask"].numpy()
    first, second = map(decode, served)
    np.testing.assert_array_equal(first, np.repeat([[0] * 6 + [2] * 6], 8, axis=0))
    np.testing.assert_array_equal(second, np.repeat([[0], [0], [1], [1]], 6, axis=1))


def test_there_is_a_logit_a_class() -> None:
    assert spec().learning.classes(None) == ("sky", "road", "car")
    assert spec().learning.outputs(None) == 3


def test_drift_is_told_from_the_classes_of_some_pixels() -> None:
    import pandas as pd

    half = np.zeros((32, 48), np.uint8)
    half[:16] = 1
    rows = pd.DataFrame({"mask": [encode_png(half), None, b"no image"]}, index=[3, 5, 8])
    described = spec().labels.describe(rows)
    assert described.index.tolist() == [3, 5, 8]
    assert sorted(described["mask"][3]) == ["0"] * 128 + ["1"] * 128
    assert described["mask"].isna().tolist() == [False, True, True]
