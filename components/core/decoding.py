"""Decodes images in TensorFlow's graph, to the very pixels that Pillow decodes at ingest."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import tensorflow as tf

JPEG_SIGNATURE = b"\xff\xd8\xff"


def decode_image(contents: tf.Tensor, channels: int = 0) -> tf.Tensor:
    """Decodes a PNG, JPEG, GIF or BMP file.

    JPEG is decoded by whole numbers, as by Pillow. TensorFlow's default is a faster transform
    that is off by a shade on average, and where white overflows black.

    Args:
        contents: The file, string `[]`.
        channels: 1 (grey), 3 (RGB), or 0 for as many as the file has.

    Returns:
        uint8 `[height, width, channels]`, of an animation the first frame.
    """
    import tensorflow as tf

    return tf.cond(
        tf.strings.substr(contents, 0, len(JPEG_SIGNATURE)) == JPEG_SIGNATURE,
        lambda: tf.io.decode_jpeg(contents, channels, dct_method="INTEGER_ACCURATE"),
        lambda: tf.io.decode_image(contents, channels, expand_animations=False),
    )
