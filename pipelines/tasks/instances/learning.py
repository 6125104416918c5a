"""Objects with a mask each: what the network is fitted to, and what becomes of its outputs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from components.core.block import Block
from components.core.errors import ConvoyError
from components.core.parts import Learning, Tensors
from components.samples.image import ImageSize
from pipelines.tasks.shared.boxes.params import BoxClasses

if TYPE_CHECKING:
    import keras
    import tensorflow as tf
    import tensorflow_transform as tft

LAYOUT = "objects"
"""What a model says of its outputs that is made of the parts that are fitted here."""

TOLD = 6
"""Values of an object beside its mask: x0, y0, x1, y1, score and class."""


class InstanceTraining(Block):
    """What learns objects.

    Attributes:
        model: A module of `models` that is made of the parts of `mask_rcnn`.
    """

    model: str = "mask_rcnn"


class InstanceLearning(Learning):
    """Finds objects: a box, a class, a mask and how sure the network is of them."""

    checks: BoxClasses
    prepare: ImageSize
    train: InstanceTraining

    def classes(self, transform: tft.TFTransformOutput) -> tuple[str, ...]:
        """Those that `checks.classes` lists."""
        return self.checks.classes

    def outputs(self, transform: tft.TFTransformOutput) -> int:
        """One a class; the network adds the background where it needs one.

        Raises:
            ConvoyError: When the model is none that finds objects.
        """
        from models import output_layout

        if output_layout(self.train.model) != LAYOUT:
            raise ConvoyError(
                f"train.model: {self.train.model} finds no objects with masks; take mask_rcnn"
            )
        return len(self.checks.classes)

    def target(self, example: Tensors) -> dict[str, tf.Tensor]:
        """`boxes`, packed, and `instances`, the place of each pixel's object; see `Taught`."""
        from pipelines.tasks.shared.boxes.targets import pack_targets

        return {"boxes": pack_targets(example), "instances": example["instances"]}

    def teach(self, network: keras.Model, transform: tft.TFTransformOutput) -> keras.Model:
        """The parts of the network, with the losses of each."""
        from pipelines.tasks.instances.teaching import Taught

        return Taught(network, len(self.checks.classes))

    def loss(self) -> None:
        """None: what is fitted has its own."""

    def serve(self, outputs: tf.Tensor, context: tf.Tensor) -> dict[str, tf.Tensor]:
        """Objects in pixels of the images as they came.

        Args:
            outputs: Of the network, `[batch, most, 6 + side * side]`.
            context: Height and width of each image as it came, int32 `[batch, 2]`.

        Returns:
            `boxes`, float32 `[batch, most, 4]`: x0, y0, x1, y1, the surest first; `scores`,
            float32 `[batch, most]`; `classes`, int32 likewise; `masks`, uint8 `[batch, most, side,
            side]`: how probably each bin of a box shows its object, 255 for surely; `count`,
            int32 `[batch]`, how many of the places are filled; and `size`, the context.
        """
        import tensorflow as tf

        side = math.isqrt(outputs.shape[-1] - TOLD)
        height, width = self.prepare.height, self.prepare.width
        sides = tf.cast(tf.gather(context, (1, 0, 1, 0), axis=1), tf.float32)
        shares = outputs[..., :4] / tf.constant([width, height] * 2, tf.float32)
        scores = outputs[..., 4]
        masks = tf.reshape(outputs[..., TOLD:], (-1, outputs.shape[1], side, side))
        return {
            "boxes": shares * sides[:, tf.newaxis],
            "scores": scores,
            "classes": tf.cast(outputs[..., 5], tf.int32),
            "masks": tf.saturate_cast(tf.round(masks * 255), tf.uint8),
            "count": tf.reduce_sum(tf.cast(scores > 0, tf.int32), axis=1),
            "size": context,
        }
