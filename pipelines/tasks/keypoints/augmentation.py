"""Random changes of faces: the points move along."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.core.facial_points import COLUMNS, KEYPOINTS, MIRROR_PAIRS
from components.core.parts import Tensors
from pipelines.tasks.keypoints.units import to_pixels, to_unit
from pipelines.tasks.shared.images.augmentation import ImageAugmentation

if TYPE_CHECKING:
    import tensorflow as tf

    from pipelines.tasks.shared.images.geometry import Warp


class KeypointAugmentation(ImageAugmentation):
    """Changes images, and moves their keypoints along."""

    def move(self, features: Tensors, warp: Warp) -> dict[str, tf.Tensor]:
        """Moves the points; those of mirrored faces change sides, left for right."""
        import tensorflow as tf

        from pipelines.tasks.shared.images.geometry import swap_mirrored

        size = (warp.size[1], warp.size[0])
        units = tf.reshape(features["keypoints"], (-1, len(KEYPOINTS), 2))
        moved = swap_mirrored(warp.points(to_pixels(units, size)), warp.mirrored, MIRROR_PAIRS)
        return {**features, "keypoints": tf.reshape(to_unit(moved, size), (-1, len(COLUMNS)))}
