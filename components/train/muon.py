"""Muon: steps along the nearest orthogonal matrix, here of convolutions' filters, too."""

import math
from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="convoy")
class Muon(keras.optimizers.Muon):
    """Muon over all weights that are matrices once each filter is taken for a column.

    Jordan et al., 2024, "Muon: An optimizer for hidden layers in neural networks", with the length
    of steps of Liu et al., 2025, "Muon is Scalable for LLM Training", for which a learning rate of
    AdamW's will do. Keras's own gives AdamW not only biases, normalisations and embeddings, but all
    filters of convolutions, as they are no matrices.
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        weight_decay: float | None = 0.004,
        clipnorm: float | None = None,
        **kwargs: Any,
    ) -> None:
        """Takes the arguments of `keras.optimizers.Muon`; one weight decay for all weights."""
        kwargs.setdefault("adam_weight_decay", weight_decay)
        super().__init__(learning_rate, weight_decay=weight_decay, clipnorm=clipnorm, **kwargs)

    def _should_use_adamw(self, variable: keras.Variable) -> bool:
        """Whether it is AdamW's: Keras asks before it makes the moments, and before each step."""
        return len(variable.shape) <= 2 and super()._should_use_adamw(variable)

    def zeropower_via_newtonschulz5(self, x: Any, steps: int) -> Any:
        """About the nearest orthogonal matrix of one or of filters, in its shape."""
        return ops.reshape(super().zeropower_via_newtonschulz5(_matrix(x), steps), x.shape)

    def lr_adjust(self, x: Any) -> Any:
        """A step as long, a weight, as AdamW's usually is."""
        return ops.reshape(super().lr_adjust(_matrix(x)), x.shape)


def _matrix(weights: Any) -> Any:
    """A filter a column, `[height * width * channels, filters]`."""
    return ops.reshape(weights, (math.prod(weights.shape[:-1]), weights.shape[-1]))
