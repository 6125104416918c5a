"""What may hide parts of a face: glasses, loose hair, hands, scarves and other things.

`level` is the brightness of something white.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from components.ingest.draws import Rng, chance, pick
from components.ingest.sources.faces.chart import place, shift
from components.ingest.sources.faces.head import Head
from components.ingest.sources.faces.layer import Layer, Outline, ink
from components.ingest.sources.faces.layout import Layout
from components.ingest.sources.faces.pose import Pose
from components.ingest.sources.faces.traits import Look

TURNS = np.linspace(0, 2 * np.pi, 28, endpoint=False)
EAR = (78.0, 2.0, 0.0)


def glasses(rng: Rng, head: Head, pose: Pose, layout: Layout, side: int) -> Layer:
    """Glasses or sunglasses.

    Args:
        rng: The source of randomness.
        head: The bare head.
        pose: Its pose.
        layout: The layout of its face.
        side: Height and width of the layer in pixels.
    """
    front = head.points(place([[0, 6]]))[0, 2] - rng.uniform(4, 9)
    layer = Layer(side, lambda points: pose.project(on_plane(points, front)), pose.scale)
    draw_glasses(rng, layer, layout.eyes[0].center[0] + rng.uniform(0, 3), pose)
    return layer


def on_plane(points: ArrayLike, front: float) -> NDArray[np.float64]:
    """Points `[n, 2]` in mm on a slightly curved plane before the face, `[n, 3]`."""
    flat = np.asarray(points, dtype=float)
    return np.concatenate([flat, front - 0.003 * flat[:, :1] ** 2], axis=1)


def draw_glasses(rng: Rng, layer: Layer, eye: float, pose: Pose) -> None:
    """Two lenses, the bridge and what is seen of the arms."""
    half = np.array([rng.uniform(22, 28), rng.uniform(14, 23)])
    dark = chance(rng, 0.35)
    tone, opacity = (0.25, rng.uniform(0.75, 1)) if dark else (0.9, rng.uniform(0, 0.15))
    tint = rng.uniform(0, tone), opacity
    frame = pick(rng, (0.03, rng.uniform(0, 0.9)), (0.6, 0.4))
    width = rng.uniform(1, 5)
    shape = superellipse(rng.uniform(0.5, 1)) * half
    for side in (-1, 1):
        lens = shift(shape, side * eye, 3)
        layer.polygon(lens, *tint)
        if chance(rng, 0.25):
            streak = shift([[-10, -8], [2, -8], [-6, 12], [-16, 12]], side * eye, 0)
            layer.polygon(streak, 0.9, rng.uniform(0.2, 0.7))
        layer.line(np.concatenate([lens, lens[:2]]), width, frame)
        arm(layer, pose, side, eye + half[0], width, frame)
    layer.line([[half[0] - eye, 0], [0, -3], [eye - half[0], 0]], width, frame)


def superellipse(power: float) -> NDArray[np.float64]:
    """A closed outline, `[28, 2]`: an ellipse at power 1, nearer to a box below."""
    circle = np.stack([np.cos(TURNS), np.sin(TURNS)], axis=1)
    return np.sign(circle) * np.abs(circle) ** power


def arm(layer: Layer, pose: Pose, side: int, hinge: float, width: float, frame: float) -> None:
    """The arm from a lens to the ear, unless the face hides it."""
    start = layer.to_pixels([[side * hinge, 0]])[0]
    end = pose.project([[side * EAR[0], *EAR[1:]]])[0]
    if (end[0] - start[0]) * side > 0:
        pixels = max(1, round(width * pose.scale))
        layer.pen.line([*start, *end], fill=ink(frame), width=pixels)


def hand(rng: Rng, layer: Layer, look: Look, level: float) -> None:
    """Fingers at the chin, the mouth or a cheek."""
    tone = look.skin * level
    at = np.array([rng.uniform(-60, 60), rng.uniform(55, 110), 90])
    angle = rng.uniform(-2.4, -0.7)
    along = np.array([np.cos(angle), np.sin(angle), 0])
    across = np.array([-along[1], along[0], 0])
    for k in range(rng.integers(2, 5)):
        root = at + 17 * across * (k - 1.5) - 120 * along
        tip = at + 17 * across * (k - 1.5) * rng.uniform(0.7, 1.1) + along * rng.uniform(-10, 20)
        finger(layer, root, tip, 17, 0.55 * tone)
        finger(layer, root, tip, 13, rng.uniform(0.9, 1.1) * tone)


def finger(
    layer: Layer, root: NDArray[np.float64], tip: NDArray[np.float64], width: float, tone: float
) -> None:
    """A line with a round end."""
    layer.line([root, tip], width, tone)
    circle = np.stack([np.cos(TURNS), np.sin(TURNS), 0 * TURNS], axis=1)
    layer.polygon(tip + width / 2 * circle, tone)


def scarf(rng: Rng, layer: Layer, _look: Look, level: float) -> None:
    """Cloth up to the chin or the mouth."""
    y = rng.uniform(75, 120)
    cloth: Outline = [
        [-110, y - 10, 40],
        [-30, y + 8, 80],
        [30, y + 8, 80],
        [110, y - 10, 40],
        [160, 300, 0],
        [-160, 300, 0],
    ]
    layer.polygon(cloth, rng.uniform(0, 1) * level)


def wisps(rng: Rng, layer: Layer, look: Look, level: float) -> None:
    """Loose strands of hair over forehead and cheek."""
    root = rng.uniform([-50, -95], [50, -80])
    step = [6 * np.sign(root[0]), 28]
    for _ in range(rng.integers(3, 10)):
        strand = root + np.cumsum(rng.normal(step, [5, 8], size=(5, 2)), axis=0)
        points = np.concatenate([strand, np.full((5, 1), 80.0)], axis=1)
        layer.line(points, rng.uniform(1, 2.5), look.hair * level * rng.uniform(0.7, 1.4), 0.85)


def thing(rng: Rng, layer: Layer, _look: Look, level: float) -> None:
    """A disc, a box or a bar beside the face."""
    side = pick(rng, (-1, 1))
    center = np.array([side * rng.normal(85, 20), rng.uniform(-60, 140), 60])
    half = rng.uniform(8, 45, size=2)
    grey = rng.uniform(0, 1) * level
    if chance(rng, 0.3):
        inward = [-side * rng.uniform(20, 120), rng.uniform(60, 200), 0]
        layer.line([center, center + inward], half[0] / 2, grey)
        return
    outline = superellipse(pick(rng, (0.2, 1))) * half
    layer.polygon(center + np.concatenate([outline, np.zeros((len(outline), 1))], axis=1), grey)
