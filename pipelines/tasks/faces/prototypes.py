"""A softmax with a margin over the people of the training split, on the unit sphere.

Each person has a prototype, a place that is learnt; the logits of a photo are the cosines to all of
them. What is learnt of prototypes is thrown away: other people have others.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

import keras
from keras import ops

ROUNDING = 1e-6
"""By which cosines stay away from 1 and -1, where their angle has no slope."""


class Margin(ABC):
    """Makes it harder to be taken for the right person."""

    def __init__(self, size: float) -> None:
        """Takes the size of the margin."""
        self.size = size

    @abstractmethod
    def __call__(self, cosines: Any) -> Any:
        """The cosines to the right prototypes, as they count, from what they are."""


class CosineMargin(Margin):
    """Wang et al. (2018), "CosFace: Large Margin Cosine Loss for Deep Face Recognition"."""

    def __call__(self, cosines: Any) -> Any:
        """The cosine less the margin."""
        return cosines - self.size


class AngularMargin(Margin):
    """Deng et al. (2019), "ArcFace: Additive Angular Margin Loss for Deep Face Recognition".

    Where the angle and the margin are more than half a turn together, the cosine falls on along a
    line, as in the authors' program.
    """

    def __call__(self, cosines: Any) -> Any:
        """The cosine of the angle plus the margin."""
        angles = ops.arccos(ops.clip(cosines, ROUNDING - 1, 1 - ROUNDING))
        beyond = cosines - self.size * math.sin(math.pi - self.size)
        return ops.where(angles + self.size < math.pi, ops.cos(angles + self.size), beyond)


MARGINS: Mapping[str, type[Margin]] = {"cosface": CosineMargin, "arcface": AngularMargin}


class WithPrototypes(keras.Model):
    """A network of faces as it is fitted.

    In training the loss is that of the softmax. The validation split has other people than the
    prototypes are of: its loss is the one that the network is compiled with.
    """

    def __init__(self, network: keras.Model, people: int, margin: Margin, scale: float) -> None:
        """Takes the network, whose weights are fitted in place.

        Args:
            network: From samples to places `[batch, size]`, not yet on the sphere.
            people: Those of the training split.
            margin: What is taken from the right person.
            scale: What cosines are multiplied by.
        """
        super().__init__(name=network.name)
        self.network = network
        self.prototypes = self.add_weight(
            shape=(people, network.output_shape[-1]), initializer="glorot_normal", name="prototypes"
        )
        self.margin = margin
        self.scale = scale
        self.built = True

    def call(self, samples: Any, training: bool = False) -> Any:
        """Places."""
        return self.network(samples, training=training)

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Any:
        """That of the softmax in training."""
        if not training:
            return super().compute_loss(x, y, y_pred, sample_weight, training)
        return margin_softmax(y[:, 0], self.cosines(y_pred), self.margin, self.scale)

    def cosines(self, places: Any) -> Any:
        """The cosines to the prototypes, `[batch, people]`."""
        prototypes = ops.normalize(self.prototypes, axis=-1)
        return ops.matmul(ops.normalize(places, axis=-1), ops.transpose(prototypes))


def margin_softmax(person: Any, cosines: Any, margin: Margin, scale: float) -> Any:
    """The mean cross-entropy of a softmax over scaled cosines, the right ones less a margin.

    Args:
        person: The index of the right prototype, `[batch]`.
        cosines: To all prototypes, float `[batch, people]`.
        margin: What is taken from the right ones.
        scale: What all are multiplied by.
    """
    right = ops.one_hot(ops.cast(person, "int32"), cosines.shape[-1], dtype=cosines.dtype)
    logits = scale * ops.where(right > 0, margin(cosines), cosines)
    return ops.mean(ops.categorical_crossentropy(right, logits, from_logits=True))
