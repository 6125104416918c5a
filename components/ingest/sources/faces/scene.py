"""What is behind the person."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from components.ingest.draws import Rng, chance, pick
from components.ingest.sources.faces.chart import Array
from components.ingest.sources.faces.layer import level
from components.ingest.sources.faces.textures import cut


def background(rng: Rng, side: int) -> Array:
    """A wall, a gradient, blurred lights or clutter, `[side, side]`, about 0 to 1."""
    tones = (rng.uniform(0, 0.2), rng.uniform(0.1, 0.8), rng.uniform(0.85, 1.2))
    picture = Image.new("L", (side, side), level(pick(rng, tones, (0.3, 0.5, 0.2))))
    if chance(rng, 0.6):
        clutter(rng, ImageDraw.Draw(picture), side)
        picture = picture.filter(ImageFilter.BoxBlur(pick(rng, (0, 0.7, 1.5, 4))))
    slope = np.linspace(-1, 1, side, dtype=np.float32)
    across, down = rng.normal(0, 0.12, size=2).astype(np.float32)
    values = np.asarray(picture, np.float32) / 255 + (across * slope + down * slope[:, None])
    if chance(rng, 0.5):
        texture = cut(rng, pick(rng, ("clouds", "curls", "locks")), side)
        values += np.float32(rng.uniform(0, 0.12)) * texture
    return values


def clutter(rng: Rng, pen: ImageDraw.ImageDraw, side: int) -> None:
    """Draws boxes, discs, bars and rows of strokes like letters."""
    shapes = (box, disc, bar, letters)
    for _ in range(rng.integers(2, 14)):
        x, y = rng.uniform(-0.2, 1, size=2) * side
        width, height = rng.uniform(0.03, 0.5, size=2) * side
        pick(rng, shapes)(rng, pen, (x, y, x + width, y + height), level(rng.uniform(0, 1.1)))


Box = tuple[float, float, float, float]
"""Left, top, right and bottom."""


def box(_rng: Rng, pen: ImageDraw.ImageDraw, bounds: Box, fill: int) -> None:
    """A filled box."""
    pen.rectangle(bounds, fill=fill)


def disc(_rng: Rng, pen: ImageDraw.ImageDraw, bounds: Box, fill: int) -> None:
    """A filled ellipse."""
    pen.ellipse(bounds, fill=fill)


def bar(rng: Rng, pen: ImageDraw.ImageDraw, bounds: Box, fill: int) -> None:
    """A bar down to the border or beyond."""
    left, top, right, _ = bounds
    end = (left + rng.normal(0, 100), top + 100)
    pen.line([(left, top), end], fill=fill, width=int(1 + (right - left) / 6))


def letters(rng: Rng, pen: ImageDraw.ImageDraw, bounds: Box, fill: int) -> None:
    """A row of strokes that looks like print."""
    size = 6
    for k in range(rng.integers(3, 9)):
        corner = bounds[0] + 1.2 * k * size, bounds[1]
        stroke = rng.uniform(0, size, size=(3, 2)) + corner
        pen.line(stroke.ravel().tolist(), fill=fill, width=2)
