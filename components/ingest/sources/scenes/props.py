"""Street furniture and other things of no class; many are about as tall as a person."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from components.ingest.draws import Rng, chance, pick
from components.ingest.sources.scenes import colours
from components.ingest.sources.scenes.canvas import Canvas
from components.ingest.sources.scenes.colours import Colour, scale
from components.ingest.sources.scenes.cutout import SHADE, Cutout, Spot, ellipse, limb
from components.ingest.sources.scenes.people import SEAT
from components.ingest.sources.scenes.surfaces import Surface

Prop = Callable[[Rng, Cutout], None]


class Pen:
    """Draws parts of no class that cast shadows."""

    def __init__(self, cutout: Cutout) -> None:
        """Draws on a cutout."""
        self.cutout = cutout

    def shape(self, spots: list[Spot], albedo: Colour, lit: float | None = None) -> None:
        """Fills a polygon."""
        self.cutout.polygon(spots, albedo, Surface.PROP, lit)
        self.cutout.cast(spots)

    def box(self, left: float, right: float, low: float, high: float, albedo: Colour) -> None:
        """A rectangle with a shaded part."""
        self.shape(rectangle(left, right, low, high), albedo)
        edge = left if self.cutout.sunny > 0 else right
        dark = rectangle(edge, edge + 0.35 * (left + right - 2 * edge), low, high)
        self.cutout.polygon(dark, albedo, Surface.PROP, SHADE)

    def post(self, low: float, high: float, width: float, albedo: Colour) -> None:
        """An upright bar, at least a pixel wide."""
        self.cutout.line((0, low), (0, high), width, albedo, Surface.PROP)
        self.cutout.cast(rectangle(-width / 2, width / 2, low, high))


def rectangle(left: float, right: float, low: float, high: float) -> list[Spot]:
    """The corners of a rectangle."""
    return [(left, low), (right, low), (right, high), (left, high)]


def lamp(rng: Rng, cutout: Cutout) -> None:
    """A lamp post."""
    pen, metal = Pen(cutout), colours.paint(rng)
    tall = rng.uniform(3.2, 8)
    pen.post(0, tall, 0.13, metal)
    pen.post(0, 1, 0.22, metal)
    if chance(rng, 0.5):
        reach = pick(rng, (-1, 1)) * rng.uniform(0.6, 1.6)
        cutout.line((0, tall), (reach, tall + 0.2), 0.1, metal, Surface.PROP)
        pen.shape(ellipse((reach, tall + 0.15), (0.3, 0.1)), scale(metal, 1.4))
    else:
        pen.shape(ellipse((0, tall), (0.22, 0.25)), (0.85, 0.85, 0.8))


def sign(rng: Rng, cutout: Cutout) -> None:
    """A traffic sign: round, triangular or rectangular."""
    pen = Pen(cutout)
    tall, size = rng.uniform(2.0, 2.9), rng.uniform(0.28, 0.42)
    pen.post(0, tall + size, 0.07, (0.5, 0.5, 0.52))
    rim = pick(rng, ((0.75, 0.08, 0.08), (0.1, 0.25, 0.65), (0.85, 0.65, 0.1), (0.9, 0.9, 0.9)))
    field = pick(rng, ((0.92, 0.92, 0.9), rim, colours.vivid(rng)))
    corners: tuple[list[Spot], ...] = (
        ellipse((0, 0), (1, 1)),
        [(-1, -0.8), (1, -0.8), (0, 1)],
        [(-1, 0.8), (1, 0.8), (0, -1)],
        rectangle(-0.85, 0.85, -1, 1),
        rectangle(-1.4, 1.4, -0.6, 0.6),
    )
    outline = pick(rng, corners)
    for factor, colour in ((1.0, rim), (0.68, field)):
        pen.shape([(a * size * factor, tall + b * size * factor) for a, b in outline], colour)
    cutout.line((-0.4 * size, tall), (0.4 * size, tall), 0.1, (0.08, 0.08, 0.1), Surface.PROP)


def signal(rng: Rng, cutout: Cutout) -> None:
    """A traffic light."""
    pen = Pen(cutout)
    tall = rng.uniform(2.2, 3.4)
    pen.post(0, tall, 0.12, (0.35, 0.36, 0.37))
    pen.box(-0.16, 0.16, tall, tall + 0.85, (0.06, 0.06, 0.06))
    on = rng.integers(3)
    lamps: tuple[Colour, ...] = ((0.1, 0.9, 0.4), (1.0, 0.75, 0.1), (1.0, 0.1, 0.08))
    for k, colour in enumerate(lamps):
        glow = cutout.tone(scale(colour, 1.3 if k == on else 0.25), cutout.lit)
        cutout.blob((0, tall + 0.16 + 0.26 * k), 0.1, glow, Surface.PROP)


def bin_(rng: Rng, cutout: Cutout) -> None:
    """A litter bin, a wheeled bin or a rubbish sack."""
    pen, colour = Pen(cutout), colours.cloth(rng)
    half, tall = rng.uniform(0.22, 0.36), rng.uniform(0.75, 1.25)
    pen.shape([(-half * 0.8, 0.03), (half * 0.8, 0.03), (half, tall), (-half, tall)], colour)
    dark = cutout.sunny * half
    cutout.polygon(
        [(-dark * 0.8, 0.03), (-dark * 0.2, 0.03), (-dark * 0.3, tall), (-dark, tall)],
        colour,
        Surface.PROP,
        SHADE,
    )
    lid = scale(colour, rng.uniform(0.5, 1.4))
    if chance(rng, 0.5):
        pen.shape(ellipse((0, tall), (half * 1.05, half * 0.5)), lid)
    else:
        pen.box(-half * 1.1, half * 1.1, tall, tall + 0.1, lid)


def hydrant(rng: Rng, cutout: Cutout) -> None:
    """A fire hydrant: a body with a round head and two short arms."""
    pen = Pen(cutout)
    colour = pick(rng, ((0.75, 0.12, 0.08), (0.85, 0.65, 0.1), colours.vivid(rng)))
    pen.box(-0.14, 0.14, 0.0, 0.62, colour)
    pen.shape(ellipse((0, 0.62), (0.15, 0.16)), colour)
    pen.box(-0.27, 0.27, 0.4, 0.54, colour)
    pen.box(-0.2, 0.2, 0, 0.08, scale(colour, 0.7))


def bollard(rng: Rng, cutout: Cutout) -> None:
    """A post with a knob, with the colours of a jacket, trousers and a face."""
    pen = Pen(cutout)
    tall, half = rng.uniform(0.9, 1.6), rng.uniform(0.08, 0.22)
    below, above = colours.cloth(rng), colours.cloth(rng)
    pen.box(-half, half, 0, tall * 0.5, below)
    pen.box(-half * 1.15, half * 1.15, tall * 0.5, tall * 0.85, above)
    if chance(rng, 0.7):
        knob = pick(rng, (colours.skin, colours.paint))(rng)
        pen.shape(ellipse((0, tall * 0.95), (half * 0.9, tall * 0.11)), knob)


def cabinet(rng: Rng, cutout: Cutout) -> None:
    """A switch box, a ticket machine or a letter box on two legs."""
    pen, colour = Pen(cutout), colours.cloth(rng)
    half, low, tall = rng.uniform(0.22, 0.4), pick(rng, (0.0, 0.6)), rng.uniform(1.2, 1.75)
    for foot in (-half * 0.6, half * 0.6):
        pen.shape(limb((foot, 0), (foot, low + 0.1), 0.1, 0.1), scale(colour, 0.5))
    pen.box(-half, half, low, tall, colour)
    pen.box(-half * 0.7, half * 0.7, tall * 0.72, tall * 0.9, colours.paint(rng))
    if chance(rng, 0.5):
        pen.shape(ellipse((0, tall), (half, half * 0.5)), colour)


def plinth(rng: Rng, cutout: Cutout) -> None:
    """A plinth with a vase, an urn or a ball."""
    pen, stone = Pen(cutout), colours.vary(rng, pick(rng, colours.PLASTERS))
    half, tall = rng.uniform(0.25, 0.5), rng.uniform(0.8, 1.4)
    pen.box(-half, half, 0, tall, stone)
    pen.box(-half * 1.2, half * 1.2, tall, tall + 0.1, stone)
    top = half * rng.uniform(0.5, 0.9)
    pen.shape(ellipse((0, tall + 0.1 + top), (top, top)), pick(rng, (stone, colours.skin(rng))))


def column(rng: Rng, cutout: Cutout) -> None:
    """An advertising column with posters."""
    pen, tall = Pen(cutout), rng.uniform(2.2, 3.2)
    pen.box(-0.6, 0.6, 0, tall, colours.wall(rng))
    for _ in range(rng.integers(2, 6)):
        left, low = rng.uniform(-0.55, 0.1), rng.uniform(0.4, tall - 0.9)
        right, high = left + rng.uniform(0.3, 0.45), low + rng.uniform(0.4, 0.8)
        pen.shape(rectangle(left, right, low, high), colours.cloth(rng))
    pen.shape(ellipse((0, tall), (0.68, 0.16)), (0.2, 0.25, 0.2))


def cone(_rng: Rng, cutout: Cutout) -> None:
    """A traffic cone."""
    pen = Pen(cutout)
    pen.shape([(-0.2, 0.03), (0.2, 0.03), (0.04, 0.75), (-0.04, 0.75)], (0.9, 0.35, 0.08))
    pen.shape([(-0.13, 0.3), (0.13, 0.3), (0.09, 0.48), (-0.09, 0.48)], (0.9, 0.9, 0.9))
    pen.box(-0.26, 0.26, 0, 0.05, (0.15, 0.15, 0.15))


def rack(rng: Rng, cutout: Cutout) -> None:
    """Clothes on a rail before a shop, or a parasol that is folded."""
    pen = Pen(cutout)
    if chance(rng, 0.4):
        pen.post(0, 0.9, 0.06, (0.6, 0.6, 0.6))
        cloth = colours.cloth(rng)
        pen.shape(
            [(-0.1, 0.8), (0.1, 0.8), (0.2, 1.3), (0.03, 2.3), (-0.03, 2.3), (-0.2, 1.3)], cloth
        )
        return
    for k in range(rng.integers(2, 5)):
        left, low = 0.38 * k - 0.5, rng.uniform(0.4, 0.8)
        pen.box(left, left + 0.36, low, 1.5, colours.cloth(rng))
    cutout.line((-0.6, 1.55), (1.1, 1.55), 0.05, (0.4, 0.4, 0.4), Surface.PROP)
    for foot in (-0.6, 1.1):
        cutout.line((foot, 0), (foot, 1.55), 0.05, (0.4, 0.4, 0.4), Surface.PROP)


def bench(rng: Rng, cutout: Cutout) -> None:
    """A bench with a back."""
    pen = Pen(cutout)
    wood = pick(rng, (colours.vary(rng, (0.45, 0.3, 0.18), 0.15), colours.paint(rng)))
    half = rng.uniform(0.7, 1.0)
    for foot in (-half * 0.8, half * 0.8):
        pen.shape(rectangle(foot - 0.05, foot + 0.05, 0, SEAT), scale(wood, 0.5))
        pen.shape(rectangle(foot - 0.03, foot + 0.03, SEAT, 0.9), scale(wood, 0.6))
    pen.shape(rectangle(-half, half, SEAT - 0.07, SEAT + 0.03), wood)
    for low in (0.58, 0.76):
        pen.shape(rectangle(-half, half, low, low + 0.13), scale(wood, 0.85))


SHARES: Mapping[Prop, float] = {
    lamp: 0.14,
    sign: 0.16,
    signal: 0.07,
    bin_: 0.12,
    hydrant: 0.07,
    bollard: 0.16,
    cabinet: 0.1,
    plinth: 0.06,
    column: 0.03,
    cone: 0.04,
    rack: 0.05,
}
DECOYS: tuple[Prop, ...] = (bin_, hydrant, bollard, bollard, cabinet, plinth, rack)
"""What may be taken for a person."""


def draw(rng: Rng, canvas: Canvas, x: float, z: float, prop: Prop | None = None) -> None:
    """Draws a thing of any kind, or of one."""
    cutout = Cutout(canvas, x, z)
    cutout.darken(0.3)
    (prop or pick(rng, tuple(SHARES), tuple(SHARES.values())))(rng, cutout)
