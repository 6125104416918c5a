"""A folder of images and a JSON file of faces in COCO's person-keypoints format.

Format: https://cocodataset.org/#format-data. Keypoints count pixels from 0 at the centre of
the first; boxes are measured from its edge. A category names its keypoints, among which the
15 must be; further ones are left out. Visibility 0 means not labelled; what is labelled but
hidden (1) counts like what is visible (2).
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from pydantic import Field

from components.core.errors import ConvoyError
from components.core.facial_points import KEYPOINTS
from components.core.table import Record
from components.ingest import coco
from components.ingest.face_crop import Box, Square, crop_face
from components.ingest.sources import base


class Category(coco.Category):
    """An entry of `categories`."""

    keypoints: list[str] = Field(default_factory=list)


class Annotation(coco.Annotation):
    """An entry of `annotations`.

    Attributes:
        keypoints: x, y and visibility of each of the category's keypoints.
        bbox: Left, top, width and height of the face in pixels.
    """

    keypoints: list[float]
    bbox: tuple[float, float, float, float]


Content = coco.Content[coco.Picture, Category, Annotation]


class Source(base.FileSource):
    """Faces cut out by their boxes and scaled to 96x96 grey pixels.

    Attributes:
        annotations: The JSON file, relative to `path`; so are the images' file names.
        margin: Room around a box as a fraction of its longer side.
    """

    annotations: Path
    margin: float = Field(0.0, ge=0)

    def read(self) -> Iterator[Record]:
        """Yields `FILE#ID` in the order of the annotations, with `keypoints`.

        Raises:
            ConvoyError: When the JSON file is not in the format, naming the annotation, or
                an image is absent.
        """
        file = self.path / self.annotations
        content = coco.read_content(file, Content)
        if not content.annotations:
            raise ConvoyError(f"{file}: no annotations")
        pictures = {picture.id: picture.file_name for picture in content.images}
        names = {category.id: category.keypoints for category in content.categories}
        coco.check_references(file, content.annotations, "category", names)
        for annotation in content.annotations:
            place = f"{file}: annotation {annotation.id}"
            points = parse_points(annotation.keypoints, names[annotation.category_id], place)
            square = Square.around(parse_box(annotation.bbox, place), self.margin)
            picture = pictures[annotation.image_id]
            image = self.path / picture
            name = f"{picture}#{annotation.id}"
            yield crop_face(self.read_sample(image, place), image, name, points, square)


def parse_points(values: Sequence[float], names: Sequence[str], place: str) -> np.ndarray:
    """Reads the 15 points in pixels, `[15, 2]`; NaN where visibility is 0.

    Args:
        values: x, y and visibility of each keypoint.
        names: The keypoints' names.
        place: What an error message begins with.

    Raises:
        ConvoyError: When one of the 15 is not among the names, or there are more or fewer
            values than the names call for.
    """
    if missing := [name for name in KEYPOINTS if name not in names]:
        raise ConvoyError(f"{place}: its category has no keypoint {', '.join(missing)}")
    if len(values) != 3 * len(names):
        raise ConvoyError(f"{place}: {len(values)} keypoint values; must be {3 * len(names)}")
    triples = np.array(values, dtype=float).reshape(-1, 3)
    triples = triples[[names.index(name) for name in KEYPOINTS]]
    return np.where(triples[:, 2:] > 0, triples[:, :2], np.nan)


def parse_box(values: tuple[float, float, float, float], place: str) -> Box:
    """Reads a box as left, top, right and bottom.

    Raises:
        ConvoyError: When its width or height is not above 0.
    """
    left, top, width, height = values
    if not (width > 0 and height > 0):
        raise ConvoyError(f"{place}: bbox is {width:g} by {height:g}; both must be above 0")
    return left, top, left + width, top + height
