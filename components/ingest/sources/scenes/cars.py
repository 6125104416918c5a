"""Cars, vans and buses from any side."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, pi, sin

from components.ingest.sources.faces.draws import Rng, chance, pick
from components.ingest.sources.scenes import colours
from components.ingest.sources.scenes.canvas import Canvas, dot, minus, outward
from components.ingest.sources.scenes.colours import Colour, mix, scale
from components.ingest.sources.scenes.surfaces import Surface
from components.ingest.sources.scenes.view import Frame, Point

TYRE: Colour = (0.05, 0.05, 0.055)
RIM: Colour = (0.5, 0.5, 0.52)
PLATE: Colour = (0.85, 0.82, 0.6)


@dataclass(frozen=True)
class Model:
    """The shape of a car; lengths in metres.

    Attributes:
        length: Overall.
        width: Overall.
        height: Overall.
        bonnet: From the front to the foot of the windscreen.
        screen: From the foot of the windscreen to its top, along the car.
        back: From the top of the rear window to its foot, along the car.
        boot: From the foot of the rear window to the tail.
        waist: Height of the lower edge of the windows.
        wheel: Radius of the wheels.
    """

    length: float
    width: float
    height: float
    bonnet: float
    screen: float
    back: float
    boot: float
    waist: float
    wheel: float


MODELS = (
    Model(4.0, 1.72, 1.48, 0.9, 0.75, 0.45, 0.1, 0.92, 0.31),  # hatchback
    Model(4.6, 1.8, 1.45, 1.2, 0.8, 0.65, 0.75, 0.92, 0.32),  # saloon
    Model(4.7, 1.8, 1.5, 1.15, 0.8, 0.35, 0.08, 0.92, 0.32),  # estate
    Model(4.6, 1.9, 1.75, 1.05, 0.65, 0.3, 0.08, 1.1, 0.37),  # off-road
    Model(3.6, 1.6, 1.52, 0.6, 0.7, 0.25, 0.05, 0.95, 0.28),  # city car
    Model(5.2, 1.95, 2.3, 0.75, 0.55, 0.05, 0.03, 1.2, 0.35),  # van
    Model(5.2, 1.9, 1.78, 1.2, 0.6, 0.1, 2.0, 1.1, 0.38),  # pick-up
    Model(10.5, 2.5, 3.0, 0.1, 0.1, 0.05, 0.03, 1.15, 0.48),  # bus
)
SHARES = (0.24, 0.2, 0.13, 0.14, 0.12, 0.09, 0.05, 0.03)


@dataclass(frozen=True)
class Paint:
    """The colours of a car."""

    body: Colour
    glass: Colour
    trim: Colour


def draw(rng: Rng, canvas: Canvas, frame: Frame) -> None:
    """Draws a car whose middle is at the frame's origin, driving forward."""
    model = pick(rng, MODELS, SHARES)
    body = colours.paint(rng)
    glass = mix(scale(canvas.light.ambient, 0.12), canvas.light.zenith, rng.uniform(0.05, 0.5))
    look = Paint(body, glass, body if chance(rng, 0.6) else (0.1, 0.1, 0.1))
    shadow(canvas, frame, model)
    lower(canvas, frame, model, look)
    wheels(rng, canvas, frame, model)
    ends(rng, canvas, frame, model, look)
    cabin(canvas, frame, model, look, windowless=model.height > 2 and chance(rng, 0.5))


def shadow(canvas: Canvas, frame: Frame, model: Model) -> None:
    """The shadows of the body and of the cabin."""
    h, w = model.length / 2, model.width / 2
    at = frame.at
    base = [(h, -w), (h, w), (-h, w), (-h, -w)]
    canvas.darken([at(a * 1.04, b * 1.1, 0) for a, b in base])
    for level in (0.3, model.waist):
        canvas.cast([at(a, b, level) for a, b in base])
    for first, second in zip(base, base[1:] + base[:1], strict=True):
        canvas.cast([at(*first, 0.2), at(*second, 0.2), at(*second, model.waist), at(*first, 0.9)])
    front, rear = h - model.bonnet - model.screen, -h + model.boot + model.back
    roof = [(front, -w * 0.8), (front, w * 0.8), (rear, w * 0.8), (rear, -w * 0.8)]
    canvas.cast([at(a, b, model.height) for a, b in roof])
    for side in (-w, w):
        canvas.cast(
            [
                at(h - model.bonnet, side, 0.9),
                at(front, side * 0.8, model.height),
                at(rear, side * 0.8, model.height),
                at(-h + model.boot, side, 0.9),
            ]
        )


def solid(
    canvas: Canvas, frame: Frame, profile: list[tuple[float, float, float]], look: Colour
) -> None:
    """A body drawn by its profile: along, up and half width for each corner."""
    along = sum(p[0] for p in profile) / len(profile)
    up = sum(p[1] for p in profile) / len(profile)
    inside = frame.at(along, 0, up)
    for (a, b, w), (c, d, v) in zip(profile, profile[1:] + profile[:1], strict=True):
        quad = [frame.at(a, -w, b), frame.at(a, w, b), frame.at(c, v, d), frame.at(c, -v, d)]
        canvas.face(quad, look, Surface.CAR, inside)
    for sign in (-1, 1):
        canvas.face([frame.at(a, sign * w, b) for a, b, w in profile], look, Surface.CAR, inside)


