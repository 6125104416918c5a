"""Cars, vans and buses from any side."""

from __future__ import annotations

from dataclasses import dataclass

from components.ingest.draws import Rng, chance, pick
from components.ingest.sources.scenes import colours
from components.ingest.sources.scenes.canvas import Canvas, outward
from components.ingest.sources.scenes.colours import Colour, mix, scale
from components.ingest.sources.scenes.cutout import ellipse
from components.ingest.sources.scenes.light import Light
from components.ingest.sources.scenes.surfaces import car_surface
from components.ingest.sources.scenes.view import Frame, Point

TYRE: Colour = (0.05, 0.05, 0.055)
RIM: Colour = (0.5, 0.5, 0.52)
PLATE: Colour = (0.85, 0.82, 0.6)
TAIL_LAMP: Colour = (0.6, 0.06, 0.05)
FINEST = 4.5
"""Pixels of the canvas a metre below which a car has no wheels, lamps and side windows."""


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

    @classmethod
    def draw(cls, rng: Rng, light: Light) -> Paint:
        """Draws any paint; glass mirrors more or less of the sky."""
        body = colours.paint(rng)
        glass = mix(scale(light.ambient, 0.12), light.zenith, rng.uniform(0.05, 0.5))
        return cls(body, glass, body if chance(rng, 0.6) else (0.1, 0.1, 0.1))


def draw(rng: Rng, canvas: Canvas, frame: Frame, number: int = 0) -> None:
    """Draws a car whose middle is at the frame's origin, driving forward.

    Args:
        rng: The source of randomness.
        canvas: Where it is drawn.
        frame: Where it stands.
        number: Which one of the picture's cars it is; each has its own surface.
    """
    model = pick(rng, MODELS, SHARES)
    paint = Paint.draw(rng, canvas.light)
    car = Car(canvas, frame, model, paint, car_surface(number))
    windowless = model.height > 2 and chance(rng, 0.5)
    rim = scale(RIM, rng.uniform(0.4, 1.4))
    headlamp: Colour = (0.95, 0.95, 0.88) if chance(rng, 0.7) else (1.3, 1.25, 1.0)
    car.shadow()
    car.lower()
    fine = canvas.view.focal / max(1.0, canvas.view.ahead(frame.x, frame.z)) > FINEST
    if fine:
        car.wheels(rim)
        car.ends(headlamp)
    car.cabin(windowless, fine)


