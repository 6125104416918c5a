from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from components.augment.seeds import example_seeds
from components.core.parts import Tensors
from pipelines.tasks.shared.images.geometry import Warp
from pipelines.tasks.shared.images.params import ImagePolicy
from pipelines.tasks.shared.images.policy import augment

Batch = tuple[tf.Tensor, dict[str, tf.Tensor]]

ALL_ON = ImagePolicy(
    shift=0.1,
    rotation=20,
    scale=0.2,
    crop=0.2,
    brightness=0.2,
    contrast=0.3,
    blur=1.0,
    noise=0.05,
    cutout=0.4,
    saturation=0.5,
    tint=0.2,
    horizontal_flip=True,
    vertical_flip=True,
)
CHANGES = list(ImagePolicy.model_fields)
COUNT, HEIGHT, WIDTH = 13, 24, 32


def warp_labels(labels: Tensors, warp: Warp) -> dict[str, tf.Tensor]:
    return {"points": warp.points(labels["points"]), "mask": warp.masks(labels["mask"], fill=9)}


def refuse_to_warp(labels: Tensors, warp: Warp) -> dict[str, tf.Tensor]:
    raise AssertionError("labels moved though no image did")


def make_batch(count: int = COUNT) -> Batch:
    random = np.random.default_rng(0)
    images = random.integers(0, 256, (count, HEIGHT, WIDTH, 3), dtype=np.uint8)
    labels = {
        "points": random.uniform(0, 24, (count, 5, 2)).astype(np.float32),
        "mask": random.integers(0, 4, (count, HEIGHT, WIDTH)),
    }
    return tf.constant(images), {name: tf.constant(label) for name, label in labels.items()}


def make_seeds(count: int = COUNT, copy: int = 0, seed: int = 0) -> tf.Tensor:
    return example_seeds(tf.constant([f"{index}.png" for index in range(count)]), copy, seed)


def select(batch: Batch, indices: list[int]) -> Batch:
    return tf.nest.map_structure(lambda tensor: tf.gather(tensor, indices), batch)


def assert_same(left: Any, right: Any) -> None:
    tf.nest.map_structure(np.testing.assert_array_equal, left, right)


def assert_close(left: Batch, right: Batch) -> None:
    """Traced operations may be fused, which changes how they round."""
    np.testing.assert_allclose(tf.cast(left[0], tf.int32), tf.cast(right[0], tf.int32), atol=1)
    np.testing.assert_allclose(left[1]["points"], right[1]["points"], rtol=1e-5)
    np.testing.assert_array_equal(left[1]["mask"], right[1]["mask"])


def test_nothing_asked_is_the_exact_identity() -> None:
    images, labels = make_batch()
    changed = augment(images, labels, make_seeds(), ImagePolicy(), refuse_to_warp)
    assert_same(changed, (images, labels))


@pytest.mark.parametrize("name", CHANGES)
def test_each_change_alone_changes_images(name: str) -> None:
    images, labels = make_batch()
    params = ImagePolicy(**{name: getattr(ALL_ON, name)})
    changed, _ = augment(images, labels, make_seeds(), params, warp_labels)
    assert (changed.numpy() != images.numpy()).any()


@pytest.mark.parametrize(
    "name", ["brightness", "contrast", "blur", "noise", "cutout", "saturation", "tint"]
)
def test_labels_stay_when_only_values_change(name: str) -> None:
    images, labels = make_batch()
    params = ImagePolicy(**{name: 0.3})
    _, changed = augment(images, labels, make_seeds(), params, refuse_to_warp)
    assert_same(changed, labels)


def test_types_and_shapes_stay() -> None:
    images, labels = make_batch()
    changed = augment(images, labels, make_seeds(), ALL_ON, warp_labels)
    for before, after in zip(
        tf.nest.flatten((images, labels)), tf.nest.flatten(changed), strict=True
    ):
        assert after.dtype == before.dtype
        assert after.shape == before.shape


@settings(max_examples=10)
@given(indices=st.lists(st.integers(0, COUNT - 1), min_size=1, max_size=40))
def test_result_does_not_depend_on_the_batch(indices: list[int]) -> None:
    batch, seeds = make_batch(), make_seeds()
    together = augment(*batch, seeds, ALL_ON, warp_labels)
    apart = augment(*select(batch, indices), tf.gather(seeds, indices), ALL_ON, warp_labels)
    assert_same(apart, select(together, indices))


def test_same_seed_same_result_other_seed_other_result() -> None:
    batch = make_batch()
    first = augment(*batch, make_seeds(), ALL_ON, warp_labels)
    again = augment(*batch, make_seeds(), ALL_ON, warp_labels)
    other = augment(*batch, make_seeds(seed=1), ALL_ON, warp_labels)
    assert_same(first, again)
    for left, right in zip(first[0].numpy(), other[0].numpy(), strict=True):
        assert (left != right).any()


