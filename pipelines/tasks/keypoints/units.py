"""Two scales of points: pixels of an image, and [-1, 1] from edge to edge, which any size keeps."""

from typing import Any


def to_unit(pixels: Any, size: Any) -> Any:
    """Scales points from pixels to [-1, 1].

    Args:
        pixels: x and y, a tensor or an array `[..., 2]`; NaN stays NaN.
        size: Width and height of the image, `[..., 2]`.
    """
    return (2 * pixels + 1) / size - 1


def to_pixels(units: Any, size: Any) -> Any:
    """Scales points from [-1, 1] to pixels: the inverse of `to_unit`."""
    return ((units + 1) * size - 1) / 2
