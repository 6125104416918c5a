"""Random changes of images with boxes: boxes move along, are clipped, and dropped."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from components.core.boxes import BOXES
from components.core.parts import Tensors
from pipelines.tasks.shared.boxes.features import CLASS, IGNORED, NONE
from pipelines.tasks.shared.boxes.params import BoxPolicy
from pipelines.tasks.shared.images.augmentation import ImageAugmentation

if TYPE_CHECKING:
    import tensorflow as tf

    from pipelines.tasks.shared.images.geometry import Warp


class BoxAugmentation(ImageAugmentation):
    """Changes images, and moves their boxes along.

    Attributes:
        maps: Features that say of each pixel the place of the object, from 1, that it is part
            of, or 0: integers `[batch, height, width]`. They move along.
    """

    maps: ClassVar[Sequence[str]] = ()

    augment: BoxPolicy

    def move(self, features: Tensors, warp: Warp) -> dict[str, tf.Tensor]:
        """Moves the boxes.

        A box becomes the smallest one around its moved corners: exactly around what it was
        around, unless the image is rotated.
        """
        moved = {name: warp.masks(features[name], fill=0) for name in self.maps}
        moved = {**features, **moved, BOXES: move_boxes(features[BOXES], warp)}
        return keep_seen(moved, warp.size, self.augment.kept, self.maps)

    def mix(self, batch: Tensors, seeds: tf.Tensor) -> dict[str, tf.Tensor]:
        """Puts a share of the images together of parts of four: see `mosaic`."""
        if not self.augment.mosaic:
            return dict(batch)
        from pipelines.tasks.shared.boxes.mosaic import mosaic

        return mosaic(batch, seeds, self.augment.mosaic, self.augment.kept, self.maps)


def move_boxes(boxes: tf.Tensor, warp: Warp) -> tf.Tensor:
    """The smallest boxes around the moved corners of boxes, float32 `[batch, boxes, 4]`."""
    import tensorflow as tf

    corners = tf.reshape(tf.gather(boxes, (0, 1, 2, 1, 2, 3, 0, 3), axis=-1), (-1, 4, 2))
    shape = tf.shape(boxes)
    points = tf.reshape(corners, (shape[0], 4 * shape[1], 2))
    # a warp counts from the centre of the first pixel, boxes from its edge
    moved = tf.reshape(warp.points(points - 0.5) + 0.5, (shape[0], shape[1], 4, 2))
    return tf.concat([tf.reduce_min(moved, axis=2), tf.reduce_max(moved, axis=2)], axis=-1)


def keep_seen(
    features: Tensors, size: tuple[int, int], share: float, maps: Sequence[str] = ()
) -> dict[str, tf.Tensor]:
    """Clips boxes to the image, and drops those that lose too much.

    Args:
        features: `boxes`, `box_class` and `box_ignored`, with places without a box.
        size: Height and width of the image in pixels.
        share: The least share of its area that a box must keep.
        maps: Features that say of each pixel the place of its object, from 1; those of what is
            dropped become 0.

    Returns:
        The same, the boxes that are left in the first places.
    """
    import tensorflow as tf

    from pipelines.tasks.shared.boxes.geometry import area

    height, width = size
    edges = tf.constant([width, height, width, height], tf.float32)
    clipped = tf.clip_by_value(features[BOXES], 0.0, edges)
    left = area(clipped) >= share * area(features[BOXES])
    seen = (features[CLASS] > NONE) & left & (area(clipped) > 0)
    order = tf.argsort(tf.cast(~seen, tf.int32), axis=1, stable=True)
    cleared = {
        **features,
        BOXES: tf.where(seen[..., tf.newaxis], clipped, 0.0),
        CLASS: tf.where(seen, features[CLASS], tf.constant(NONE, tf.int64)),
        IGNORED: tf.where(seen, features[IGNORED], tf.constant(0, tf.int64)),
    }
    for name in (BOXES, CLASS, IGNORED):
        cleared[name] = tf.gather(cleared[name], order, axis=1, batch_dims=1)
    places = tf.where(seen, tf.argsort(order, axis=1) + 1, 0)
    return {**cleared, **{name: _renumber(features[name], places) for name in maps}}


def _renumber(numbers: tf.Tensor, places: tf.Tensor) -> tf.Tensor:
    """A map with the new place of each object, int32 `[batch, places]`, for its old one."""
    import tensorflow as tf

    table = tf.cast(tf.pad(places, [[0, 0], [1, 0]]), numbers.dtype)
    return tf.gather(table, numbers, batch_dims=1)
