"""Random planar warps that move images, masks and points alike.

Coordinates are in pixels, x to the right and y down, with pixel centres at integers: an image
covers x from -0.5 to width - 0.5, and its centre is at ((width - 1) / 2, (height - 1) / 2).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import tensorflow as tf

from pipelines.tasks.shared.images.params import ImagePolicy


@dataclass(frozen=True, eq=False)
class Warp:
    """A batch of affine maps, one an example, from source to target coordinates.

    Attributes:
        matrices: Invertible maps of (x, y, 1), float32 `[batch, 3, 3]` with last row (0, 0, 1).
        mirrored: Whether left and right have changed places, bool `[batch]`. A flip along
            either axis does this; both flips together are a half turn and do not.
        size: Height and width of the target in pixels.
    """

    matrices: tf.Tensor
    mirrored: tf.Tensor
    size: tuple[int, int]

    def images(self, images: tf.Tensor, fill: float | None = None) -> tf.Tensor:
        """Resamples images bilinearly.

        Args:
            images: uint8 or float32 `[batch, height, width, channels]`.
            fill: The value outside the source; None repeats its edge.

        Returns:
            `[batch, *size, channels]` of the same type; uint8 is rounded.
        """
        warped = self._resample(tf.cast(images, tf.float32), "BILINEAR", fill)
        if images.dtype == tf.uint8:
            warped = tf.saturate_cast(tf.round(warped), tf.uint8)
        return warped

    def masks(self, masks: tf.Tensor, fill: int) -> tf.Tensor:
        """Resamples maps of class indices by nearest neighbour.

        Args:
            masks: uint8, int32 or int64 `[batch, height, width]` or
                `[batch, height, width, 1]`.
            fill: The class outside the source, usually the void class.

        Returns:
            `[batch, *size]` or `[batch, *size, 1]` of the same type.
        """
        if len(masks.shape) == 4:
            return self._resample(masks, "NEAREST", fill)
        return self._resample(masks[..., tf.newaxis], "NEAREST", fill)[..., 0]

    def points(self, points: tf.Tensor) -> tf.Tensor:
        """Moves points; they may leave the image.

        Args:
            points: x and y, float32 `[batch, count, 2]`; a missing point is NaN.

        Returns:
            The moved points, of the same shape; missing points stay NaN.
        """
        matrices = self.matrices[:, tf.newaxis]
        return _apply(matrices[..., :2, :2], points) + matrices[..., :2, 2]

    def _resample(self, images: tf.Tensor, interpolation: str, fill: float | None) -> tf.Tensor:
        # The op asks for the eight free coefficients of the map from target to source.
        inverses = tf.reshape(tf.linalg.inv(self.matrices), [-1, 9])[:, :8]
        return tf.raw_ops.ImageProjectiveTransformV3(
            images=images,
            transforms=inverses,
            output_shape=self.size,
            interpolation=interpolation,
            fill_mode="NEAREST" if fill is None else "CONSTANT",
            fill_value=float(fill or 0),
        )


def sample_warp(
    draws: Mapping[str, tf.Tensor],
    params: ImagePolicy,
    size: tuple[int, int],
    window: tuple[int, int] | None = None,
) -> Warp:
    """Turns random draws into warps: flip, rotate, scale, shift, then crop and scale back.

    Flips, rotation and scale are about the centre of the image. The crop keeps the image's
    proportions and lies inside the frame. All steps are one map, so pixels are resampled once.

    Args:
        draws: Numbers in [-1, 1), float32 `[batch]` each: `horizontal_flip`, `vertical_flip`,
            `rotation`, `scale`, `shift_x`, `shift_y`, `crop`, `crop_x`, `crop_y`, `window_x` and
            `window_y`.
        params: How far each change goes.
        size: Height and width of the source in pixels.
        window: Height and width of the target, which lies anywhere in the changed source, or that
            in it; None for the size of the source.
    """
    height, width = size
    rows, columns = window or size
    x_flipped = params.horizontal_flip & (draws["horizontal_flip"] < 0)
    y_flipped = params.vertical_flip & (draws["vertical_flip"] < 0)
    kept = 1 - params.crop * tf.abs(draws["crop"])
    zoom = (1 + params.scale * draws["scale"]) / kept
    # The crop's window is off centre by at most half of what it leaves out.
    move_x = width * (params.shift * draws["shift_x"] - (1 - kept) / 2 * draws["crop_x"]) / kept
    move_y = height * (params.shift * draws["shift_y"] - (1 - kept) / 2 * draws["crop_y"]) / kept
    linear = _rotation(math.radians(params.rotation) * draws["rotation"])
    linear *= zoom[:, tf.newaxis, tf.newaxis] * _signs(x_flipped, y_flipped)
    if window:
        move_x += (zoom * width - columns) / 2 * draws["window_x"]
        move_y += (zoom * height - rows) / 2 * draws["window_y"]
    moves = tf.stack([move_x, move_y], axis=1)
    before = tf.constant([(width - 1) / 2, (height - 1) / 2], tf.float32)
    after = tf.constant([(columns - 1) / 2, (rows - 1) / 2], tf.float32)
    return Warp(
        matrices=_affine(linear, moves + after - _apply(linear, before)),
        mirrored=tf.math.logical_xor(x_flipped, y_flipped),
        size=(rows, columns),
    )


def swap_mirrored(
    points: tf.Tensor, mirrored: tf.Tensor, pairs: Sequence[tuple[int, int]]
) -> tf.Tensor:
    """Exchanges left and right points of mirrored examples.

    In a mirror image the left eye looks like a right eye, so the two change names.

    Args:
        points: x and y, float32 `[batch, count, 2]` with a static count.
        mirrored: bool `[batch]`, as in `Warp`.
        pairs: Indices of a left point and its right counterpart.

    Returns:
        The points in their new order, of the same shape.
    """
    order = list(range(points.shape[1]))
    for left, right in pairs:
        order[left], order[right] = right, left
    return tf.where(mirrored[:, tf.newaxis, tf.newaxis], tf.gather(points, order, axis=1), points)


def _rotation(angles: tf.Tensor) -> tf.Tensor:
    """Rotations by angles in radians, clockwise on the screen since y points down."""
    # The last bit of sin depends on the place in the batch: with 64 bits it is rounded away.
    angles = tf.cast(angles, tf.float64)
    cos, sin = tf.cast(tf.cos(angles), tf.float32), tf.cast(tf.sin(angles), tf.float32)
    return tf.stack([tf.stack([cos, -sin], axis=1), tf.stack([sin, cos], axis=1)], axis=1)


def _apply(linear: tf.Tensor, points: tf.Tensor) -> tf.Tensor:
    """Applies linear maps `[..., 2, 2]` to points `[..., 2]`."""
    return tf.reduce_sum(linear * points[..., tf.newaxis, :], axis=-1)


def _signs(x_flipped: tf.Tensor, y_flipped: tf.Tensor) -> tf.Tensor:
    """Factors `[batch, 1, 2]` of a matrix's columns that flip x and y before the map."""
    flipped = tf.stack([x_flipped, y_flipped], axis=1)
    return tf.where(flipped, -1.0, 1.0)[:, tf.newaxis]


def _affine(linear: tf.Tensor, moves: tf.Tensor) -> tf.Tensor:
    """Puts linear maps `[batch, 2, 2]` and translations `[batch, 2]` together."""
    upper = tf.concat([linear, moves[..., tf.newaxis]], axis=2)
    last_row = tf.constant([[[0.0, 0.0, 1.0]]])
    return tf.concat([upper, tf.tile(last_row, [tf.shape(moves)[0], 1, 1])], axis=1)
