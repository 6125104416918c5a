"""Draws one face."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from components.core.facial_points import SIDE
from components.ingest.draws import Rng, chance
from components.ingest.sources.faces import body, chart, hair, paint, props, scene
from components.ingest.sources.faces import head as heads
from components.ingest.sources.faces import light as lights
from components.ingest.sources.faces.camera import photograph
from components.ingest.sources.faces.chart import Array
from components.ingest.sources.faces.head import Head
from components.ingest.sources.faces.layer import Layer, blend
from components.ingest.sources.faces.layout import Layout
from components.ingest.sources.faces.light import Light
from components.ingest.sources.faces.pose import Pose
from components.ingest.sources.faces.rays import Hits, cast
from components.ingest.sources.faces.textures import cut
from components.ingest.sources.faces.traits import Expression, Look, Shape

FINE = 160  # side of the picture before it is reduced to 96; some parts are drawn at half of it

BEARD = 0.3
GLASSES = 0.13
PROPS = {props.wisps: 0.04, props.scarf: 0.05, props.hand: 0.08, props.thing: 0.08}
"""How many of the faces have what."""


@dataclass(frozen=True)
class Face:
    """A rendered face.

    Attributes:
        image: Grey levels, `[96, 96]`.
        points: The 15 points in pixels, `[15, 2]`, wherever they are, also when hidden.
    """

    image: NDArray[np.uint8]
    points: NDArray[np.float64]


@dataclass(frozen=True)
class Person:
    """Someone to take a picture of."""

    shape: Shape
    expression: Expression
    look: Look
    style: hair.Style
    layout: Layout
    head: Head

    @classmethod
    def draw(cls, rng: Rng, moment: Rng | None = None) -> Person:
        """Draws build, expression, colours and hair.

        Args:
            rng: The source of randomness.
            moment: Another one for the expression; None for the same.
        """
        shape, expression = Shape.draw(rng), Expression.draw(moment or rng)
        layout = Layout.of(shape, expression)
        head = heads.build(shape, expression, layout)
        return cls(shape, expression, Look.draw(rng), hair.Style.draw(rng), layout, head)

    def points(self, pose: Pose) -> NDArray[np.float64]:
        """The 15 points in pixels, `[15, 2]`."""
        return pose.project(self.head.points(chart.place(self.layout.keypoints())))


def render(rng: Rng, traits: Rng | None = None) -> Face:
    """Draws a random face.

    Args:
        rng: The source of randomness.
        traits: Another one for what stays of a person from photo to photo: build, colours, skin,
            hair and beard; None for the same.
    """
    person = Person.draw(traits or rng, rng)
    pose, light = Pose.draw(rng, FINE), Light.draw(rng)
    brightness, surface = finish(traits or rng, person, pose, light)
    hits = cast(surface, pose, FINE)
    picture, shoulders = stand(rng, person, pose, light)
    picture.ravel()[hits.pixels] = brightness.ravel()[hits.cells]
    picture *= 1 - double(cast_shadows(hits, shoulders, pose, light))
    picture = put_on(rng, picture, person, pose, light)
    return Face(photograph(rng, reduce(picture)), (person.points(pose) + 0.5) * (SIDE / FINE) - 0.5)


def finish(rng: Rng, person: Person, pose: Pose, light: Light) -> tuple[Array, Head]:
    """The brightness of the head's surface, a map, and the head with its hair."""
    look = person.look
    uneven = np.float32(look.blotches) * cut(rng, "clouds", chart.CELLS)
    albedo = np.float32(look.skin) * (1 + uneven)
    gloss = np.full_like(albedo, look.gloss)
    thickness = np.zeros_like(albedo)
    if chance(rng, BEARD):
        beard = hair.grow_beard(rng, look, person.shape.mouth_height)
        albedo = blend(albedo, beard.albedo, beard.opacity)
        gloss *= 1 - beard.opacity
        thickness += beard.thickness
    face = paint.paint(rng, person.shape, look, person.expression, person.layout)
    paint.apply(face, albedo)
    top = hair.grow_hair(rng, look, person.style)
    albedo = blend(albedo, top.albedo, top.opacity)
    thickness += top.thickness
    relief = person.head.relief + thickness / np.float32(chart.SEMI_AXES[2])
    head = replace(person.head, relief=relief)
    gloss *= 1 - top.opacity
    return lights.shade(head, pose, light, albedo, gloss, lights.hollows(person.shape)), head


def stand(rng: Rng, person: Person, pose: Pose, light: Light) -> tuple[Array, NDArray[np.bool_]]:
    """The picture without the head, and where the body is, `[FINE, FINE]` each."""
    clothed, opacity = body.draw(rng, person.look, light, pose, FINE, person.style.long)
    return blend(double(scene.background(rng, FINE // 2)), clothed, opacity), opacity > 0


def cast_shadows(hits: Hits, shoulders: NDArray[np.bool_], pose: Pose, light: Light) -> Array:
    """The shadows on the head and from it on the body, `[FINE / 2, FINE / 2]`."""
    depth = np.where(shoulders, np.maximum(hits.depth, np.float32(-20)), hits.depth)
    return lights.shadow(depth[::2, ::2], light, pose.scale / 2)


def put_on(rng: Rng, picture: Array, person: Person, pose: Pose, light: Light) -> Array:
    """The picture with glasses and other things before the face, if any."""
    if chance(rng, GLASSES):
        glasses = props.glasses(rng, person.head, pose, person.layout, FINE)
        picture = blend(picture, *glasses.channels())
    for prop, share in PROPS.items():
        if chance(rng, share):
            front = Layer(FINE, pose.project, pose.scale)
            prop(rng, front, person.look, light.level)
            picture = blend(picture, *front.channels())
    return picture


def double(small: Array) -> Array:
    """Repeats each pixel along both axes."""
    return small.repeat(2, axis=0).repeat(2, axis=1)


def reduce(picture: Array) -> Array:
    """The picture at 96x96 pixels, the means of what each covers."""
    small = Image.fromarray(picture).resize((SIDE, SIDE), Image.Resampling.BOX)
    return np.asarray(small)
