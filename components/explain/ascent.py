"""Images that a channel likes: gradient ascent from a photo or from noise."""

from __future__ import annotations

from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf


@dataclass(frozen=True)
class Ascent:
    """How an image is changed.

    Attributes:
        steps: In each octave.
        rate: The mean change of a pixel in a step, in grey values.
        octaves: Sizes in which details are added, the coarsest first.
        ratio: Of the sides of one octave to those of the one before.
        jitter: By how many pixels at most the image is shifted before each step.
        smoothness: The weight of the total variation, which rough images pay for.
        seed: Of the noise and the shifts.
    """

    steps: int = 16
    rate: float = 3.0
    octaves: int = 3
    ratio: float = 1.5
    jitter: int = 4
    smoothness: float = 0.05
    seed: int = 0


def flat(like: np.ndarray) -> tuple[np.ndarray, float]:
    """Where ascents begin that begin with no photo: as bright as images are on average.

    Args:
        like: Images `[images, height, width, channels]` in 0 to 255.

    Returns:
        float32 `[height, width, channels]`, and half the deviation of the images' values: noise
        for `ascend`. Channels that never see such values would not answer, and have no gradient.
    """
    mean = np.broadcast_to(like.mean(axis=(0, 1, 2)), like.shape[1:])
    return mean.astype(np.float32), float(like.std()) / 2


def ascend(
    model: keras.Model, image: np.ndarray, channel: int, how: Ascent, noise: float = 0.0
) -> np.ndarray:
    """Changes an image so that the mean of a channel grows.

    From a photo it is the "deep dream" of Mordvintsev et al. (2015), "Inceptionism", with its
    octaves and jitter; from noise the feature visualisation of Olah et al. (2017), "Feature
    Visualization", Distill, with the total variation of Mahendran and Vedaldi (2015).

    Args:
        model: From pixels to a layer's maps, `Inside.until`.
        image: float `[height, width, channels]` in 0 to 255, of the model's size.
        channel: The channel of the layer's maps.
        how: How it is changed.
        noise: The deviation of the noise that the change begins with, coarse and soon smoothed.

    Returns:
        float32 of the image's shape, in 0 to 255.
    """
    generator = np.random.default_rng(how.seed)
    start = tf.cast(image[np.newaxis], tf.float32)
    height, width = image.shape[:2]
    sizes = [
        [max(round(side / how.ratio**octave), 2) for side in (height, width)]
        for octave in reversed(range(how.octaves))
    ]
    change = tf.cast(generator.normal(0, noise, (1, *sizes[0], image.shape[2])), tf.float32)
    climb = tf.function(_step, reduce_retracing=True)
    for size in sizes:
        change = tf.image.resize(change, size)
        for _ in range(how.steps):
            shift = generator.integers(-how.jitter, how.jitter, 2, endpoint=True)
            change = climb(model, start, change, channel, tf.constant(shift, tf.int32), how)
    return tf.clip_by_value(start + tf.image.resize(change, (height, width)), 0, 255)[0].numpy()


def _step(
    model: keras.Model,
    start: tf.Tensor,
    change: tf.Tensor,
    channel: int,
    shift: tf.Tensor,
    how: Ascent,
) -> tf.Tensor:
    """One step along the gradient, whose mean size is the rate."""
    with tf.GradientTape() as tape:
        tape.watch(change)
        image = tf.clip_by_value(start + tf.image.resize(change, start.shape[1:3]), 0, 255)
        maps = model(tf.roll(image, shift, axis=(1, 2)), training=False)
        excited = tf.reduce_mean(tf.cast(maps[..., channel], tf.float32))
    slope = _unit(tape.gradient(excited, change, unconnected_gradients="zero"))
    return change + how.rate * (slope - how.smoothness * _roughness(change))


def _unit(slope: tf.Tensor) -> tf.Tensor:
    """A gradient whose mean size is 1, or 0 where there is none."""
    return tf.math.divide_no_nan(slope, tf.reduce_mean(tf.abs(slope)))


def _roughness(image: tf.Tensor) -> tf.Tensor:
    """The gradient of half the squared differences of neighbours: total variation, smoothed."""
    total = tf.zeros_like(image)
    for axis in (1, 2):
        padding = [[0, 0]] * 4
        padding[axis] = [1, 1]
        around = tf.pad(image, padding, "SYMMETRIC")
        size = tf.shape(image)[axis]
        before, after = (tf.gather(around, tf.range(size) + by, axis=axis) for by in (0, 2))
        total += 2 * image - before - after
    return total
