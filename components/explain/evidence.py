"""What of an image speaks for an answer: by gradients, and by covering parts of it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import keras
import numpy as np
import tensorflow as tf

from components.explain.network import Inside, run_in_batches

PATCHES = 8
"""How many patches cover an image along its shorter side."""


def grad_cam(
    inside: Inside, name: str, pixels: np.ndarray, answer: np.ndarray, averaged: bool = True
) -> np.ndarray:
    """How much each place of a layer's maps speaks for an answer.

    Gradient-weighted class activation mapping of Selvaraju et al. (2017), "Grad-CAM"; for an
    answer that is a sum over places, such as the pixels of a class, that of Vinogradova et al.
    (2020), "Towards Interpretable Semantic Segmentation via Gradient-weighted Class Activation
    Mapping". Evidence against the answer is kept, not cut off.

    Below global average pooling gradients are the same at all places. Elsewhere their average
    is another network's evidence than this one's; not averaged, the maps are those of Draelos and
    Carin (2020), "HiResCAM", which add up to the answer below a single dense layer.

    Args:
        inside: The network.
        name: The layer.
        pixels: `[images, height, width, channels]` in 0 to 255.
        answer: The weights of the raw outputs, of their shape without the batch, whose weighted
            sum is explained.
        averaged: Whether a channel's gradients are averaged over all places.

    Returns:
        float32 `[images, rows, columns]`.
    """
    model = inside.with_outputs(name)
    with tf.GradientTape() as tape:
        images = tf.cast(pixels, tf.float32)
        tape.watch(images)
        maps, outputs = model(images, training=False)
        score = tf.reduce_sum(tf.cast(outputs, tf.float32) * answer)
    slopes = tape.gradient(score, maps, unconnected_gradients="zero")
    weights = tf.reduce_mean(slopes, axis=(1, 2), keepdims=True) if averaged else slopes
    return tf.reduce_sum(tf.cast(weights * maps, tf.float32), axis=-1).numpy()


def occlusion(
    model: keras.Model, image: np.ndarray, answers: Sequence[np.ndarray], patch: int | None = None
) -> np.ndarray:
    """How much answers fall when a part of the image is covered.

    Zeiler and Fergus (2014), "Visualizing and Understanding Convolutional Networks". A square of
    the image's mean colour is moved by half of its side.

    Args:
        model: From pixels to raw outputs.
        image: `[height, width, channels]` in 0 to 255.
        answers: The weights of the raw outputs of each answer, as for `grad_cam`.
        patch: Side of the square in pixels; by default eight of them cover the shorter side.

    Returns:
        float32 `[answers, rows, columns]`, a value a place of the square; above 0 where what is
        covered speaks for the answer.
    """
    height, width = image.shape[:2]
    side = patch or max(min(height, width) // PATCHES, 1)
    step = max(side // 2, 1)
    tops, lefts = (np.arange(0, size - side + 1, step) for size in (height, width))
    covered = np.repeat(image[np.newaxis].astype(np.float32), len(tops) * len(lefts) + 1, axis=0)
    grey = image.mean(axis=(0, 1))
    for at, (top, left) in enumerate(product(tops, lefts), start=1):
        covered[at, top : top + side, left : left + side] = grey
    weights = tf.constant(np.stack([answer.ravel() for answer in answers], axis=1), tf.float32)

    def score(outputs: tf.Tensor) -> tf.Tensor:
        return tf.reshape(outputs, (tf.shape(outputs)[0], -1)) @ weights

    scores = run_in_batches(model, covered, score).T
    return (scores[:, :1] - scores[:, 1:]).reshape(len(answers), len(tops), len(lefts))
