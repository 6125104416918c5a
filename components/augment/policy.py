"""Random, label-correct changes of a batch, each example from its own seed.

An example's result depends on its pixels, its labels, its seed and the parameters alone: not on
the batch it comes in, nor on the order of the batches.
"""

from collections.abc import Callable, Mapping

import tensorflow as tf

from components.augment import photometry
from components.augment.geometry import Warp, sample_warp
from components.augment.params import AugmentParams

Tensors = Mapping[str, tf.Tensor]

DRAWS = (
    "horizontal_flip",
    "vertical_flip",
    "rotation",
    "scale",
    "shift_x",
    "shift_y",
    "crop",
    "crop_x",
    "crop_y",
    "blur",
    "contrast",
    "brightness",
    "noise",
    "cutout",
    "cutout_x",
    "cutout_y",
)
"""What is drawn for an example. A new name goes to the end: then the others' values stay."""


def augment(
    images: tf.Tensor,
    labels: Tensors,
    seeds: tf.Tensor,
    params: AugmentParams,
    warp_labels: Callable[[Tensors, Warp], dict[str, tf.Tensor]],
) -> tuple[tf.Tensor, dict[str, tf.Tensor]]:
    """Changes images and labels at random; with all parameters at zero it is the identity.

    Args:
        images: uint8 `[batch, height, width, channels]`; all but the batch static.
        labels: The task's labels, `[batch, ...]` each.
        seeds: One seed an example, int32 or int64 `[batch, 2]`.
        params: How far each change goes.
        warp_labels: Moves the labels along with the images; called where images move.

    Returns:
        Images and labels of the same shapes and types.
    """
    draws = draw(seeds)
    pixels, labels = tf.cast(images, tf.float32), dict(labels)
    if _moves(params):
        warp = sample_warp(draws, params, tuple(images.shape[1:3]))
        pixels, labels = warp.images(pixels), warp_labels(labels, warp)
    pixels = _distort(pixels, draws, seeds, params)
    return tf.saturate_cast(tf.round(pixels), tf.uint8), labels


def example_seeds(keys: tf.Tensor, copy: int, seed: int) -> tf.Tensor:
    """Derives a seed for every example from its key, the same on every machine.

    Args:
        keys: What tells the examples apart, string `[batch]`.
        copy: Which copy of the example the seed is for.
        seed: The task's seed.

    Returns:
        int64 `[batch, 2]`.
    """
    buckets = 2**63 - 1
    by_key = tf.strings.to_hash_bucket_fast(keys, buckets)
    by_copy = tf.strings.to_hash_bucket_fast(f"{seed}/{copy}", buckets)
    return tf.stack([by_key, tf.fill(tf.shape(by_key), by_copy)], axis=1)


@tf.function(reduce_retracing=True)  # `map_fn` is slow where it runs eagerly
def draw(seeds: tf.Tensor) -> dict[str, tf.Tensor]:
    """Draws numbers uniform in [-1, 1), float32 `[batch]` for each name of `DRAWS`."""

    def draw_example(seed: tf.Tensor) -> tf.Tensor:
        # A named generator, because the default is another one on some accelerators.
        return tf.random.stateless_uniform([len(DRAWS)], seed, -1.0, 1.0, alg="philox")

    values = tf.map_fn(draw_example, seeds, fn_output_signature=tf.float32)
    return dict(zip(DRAWS, tf.unstack(values, axis=1), strict=True))


def _moves(params: AugmentParams) -> bool:
    """Whether pixels may change their place."""
    ranges = (params.rotation, params.scale, params.shift, params.crop)
    return params.horizontal_flip or params.vertical_flip or any(ranges)


def _distort(
    images: tf.Tensor, draws: Tensors, seeds: tf.Tensor, params: AugmentParams
) -> tf.Tensor:
    """Changes values in the order of a camera: lens, exposure, sensor; then the grey square."""
    if params.blur:
        images = photometry.blur(images, params.blur * tf.abs(draws["blur"]), params.blur)
    if params.contrast:
        images = photometry.adjust_contrast(images, 1 + params.contrast * draws["contrast"])
    if params.brightness:
        images = photometry.adjust_brightness(images, params.brightness * draws["brightness"])
    if params.noise:
        deviation = params.noise * tf.abs(draws["noise"])
        images = photometry.add_noise(images, deviation, seeds)
    if params.cutout:
        images = _cut_out(images, draws, params.cutout)
    return images


def _cut_out(images: tf.Tensor, draws: Tensors, largest: float) -> tf.Tensor:
    """Cuts a square out of each image, up to `largest` of the shorter side, centred anywhere."""
    height, width = images.shape[1:3]
    x = width * (draws["cutout_x"] + 1) / 2 - 0.5
    y = height * (draws["cutout_y"] + 1) / 2 - 0.5
    side = largest * tf.abs(draws["cutout"]) * min(height, width)
    return photometry.cut_out(images, tf.stack([x, y], axis=1), side)
