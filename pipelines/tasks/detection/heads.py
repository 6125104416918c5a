"""What a detector's outputs mean."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import keras
    import tensorflow as tf


class Head(ABC):
    """One layout of outputs."""

    @property
    @abstractmethod
    def units(self) -> int:
        """How many values the network gives for each cell."""

    @abstractmethod
    def candidates(self, outputs: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """All boxes that the network suggests.

        Args:
            outputs: Of the network, `[batch, ..., units]`.

        Returns:
            Boxes in pixels of the network's input, float32 `[batch, n, 4]`, and how sure it is
            of each class in each of them, in [0, 1], `[batch, n, classes]`.
        """

    @abstractmethod
    def loss(self) -> keras.losses.Loss:
        """The loss between packed targets and the network's outputs."""