def lower(canvas: Canvas, frame: Frame, model: Model, look: Paint) -> None:
    """Everything below the windows."""
    h, w, waist = model.length / 2, model.width / 2, model.waist
    sill = model.wheel * 0.75
    skirt = [
        (h - 0.25, sill * 0.5, w * 0.95),
        (h - 0.25, sill, w * 0.95),
        (0.25 - h, sill, w * 0.95),
        (0.25 - h, sill * 0.5, w * 0.95),
    ]
    solid(canvas, frame, skirt, TYRE)
    profile = [
        (h - 0.08, sill, w * 0.96),
        (h, waist * 0.62, w * 0.96),
        (h - 0.12, waist * 0.82, w),
        (h - model.bonnet, waist, w),
        (-h + model.boot, waist, w),
        (-h + 0.02, waist * 0.95, w * 0.97),
        (-h, sill, w * 0.96),
    ]
    solid(canvas, frame, profile, look.body)


def cabin(canvas: Canvas, frame: Frame, model: Model, look: Paint, windowless: bool) -> None:
    """The part with the windows."""
    h, w = model.length / 2, model.width / 2
    foot, tail = h - model.bonnet, -h + model.boot
    front, rear = foot - model.screen, tail + model.back
    profile = [
        (foot, model.waist, w * 0.97),
        (front, model.height, w * 0.8),
        (rear, model.height, w * 0.8),
        (tail, model.waist, w * 0.97),
    ]
    solid(canvas, frame, profile, look.body)
    inside = frame.at((front + rear) / 2, 0, (model.waist + model.height) / 2)
    for (a, low, v), (c, high, u) in ((profile[0], profile[1]), (profile[3], profile[2])):
        if windowless and a == tail:
            continue
        screen = [
            frame.at(a, -v * 0.88, low + 0.04),
            frame.at(a, v * 0.88, low + 0.04),
            frame.at(c, u * 0.88, high - 0.07),
            frame.at(c, -u * 0.88, high - 0.07),
        ]
        pane(canvas, screen, look.glass, inside)
    for sign in (-1, 1):
        side_windows(canvas, frame, model, look, sign, windowless)


def side_windows(
    canvas: Canvas, frame: Frame, model: Model, look: Paint, sign: int, windowless: bool
) -> None:
    """Two or more panes on one side."""
    h, w = model.length / 2, model.width / 2
    low = (h - model.bonnet - 0.15, -h + model.boot + 0.12)
    high = (h - model.bonnet - model.screen - 0.08, -h + model.boot + model.back + 0.05)
    bottom, top = model.waist + 0.03, model.height - 0.1
    number = max(2, round((low[0] - low[1]) / 1.3))
    inside = frame.at(sum(high) / 2, 0, (bottom + top) / 2)
    for k in range(1 if windowless else number):
        s, e = k / number + 0.012, (k + 1) / number - 0.012
        points = [
            frame.at(low[0] + (low[1] - low[0]) * s, sign * w * 0.96, bottom),
            frame.at(low[0] + (low[1] - low[0]) * e, sign * w * 0.96, bottom),
            frame.at(high[0] + (high[1] - high[0]) * e, sign * w * 0.82, top),
            frame.at(high[0] + (high[1] - high[0]) * s, sign * w * 0.82, top),
        ]
        pane(canvas, points, look.glass, inside)


def pane(canvas: Canvas, points: list[Point], tone: Colour, inside: Point) -> None:
    """Glass on the side that faces the camera; upward it mirrors the sky."""
    normal = outward(points, inside)
    eye = (canvas.view.x, canvas.view.eye, 0.0)
    if dot(normal, minus(eye, points[0])) > 0:
        shine = mix(tone, canvas.light.haze, 0.45 * max(0.0, normal[1]))
        outline = canvas.view.outline(points)
        canvas.fill(outline, canvas.distant(shine, points), Surface.CAR_GLASS)


def wheels(rng: Rng, canvas: Canvas, frame: Frame, model: Model) -> None:
    """Tyres and rims on the side that faces the camera."""
    h, w, r = model.length / 2, model.width / 2, model.wheel
    rim = scale(RIM, rng.uniform(0.4, 1.4))
    for sign in (-1, 1):
        for along in (h - 0.19 * model.length, -h + 0.19 * model.length):
            inside = frame.at(along, 0, r)
            for radius, colour in ((r * 1.12, TYRE), (r * 0.62, rim)):
                ring = [
                    frame.at(
                        along + radius * cos(k * pi / 6), sign * w, r + radius * sin(k * pi / 6)
                    )
                    for k in range(12)
                ]
                ring = [(x, max(0.0, y), z) for x, y, z in ring]
                canvas.face(ring, colour, Surface.CAR, inside)


def ends(rng: Rng, canvas: Canvas, frame: Frame, model: Model, look: Paint) -> None:
    """Lamps, plates, bumpers and the grille."""
    headlamp: Colour = (0.95, 0.95, 0.88) if chance(rng, 0.7) else (1.3, 1.25, 1.0)
    for sign, lamp, middle in (
        (1, headlamp, scale(look.body, 0.4)),
        (-1, (0.6, 0.06, 0.05), look.body),
    ):
        along = sign * (model.length / 2 + 0.01)
        end_box(canvas, frame, model, along, (-0.95, 0.95, 0.33, 0.45), look.trim)
        end_box(canvas, frame, model, along, (-0.4, 0.4, 0.58, 0.76), middle)
        end_box(canvas, frame, model, along, (-0.28, 0.28, 0.46, 0.57), PLATE)
        for start, stop in ((-0.92, -0.55), (0.55, 0.92)):
            end_box(canvas, frame, model, along, (start, stop, 0.6, 0.78), lamp)
