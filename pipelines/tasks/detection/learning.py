"""Boxes and classes: what a detector is fitted to, and what becomes of its outputs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field

from components.core.block import Block
from components.core.parts import Learning, Tensors
from components.samples.image import ImageSize
from pipelines.tasks.shared.boxes.params import BoxClasses, Suppression

if TYPE_CHECKING:
    import keras
    import tensorflow as tf
    import tensorflow_transform as tft

    from pipelines.tasks.detection.heads import Head


class BoxTraining(Block):
    """What learns boxes.

    Attributes:
        model: A module of `models`, which says of its outputs how they are laid out.
        options: Keyword arguments of that module's `build`; `strides` and `grid` also tell where
            its cells are.
        suppression: Which of the boxes that the network suggests the model gives.
        cell_boxes: The boxes of each cell of a grid; cells of several strides have one.
    """

    model: str = "yolo_anchor_free"
    options: dict[str, Any] = Field(default_factory=dict)
    cell_boxes: int = Field(2, gt=0)
    suppression: Suppression = Suppression()


class BoxLearning(Learning):
    """Finds objects: a box, a class and how sure the network is of them."""

    checks: BoxClasses
    prepare: ImageSize
    train: BoxTraining

    @property
    def head(self) -> Head:
        """What the outputs of `train.model` mean."""
        from models import output_layout
        from models.shared.cells import GRID, STRIDES
        from pipelines.tasks.detection.cells import CellHead
        from pipelines.tasks.detection.grid import GridHead

        classes, options = len(self.checks.classes), self.train.options
        size = (self.prepare.height, self.prepare.width)
        if output_layout(self.train.model) == "grid":
            return GridHead(classes, size, options.get("grid", GRID), self.train.cell_boxes)
        return CellHead(classes, size, options.get("strides", STRIDES))

    def classes(self, transform: tft.TFTransformOutput) -> tuple[str, ...]:
        """Those that `checks.classes` lists."""
        return self.checks.classes

    def outputs(self, transform: tft.TFTransformOutput) -> int:
        """The values of a cell: of its boxes and of the classes."""
        return self.head.units

    def target(self, example: Tensors) -> tf.Tensor:
        """The boxes, float32 `[batch, max_boxes, 6]`; see `pack_targets`."""
        from pipelines.tasks.shared.boxes.targets import pack_targets

        return pack_targets(example)

    def loss(self) -> keras.losses.Loss:
        """That of the head: the multi-part squared error of a grid, or TOOD's."""
        return self.head.loss()

    def serve(self, outputs: tf.Tensor, context: tf.Tensor) -> dict[str, tf.Tensor]:
        """Boxes that do not overlap too much, in pixels of the images as they came.

        Args:
            outputs: Of the network, `[batch, ..., units]`.
            context: Height and width of each image as it came, int32 `[batch, 2]`.

        Returns:
            `boxes`, float32 `[batch, most, 4]`: x0, y0, x1, y1, the surest first; `scores`,
            float32 `[batch, most]`; `classes`, int32 likewise; `count`, int32 `[batch]`, how many
            of the places are filled.
        """
        import tensorflow as tf

        from models.shared.suppression import suppress

        boxes, scores = self.head.candidates(outputs)
        size = tf.constant([self.prepare.width, self.prepare.height] * 2, tf.float32)
        chosen = self.train.suppression
        kept = suppress(boxes / size, scores, chosen.confidence, chosen.overlap, chosen.most)
        sides = tf.cast(tf.gather(context, (1, 0, 1, 0), axis=1), tf.float32)
        return {**kept._asdict(), "boxes": kept.boxes * sides[:, tf.newaxis]}
