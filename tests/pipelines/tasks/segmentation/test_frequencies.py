"""Median-frequency weights, held against their definition in NumPy."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.tasks.segmentation.frequencies import (
    class_weights_of,
    count_pixels,
    median_frequency_weights,
)

CLASSES = 5
VOID = 255


def masks(seed: int, count: int = 6, void: float = 0.2) -> np.ndarray:
    """uint8 `[count, 7, 9]`; each has some of the classes, and void."""
    generator = np.random.default_rng(seed)
    highest = generator.integers(1, CLASSES + 1, (count, 1, 1))
    drawn = generator.integers(0, highest, (count, 7, 9)).astype(np.uint8)
    drawn[generator.random(drawn.shape) < void] = VOID
    return drawn


def reference(images: np.ndarray) -> np.ndarray:
    """The definition, a class and an image at a time."""
    frequencies = np.full(CLASSES, np.nan)
    for index in range(CLASSES):
        with_class = [mask for mask in images if (mask == index).any()]
        if with_class:
            pixels = sum((mask == index).sum() for mask in with_class)
            frequencies[index] = pixels / sum((mask != VOID).sum() for mask in with_class)
    if np.isnan(frequencies).all():
        return np.zeros(CLASSES)
    return np.nan_to_num(np.nanmedian(frequencies) / frequencies)


def totals(images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    pixels = count_pixels(images, CLASSES).numpy()
    return pixels.sum(axis=0), ((pixels > 0) * pixels.sum(axis=1, keepdims=True)).sum(axis=0)


@given(st.integers(0, 1000), st.integers(1, 8), st.floats(0, 1))
def test_weights_are_those_of_the_definition(seed: int, count: int, void: float) -> None:
    images = masks(seed, count, void)
    weights = median_frequency_weights(*totals(images)).numpy()
    assert weights.dtype == np.float32
    np.testing.assert_allclose(weights, reference(images), rtol=1e-6)


@pytest.mark.parametrize(
    ("pixels", "image_pixels", "expected"),
    [
        ([60, 30, 10], [100, 100, 100], [0.5, 1, 3]),
        ([60, 30, 10], [100, 100, 20], [5 / 6, 5 / 3, 1]),  # rare, but large where it is
        ([60, 40], [100, 100], [5 / 6, 5 / 4]),  # the median of two is their mean
        ([50, 0, 50], [100, 0, 100], [1, 0, 1]),
        ([0, 0], [0, 0], [0, 0]),
    ],
)
def test_worked_examples(pixels: list[int], image_pixels: list[int], expected: list[float]) -> None:
    weights = median_frequency_weights(np.array(pixels), np.array(image_pixels))
    np.testing.assert_allclose(weights, expected, rtol=1e-6)


def test_pixels_are_counted_image_by_image() -> None:
    images = np.array([[[0, 1], [1, VOID]], [[2, 2], [2, 2]]], np.uint8)
    np.testing.assert_array_equal(count_pixels(images, 3), [[1, 2, 0], [0, 0, 4]])


@pytest.mark.slow
def test_a_full_pass_gives_every_batch_the_weights_of_all(tmp_path: Path) -> None:
    import tensorflow as tf
    import tensorflow_transform.beam as tft_beam
    from tensorflow_transform.tf_metadata import dataset_metadata, schema_utils

    images = masks(3, count=20)

    def preprocess(inputs: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        weights = class_weights_of(tf.cast(inputs["mask"], tf.uint8), CLASSES)
        return {"weights": tf.tile(weights[tf.newaxis], (tf.shape(inputs["mask"])[0], 1))}

    spec = {"mask": tf.io.FixedLenFeature(images.shape[1:], tf.int64)}
    metadata = dataset_metadata.DatasetMetadata(schema_utils.schema_from_feature_spec(spec))
    rows = [{"mask": mask.astype(np.int64)} for mask in images]
    with tft_beam.Context(temp_dir=str(tmp_path), desired_batch_size=3):
        (transformed, _), _ = (rows, metadata) | tft_beam.AnalyzeAndTransformDataset(preprocess)
    assert len(transformed) == 20
    for row in transformed:
        np.testing.assert_allclose(row["weights"], reference(images), rtol=1e-6)
