"""A transparent layer to draw on."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image, ImageDraw

from components.ingest.sources.faces.chart import Array

CIRCLE = np.stack([f(np.linspace(0, 2 * np.pi, 16, endpoint=False)) for f in (np.cos, np.sin)], 1)
"""The corners of a unit disc, `[16, 2]`."""


Outline = list[list[float]]
"""The corners of a polygon in a layer's coordinates."""


class Layer:
    """A grey picture with opacity, drawn on in coordinates of the subject's own.

    Greys and opacities run from 0 to 1; greys outside are clipped.
    """

    def __init__(
        self, side: int, to_pixels: Callable[[ArrayLike], NDArray[np.float64]], scale: float
    ) -> None:
        """Makes an empty layer.

        Args:
            side: Its height and width in pixels.
            to_pixels: From the caller's coordinates, `[n, ...]`, to pixels, `[n, 2]`.
            scale: Pixels for a unit of width.
        """
        self.image = Image.new("LA", (side, side))
        self.pen = ImageDraw.Draw(self.image)
        self.to_pixels = to_pixels
        self.scale = scale

    def corners(self, points: ArrayLike) -> list[float]:
        """Points as Pillow draws them: it counts from the first pixel's corner."""
        return (self.to_pixels(points) + 0.5).ravel().tolist()

    def polygon(self, points: ArrayLike, grey: float, opacity: float = 1) -> None:
        """Fills a polygon."""
        self.pen.polygon(self.corners(points), fill=ink(grey, opacity))

    def line(self, points: ArrayLike, width: float, grey: float, opacity: float = 1) -> None:
        """Draws a line through points."""
        self.pen.line(
            self.corners(points), fill=ink(grey, opacity), width=max(1, round(width * self.scale))
        )

    def disc(self, center: ArrayLike, radius: float, grey: float, opacity: float = 1) -> None:
        """Fills a disc around a point `[2]`."""
        self.polygon(np.asarray(center) + radius * CIRCLE, grey, opacity)

    def paste(self, other: Layer, *outlines: ArrayLike) -> None:
        """Copies what another layer of the same size has inside of outlines."""
        mask = Image.new("1", self.image.size)
        pen = ImageDraw.Draw(mask)
        for outline in outlines:
            pen.polygon(self.corners(outline), fill=1)
        self.image.paste(other.image, mask=mask)

    def channels(self, zoom: int = 1) -> tuple[Array, Array]:
        """Grey and opacity, `[side / zoom, side / zoom]` each."""
        image = self.image.reduce(zoom) if zoom > 1 else self.image
        grey, opacity = np.moveaxis(np.asarray(image, np.float32) / 255, -1, 0)
        return grey, opacity


def blend(below: Array, above: Array, opacity: Array) -> Array:
    """Lays one picture over another."""
    return below + (above - below) * opacity


def ink(grey: float, opacity: float = 1) -> tuple[int, int]:
    """A grey and an opacity as a layer stores them."""
    return level(grey), level(opacity)


def level(value: float) -> int:
    """0 to 1 as 0 to 255."""
    return round(255 * min(1.0, max(0.0, value)))
