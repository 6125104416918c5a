"""Paints eyes, brows, lips and wrinkles onto the chart."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from components.ingest.draws import Rng
from components.ingest.sources.faces import chart
from components.ingest.sources.faces.chart import Array, mirror, shift
from components.ingest.sources.faces.layer import Layer, blend
from components.ingest.sources.faces.layout import Eye, Layout, Mouth, Points
from components.ingest.sources.faces.traits import Expression, Look, Shape

WINDOW = 112  # the chart's middle cells, which hold all that is painted
ZOOM = 2  # pixels of the canvas for a cell
EDGE = (chart.CELLS - WINDOW) // 2
PIXELS_PER_MM = ZOOM * chart.CELLS_PER_UNIT / (1 + chart.VIEWPOINT) / chart.SEMI_AXES[0]
BROW_TAPER = np.array([0.8, 1.1, 1.2, 1.2, 1.1, 1, 0.8, 0.6, 0.2])
"""Width of a brow from its inner to its outer end."""


def canvas() -> Layer:
    """An empty layer on the middle of the chart, drawn on in mm of the layout."""
    return Layer(WINDOW * ZOOM, to_pixels, PIXELS_PER_MM)


def to_pixels(points: ArrayLike) -> NDArray[np.float64]:
    """Pixels of a canvas, `[n, 2]`, of points of the layout, `[n, 2]`."""
    cells = chart.place(points) * chart.CELLS_PER_UNIT + WINDOW / 2
    return cells * ZOOM - 0.5


def apply(layer: Layer, albedo: Array) -> None:
    """Lays a canvas over the middle of a map, in place."""
    middle = albedo[EDGE : EDGE + WINDOW, EDGE : EDGE + WINDOW]
    middle[:] = blend(middle, *layer.channels(ZOOM))


def paint(rng: Rng, shape: Shape, look: Look, expression: Expression, layout: Layout) -> Layer:
    """Paints a face."""
    face = canvas()
    wrinkles(face, look, expression, layout)
    for eye in layout.eyes:
        shadow(face, eye, look)
    lips(face, layout.mouth, look)
    for line in layout.brows:
        brow(face, line, shape.brow_width, look, rng.uniform(0.6, 0.95))
    nostrils(face, layout.nose_tip, look)
    opening(face, layout.mouth, look)
    eyeballs(face, layout.eyes, look, expression)
    return face


def wrinkles(face: Layer, look: Look, expression: Expression, layout: Layout) -> None:
    """Folds from the nose to the mouth, under the eyes and on the forehead."""
    nose, corner = layout.nose_tip[1], layout.mouth.top[-1]
    dark = look.skin * 0.55
    depth = min(0.7, 0.5 * look.age + 0.3 * max(0.0, expression.smile))
    middle = [corner[0] * 0.75 + 7, (nose + corner[1]) / 2]
    fold = np.stack([[15, nose + 2], middle, shift(corner, 6, 0)])
    bag = shift(layout.eyes[0].lower[2:11], 0, 4.5)
    for side in (np.asarray, mirror):
        face.line(side(fold), 2, dark, depth)
        face.line(side(bag), 2, dark, 0.5 * look.age)
    if look.age > 0.55:
        for height in (-32, -41, -50):
            face.line([[-28, height], [0, height + 2], [28, height]], 1.5, dark, 0.4 * look.age)


def shadow(face: Layer, eye: Eye, look: Look) -> None:
    """Darker or painted skin above an eye and a shade below it."""
    lid = np.concatenate([eye.upper, shift(eye.upper[::-1], 0, -5)])
    face.polygon(lid, look.skin * 0.5, 0.25 + 0.5 * look.makeup)
    face.line(shift(eye.lower, 0, 2), 2.5, look.skin * 0.6, 0.35)


def lips(face: Layer, mouth: Mouth, look: Look) -> None:
    """Both lips; the upper one is darker."""
    color = look.skin * look.lips * (1 - 0.4 * look.makeup)
    face.polygon(np.concatenate([mouth.top, mouth.upper_inner[::-1]]), color * 0.85, 0.9)
    face.polygon(np.concatenate([mouth.lower_inner, mouth.bottom[::-1]]), color, 0.9)


def brow(face: Layer, line: Points, width: float, look: Look, density: float) -> None:
    """A band around the brow's middle line with some single hairs."""
    half = width * BROW_TAPER[:, None] * [0, 1]
    face.polygon(np.concatenate([line - half, line[::-1] + half[::-1]]), look.brow, density)
    outward = np.sign(line[0, 0])
    for x, y in line[:-1:2]:
        hair = [[x, y + width], [x + 4 * outward, y - 0.8 * width]]
        face.line(hair, 1, look.brow * 0.6, 0.9)


def nostrils(face: Layer, tip: Points, look: Look) -> None:
    """Two dark holes and the edge of the nose."""
    for x in (-6.5, 6.5):
        hole = [[x - 3, 6.5], [x, 5.2], [x + 3, 6.5], [x, 7.5]]
        face.polygon(shift(hole, *tip), look.skin * 0.3, 0.7)
    face.line(shift([[-12, 7], [0, 9], [12, 7]], *tip), 1.5, look.skin * 0.6, 0.3)


def opening(face: Layer, mouth: Mouth, look: Look) -> None:
    """The line between the lips, or teeth and darkness where the mouth is open."""
    face.line(mouth.upper_inner, 1.6, look.skin * 0.25, 0.85)
    if mouth.gap < 1:
        return
    inside = canvas()
    inside.polygon([[-50, 30], [50, 30], [50, 100], [-50, 100]], 0.05)
    teeth = shift(mouth.upper_inner, 0, min(0.85 * mouth.gap, 8))
    inside.polygon(np.concatenate([mouth.upper_inner, teeth[::-1]]), 0.9)
    if mouth.gap > 14:
        inside.disc(mouth.lower_inner[6], mouth.gap * 0.4, 0.3)
    face.paste(inside, np.concatenate([mouth.upper_inner, mouth.lower_inner[::-1]]))


def eyeballs(face: Layer, eyes: tuple[Eye, Eye], look: Look, expression: Expression) -> None:
    """White, iris, pupil and glint within the lids, and the lashes."""
    balls = canvas()
    for eye in eyes:
        width = abs(eye.upper[-1, 0] - eye.upper[0, 0])
        middle = (eye.upper[0] + eye.upper[-1]) / 2
        pupil = shift(middle, expression.gaze[0] * width / 4, expression.gaze[1] * 4 - 1.5)
        balls.disc(middle, width, 0.75)
        balls.disc(pupil, 6.2, look.iris * 0.6)
        balls.disc(pupil, 5.2, look.iris)
        balls.disc(pupil, 2.5, 0.02)
        balls.disc(shift(pupil, 1.5, -2), 1.1, 1)
    face.paste(balls, *(eye.outline for eye in eyes))
    for eye in eyes:
        face.line(eye.upper, 2 + 1.5 * look.makeup, 0.04, 0.75 + 0.25 * look.makeup)
        face.line(eye.lower, 1, look.skin * 0.4, 0.5)
