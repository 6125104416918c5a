"""What networks that label every pixel share: sizes that fit, and bilinear upsampling."""

from typing import Any

import keras
import numpy as np
from keras import ops

Shape = tuple[int | None, ...]


@keras.saving.register_keras_serializable(package="convoy")
class PadToMultiple(keras.layers.Layer):
    """Repeats the last row and column until height and width are multiples of a number."""

    reach = "place"  # what a value depends on, as the table of layers tells

    def __init__(self, multiple: int, **kwargs: Any) -> None:
        """Takes the number and the arguments of every Keras layer."""
        super().__init__(**kwargs)
        self.multiple = multiple

    def call(self, images: Any) -> Any:
        """Pads images `[batch, height, width, channels]` below and to the right."""
        for axis in (1, 2):
            size = ops.shape(images)[axis]
            index = ops.minimum(ops.arange(self._padded(size)), size - 1)
            images = ops.take(images, index, axis=axis)
        return images

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """The padded shape; None where the size is not known."""
        batch, height, width, channels = input_shape
        padded = (None if size is None else self._padded(size) for size in (height, width))
        return (batch, *padded, channels)

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return super().get_config() | {"multiple": self.multiple}

    def _padded(self, size: Any) -> Any:
        return -(-size // self.multiple) * self.multiple


@keras.saving.register_keras_serializable(package="convoy")
class CropLike(keras.layers.Layer):
    """Cuts off what `PadToMultiple` added."""

    reach = "place"

    def call(self, maps: Any, images: Any) -> Any:
        """The top left part of maps `[batch, rows, columns, channels]`, as large as the images.

        Args:
            maps: What is cropped.
            images: `[batch, height, width, any]`, not larger than the maps.
        """
        return maps[:, : ops.shape(images)[1], : ops.shape(images)[2]]

    def compute_output_shape(self, maps_shape: Shape, images_shape: Shape) -> Shape:
        """Height and width of the images, the rest of the maps."""
        return (maps_shape[0], *images_shape[1:3], maps_shape[3])


@keras.saving.register_keras_serializable(package="convoy")
class UpSamplingAnySize(keras.layers.Layer):
    """Repeats each row and column: `keras.layers.UpSampling2D`, to be exported for any size."""

    def __init__(self, size: int = 2, **kwargs: Any) -> None:
        """Takes how often, and the arguments of every Keras layer."""
        super().__init__(**kwargs)
        self.size = size

    def call(self, maps: Any) -> Any:
        """Enlarges maps `[batch, rows, columns, channels]`."""
        for axis in (1, 2):
            maps = ops.repeat(maps, self.size, axis=axis)
        return maps

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """The enlarged shape; None where the size is not known."""
        batch, *sides, channels = input_shape
        return (batch, *(None if side is None else self.size * side for side in sides), channels)

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return super().get_config() | {"size": self.size}


@keras.saving.register_keras_serializable(package="convoy")
class Bilinear(keras.initializers.Initializer):
    """Kernels with which a transposed convolution interpolates each channel by itself.

    From Long, Shelhamer and Darrell (2015), "Fully Convolutional Networks for Semantic
    Segmentation"; for stride s the kernel must be of size 2s.
    """

    def __call__(self, shape: tuple[int, ...], dtype: Any = None) -> Any:
        """Makes a kernel `[rows, columns, outputs, inputs]`."""
        rows, columns, outputs, inputs = shape
        window = np.outer(_triangle(rows), _triangle(columns))
        kernel = window[:, :, None, None] * np.eye(outputs, inputs)
        return ops.convert_to_tensor(kernel, dtype=dtype)


def _triangle(size: int) -> np.ndarray:
    """Weights that fall linearly from the middle of `size` pixels, an even number."""
    return 1 - np.abs(np.arange(size) - (size - 1) / 2) / (size / 2)


def upsample(maps: keras.KerasTensor, stride: int, **kwargs: Any) -> keras.KerasTensor:
    """Enlarges maps by a transposed convolution that starts as bilinear interpolation.

    Keras's own `UpSampling2D` cannot be exported for images of any size.

    Args:
        maps: `[batch, rows, columns, channels]`.
        stride: How many times larger the result is, even.
        **kwargs: Arguments of the layer, such as its name.
    """
    layer = keras.layers.Conv2DTranspose(
        maps.shape[-1],
        2 * stride,
        stride,
        padding="same",
        use_bias=False,
        kernel_initializer=Bilinear(),
        **kwargs,
    )
    return layer(maps)
