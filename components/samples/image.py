"""Images: PNG and JPEG files in the table, uint8 pixels for the network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field

from components.core.block import Block
from components.core.image_files import SUFFIXES, refuse_image
from components.core.images import (
    MAX_PIXELS,
    describe_fault,
    encode_picture,
    inspect_image,
    is_kept,
    load_picture,
    open_image,
)
from components.core.parts import Sample, SampleError, Tensors
from components.core.png import read_size

if TYPE_CHECKING:
    import keras
    import numpy as np
    import pandas as pd
    import pyarrow as pa
    import tensorflow as tf
    from great_expectations.expectations import Expectation
    from PIL import Image


class ImageChecks(Block):
    """What the validate stage demands of images.

    Attributes:
        height: Declared height of every image in pixels; null for any.
        width: Declared width of every image in pixels; null for any.
        channels: Declared channels of every image, 1 (grey) or 3 (RGB); null for any.
    """

    height: int | None = Field(None, gt=0)
    width: int | None = Field(None, gt=0)
    channels: Literal[1, 3] | None = None


class ImageLimits(Block):
    """What an image may cost.

    Attributes:
        max_pixels: The most pixels that it may have; one with more is decoded nowhere. At most
            twice the default, from where on Pillow refuses it anyway.
    """

    max_pixels: int = Field(MAX_PIXELS, gt=0, le=2 * MAX_PIXELS)


class PixelValues(Block):
    """What the values of pixels mean.

    Attributes:
        white: The value of white in files with more than 8 bits a channel, 4095 of 12 bits, say;
            black is 0. Null for 65535 of 16 bits; files of 32 bits or of floats are then refused,
            and so are those of 16 bits that would be all but black.
    """

    white: float | None = Field(None, gt=0, allow_inf_nan=False)


class ImageSize(Block):
    """What the network is fed with.

    Attributes:
        height: Height of the network's input in pixels.
        width: Width of the network's input in pixels.
        channels: 1 (grey) or 3 (RGB).
    """

    height: int = Field(112, gt=0)
    width: int = Field(112, gt=0)
    channels: Literal[1, 3] = 3


class ImageSample(Sample):
    """One image, in the column `image`: an upright PNG or JPEG file of 8 bits, grey or RGB.

    The network takes uint8 `[height, width, channels]`. What `serve` tells of each image is its
    height and width as it came, int32 `[batch, 2]`.
    """

    column = "image"
    suffixes: ClassVar = SUFFIXES

    checks: ImageChecks
    prepare: ImageSize
    limits: ImageLimits = ImageLimits()
    pixels: PixelValues = PixelValues()

    @classmethod
    def refuse(cls, file: Path) -> str | None:
        """Looks at how a file begins where its name does not end like an image's."""
        return refuse_image(file)

    def columns(self) -> Mapping[str, pa.DataType]:
        """The image, its size in pixels, and what is known of its values; see `Inspected`."""
        import pyarrow as pa

        return {
            "image": pa.binary(),
            "width": pa.int64(),
            "height": pa.int64(),
            "channels": pa.int64(),
            "value_range": pa.int64(),
            "brightness": pa.float32(),
            "contrast": pa.float32(),
        }

    def inspect(self, data: bytes) -> Mapping[str, Any]:
        """Decodes an image in full, once, to the picture that the model is to see."""
        return vars(inspect_image(data, self.limits.max_pixels, self.pixels.white))

    def conditions(self, data: bytes) -> Mapping[str, float]:
        """Brightness and contrast in [0, 1], and the pixels."""
        from components.core.images import light
        from components.core.pictures import read_image

        image = read_image(data)
        brightness, contrast = light(image)
        return {
            "brightness": brightness,
            "contrast": contrast,
            "pixels": float(image.width * image.height),
        }

    def preprocessing(self) -> str:
        """Decoding, resizing and normalisation."""
        height, width, channels = self.shape
        colour = "grey" if channels == 1 else "RGB"
        return (
            f"The model takes `{self.column}`, a PNG, JPEG, GIF or BMP file as bytes, as its "
            "pixels are stored (an orientation in EXIF is ignored). It decodes it to "
            f"{colour}, resizes it to {height} x {width} pixels (antialiased, the aspect ratio is "
            "not kept), and normalises it itself."
        )

    def rules(self) -> Sequence[Expectation]:
        """No image is constant; each is as large as declared."""
        from great_expectations.expectations import (
            ExpectColumnValuesToBeBetween,
            ExpectColumnValuesToBeInSet,
        )

        declared = {name: value for name, value in self.checks if value is not None}
        return [
            ExpectColumnValuesToBeBetween(
                column="value_range", min_value=1, description="image is not constant"
            ),
            *(
                ExpectColumnValuesToBeInSet(
                    column=name, value_set=[value], description=f"{name} as declared"
                )
                for name, value in declared.items()
            ),
        ]

    def describe(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Brightness and contrast in [0, 1], width and height in pixels."""
        return rows[["brightness", "contrast", "width", "height"]].astype(float)

    def raw_columns(self) -> Sequence[str]:
        """The image and its size."""
        return ("image", "width", "height")

    def transform(self, inputs: Tensors) -> dict[str, tf.Tensor]:
        """`image`: PNG files of the network's size, string `[batch]`."""
        import tensorflow as tf

        images, _ = self.serve(tf.reshape(inputs["image"], (-1,)))
        return {"image": self.encode(images)}

    @property
    def shape(self) -> tuple[int, int, int]:
        """Height, width and channels."""
        return (self.prepare.height, self.prepare.width, self.prepare.channels)

    def decode(self, packed: tf.Tensor) -> tf.Tensor:
        """Pixels, uint8 `[height, width, channels]`."""
        import tensorflow as tf

        pixels = tf.io.decode_png(packed, channels=self.prepare.channels)
        return tf.ensure_shape(pixels, self.shape)

    def encode(self, samples: tf.Tensor) -> tf.Tensor:
        """PNG files, string `[batch]`."""
        import tensorflow as tf

        return tf.map_fn(tf.io.encode_png, samples, fn_output_signature=tf.string)

    def entrance(self, body: keras.Model, samples: tf.data.Dataset, raw: bool) -> keras.Model:
        """Normalises each channel by its mean and variance over all training pixels.

        A body that brings its own preprocessing is given floats in 0 to 255.
        """
        import keras

        pixels = keras.Input(body.input_shape[1:], dtype="uint8", name=self.column)
        if raw:
            floats = keras.layers.Rescaling(1.0, name="floats")(pixels)
        else:
            mean, variance = pixel_statistics(samples)
            layer = keras.layers.Normalization(mean=mean, variance=variance, name="normalization")
            floats = layer(pixels)
        return keras.Model(pixels, body(floats), name=f"{body.name}_network")

    def serve(self, raw: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Decodes PNG, JPEG, GIF or BMP files and resizes them to the network's size.

        EXIF is not looked at, and of 16 bits the upper 8 are taken: whoever calls the model
        without convoy sends upright pictures of 8 bits, as `inspect` gives them.
        """
        import tensorflow as tf

        from components.core.decoding import decode_image

        def decode(contents: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            image = tf.ensure_shape(decode_image(contents, self.prepare.channels), (None,) * 3)
            resized = tf.image.resize(image, self.shape[:2], antialias=True)
            pixels = tf.cast(tf.round(tf.clip_by_value(resized, 0.0, 255.0)), tf.uint8)
            return pixels, tf.shape(image)[:2]

        signature = (tf.uint8, tf.TensorSpec((2,), tf.int32))
        images, sizes = tf.map_fn(decode, raw, fn_output_signature=signature)
        return tf.ensure_shape(images, (None, *self.shape)), sizes

    def accept(self, data: bytes) -> bytes:
        """As ingest stores it; what it keeps as it is, which the model decodes, is not decoded."""
        try:
            if is_kept(data, self.limits.max_pixels):
                return data
        except Exception as error:  # Pillow raises a dozen types for broken files
            raise SampleError(describe_fault(error)) from None
        inspected = self.inspect(data)
        if inspected["decode_error"]:
            raise SampleError(inspected["decode_error"])
        return bytes(inspected["image"])

    def rescue(self, data: bytes) -> bytes:
        """The picture as Pillow decodes it, as an RGB PNG."""
        try:
            picture = load_picture(data, self.limits.max_pixels, self.pixels.white)
        except Exception as error:  # Pillow raises a dozen types for broken files
            raise SampleError(describe_fault(error)) from None
        return encode_picture(picture.convert("RGB"))

    def cost(self, data: bytes) -> int:
        """The pixels in RGB; of what cannot be opened, or is never decoded, the bytes it has."""
        most = self.limits.max_pixels
        try:
            width, height = read_size(data) or open_image(data, most).size
        except Exception:  # Pillow raises a dozen types for broken files
            return len(data)
        return 3 * width * height if width * height <= most else len(data)

    def draw(self, data: bytes) -> Image.Image:
        """The image itself, 8-bit RGB."""
        from components.core.pictures import read_image

        return read_image(data)

    def picture(self, sample: np.ndarray) -> Image.Image:
        """The pixels as an image."""
        from PIL import Image

        return Image.fromarray(sample[..., 0] if sample.shape[-1] == 1 else sample)


def pixel_statistics(samples: tf.data.Dataset) -> tuple[list[float], list[float]]:
    """Mean and variance of each channel over all pixels.

    Sums of whole numbers are exact, so the order of the images does not matter.

    Args:
        samples: Images, uint8 `[height, width, channels]`, one at least.

    Returns:
        Means in 0 to 255, and variances, a number a channel.
    """
    import tensorflow as tf

    def add(totals: tf.Tensor, images: tf.Tensor) -> tf.Tensor:
        values = tf.cast(tf.reshape(images, (-1, tf.shape(images)[-1])), tf.int64)
        count = tf.fill(tf.shape(values)[1:], tf.shape(values, out_type=tf.int64)[0])
        sums = [count, tf.reduce_sum(values, axis=0), tf.reduce_sum(values**2, axis=0)]
        return totals + tf.stack(sums)

    channels = samples.element_spec.shape[-1]
    totals = samples.batch(64).reduce(tf.zeros((3, channels), tf.int64), add).numpy().tolist()
    moments = [
        (total / count, (count * square - total**2) / count**2)
        for count, total, square in zip(*totals, strict=True)  # Python's integers have no end
    ]
    means, variances = zip(*moments, strict=True)
    return list(means), list(variances)
