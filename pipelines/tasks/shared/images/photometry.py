"""Changes of an image's values that leave its labels alone.

Images are float32 `[batch, height, width, channels]` with values in 0 to 255 and a static height,
width and channels. Results are not clipped, so that several changes can follow one another.
Every image has its own strength, and no image influences another.
"""

import math

import tensorflow as tf

from components.core.parts import Tensors
from pipelines.tasks.shared.images.params import ImagePolicy

GREY = 127.5
"""The middle of the value range."""
LUMA = (0.299, 0.587, 0.114)
"""How bright red, green and blue are (ITU-R BT.601)."""


def distort(images: tf.Tensor, draws: Tensors, seeds: tf.Tensor, params: ImagePolicy) -> tf.Tensor:
    """Changes values in the order of a camera: lens, light, exposure, sensor; then the grey square.

    Args:
        images: The images.
        draws: Numbers in [-1, 1), float32 `[batch]` each: `blur`, `tint_red`, `tint_blue`,
            `saturation`, `contrast`, `brightness`, `noise`, `cutout`, `cutout_x` and `cutout_y`.
        seeds: Where each image's noise comes from, int32 or int64 `[batch, 2]`.
        params: How far each change goes.
    """
    if params.blur:
        images = blur(images, params.blur * tf.abs(draws["blur"]), params.blur)
    if params.tint:
        gains = (1 + params.tint * draws[f"tint_{name}"] for name in ("red", "blue"))
        images = adjust_tint(images, *gains)
    if params.saturation:
        images = adjust_saturation(images, 1 + params.saturation * draws["saturation"])
    if params.contrast:
        images = adjust_contrast(images, 1 + params.contrast * draws["contrast"])
    if params.brightness:
        images = adjust_brightness(images, params.brightness * draws["brightness"])
    if params.noise:
        images = add_noise(images, params.noise * tf.abs(draws["noise"]), seeds)
    if params.cutout:
        images = _cut_out_anywhere(images, draws, params.cutout)
    return images


def adjust_brightness(images: tf.Tensor, change: tf.Tensor) -> tf.Tensor:
    """Adds a fraction of the value range, `change` `[batch]`, to every value."""
    return images + 255 * _per_image(change)


def adjust_contrast(images: tf.Tensor, factor: tf.Tensor) -> tf.Tensor:
    """Stretches the distances of all values from mid-grey by `factor` `[batch]`."""
    return GREY + _per_image(factor) * (images - GREY)


def adjust_tint(images: tf.Tensor, red: tf.Tensor, blue: tf.Tensor) -> tf.Tensor:
    """Multiplies red and blue by factors `[batch]`; grey images, of one channel, stay."""
    if images.shape[-1] == 1:
        return images
    return images * _per_image(tf.stack([red, tf.ones_like(red), blue], axis=-1))


def adjust_saturation(images: tf.Tensor, factor: tf.Tensor) -> tf.Tensor:
    """Stretches the distances of all colours from their own grey by `factor` `[batch]`."""
    if images.shape[-1] == 1:
        return images
    grey = tf.reduce_sum(images * tf.constant(LUMA), axis=-1, keepdims=True)
    return grey + _per_image(factor) * (images - grey)


def blur(images: tf.Tensor, sigma: tf.Tensor, largest: float) -> tf.Tensor:
    """Blurs each image with its own Gaussian, repeating the edge outside the image.

    Args:
        images: The images.
        sigma: Standard deviations in pixels, float32 `[batch]`; 0 leaves an image as it is.
        largest: Bound of `sigma`; the kernel ends at four times this, as in SciPy.

    Returns:
        The blurred images.
    """
    height, width, channels = images.shape[1:]
    kernels = tf.repeat(_gaussian_kernels(sigma, math.ceil(4 * largest)), channels, axis=1)
    # As channels of one image, the images can have a kernel each in one convolution.
    planes = tf.reshape(tf.transpose(images, [1, 2, 0, 3]), [1, height, width, -1])
    planes = _blur_columns(planes, kernels)
    planes = _blur_columns(tf.transpose(planes, [0, 2, 1, 3]), kernels)
    return tf.transpose(tf.reshape(planes, [width, height, -1, channels]), [2, 1, 0, 3])