@dataclass(frozen=True)
class Car:
    """Draws a car on a canvas; h and w are half its length and width, in metres."""

    canvas: Canvas
    frame: Frame
    model: Model
    paint: Paint
    surface: int

    @property
    def h(self) -> float:
        """Half its length."""
        return self.model.length / 2

    @property
    def w(self) -> float:
        """Half its width."""
        return self.model.width / 2

    def turned_end(self) -> int:
        """The end that faces the camera: 1 the front, -1 the tail, 0 none."""
        forward, _ = self.frame.locate(self.canvas.view.x, 0.0)
        return int(forward > self.h) - int(forward < -self.h)

    def turned_side(self) -> int:
        """The side that faces the camera: 1 the right, -1 the left, 0 none."""
        _, right = self.frame.locate(self.canvas.view.x, 0.0)
        return int(right > self.w) - int(right < -self.w)

    @property
    def roof(self) -> tuple[float, float]:
        """Where the roof begins and ends, along the car."""
        model = self.model
        return self.h - model.bonnet - model.screen, -self.h + model.boot + model.back

    @property
    def glazing(self) -> tuple[float, float]:
        """Where windscreen and rear window meet the body, along the car."""
        return self.h - self.model.bonnet, -self.h + self.model.boot

    def shadow(self) -> None:
        """The shadows of the body and of the cabin."""
        at, w, waist, height = self.frame.at, self.w, self.model.waist, self.model.height
        base = [(self.h, -w), (self.h, w), (-self.h, w), (-self.h, -w)]
        (foot, tail), (front, rear) = self.glazing, self.roof
        self.canvas.darken([at(a * 1.04, b * 1.1, 0) for a, b in base])
        for first, second in zip(base, [*base[1:], base[0]], strict=True):
            wall = [at(*first, 0.2), at(*second, 0.2), at(*second, waist), at(*first, waist)]
            self.canvas.cast(wall)
        self.canvas.cast([at(a, b, waist) for a, b in base])
        for side in (-w, w):
            low, high = (foot, tail), (rear, front)
            below = [at(a, side, waist) for a in low]
            self.canvas.cast(below + [at(a, side * 0.8, height) for a in high])
        corners = [(front, -w), (front, w), (rear, w), (rear, -w)]
        self.canvas.cast([at(a, 0.8 * b, height) for a, b in corners])

    def solid(self, profile: list[tuple[float, float, float]], colour: Colour) -> None:
        """A body drawn by its profile: along, up and half width for each corner."""
        at, number = self.frame.at, len(profile)
        inside = at(sum(p[0] for p in profile) / number, 0, sum(p[1] for p in profile) / number)
        for (a, b, w), (c, d, v) in zip(profile, profile[1:] + profile[:1], strict=True):
            quad = [at(a, -w, b), at(a, w, b), at(c, v, d), at(c, -v, d)]
            self.canvas.face(quad, colour, self.surface, inside)
        for sign in (-1, 1):
            side = [at(a, sign * w, b) for a, b, w in profile]
            self.canvas.face(side, colour, self.surface, inside)

    def lower(self) -> None:
        """Everything below the windows."""
        h, w, waist = self.h, self.w, self.model.waist
        foot, tail = self.glazing
        sill = self.model.wheel * 0.75
        box = ((h - 0.25, sill * 0.5), (h - 0.25, sill), (0.25 - h, sill), (0.25 - h, sill * 0.5))
        self.solid([(a, b, w * 0.95) for a, b in box], TYRE)
        profile = [
            (h - 0.08, sill, w * 0.96),
            (h, waist * 0.62, w * 0.96),
            (h - 0.12, waist * 0.82, w),
            (foot, waist, w),
            (tail, waist, w),
            (-h + 0.02, waist * 0.95, w * 0.97),
            (-h, sill, w * 0.96),
        ]
        self.solid(profile, self.paint.body)

    def cabin(self, windowless: bool, fine: bool) -> None:
        """The part with the windows; a delivery van has only the foremost."""
        (foot, tail), (front, rear) = self.glazing, self.roof
        low, high, w = self.model.waist, self.model.height, self.w
        ends = [(foot, low, w * 0.97), (front, high, w * 0.8)]
        ends += [(rear, high, w * 0.8), (tail, low, w * 0.97)]
        self.solid(ends, self.paint.body)
        at, inside = self.frame.at, self.frame.at((front + rear) / 2, 0, (low + high) / 2)
        screens = [(foot, front)] if windowless else [(foot, front), (tail, rear)]
        for a, b in screens:
            below = [at(a, -w * 0.85, low + 0.04), at(a, w * 0.85, low + 0.04)]
            self.pane([*below, at(b, w * 0.7, high - 0.07), at(b, -w * 0.7, high - 0.07)], inside)
        side = self.turned_side()
        if side and fine:
            self.side_windows(side, windowless, inside)

    def side_windows(self, sign: int, windowless: bool, inside: Point) -> None:
        """Two or more panes on one side."""
        low, high = self.glazing, self.roof
        low, high = (low[0] - 0.15, low[1] + 0.12), (high[0] - 0.08, high[1] + 0.05)
        number = max(2, round((low[0] - low[1]) / 1.3))
        bottom, top = self.model.waist + 0.03, self.model.height - 0.1

        def point(ends: tuple[float, float], share: float, width: float, up: float) -> Point:
            along = ends[0] + (ends[1] - ends[0]) * share
            return self.frame.at(along, sign * self.w * width, up)

        for k in range(1 if windowless else number):
            s, e = k / number + 0.012, (k + 1) / number - 0.012
            below = [point(low, s, 0.96, bottom), point(low, e, 0.96, bottom)]
            self.pane([*below, point(high, e, 0.82, top), point(high, s, 0.82, top)], inside)

    def pane(self, points: list[Point], inside: Point) -> None:
        """Glass, where it faces the camera; the more it looks up, the more sky it mirrors."""
        canvas = self.canvas
        normal = outward(points, inside)
        if canvas.faces_camera(points, normal):
            shine = mix(self.paint.glass, canvas.light.haze, 0.45 * max(0.0, normal[1]))
            tone = canvas.distant(shine, points)
            canvas.fill(canvas.view.outline(points), tone, self.surface + 1)

    def wheels(self, rim: Colour) -> None:
        """Tyres and rims on the side that faces the camera."""
        r, apart = self.model.wheel, 0.31 * self.model.length
        side = self.turned_side() * self.w
        for along in (apart, -apart) if side else ():
            inside = self.frame.at(along, 0, r)
            for radius, colour in ((r * 1.1, TYRE), (r * 0.62, rim)):
                ring = ellipse((along, r), (radius, radius))
                disc = [self.frame.at(a, side, max(0.0, b)) for a, b in ring]
                self.canvas.face(disc, colour, self.surface, inside)

    def ends(self, headlamp: Colour) -> None:
        """Lamps, plates, bumpers and the grille."""
        body = self.paint.body
        end = self.turned_end()
        lamp, middle = (headlamp, scale(body, 0.4)) if end > 0 else (TAIL_LAMP, body)
        boxes = [
            (-0.95, 0.95, 0.33, 0.45, self.paint.trim),
            (-0.4, 0.4, 0.58, 0.76, middle),
            (-0.28, 0.28, 0.46, 0.57, PLATE),
            (-0.92, -0.55, 0.6, 0.78, lamp),
            (0.55, 0.92, 0.6, 0.78, lamp),
        ]
        if end:
            self.end_boxes(end * (self.h + 0.01), boxes)

    def end_boxes(
        self, along: float, boxes: list[tuple[float, float, float, float, Colour]]
    ) -> None:
        """Rectangles on the front or the tail: start, stop, low and high as shares of the body."""
        at, w, waist = self.frame.at, self.w, self.model.waist
        for start, stop, low, high, colour in boxes:
            below = [at(along, start * w, low * waist), at(along, stop * w, low * waist)]
            above = [at(along, stop * w, high * waist), at(along, start * w, high * waist)]
            self.canvas.face(below + above, colour, self.surface, at(0, 0, 0.5))
