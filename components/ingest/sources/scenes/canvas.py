"""The picture while it is drawn: colours, surfaces and shadows."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from math import hypot
from typing import Self

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from components.ingest.sources.scenes.colours import Colour
from components.ingest.sources.scenes.light import Light
from components.ingest.sources.scenes.surfaces import Surface
from components.ingest.sources.scenes.view import NEAR, Pixel, Point, View

SUN_SHADOW = 255
FINEST = 1.3
"""Pixels of the canvas that the longer side of a rectangle among many must have."""
CONTACT_SHADOW = 130  # of 255: where little of the sky is seen


class Canvas:
    """A picture of which every pixel knows its surface.

    The fourth channel holds the surface in the place of opacity, so a shape can never be in
    the picture and not in the mask. What is drawn later hides what was drawn before.

    Attributes:
        view: The camera.
        light: The light.
        image: Colours and surfaces, mode RGBA.
        shadows: How dark the ground is, mode L; holds for what lies flat on it.
    """

    def __init__(self, view: View, light: Light, sky: NDArray[np.uint8]) -> None:
        """Starts with a sky, RGB `[height, width, 3]`."""
        image = Image.fromarray(sky).convert("RGBA")
        image.putalpha(int(Surface.SKY))
        self.view, self.light = view, light
        self._draw_on(image, Image.new("L", image.size))

    def _draw_on(self, image: Image.Image, shadows: Image.Image) -> None:
        self.image, self.pen = image, ImageDraw.Draw(image)
        self.shadows, self.shadow_pen = shadows, ImageDraw.Draw(shadows)

    def copy(self) -> Self:
        """A canvas with what is on this one."""
        other = copy(self)
        other._draw_on(self.image.copy(), self.shadows.copy())
        return other

    def fill(self, outline: Sequence[Pixel], colour: Colour, surface: int) -> None:
        """Fills a polygon given in pixels."""
        if len(outline) > 2:
            self.pen.polygon(outline, fill=ink(colour, surface))

    def flat(self, points: list[Point], albedo: Colour, surface: Surface) -> None:
        """Fills a polygon that lies on the ground."""
        self.fill(self.view.outline(points), self.light.on(albedo, self.light.sun[1]), surface)

    def face(self, points: list[Point], albedo: Colour, surface: int, inside: Point) -> bool:
        """Fills a flat side of a solid if it can be seen.

        Args:
            points: The corners.
            albedo: The colour.
            surface: What it is.
            inside: Any point within the solid: tells the outer side.

        Returns:
            Whether the side can be seen.
        """
        normal = outward(points, inside)
        if not self.faces_camera(points, normal):
            return False
        outline = self.view.outline(points)
        if not self.holds(outline):
            return False
        lit = self.light.on(albedo, dot(normal, self.light.sun))
        self.fill(outline, self.distant(lit, points), surface)
        return True

    def faces_camera(self, points: Sequence[Point], normal: Point) -> bool:
        """Whether the outer side of a polygon is turned to the camera."""
        x, y, z = points[0]
        view = self.view
        return normal[0] * (view.x - x) + normal[1] * (view.eye - y) - normal[2] * z > 0

    def holds(self, outline: Sequence[Pixel]) -> bool:
        """Whether any of a polygon may be in the picture."""
        return (
            len(outline) > 2
            and max(u for u, _ in outline) >= 0
            and min(u for u, _ in outline) <= self.view.width
            and max(v for _, v in outline) >= 0
            and min(v for _, v in outline) <= self.view.height
        )

    def distant(self, lit: Colour, points: Sequence[Point]) -> Colour:
        """A colour as it looks from the camera through the air."""
        x, _, z = points[0]
        far_x, _, far_z = points[len(points) // 2]
        ahead = self.view.ahead((x + far_x) / 2, (z + far_z) / 2)
        return self.light.through_air(lit, max(0.0, ahead))

    def patches(
        self, quads: NDArray[np.float64], colours: Sequence[Colour], surface: Surface
    ) -> None:
        """Fills many rectangles, `[n, 4, 3]`, with colours that are lit already.

        Left out are those that come too near, or are too small to be seen.
        """
        right, up, ahead = self.view.to_camera(quads[..., 0], quads[..., 1], quads[..., 2])
        u, v = self.view.to_pixel(right, up, np.maximum(ahead, NEAR))
        left, right, top, bottom = u.min(1), u.max(1), v.min(1), v.max(1)
        seen = (ahead.min(1) > NEAR) & (right > 0) & (left < self.view.width)
        seen &= np.maximum(right - left, bottom - top) > FINEST
        outlines = np.stack([u, v], axis=-1).reshape(-1, 8).tolist()
        for k in np.flatnonzero(seen).tolist():
            self.pen.polygon(outlines[k], fill=ink(colours[k], surface))

    def cast(self, points: list[Point]) -> None:
        """Draws the shadow of a flat shape on the ground, if the sun is out."""
        if not self.light.sunny:
            return
        sun_x, sun_y, sun_z = self.light.sun
        fallen = [(x - y * sun_x / sun_y, 0.0, z - y * sun_z / sun_y) for x, y, z in points]
        outline = self.view.outline(fallen)
        if len(outline) > 2:
            self.shadow_pen.polygon(outline, fill=SUN_SHADOW)

    def darken(self, points: list[Point]) -> None:
        """Draws the shadow on the ground below a thing, where little of the sky is seen."""
        outline = self.view.outline(points)
        if len(outline) > 2:
            self.shadow_pen.polygon(outline, fill=CONTACT_SHADOW)


def ink(colour: Colour, surface: int) -> tuple[int, int, int, int]:
    """A colour and a surface as the canvas stores them."""
    r, g, b = colour
    return byte(r), byte(g), byte(b), int(surface)


def byte(value: float) -> int:
    """0 to 1 as 0 to 255; the rest is clipped."""
    return 0 if value <= 0 else 255 if value >= 1 else int(255 * value + 0.5)


def minus(first: Point, second: Point) -> Point:
    """The vector from the second point to the first."""
    return first[0] - second[0], first[1] - second[1], first[2] - second[2]


def dot(first: Point, second: Point) -> float:
    """The inner product."""
    return first[0] * second[0] + first[1] * second[1] + first[2] * second[2]


def outward(points: Sequence[Point], inside: Point) -> Point:
    """The unit normal of a polygon that points away from a point."""
    (ax, ay, az), (bx, by, bz) = minus(points[1], points[0]), minus(points[2], points[0])
    x, y, z = ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx
    length = hypot(x, y, z) or 1.0
    if dot((x, y, z), minus(points[0], inside)) < 0:
        length = -length
    return x / length, y / length, z / length
