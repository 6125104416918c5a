"""The points as the network learns them: in [-1, 1]."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from components.core.facial_points import COLUMNS, KEYPOINTS
from components.core.parts import Features, Tensors
from pipelines.tasks.keypoints.units import to_pixels, to_unit

if TYPE_CHECKING:
    import numpy as np
    import tensorflow as tf
    from PIL import Image


class KeypointFeatures(Features):
    """`keypoints`: x0, y0, x1, ... in [-1, 1], NaN where a point is missing."""

    def transform(self, inputs: Tensors) -> dict[str, tf.Tensor]:
        """Coordinates in [-1, 1], float32 `[batch, 30]`."""
        import tensorflow as tf

        points = tf.reshape(inputs["keypoints"], (-1, len(KEYPOINTS), 2))
        sizes = tf.concat([tf.reshape(inputs[side], (-1, 1)) for side in ("width", "height")], 1)
        units = to_unit(points, tf.cast(sizes, tf.float32)[:, tf.newaxis])
        return {"keypoints": tf.reshape(units, (-1, len(COLUMNS)))}

    def draw(self, picture: Image.Image, example: Mapping[str, np.ndarray]) -> Image.Image:
        """The enlarged picture with its points, coloured by the part of the face."""
        from pipelines.tasks.keypoints.drawing import draw_face

        return draw_face(picture, to_pixels(example["keypoints"].reshape(-1, 2), picture.size))
