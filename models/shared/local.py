"""Neurons that look at a patch each, with weights of their own."""

from typing import Any

import keras
from keras import ops

Shape = tuple[int | None, ...]


@keras.saving.register_keras_serializable(package="convoy")
class LocallyConnected2D(keras.layers.Layer):
    """A convolution without padding whose weights are not shared: each place has its own.

    Keras 2 had such a layer, Keras 3 has none. There are as many parameters as
    `rows * columns * filters * (kernel * kernel * channels + 1)`.
    """

    shares_weights = False  # as the table of layers counts multiplications

    def __init__(self, filters: int, kernel_size: int, strides: int = 1, **kwargs: Any) -> None:
        """Takes neurons a place, side of a patch, distance of patches and Keras's arguments."""
        super().__init__(**kwargs)
        self.filters, self.kernel_size, self.strides = filters, kernel_size, strides

    def build(self, input_shape: Shape) -> None:
        """Makes a kernel and a bias for each place.

        Raises:
            ValueError: When height or width are not known, or are less than a patch.
        """
        _, rows, columns, _ = self.compute_output_shape(input_shape)
        if not rows or not columns or min(rows, columns) < 1:
            raise ValueError(f"{self.name}: no patch of {self.kernel_size} fits {input_shape}")
        patch = self.kernel_size**2 * input_shape[3]  # type: ignore[operator]
        places = (rows, columns)
        # Keras takes places for the size of a filter; a neuron sees one patch
        start = keras.initializers.VarianceScaling(rows * columns, "fan_avg", "uniform")
        self.kernel = self.add_weight((*places, patch, self.filters), start, name="kernel")
        self.bias = self.add_weight((*places, self.filters), "zeros", name="bias")

    def call(self, images: Any) -> Any:
        """Maps `[batch, rows, columns, filters]` of images `[batch, height, width, channels]`."""
        patches = ops.image.extract_patches(images, self.kernel_size, self.strides)
        return ops.einsum("brcp,rcpf->brcf", patches, self.kernel) + self.bias

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """As many places as a convolution has: floor((n - kernel) / stride) + 1 on each side."""
        batch, height, width, _ = input_shape
        rows, columns = (
            None if side is None else (side - self.kernel_size) // self.strides + 1
            for side in (height, width)
        )
        return (batch, rows, columns, self.filters)

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        own = {name: getattr(self, name) for name in ("filters", "kernel_size", "strides")}
        return super().get_config() | own
