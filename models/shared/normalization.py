"""Normalisation as it was before that of batches."""

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="convoy")
class LocalResponseNormalization(keras.layers.Layer):
    """Divides a value by those of neighbouring channels at its place; no parameters.

    After Krizhevsky et al. (2012), "ImageNet Classification with Deep Convolutional Neural
    Networks", section 3.3: x / (k + alpha * sum of x^2 over `size` channels)^beta.
    """

    reach = "place"  # what a value depends on, as the table of layers tells

    def __init__(
        self, size: int = 5, k: float = 2.0, alpha: float = 1e-4, beta: float = 0.75, **kwargs: Any
    ) -> None:
        """Takes the paper's constants, `size` an odd number, and Keras's arguments."""
        super().__init__(**kwargs)
        self.size, self.k, self.alpha, self.beta = size, k, alpha, beta

    def call(self, maps: Any) -> Any:
        """Normalised maps `[batch, rows, columns, channels]`."""
        channels = maps.shape[-1]
        padded = ops.pad(ops.square(maps), [(0, 0)] * 3 + [(self.size // 2, self.size // 2)])
        near = sum(padded[..., shift : shift + channels] for shift in range(self.size))
        return maps / (self.k + self.alpha * near) ** self.beta

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """The shape of the maps."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        own = {name: getattr(self, name) for name in ("size", "k", "alpha", "beta")}
        return super().get_config() | own
