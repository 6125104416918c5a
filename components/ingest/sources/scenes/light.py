"""Sun, sky and air."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, exp, radians, sin

from components.ingest.draws import Rng, pick
from components.ingest.sources.scenes.colours import Colour, mix, scale

SHADOWLESS = 0.1
"""Red of the sun's light up to which no shadow is seen."""


@dataclass(frozen=True)
class Light:
    """The light of one moment.

    Attributes:
        sun: Unit vector to the sun: x, y (up) and z.
        direct: What the sun gives to a surface that faces it; black when overcast.
        ambient: What the sky gives to every surface.
        zenith: The colour of the sky above.
        haze: The colour of the sky at the horizon and of the air.
        sight: Metres after which 1 / e of a thing's own colour is left.
        clouds: How much of the sky is covered, 0 to 1.
        lamps: The share of windows that are lit from inside.
    """

    sun: tuple[float, float, float]
    direct: Colour
    ambient: Colour
    zenith: Colour
    haze: Colour
    sight: float
    clouds: float
    lamps: float

    @classmethod
    def draw(cls, rng: Rng) -> Light:
        """Draws a bright, overcast or late hour."""
        return pick(rng, (bright, overcast, late), (0.6, 0.28, 0.12))(rng)

    @property
    def sunny(self) -> bool:
        """Whether there are shadows."""
        return self.direct[0] > SHADOWLESS

    def on(self, albedo: Colour, facing: float) -> Colour:
        """The colour of a surface.

        Args:
            albedo: The share of the light that it gives back, in each channel.
            facing: The cosine of the angle between its normal and the sun, or less where
                only part of it is lit.
        """
        k = max(0.0, facing)
        (r, g, b), (ar, ag, ab), (dr, dg, db) = albedo, self.ambient, self.direct
        return r * (ar + dr * k), g * (ag + dg * k), b * (ab + db * k)

    def through_air(self, colour: Colour, distance: float) -> Colour:
        """The colour after metres of air."""
        return mix(self.haze, colour, exp(-distance / self.sight))

    def shaded(self) -> Colour:
        """What the shadow leaves of the light on the ground, 0 to 1 a channel."""
        r, g, b = (
            m / (m + d * self.sun[1]) for m, d in zip(self.ambient, self.direct, strict=True)
        )
        return r, g, b


def towards(rng: Rng, lowest: float, highest: float) -> tuple[float, float, float]:
    """A direction to a sun at an elevation between two angles in degrees."""
    elevation = radians(rng.uniform(lowest, highest))
    azimuth = radians(rng.uniform(0, 360))
    return cos(elevation) * sin(azimuth), sin(elevation), cos(elevation) * cos(azimuth)


def bright(rng: Rng) -> Light:
    """Sun and blue sky, perhaps with clouds."""
    warm = rng.uniform(0, 1)
    grey = rng.uniform(0.3, 0.55)
    blue = rng.uniform(0, 1)
    return Light(
        sun=towards(rng, 20, 65),
        direct=scale((1.0, 0.97 - 0.12 * warm, 0.9 - 0.3 * warm), rng.uniform(0.55, 0.9)),
        ambient=scale((0.92, 0.98, 1.1), grey),
        zenith=mix((0.25, 0.45, 0.8), (0.5, 0.68, 0.9), blue),
        haze=mix((0.75, 0.83, 0.92), (0.95, 0.9, 0.82), warm * rng.random()),
        sight=rng.uniform(120, 700),
        clouds=pick(rng, (0.0, rng.uniform(0.1, 0.8))),
        lamps=0.0,
    )


def overcast(rng: Rng) -> Light:
    """A grey sky without shadows, sometimes fog."""
    level = rng.uniform(0.5, 0.95)
    tint = rng.uniform(-0.04, 0.04)
    grey = scale((0.97 + tint, 0.98, 1.0 - tint), level)
    return Light(
        sun=towards(rng, 40, 80),
        direct=(0.08, 0.08, 0.08),
        ambient=scale(grey, 0.95),
        zenith=scale(grey, rng.uniform(0.75, 1.0)),
        haze=grey,
        sight=pick(rng, (rng.uniform(40, 90), rng.uniform(100, 500)), (0.15, 0.85)),
        clouds=rng.uniform(0, 0.6),
        lamps=pick(rng, (0.0, rng.uniform(0, 0.4))),
    )


def late(rng: Rng) -> Light:
    """A low red sun, or dusk with lit windows."""
    dark = rng.uniform(0, 1)
    return Light(
        sun=towards(rng, 12, 22),
        direct=scale((1.0, 0.7, 0.42), 0.75 * (1 - dark)),
        ambient=scale((0.9, 0.88, 1.1), rng.uniform(0.3, 0.45) * (1.1 - 0.4 * dark)),
        zenith=mix((0.4, 0.5, 0.72), (0.12, 0.14, 0.3), dark),
        haze=mix((0.98, 0.78, 0.58), (0.4, 0.34, 0.44), dark),
        sight=rng.uniform(80, 400),
        clouds=pick(rng, (0.0, rng.uniform(0.1, 0.6))),
        lamps=dark * rng.uniform(0, 0.7),
    )
