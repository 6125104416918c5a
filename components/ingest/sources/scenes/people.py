"""People: a skeleton in a pose, dressed."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, pi, sin

from components.ingest.draws import Rng, chance, pick
from components.ingest.sources.scenes import colours
from components.ingest.sources.scenes.canvas import Canvas
from components.ingest.sources.scenes.colours import Colour, scale
from components.ingest.sources.scenes.cutout import SHADE, Cutout, Spot, ellipse, limb
from components.ingest.sources.scenes.surfaces import Surface

SEAT = 0.45
"""Height of a bench in metres."""


@dataclass(frozen=True)
class Body:
    """Build and pose; lengths as shares of the body's height unless said otherwise.

    Attributes:
        height: In metres.
        build: Width as a factor of the average.
        turn: 0 facing the camera or away from it, 1 in profile to the right, -1 to the left.
        back: Whether the back is seen.
        sitting: Whether the person sits.
        stride: Swing of the legs in radians.
        arms: Swing of the two arms in radians; positive is forward.
        elbows: Bend of the two elbows in radians.
    """

    height: float
    build: float
    turn: float
    back: bool
    sitting: bool
    stride: float
    arms: tuple[float, float]
    elbows: tuple[float, float]

    @classmethod
    def draw(cls, rng: Rng, sitting: bool) -> Body:
        """Draws an adult or a child who walks, stands or sits."""
        child = chance(rng, 0.14)
        walking = chance(rng, 0.65) and not sitting
        stride = rng.uniform(0.15, 0.5) if walking else rng.uniform(0, 0.08)
        swing = 0.9 * stride * pick(rng, (-1, 1))
        raised = pick(rng, (0.0, rng.uniform(0.3, 2.6)), (0.8, 0.2))
        return cls(
            height=rng.uniform(1.0, 1.45) if child else rng.normal(1.71, 0.09),
            build=rng.normal(1.0, 0.1) * (0.95 if child else 1.0),
            turn=pick(rng, (rng.normal(0, 0.25), rng.choice([-1, 1]) * rng.uniform(0.5, 1))),
            back=chance(rng, 0.4),
            sitting=sitting,
            stride=stride,
            arms=(swing + raised, -swing),
            elbows=(rng.uniform(0.05, 0.5) + 0.4 * raised, rng.uniform(0.05, 1.2)),
        )


@dataclass(frozen=True)
class Clothes:
    """What a person looks like.

    Attributes:
        skin: Its colour.
        hair: Its colour.
        top: Colour of jacket or shirt.
        bottom: Colour of trousers or skirt.
        shoes: Their colour.
        hem: How far the top reaches below the hips, as a share of the leg.
        skirt: How far a skirt reaches down the leg; 0 for trousers.
        sleeves: How much of the arm they cover, 0 to 1.
        legs: How much of the leg trousers cover, 0 to 1.
        long_hair: Whether it falls on the shoulders.
        hat: Its colour; None without.
        bag: Its colour; None without.
    """

    skin: Colour
    hair: Colour
    top: Colour
    bottom: Colour
    shoes: Colour
    hem: float
    skirt: float
    sleeves: float
    legs: float
    long_hair: bool
    hat: Colour | None
    bag: Colour | None

    @classmethod
    def draw(cls, rng: Rng) -> Clothes:
        """Draws clothes of any season."""
        top = colours.cloth(rng)
        skirt = chance(rng, 0.16)
        return cls(
            skin=colours.skin(rng),
            hair=colours.hair(rng),
            top=top,
            bottom=top if chance(rng, 0.12) else colours.cloth(rng),
            shoes=colours.paint(rng),
            hem=pick(rng, (0.03, 0.12, rng.uniform(0.2, 0.6)), (0.4, 0.4, 0.2)),
            skirt=rng.uniform(0.35, 0.8) if skirt else 0.0,
            sleeves=pick(rng, (1.0, rng.uniform(0.2, 0.5)), (0.7, 0.3)),
            legs=pick(rng, (1.0, rng.uniform(0.3, 0.5)), (0.85, 0.15)) if not skirt else 0.0,
            long_hair=chance(rng, 0.35),
            hat=colours.cloth(rng) if chance(rng, 0.18) else None,
            bag=colours.cloth(rng) if chance(rng, 0.3) else None,
        )


@dataclass(frozen=True)
class Person:
    """Someone at a place.

    Attributes:
        x: Where on the street.
        z: Where on the street.
        body: Build and pose.
        clothes: Looks.
    """

    x: float
    z: float
    body: Body
    clothes: Clothes

    @classmethod
    def draw(cls, rng: Rng, x: float, z: float, sitting: bool = False) -> Person:
        """Draws anyone."""
        return cls(x, z, Body.draw(rng, sitting), Clothes.draw(rng))


class Figure:
    """Draws one person; lengths are in metres.

    Attributes:
        size: Height.
        girth: Height times build: what widths are shares of.
        face: 1 where the chest or the back is seen, 0 in profile.
        ahead: How far the person looks to the right of the picture, -1 to 1.
        leg: Length of a leg.
        hips: Their height above the ground.
        neck: Its height above the ground.
    """

    def __init__(self, canvas: Canvas, person: Person, surface: int) -> None:
        """Prepares to draw a person, each pixel as `surface`."""
        self.cutout = Cutout(canvas, person.x, person.z)
        self.body, self.clothes, self.surface = person.body, person.clothes, surface
        self.size = person.body.height
        self.girth = self.size * person.body.build
        self.face = abs(cos(person.body.turn * pi / 2))
        self.ahead = sin(person.body.turn * pi / 2)
        self.leg = 0.48 * self.size
        standing = self.leg * cos(person.body.stride * 0.7)
        self.hips = SEAT + 0.05 if person.body.sitting else standing
        self.neck = self.hips + 0.34 * self.size

    def draw(self) -> None:
        """Draws everything from the far to the near."""
        self.cutout.darken(0.3)
        near = 1 if self.ahead > 0 else -1
        for side in (-near, near):
            self.draw_leg(side, far=side != near)
        self.draw_arm(-near, far=True)
        parts = (self.draw_bag, self.draw_torso)
        for part in reversed(parts) if self.body.back else parts:
            part()
        self.draw_head()
        self.draw_arm(near, far=False)

    def shape(self, spots: list[Spot], albedo: Colour, far: bool = False) -> None:
        """Fills a part and casts its shadow; `far` parts get less light."""
        self.cutout.polygon(spots, albedo, self.surface, SHADE if far else None)
        self.cutout.cast(spots)

    def round(
        self, start: Spot, end: Spot, widths: tuple[float, float], albedo: Colour, far: bool = False
    ) -> None:
        """A limb with a sunny and a shaded side."""
        self.shape(limb(start, end, *widths), scale(albedo, 0.8), far=True)
        if not far:
            shift = self.cutout.sunny * widths[0] * 0.18
            lit = limb(
                (start[0] + shift, start[1]),
                (end[0] + shift, end[1]),
                widths[0] * 0.62,
                widths[1] * 0.62,
            )
            self.cutout.polygon(lit, albedo, self.surface)

    def draw_leg(self, side: int, far: bool) -> None:
        """Thigh, shin and shoe."""
        dress = self.clothes
        hip = (side * 0.05 * self.girth * self.face, self.hips)
        knee, foot = (self.bent_leg if self.body.sitting else self.straight_leg)(hip, side)
        wide = self.girth * 0.085
        cover = dress.bottom if dress.legs else dress.skin
        shin = cover if dress.legs > 0.6 else dress.skin
        self.round(knee, foot, (wide * 0.8, wide * 0.55), shin, far)
        self.round(hip, knee, (wide * 1.1, wide * 0.85), cover, far)
        heel = (foot[0], max(0.05, foot[1]))
        toe = (foot[0] + 0.09 * self.size * self.ahead, 0.02)
        self.shape(limb(heel, toe, 0.1, 0.06), dress.shoes, far)

    def bent_leg(self, hip: Spot, side: int) -> tuple[Spot, Spot]:
        """Knee and foot of somebody who sits."""
        reach = 0.5 * self.leg * self.ahead + 0.04 * side * self.face
        knee = (hip[0] + reach, self.hips - 0.12 * self.leg * self.face)
        return knee, (knee[0] + 0.06 * self.leg * self.ahead, 0.05)

    def straight_leg(self, hip: Spot, side: int) -> tuple[Spot, Spot]:
        """Knee and foot of somebody who stands or walks."""
        swing, half = side * self.body.stride, 0.5 * self.leg
        knee = (hip[0] + half * sin(swing) * self.ahead, self.hips - half * cos(swing))
        bend = swing - 0.5 * self.body.stride
        lift = 0.12 * self.leg * max(0.0, swing) * self.face
        return knee, (knee[0] + half * sin(bend) * self.ahead, 0.03 + lift)

    def draw_torso(self) -> None:
        """Neck, hips and chest with what covers them."""
        hips, neck, sunny = self.hips, self.neck, self.cutout.sunny
        shoulder = self.girth * (0.07 + 0.055 * self.face)
        waist = self.girth * (0.066 + 0.02 * self.face)
        hip = self.girth * (0.062 + 0.035 * self.face)
        if not self.body.sitting:
            self.draw_skirt(hip)
        top = (0.0, neck + 0.06 * self.size)
        self.round((0.0, neck - 0.02), top, (0.05 * self.girth,) * 2, self.clothes.skin)
        hem = 0.0 if self.body.sitting else self.clothes.hem
        right = [
            (shoulder * 0.45, neck + 0.01),
            (shoulder, neck - 0.035 * self.size),
            (waist, hips + 0.12 * self.size),
            (hip * (1 + 0.3 * hem), hips - hem * self.leg),
        ]
        outline = right + [(-a, b) for a, b in reversed(right)]
        self.shape(outline, scale(self.clothes.top, 0.8), far=True)
        lit = [(a if a * sunny > 0 else a * 0.45, b) for a, b in outline]
        self.cutout.polygon(lit, self.clothes.top, self.surface)

    def draw_skirt(self, hip: float) -> None:
        """A skirt, or the upper end of the trousers."""
        low = self.hips - self.leg * max(self.clothes.skirt, 0.06)
        high, flare = self.hips + 0.03, hip * (1 + 0.8 * self.clothes.skirt)
        outline = [(-hip, high), (hip, high), (flare, low), (-flare, low)]
        self.shape(outline, self.clothes.bottom)

    def draw_arm(self, side: int, far: bool) -> None:
        """Upper arm, forearm and hand."""
        index = int(side > 0)
        dress, size = self.clothes, self.size
        shoulder = (side * self.girth * (0.02 + 0.1 * self.face), self.neck - 0.045 * size)
        swing, bend = self.body.arms[index], self.body.elbows[index]
        out = side * (0.12 + 0.35 * abs(swing)) * self.face
        upper = sin(swing) * self.ahead + out
        elbow = (shoulder[0] + 0.17 * size * sin(upper), shoulder[1] - 0.17 * size * cos(upper))
        lower = sin(swing + bend) * self.ahead + out * (1 - bend)
        raise_by = max(0.0, cos(bend + max(0.0, swing)))
        hand = (elbow[0] + 0.16 * size * sin(lower), elbow[1] - 0.16 * size * (2 * raise_by - 1))
        wide = self.girth * 0.052
        sleeve = dress.top if dress.sleeves > 0.6 else dress.skin
        self.round(elbow, hand, (wide * 0.85, wide * 0.65), sleeve, far)
        self.round(shoulder, elbow, (wide * 1.15, wide * 0.9), dress.top, far)
        self.shape(ellipse(hand, (0.024 * size, 0.028 * size)), dress.skin, far)

    def draw_head(self) -> None:
        """The head; a child's is larger for its size."""
        tall = 0.055 * self.size + 0.022
        radii = (tall * (0.74 + 0.1 * abs(self.ahead)), tall)
        middle = (0.02 * self.size * self.ahead, self.neck + 0.05 * self.size + tall)
        if self.clothes.long_hair:
            fall = (middle[0] - 0.4 * radii[0] * self.ahead, middle[1] - 0.55 * tall)
            locks = ellipse(fall, (radii[0] * 1.15, tall * 1.2))
            self.shape(locks, self.clothes.hair, far=True)
        self.shape(ellipse(middle, radii), scale(self.clothes.skin, 0.85), far=True)
        lit = (middle[0] + self.cutout.sunny * radii[0] * 0.25, middle[1])
        bright = ellipse(lit, (radii[0] * 0.72, tall * 0.92))
        self.cutout.polygon(bright, self.clothes.skin, self.surface)
        self.draw_hair(middle, radii)

    def draw_hair(self, middle: Spot, radii: tuple[float, float]) -> None:
        """Hair and hat; the eyes where the face is seen."""
        dress, (wide, tall) = self.clothes, radii
        top = (middle[0] - 0.3 * wide * self.ahead, middle[1] + 0.42 * tall)
        if self.body.back and self.face > 0.5:
            self.shape(ellipse(middle, (wide * 1.05, tall * 1.02)), dress.hair)
        else:
            self.shape(ellipse(top, (wide * 1.08, tall * 0.68)), dress.hair)
            for side in (-0.4, 0.4) if self.face > 0.4 else ():
                eye = (middle[0] + (side + 0.5 * self.ahead) * wide, middle[1] - 0.02 * tall)
                dark = scale(dress.skin, 0.25)
                self.cutout.polygon(ellipse(eye, (wide * 0.14, tall * 0.09)), dark, self.surface)
        if dress.hat:
            crown = (top[0], top[1] + 0.15 * tall)
            self.shape(ellipse(crown, (wide * 1.12, tall * 0.62)), dress.hat)

    def draw_bag(self) -> None:
        """A rucksack behind the chest, or a bag at the hip."""
        if not self.clothes.bag:
            return
        if self.body.sitting or (abs(self.ahead) < 0.4 and not self.body.back):
            spot = (0.13 * self.girth, self.hips - 0.02)
            self.shape(ellipse(spot, (0.11, 0.14)), self.clothes.bag)
            return
        spot = (-0.09 * self.girth * self.ahead, self.neck - 0.15 * self.size)
        self.shape(ellipse(spot, (0.13, 0.21)), self.clothes.bag)


def draw(canvas: Canvas, person: Person, number: int) -> None:
    """Draws the person of this number."""
    Figure(canvas, person, Surface.PERSON + number).draw()
