"""What the network of keypoints is fitted to, and its points in pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from components.core.block import Block
from components.core.facial_points import COLUMNS, KEYPOINTS
from components.core.parts import Learning, Tensors
from pipelines.tasks.keypoints.units import to_pixels

if TYPE_CHECKING:
    import keras
    import tensorflow as tf
    import tensorflow_transform as tft


class KeypointTrain(Block):
    """How the network of keypoints is fitted.

    Attributes:
        model: A module of `models`.
        loss: `mse`, of coordinates in [-1, 1]; `euclidean`, the mean pixel error itself.
            Both leave missing points out.
    """

    model: str = "keypoint_heatmap"
    loss: Literal["mse", "euclidean"] = "mse"


class KeypointLearning(Learning):
    """30 coordinates in [-1, 1]; missing points count for nothing."""

    train: KeypointTrain

    def outputs(self, transform: tft.TFTransformOutput) -> int:
        """30 coordinates."""
        return len(COLUMNS)

    def target(self, example: Tensors) -> tf.Tensor:
        """The coordinates in [-1, 1], float32 `[batch, 30]`; NaN where missing."""
        return example["keypoints"]

    def loss(self) -> keras.losses.Loss:
        """The loss that `train.loss` names."""
        from pipelines.tasks.keypoints.losses import MaskedEuclidean, MaskedMeanSquaredError

        return {"mse": MaskedMeanSquaredError, "euclidean": MaskedEuclidean}[self.train.loss]()

    def metrics(self) -> list[keras.metrics.Metric]:
        """Mean distance in pixels of a 96x96 image."""
        from pipelines.tasks.keypoints.losses import MeanPixelError

        return [MeanPixelError()]

    def serve(self, outputs: tf.Tensor, context: tf.Tensor) -> dict[str, tf.Tensor]:
        """`keypoints`, float32 `[batch, 15, 2]`: x and y in pixels of the image as it came.

        Args:
            outputs: Coordinates in [-1, 1], `[batch, 30]`.
            context: Height and width of each image as it came, int32 `[batch, 2]`.
        """
        import tensorflow as tf

        units = tf.reshape(tf.cast(outputs, tf.float32), (-1, len(KEYPOINTS), 2))
        widths_heights = tf.cast(tf.reverse(context, [1]), tf.float32)
        return {"keypoints": to_pixels(units, widths_heights[:, tf.newaxis])}
