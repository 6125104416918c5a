"""Run-length encoded regions unpacked in the graph; `components.core.regions` says what they are.

Nothing is made of the size of the image: of each region only those pixels are looked up that a map
of the network's size shows.
"""

from __future__ import annotations

import tensorflow as tf

BITS = 5
"""How many bits of a number a character holds."""

ZERO = 48
"""The code of the character whose bits are 0."""


def read_map(regions: tf.Tensor, source: tf.Tensor, target: tuple[int, int]) -> tf.Tensor:
    """Draws the regions of an image into one map, the smaller ones on top.

    A pixel shows what the nearest one of the image shows, just as masks are resized.

    Args:
        regions: Packed counts, string `[places]`; empty where a place has none.
        source: Height and width of the image, int `[2]`.
        target: Height and width of the map.

    Returns:
        The place of the region of each pixel, from 1, 0 where there is none, int32 `[*target]`.
    """
    places = tf.where(tf.strings.length(regions) > 0)[:, 0]
    ends = tf.cumsum(unpack_counts(tf.gather(regions, places)), axis=1)
    rows, columns = (
        _nearest(tf.cast(source[at], tf.int64), target[at]) for at in range(len(target))
    )
    columns, column = tf.unique(columns)
    # ascending, for regions are counted column by column, and no column stands twice
    pixels = tf.reshape(columns[:, tf.newaxis] * tf.cast(source[0], tf.int64) + rows, (-1,))
    order = tf.argsort(_areas(ends), direction="DESCENDING", stable=True)
    numbers = tf.cast(places + 1, tf.int32)
    drawn = tf.foldl(
        lambda drawn, at: tf.where(_is_inside(ends[at], pixels), numbers[at], drawn),
        order,  # of equal sizes the later one is on top
        tf.zeros_like(pixels, tf.int32),
    )
    table = tf.reshape(drawn, (-1, target[0]))
    return tf.ensure_shape(tf.transpose(tf.gather(table, column)), target)


def unpack_counts(regions: tf.Tensor) -> tf.Tensor:
    """Unpacks the lengths of runs, int64 `[regions, most]`; 0 behind the last of a region.

    Args:
        regions: Packed counts as pycocotools packs them, string `[regions]`, none empty.
    """
    codes = tf.io.decode_raw(tf.strings.reduce_join(regions)[tf.newaxis], tf.uint8)[0]
    bits = tf.cast(codes, tf.int64) - ZERO
    last = bits & 1 << BITS == 0
    number = tf.cumsum(tf.cast(last, tf.int32), exclusive=True)
    values = _join_bits(bits, last, number)
    owners = tf.repeat(tf.range(tf.size(regions)), tf.strings.length(regions))
    lengths = tf.math.bincount(tf.boolean_mask(owners, last), minlength=tf.size(regions))
    counts = _add_up(tf.RaggedTensor.from_row_lengths(values, lengths).to_tensor())
    return tf.where(tf.sequence_mask(lengths, tf.shape(counts)[1]), counts, 0)


def _join_bits(bits: tf.Tensor, last: tf.Tensor, number: tf.Tensor) -> tf.Tensor:
    """The signed number of each group of characters.

    Args:
        bits: Of each character, int64 `[characters]`.
        last: Which end a number, bool `[characters]`.
        number: Which number each belongs to, int32 `[characters]`.
    """
    at = tf.range(tf.size(bits))
    place = at - tf.gather(tf.math.segment_min(at, number), number)
    shift = tf.cast(BITS * place, tf.int64)
    low = tf.bitwise.left_shift(bits & (1 << BITS) - 1, shift)
    negative = last & (bits & 1 << BITS - 1 > 0)
    beyond = tf.bitwise.left_shift(tf.ones_like(bits), shift + BITS)
    return tf.math.segment_sum(low - tf.where(negative, beyond, 0), number)


def _add_up(table: tf.Tensor) -> tf.Tensor:
    """Numbers of which each from the fourth on is the difference to the one two before."""
    table = tf.pad(table, [[0, 0], [0, tf.shape(table)[1] % 2]])
    odd = tf.cumsum(table[:, 1::2], axis=1)
    even = tf.concat([table[:, :1], tf.cumsum(table[:, 2::2], axis=1)], axis=1)
    return tf.reshape(tf.stack([even, odd], axis=2), tf.shape(table))


def _areas(ends: tf.Tensor) -> tf.Tensor:
    """How many pixels are inside, int64 `[regions]`."""
    counts = ends - tf.pad(ends, [[0, 0], [1, 0]])[:, :-1]
    return tf.reduce_sum(counts[:, 1::2], axis=1)


def _nearest(source: tf.Tensor, target: int) -> tf.Tensor:
    """The rows or columns of an image that a map shows, int64 `[target]`.

    Args:
        source: How many the image has, int64.
        target: How many the map has.
    """
    line = tf.range(source)[:, tf.newaxis, tf.newaxis]
    return tf.image.resize(line, (target, 1), tf.image.ResizeMethod.NEAREST_NEIGHBOR)[:, 0, 0]


def _is_inside(ends: tf.Tensor, pixels: tf.Tensor) -> tf.Tensor:
    """Whether pixels are in a region, bool `[pixels]`.

    Args:
        ends: Where its runs end, ascending, int64 `[runs]`.
        pixels: Counted as runs are, ascending, int64 `[pixels]`.
    """
    # there are many more pixels than runs: these are looked up among those
    turns = tf.searchsorted(pixels, ends)
    ended = tf.math.unsorted_segment_sum(tf.ones_like(turns), turns, tf.size(pixels) + 1)
    return tf.cumsum(ended)[:-1] % 2 == 1
