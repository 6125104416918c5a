"""Draws the shapes of the VGG Image Annotator as regions of pixels."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

import numpy as np
from pydantic import BaseModel, Field, FiniteFloat, ValidationError

from components.core.block import describe_errors
from components.core.errors import ConvoyError
from components.core.names import list_names
from components.core.regions import Size, encode_region
from components.ingest.coco_outlines import check_polygons, pack_outline


class Shape(BaseModel, ABC):
    """A shape with an area; all is in pixels from the image's corner."""

    @abstractmethod
    def draw(self, size: Size, place: str) -> str:
        """The packed region that it covers of an image.

        Args:
            size: Of the image.
            place: What an error message begins with.

        Raises:
            ConvoyError: When it is broken or far outside of the image.
        """


class Polygon(Shape):
    """A polygon.

    Attributes:
        all_points_x: Of each corner.
        all_points_y: Of each corner.
    """

    all_points_x: list[FiniteFloat]
    all_points_y: list[FiniteFloat]

    def draw(self, size: Size, place: str) -> str:
        """Drawn as COCO's polygons are."""
        columns, rows = len(self.all_points_x), len(self.all_points_y)
        if columns != rows or columns < 3:
            raise ConvoyError(
                f"{place}: a polygon of {columns} x and {rows} y; must be 3 of each or more"
            )
        points = np.stack([self.all_points_x, self.all_points_y], axis=1)
        return pack_outline([points.ravel().tolist()], size, place)


class Rectangle(Shape):
    """A rectangle whose sides are upright; nothing where one has no length.

    Attributes:
        x: Of its left edge.
        y: Of its upper edge.
        width: Of its upper edge.
        height: Of its left edge.
    """

    x: FiniteFloat
    y: FiniteFloat
    width: FiniteFloat = Field(ge=0)
    height: FiniteFloat = Field(ge=0)

    def draw(self, size: Size, place: str) -> str:
        """Drawn as a polygon."""
        return pack_outline([corners(self.x, self.y, self.width, self.height)], size, place)


class Ellipse(Shape):
    """An ellipse; nothing where a radius is 0.

    Attributes:
        cx: Of its middle.
        cy: Of its middle.
        rx: Half its first axis, to the right unless it is turned.
        ry: Half its second axis.
        theta: How far it is turned clockwise, in radians.
    """

    cx: FiniteFloat
    cy: FiniteFloat
    rx: FiniteFloat = Field(ge=0)
    ry: FiniteFloat = Field(ge=0)
    theta: FiniteFloat = 0.0

    def draw(self, size: Size, place: str) -> str:
        """The pixels whose middles lie in it."""
        reach = max(self.rx, self.ry)
        around = corners(self.cx - reach, self.cy - reach, 2 * reach, 2 * reach)
        check_polygons([around], size, place)
        y, x = np.ogrid[: size[0], : size[1]]
        right, down = x + 0.5 - self.cx, y + 0.5 - self.cy
        cosine, sine = np.cos(self.theta), np.sin(self.theta)
        first = (right * cosine + down * sine) * self.ry
        second = (down * cosine - right * sine) * self.rx
        return encode_region(first**2 + second**2 < (self.rx * self.ry) ** 2)


class Circle(Shape):
    """A circle; nothing where its radius is 0.

    Attributes:
        cx: Of its middle.
        cy: Of its middle.
        r: Its radius.
    """

    cx: FiniteFloat
    cy: FiniteFloat
    r: FiniteFloat = Field(ge=0)

    def draw(self, size: Size, place: str) -> str:
        """The pixels whose middles lie in it."""
        return Ellipse(cx=self.cx, cy=self.cy, rx=self.r, ry=self.r).draw(size, place)


SHAPES: Mapping[str, type[Shape]] = {
    "polygon": Polygon,
    "rect": Rectangle,
    "circle": Circle,
    "ellipse": Ellipse,
}


def corners(x: float, y: float, width: float, height: float) -> list[float]:
    """The polygon of a rectangle."""
    return [x, y, x + width, y, x + width, y + height, x, y + height]


def draw_shape(attributes: Mapping[str, Any], size: Size, place: str) -> str:
    """The packed region that a shape covers.

    Args:
        attributes: `name` and the numbers of the shape.
        size: Of the image.
        place: What an error message begins with.

    Raises:
        ConvoyError: When it has no area, is broken or is far outside of the image.
    """
    name = attributes.get("name")
    if not isinstance(name, str) or name not in SHAPES:
        raise ConvoyError(f"{place}: the shape is {name!r}; must be one of {list_names(SHAPES)}")
    try:
        shape = SHAPES[name].model_validate(attributes)
    except ValidationError as error:
        raise ConvoyError(describe_errors(error, f"{place}: {name}")) from None
    return shape.draw(size, place)
