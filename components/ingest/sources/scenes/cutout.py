"""Flat shapes that stand upright and face the camera."""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, hypot, pi, sin

from components.ingest.sources.scenes.canvas import Canvas, ink
from components.ingest.sources.scenes.colours import Colour
from components.ingest.sources.scenes.view import Pixel

Spot = tuple[float, float]
"""Metres to the right of a cutout's foot and above it."""

CIRCLE = tuple((cos(pi * k / 6), sin(pi * k / 6)) for k in range(12))
SHADE = 0.12
"""What the side away from the sun gets of its direct light."""


class Cutout:
    """Draws in metres around a foot on the ground.

    Attributes:
        canvas: Where it is drawn.
        scale: Pixels a metre.
        lit: The share of the sun's direct light that the sunny side gets, 0 to 1.
        sunny: 1 if the light comes from the right of the picture, else -1.
    """

    def __init__(self, canvas: Canvas, x: float, z: float) -> None:
        """Stands it at a place that must be before the camera."""
        self.canvas, self.x, self.z = canvas, x, z
        view, (sun_x, _, sun_z) = canvas.view, canvas.light.sun
        right, up, self.ahead = view.to_camera(x, 0, z)
        self.scale = view.focal / self.ahead
        self.foot = view.to_pixel(right, up, self.ahead)
        self._axis = self.scale * cos(view.roll), self.scale * sin(view.roll)
        across = sun_x * cos(view.yaw) - sun_z * sin(view.yaw)
        behind = sun_x * sin(view.yaw) + sun_z * cos(view.yaw)
        flat = hypot(sun_x, sun_z)
        self.sunny = 1 if across > 0 else -1
        self.lit = 0.55 - 0.45 * behind / flat
        self._shadow_axis = self.sunny * sun_z / flat, -self.sunny * sun_x / flat

    def pixel(self, spot: Spot) -> Pixel:
        """Where a spot is seen."""
        (a, b), (c, s) = spot, self._axis
        return self.foot[0] + a * c + b * s, self.foot[1] + a * s - b * c

    def tone(self, albedo: Colour, lit: float) -> Colour:
        """The colour of what gets a share of the sun's direct light."""
        light = self.canvas.light
        return light.through_air(light.on(albedo, lit), self.ahead)

    def polygon(
        self, spots: Sequence[Spot], albedo: Colour, surface: int, lit: float | None = None
    ) -> None:
        """Fills a polygon; without `lit` it is on the sunny side."""
        tone = self.tone(albedo, self.lit if lit is None else lit)
        self.canvas.fill([self.pixel(spot) for spot in spots], tone, surface)

    def blob(self, centre: Spot, radius: float, tone: Colour, surface: int) -> None:
        """Fills a disc with a colour that is lit already."""
        (u, v), r = self.pixel(centre), radius * self.scale
        self.canvas.pen.ellipse((u - r, v - r, u + r, v + r), fill=ink(tone, surface))

    def line(self, start: Spot, end: Spot, width: float, albedo: Colour, surface: int) -> None:
        """Draws a line at least a pixel wide."""
        self.canvas.pen.line(
            [self.pixel(start), self.pixel(end)],
            fill=ink(self.tone(albedo, self.lit), surface),
            width=max(1, round(width * self.scale)),
        )

    def cast(self, *shapes: Sequence[Spot]) -> None:
        """Draws the shadows of shapes, as if they faced the sun: none is ever thin."""
        along_x, along_z = self._shadow_axis
        for spots in shapes:
            self.canvas.cast([(self.x + a * along_x, b, self.z + a * along_z) for a, b in spots])

    def darken(self, radius: float) -> None:
        """Draws the shadow right below."""
        ring = ellipse((self.x, self.z), (radius, radius))
        self.canvas.darken([(x, 0.0, z) for x, z in ring])


def ellipse(centre: Spot, radii: tuple[float, float]) -> list[Spot]:
    """Twelve corners of an ellipse."""
    return [(centre[0] + radii[0] * c, centre[1] + radii[1] * s) for c, s in CIRCLE]


def limb(start: Spot, end: Spot, start_width: float, end_width: float) -> list[Spot]:
    """A tapering limb's outline, with ends that reach a little beyond the joints."""
    (ax, ay), (bx, by) = start, end
    length = hypot(bx - ax, by - ay) or 1e-6
    ux, uy = (bx - ax) / length, (by - ay) / length
    p, q = start_width / 2, end_width / 2
    return [
        (ax - uy * p, ay + ux * p),
        (ax - ux * p * 0.7, ay - uy * p * 0.7),
        (ax + uy * p, ay - ux * p),
        (bx + uy * q, by - ux * q),
        (bx + ux * q * 0.7, by + uy * q * 0.7),
        (bx - uy * q, by + ux * q),
    ]
