"""Cuts faces out of photographs and moves their points along.

Points are pixels with pixel centres at integers; a box is measured from edge to edge, so
that the first pixel reaches from 0 to 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from components.core.eight_bits import ValuesError
from components.core.errors import ConvoyError
from components.core.facial_points import KEYPOINTS, SIDE
from components.core.images import MAX_PIXELS, encode_png, load_picture
from components.core.table import Record

Box = tuple[float, float, float, float]
"""Left, top, right and bottom."""


@dataclass(frozen=True)
class Square:
    """A square of an image, in pixels from its upper left corner; it may reach outside."""

    left: float
    top: float
    side: float

    @classmethod
    def around(cls, box: Box, margin: float) -> Square:
        """The square with the centre of a box and room around its longer side.

        Args:
            box: The box; its area is above 0.
            margin: Room on each side as a fraction of the longer side.
        """
        left, top, right, bottom = box
        side = max(right - left, bottom - top) * (1 + 2 * margin)
        return cls((left + right - side) / 2, (top + bottom - side) / 2, side)

    def move(self, points: np.ndarray) -> np.ndarray:
        """Where points `[n, 2]` of the image lie in the square scaled to 96x96 pixels."""
        return (points + 0.5 - (self.left, self.top)) * (SIDE / self.side) - 0.5

    def cut(self, image: Image.Image) -> Image.Image:
        """The square as a grey image of 96x96 pixels; outside, the image's edge is repeated."""
        first = np.floor((self.left, self.top)).astype(int)
        last = np.ceil((self.left + self.side, self.top + self.side)).astype(int)
        inner = np.clip([first, last], 0, image.size)
        part = np.asarray(image.crop((*inner[0], *inner[1])).convert("L"))
        room = np.abs(inner - [first, last])
        padded = np.pad(part, room.T[::-1], mode="edge")
        left, top = self.left - first[0], self.top - first[1]
        return Image.fromarray(padded).resize(
            (SIDE, SIDE),
            Image.Resampling.BICUBIC,
            box=(left, top, left + self.side, top + self.side),
        )

    def touches(self, width: int, height: int) -> bool:
        """Whether any of it is inside an image of this size."""
        return -self.side < self.left < width and -self.side < self.top < height and self.side > 0


def crop_face(data: bytes, file: Path, name: str, points: np.ndarray, square: Square) -> Record:
    """Cuts one face out of an image file, upright as EXIF says.

    An image that cannot be decoded is passed on as it is, with no point labelled, so that
    validation names it together with all others.

    Args:
        data: The content of the image file.
        file: The image file, which an error message begins with.
        name: What the face is called in the table.
        points: The 15 points in pixels of the image, `[15, 2]`; NaN where missing.
        square: Where the face is.

    Raises:
        ConvoyError: When the square is outside of the image, or has more pixels than an image
            may have; or when nothing tells which of the image's values is white.
    """
    if square.side**2 > MAX_PIXELS:
        raise ConvoyError(f"{file}: the face {name} has more than {MAX_PIXELS:,} pixels")
    try:
        image = load_picture(data)
    except ValuesError as error:  # `pixels.white` comes too late: what is stored is cut here
        raise ConvoyError(
            f"{file}: {error}; faces are cut out of images of 8 bits a channel, or 16 used in full"
        ) from None
    except Exception:  # Pillow's decoders raise a dozen types for broken files
        return Record(data, name, {"keypoints": [float("nan")] * 2 * len(KEYPOINTS)})
    if not square.touches(*image.size):
        raise ConvoyError(f"{file}: the face {name} lies outside of the image")
    pixels = np.asarray(square.cut(image))
    return Record(encode_png(pixels), name, label(square.move(points)))


def label(points: np.ndarray) -> dict[str, list[float]]:
    """The label of points `[15, 2]` in pixels of the face; those outside of it are missing."""
    inside = ((points >= 0) & (points <= SIDE - 1)).all(axis=1, keepdims=True)
    return {"keypoints": np.where(inside, points, np.nan).ravel().tolist()}
