"""Boxes and masks of objects in the transformed examples."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from components.core.boxes import BOXES
from components.core.parts import Tensors
from components.core.regions import MASKS
from pipelines.tasks.shared.boxes.features import CLASS, IGNORED, NONE, BoxFeatures, pad

if TYPE_CHECKING:
    import numpy as np
    import tensorflow as tf
    from PIL import Image

INSTANCES = "instances"


class InstanceFeatures(BoxFeatures):
    """Those of boxes, and `instances`: which object each pixel is part of."""

    def transform(self, inputs: Tensors) -> dict[str, tf.Tensor]:
        """Boxes, and the masks as one map of the network's size.

        Returns:
            What `BoxFeatures.transform` gives; `instances`, PNG files of 16 bits, string
            `[batch]`: the place of each pixel's object among the boxes, from 1, or 0. Where
            objects overlap, the smaller one is on top. Those that do not count are in it, too.
        """
        import tensorflow as tf

        from pipelines.tasks.instances.runs import read_map

        size = (self.prepare.height, self.prepare.width)
        sides = [tf.reshape(inputs[side], (-1, 1)) for side in ("height", "width")]
        regions = pad(inputs[MASKS], self.checks.max_boxes, "")
        maps = tf.map_fn(
            lambda each: read_map(each[0], each[1], size),
            (regions, tf.concat(sides, axis=1)),
            fn_output_signature=tf.TensorSpec(size, tf.int32),
        )
        return {**super().transform(inputs), INSTANCES: encode_maps(maps)}

    def unpack(self, example: Tensors) -> dict[str, tf.Tensor]:
        """Decodes the map: int32 `[height, width]`."""
        import tensorflow as tf

        numbers = tf.io.decode_png(example[INSTANCES], channels=1, dtype=tf.uint16)[..., 0]
        size = (self.prepare.height, self.prepare.width)
        return {**example, INSTANCES: tf.ensure_shape(tf.cast(numbers, tf.int32), size)}

    def pack(self, batch: Tensors) -> dict[str, tf.Tensor]:
        """Encodes the maps, string `[batch]`."""
        return {**batch, INSTANCES: encode_maps(batch[INSTANCES])}

    def draw(self, picture: Image.Image, example: Mapping[str, np.ndarray]) -> Image.Image:
        """The picture, enlarged if it is small, with its boxes and masks."""
        import numpy as np

        from pipelines.tasks.instances.drawing import Shape, colour_at, draw_shapes
        from pipelines.tasks.shared.boxes.drawing import PALE, Drawn

        shapes = []
        for at in np.flatnonzero(example[CLASS] > NONE).tolist():
            colour = PALE if example[IGNORED][at] else colour_at(at)
            box = Drawn(example[BOXES][at], self.checks.classes[example[CLASS][at]], colour)
            shapes.append(Shape(box, example[INSTANCES] == at + 1))
        return draw_shapes(picture, shapes)


def encode_maps(maps: tf.Tensor) -> tf.Tensor:
    """Encodes numbers of objects, int32 `[batch, height, width]`, as PNGs, string `[batch]`."""
    import tensorflow as tf

    pixels = tf.cast(maps, tf.uint16)[..., tf.newaxis]
    return tf.map_fn(tf.io.encode_png, pixels, fn_output_signature=tf.string)