def add_noise(images: tf.Tensor, deviation: tf.Tensor, seeds: tf.Tensor) -> tf.Tensor:
    """Adds Gaussian noise, independent at every pixel and channel.

    Args:
        images: The images.
        deviation: Standard deviation as a fraction of the value range, float32 `[batch]`.
        seeds: Where each image's noise comes from, int32 or int64 `[batch, 2]`.

    Returns:
        The noisy images.
    """
    return images + 255 * _per_image(deviation) * _normal(seeds, tuple(images.shape[1:]))


def cut_out(images: tf.Tensor, centre: tf.Tensor, side: tf.Tensor) -> tf.Tensor:
    """Puts a grey square on each image, which may reach over its edge.

    After DeVries and Taylor, "Improved Regularization of Convolutional Neural Networks with
    Cutout", arXiv:1708.04552.

    Args:
        images: The images.
        centre: x and y of the square's centre in pixels, float32 `[batch, 2]`.
        side: Length of its side in pixels, float32 `[batch]`; 0 leaves an image as it is.

    Returns:
        The images with the squares.
    """
    height, width = images.shape[1:3]
    half = side[:, tf.newaxis] / 2
    in_columns = tf.abs(tf.range(width, dtype=tf.float32) - centre[:, :1]) < half
    in_rows = tf.abs(tf.range(height, dtype=tf.float32) - centre[:, 1:]) < half
    inside = in_rows[:, :, tf.newaxis] & in_columns[:, tf.newaxis, :]
    return tf.where(inside[..., tf.newaxis], GREY, images)


def _per_image(values: tf.Tensor) -> tf.Tensor:
    """Values `[batch]`, or `[batch, channels]`, as every pixel of an image has them."""
    return tf.reshape(values, [-1, 1, 1, values.shape[1] if len(values.shape) > 1 else 1])


def _gaussian_kernels(sigma: tf.Tensor, radius: int) -> tf.Tensor:
    """Normalised Gaussians, one a column, `[2 * radius + 1, batch]`."""
    offsets = tf.range(-radius, radius + 1, dtype=tf.float64)[:, tf.newaxis]
    # The last bit of exp depends on the place in the batch: with 64 bits it is rounded away.
    widths = tf.maximum(tf.cast(sigma, tf.float64), 1e-3)  # as good as 0, without 0 / 0
    weights = tf.exp(-0.5 * (offsets / widths) ** 2)
    return tf.cast(weights / tf.reduce_sum(weights, axis=0), tf.float32)


def _blur_columns(planes: tf.Tensor, kernels: tf.Tensor) -> tf.Tensor:
    """Convolves each of `[1, height, width, planes]` along the height with its own kernel.

    Never along the width: there oneDNN (TensorFlow 2.16) unrolls the kernel and crashes on one
    of 17 taps.
    """
    length, radius = planes.shape[1], kernels.shape[0] // 2
    edge_repeated = tf.clip_by_value(tf.range(-radius, length + radius), 0, length - 1)
    planes = tf.gather(planes, edge_repeated, axis=1)
    kernels = kernels[:, tf.newaxis, :, tf.newaxis]
    return tf.nn.depthwise_conv2d(planes, kernels, strides=[1, 1, 1, 1], padding="VALID")


@tf.function(reduce_retracing=True)  # `map_fn` is slow where it runs eagerly
def _normal(seeds: tf.Tensor, shape: tuple[int, ...]) -> tf.Tensor:
    """Standard normal numbers `[batch, *shape]`, each example's from its own seed."""

    def draw(seed: tf.Tensor) -> tf.Tensor:
        # Folded in, so that whatever else is drawn from the same seed is independent of it.
        return tf.random.stateless_normal(shape, tf.random.fold_in(seed, 1), alg="philox")

    return tf.map_fn(draw, seeds, fn_output_signature=tf.float32)


def _cut_out_anywhere(images: tf.Tensor, draws: Tensors, largest: float) -> tf.Tensor:
    """Cuts a square out of each image, up to `largest` of the shorter side, centred anywhere."""
    height, width = images.shape[1:3]
    x = width * (draws["cutout_x"] + 1) / 2 - 0.5
    y = height * (draws["cutout_y"] + 1) / 2 - 0.5
    side = largest * tf.abs(draws["cutout"]) * min(height, width)
    return cut_out(images, tf.stack([x, y], axis=1), side)
