"""Images put together of parts of four, after Bochkovskiy et al. (2020), "YOLOv4"."""

from __future__ import annotations

from collections.abc import Sequence

import tensorflow as tf

from components.core.boxes import BOXES
from components.core.parts import Tensors
from pipelines.tasks.shared.boxes.augmentation import keep_seen
from pipelines.tasks.shared.boxes.features import CLASS, IGNORED, NONE

IMAGE = "image"
NARROWEST = 0.25
"""The least share of the side that each of the four has."""

PLACES = ((0, 0), (0, 1), (1, 0), (1, 1))
"""Row and column of the four."""


def mosaic(
    batch: Tensors, seeds: tf.Tensor, share: float, kept: float, maps: Sequence[str] = ()
) -> dict[str, tf.Tensor]:
    """Puts a share of the images together of parts of four, boxes along.

    Four images of the batch at their own scale make a sheet of twice the size, of which a window
    of the size of one is cut out, at random about the middle. An image stays as it is where the
    window would show more boxes than an example has places.

    Args:
        batch: `image`, uint8 `[batch, height, width, channels]`, and the features of boxes.
        seeds: One seed an example, int64 `[batch, 2]`.
        share: The share of the images.
        kept: The least share of its area that a box must keep.
        maps: Features that say of each pixel the place of its object, from 1.

    Returns:
        The same, of the same shapes and types.
    """
    height, width = batch[IMAGE].shape[1:3]
    draws = _draw(seeds)
    partners = _partners(draws, tf.shape(seeds)[0])
    corner = NARROWEST + (1 - 2 * NARROWEST) * draws[:, :2]
    top, left = (tf.cast(corner[:, at] * side, tf.int32) for at, side in enumerate((height, width)))
    boxes = [
        _shifted(batch, partners[:, at], (column * width - left, row * height - top))
        for at, (row, column) in enumerate(PLACES)
    ]
    joined = {name: tf.concat([each[name] for each in boxes], axis=1) for name in boxes[0]}
    places = batch[CLASS].shape[1]
    for name in maps:
        joined[name] = _window(_numbered(_four(batch[name], partners), places), top, left)
    joined = keep_seen(joined, (height, width), kept, maps)
    fits = tf.reduce_sum(tf.cast(joined[CLASS] > NONE, tf.int32), axis=1) <= places
    chosen = (draws[:, 2] < share) & fits
    made = {**joined, **{name: joined[name][:, :places] for name in (BOXES, CLASS, IGNORED)}}
    made[IMAGE] = _window(_four(batch[IMAGE], partners), top, left)
    return {**batch, **{name: _where(chosen, made[name], batch[name]) for name in made}}


def _draw(seeds: tf.Tensor) -> tf.Tensor:
    """Numbers in [0, 1) of each example: the corner, whether it is made, and three partners."""

    def draw_example(seed: tf.Tensor) -> tf.Tensor:
        return tf.random.stateless_uniform([6], seed + 1, alg="philox")

    return tf.map_fn(draw_example, seeds, fn_output_signature=tf.float32)


def _partners(draws: tf.Tensor, size: tf.Tensor) -> tf.Tensor:
    """The places in the batch of the four, the example itself first, int32 `[batch, 4]`."""
    others = tf.cast(draws[:, 3:] * tf.cast(size, tf.float32), tf.int32)
    return tf.concat([tf.range(size)[:, tf.newaxis], tf.minimum(others, size - 1)], axis=1)


def _shifted(
    batch: Tensors, chosen: tf.Tensor, shift: tuple[tf.Tensor, tf.Tensor]
) -> dict[str, tf.Tensor]:
    """The boxes of chosen examples, moved to the right and down."""
    x, y = (tf.cast(each, tf.float32) for each in shift)
    moves = tf.stack([x, y, x, y], axis=-1)[:, tf.newaxis]
    features = {name: tf.gather(batch[name], chosen) for name in (BOXES, CLASS, IGNORED)}
    return {**features, BOXES: features[BOXES] + moves}


def _four(images: tf.Tensor, partners: tf.Tensor) -> list[tf.Tensor]:
    """The images of each sheet, in the order of `PLACES`."""
    return [tf.gather(images, partners[:, at]) for at in range(len(PLACES))]


def _numbered(four: Sequence[tf.Tensor], places: int) -> list[tf.Tensor]:
    """Maps with the places that objects have once those of all four are in one row."""
    return [tf.where(each > 0, each + at * places, 0) for at, each in enumerate(four)]


def _window(four: Sequence[tf.Tensor], top: tf.Tensor, left: tf.Tensor) -> tf.Tensor:
    """The windows of the sheets of four that begin at `top` and `left`."""
    height, width = four[0].shape[1:3]
    rows = top[:, tf.newaxis] + tf.range(height)
    columns = left[:, tf.newaxis] + tf.range(width)
    halves = [tf.concat(four[at : at + 2], axis=2) for at in (0, 2)]
    halves = [tf.gather(each, columns, axis=2, batch_dims=1) for each in halves]
    return tf.gather(tf.concat(halves, axis=1), rows, axis=1, batch_dims=1)


def _where(chosen: tf.Tensor, made: tf.Tensor, before: tf.Tensor) -> tf.Tensor:
    shape = tf.concat([tf.shape(chosen), tf.ones(tf.rank(before) - 1, tf.int32)], axis=0)
    return tf.ensure_shape(tf.where(tf.reshape(chosen, shape), made, before), before.shape)