def test_equal_images_with_different_seeds_differ() -> None:
    images, labels = select(make_batch(), [0, 0])
    changed, moved = augment(images, labels, make_seeds(2), ALL_ON, warp_labels)
    assert (changed[0].numpy() != changed[1].numpy()).any()
    assert (moved["points"][0].numpy() != moved["points"][1].numpy()).any()


def test_turning_one_change_on_leaves_the_others_as_they_were() -> None:
    images, labels = make_batch()
    less = ALL_ON.model_copy(update={"noise": 0.0, "brightness": 0.0, "blur": 0.0})
    _, expected = augment(images, labels, make_seeds(), less, warp_labels)
    _, moved = augment(images, labels, make_seeds(), ALL_ON, warp_labels)
    assert_same(moved, expected)


@pytest.mark.parametrize("value", [0, 255])
def test_values_saturate(value: int) -> None:
    images = tf.fill((64, 8, 8, 1), tf.cast(value, tf.uint8))
    params = ImagePolicy(brightness=0.4)
    changed, _ = augment(images, {}, make_seeds(64), params, refuse_to_warp)
    assert (abs(changed.numpy().astype(int) - value) <= 0.4 * 255 + 1).all()


def test_cut_out_is_mid_grey_and_stays_within_its_size() -> None:
    images = tf.zeros((64, 20, 40, 1), tf.uint8)
    changed, _ = augment(images, {}, make_seeds(64), ImagePolicy(cutout=0.5), refuse_to_warp)
    changed = changed.numpy()[..., 0]
    assert set(np.unique(changed)) == {0, 128}
    assert changed.any(axis=1).sum(axis=1).max() <= 10  # columns touched: half of 20
    assert changed.any(axis=2).sum(axis=1).max() <= 10
    touched = changed.any(axis=0)  # somewhere among 64 images, close to every border
    assert touched[:3].any()
    assert touched[-3:].any()
    assert touched[:, :3].any()
    assert touched[:, -3:].any()


def test_a_flip_happens_to_half_of_the_examples() -> None:
    images, labels = make_batch(1)
    images, labels = select((images, labels), [0] * 400)
    params = ImagePolicy(horizontal_flip=True)
    changed, _ = augment(images, labels, make_seeds(400), params, warp_labels)
    mirrored = (changed.numpy() == images.numpy()[:, :, ::-1]).all(axis=(1, 2, 3))
    unchanged = (changed.numpy() == images.numpy()).all(axis=(1, 2, 3))
    assert (mirrored ^ unchanged).all()
    assert 160 < mirrored.sum() < 240  # four standard deviations


def test_points_and_masks_move_with_the_images() -> None:
    marks = np.zeros((COUNT, 64, 64), np.uint8)
    marks[:, 30:35, 25:30] = 200  # centre (27, 32)
    params = ImagePolicy(rotation=30, scale=0.2, shift=0.05, crop=0.1, horizontal_flip=True)
    labels = {
        "points": tf.constant([[[27.0, 32.0]]] * COUNT),
        "mask": tf.constant(np.where(marks > 0, 1, 0)),
    }
    images = tf.constant(marks[..., np.newaxis])
    changed, moved = augment(images, labels, make_seeds(), params, warp_labels)
    rows, columns = np.indices((64, 64))
    for image, mask, point in zip(changed, moved["mask"], moved["points"], strict=True):
        weights = image.numpy()[..., 0] / image.numpy().sum()
        centre = [(weights * columns).sum(), (weights * rows).sum()]
        np.testing.assert_allclose(point[0], centre, atol=0.5)
        agree = (mask.numpy() == 1) == (image.numpy()[..., 0] > 100)
        assert agree.mean() > 0.995


def test_works_in_a_data_set_with_a_short_last_batch() -> None:
    batch, seeds = make_batch(), make_seeds()
    expected = augment(*batch, seeds, ALL_ON, warp_labels)
    dataset = tf.data.Dataset.from_tensor_slices((*batch, seeds)).batch(5)
    dataset = dataset.map(
        lambda images, labels, seeds: augment(images, labels, seeds, ALL_ON, warp_labels)
    )
    assert dataset.element_spec[0].shape[1:] == (HEIGHT, WIDTH, 3)
    whole = tf.nest.map_structure(lambda *parts: tf.concat(parts, 0), *dataset)
    assert_close(whole, expected)


def test_works_in_a_function() -> None:
    batch, seeds = make_batch(), make_seeds()
    function = tf.function(
        lambda images, labels, seeds: augment(images, labels, seeds, ALL_ON, warp_labels)
    )
    assert_close(function(*batch, seeds), augment(*batch, seeds, ALL_ON, warp_labels))
