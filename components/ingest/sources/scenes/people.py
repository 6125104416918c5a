"""People: a skeleton in a pose, dressed."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, sin

from components.ingest.sources.faces.draws import Rng, chance, pick
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
    """Draws one person."""

    def __init__(self, canvas: Canvas, person: Person, surface: int) -> None:
        """Prepares to draw a person, each pixel as `surface`."""
        self.cutout = Cutout(canvas, person.x, person.z)
        self.body, self.clothes, self.surface = person.body, person.clothes, surface
        self.size = person.body.height
        self.girth = person.body.height * person.body.build
        self.face = abs(cos(person.body.turn * 1.57))
        self.ahead = sin(person.body.turn * 1.57)
        leg = 0.48 * self.size
        self.hips = SEAT + 0.05 if person.body.sitting else leg * cos(person.body.stride * 0.7)
        self.neck = self.hips + 0.34 * self.size
        self.leg = leg

    def draw(self) -> None:
        """Draws everything from the far to the near."""
        self.cutout.darken(0.3)
        near = 1 if self.ahead > 0 else -1
        for side in (-near, near):
            self.draw_leg(side, far=side != near)
        self.draw_arm(-near, far=True)
        if self.clothes.bag and self.body.back:
            self.draw_torso()
            self.draw_bag()
        else:
            self.draw_bag()
            self.draw_torso()
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
        body, dress, leg = self.body, self.clothes, self.leg
        hip = (side * 0.05 * self.girth * self.face, self.hips)
        swing = side * body.stride
        if body.sitting:
            knee = (
                hip[0] + leg * 0.5 * self.ahead + side * 0.04 * self.face,
                self.hips - 0.12 * leg * self.face,
            )
            foot = (knee[0] + 0.06 * leg * self.ahead, 0.05)
        else:
            lift = 0.12 * leg * max(0.0, swing) * self.face
            knee = (
                hip[0] + sin(swing) * leg * 0.5 * self.ahead,
                self.hips - leg * 0.5 * cos(swing),
            )
            bend = swing - 0.5 * body.stride
            foot = (knee[0] + sin(bend) * leg * 0.5 * self.ahead, 0.03 + lift)
        wide = self.girth * 0.085
        cover = dress.bottom if dress.legs else dress.skin
        shin = cover if dress.legs > 0.6 else dress.skin
        self.round(knee, foot, (wide * 0.8, wide * 0.55), shin, far)
        self.round(hip, knee, (wide * 1.1, wide * 0.85), cover, far)
        toe = (foot[0] + 0.09 * self.size * self.ahead, 0.02)
        self.shape(
            limb((foot[0], 0.05 + max(0.0, foot[1] - 0.05)), toe, 0.1, 0.06), dress.shoes, far
        )

    def draw_torso(self) -> None:
        """Hips, chest and neck; over them top and skirt."""
        dress, hips, neck = self.clothes, self.hips, self.neck
        shoulder = self.girth * (0.07 + 0.055 * self.face)
        waist = self.girth * (0.066 + 0.02 * self.face)
        hip = self.girth * (0.062 + 0.035 * self.face)
        if not self.body.sitting:
            low = hips - self.leg * max(dress.skirt, 0.06)
            flare = hip * (1 + 0.8 * dress.skirt)
            self.shape(
                [(-hip, hips + 0.03), (hip, hips + 0.03), (flare, low), (-flare, low)], dress.bottom
            )
        self.round(
            (0, neck - 0.02),
            (0, neck + 0.06 * self.size),
            (0.05 * self.girth, 0.05 * self.girth),
            dress.skin,
        )
        hem = hips - (0 if self.body.sitting else dress.hem * self.leg)
        middle = hips + 0.12 * self.size
        right = [
            (shoulder * 0.45, neck + 0.01),
            (shoulder, neck - 0.035 * self.size),
            (waist, middle),
            (hip * (1 + 0.3 * dress.hem), hem),
        ]
        left = [(-a, b) for a, b in reversed(right)]
        self.shape(right + left, scale(dress.top, 0.8), far=True)
        sunny = self.cutout.sunny
        lit = [(a if a * sunny > 0 else a * 0.45, b) for a, b in right + left]
        self.cutout.polygon(lit, dress.top, self.surface)

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
        """Head, hair, face and hat; a child's head is larger for its size."""
        dress, cut = self.clothes, self.cutout
        tall = 0.055 * self.size + 0.022
        wide = tall * (0.74 + 0.1 * abs(self.ahead))
        middle = (0.02 * self.size * self.ahead, self.neck + 0.05 * self.size + tall)
        if dress.long_hair:
            fall = (middle[0] - 0.4 * wide * self.ahead, middle[1] - 0.55 * tall)
            self.shape(ellipse(fall, (wide * 1.15, tall * 1.2)), dress.hair, far=True)
        self.shape(ellipse(middle, (wide, tall)), scale(dress.skin, 0.85), far=True)
        lit = (middle[0] + cut.sunny * wide * 0.25, middle[1])
        cut.disc(lit, (wide * 0.72, tall * 0.92), dress.skin, self.surface)
        top = (middle[0] - 0.3 * wide * self.ahead, middle[1] + 0.42 * tall)
        cap = ellipse(top, (wide * 1.08, tall * 0.68))
        away = self.body.back and self.face > 0.5
        self.shape(ellipse(middle, (wide * 1.05, tall * 1.02)) if away else cap, dress.hair)
        if not away and self.face > 0.4:
            for side in (-0.4, 0.4):
                eye = (middle[0] + (side + 0.5 * self.ahead) * wide, middle[1] - 0.02 * tall)
                cut.disc(eye, (wide * 0.14, tall * 0.09), scale(dress.skin, 0.25), self.surface)
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
