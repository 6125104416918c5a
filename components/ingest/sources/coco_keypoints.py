"""A folder of images and a JSON file of faces in COCO's person-keypoints format.

Format: https://cocodataset.org/#format-data. Keypoints count pixels from 0 at the centre of
the first; boxes are measured from its edge. A category names its keypoints, among which the
15 must be; further ones are left out. Visibility 0 means not labelled; what is labelled but
hidden (1) counts like what is visible (2).
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from pydantic import Field, PositiveInt

from components.core.errors import ConvoyError
from components.core.facial_points import KEYPOINTS
from components.core.faults import faults_of, find_repeated, gather
from components.core.table import Record
from components.ingest import coco
from components.ingest.face_crop import Box, Square, crop_face
from components.ingest.picture_sizes import check_size
from components.ingest.sources import base


class Picture(coco.Picture):
    """An entry of `images`; width and height in pixels, if they are given."""

    width: PositiveInt | None = None
    height: PositiveInt | None = None


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


Content = coco.Content[Picture, Category, Annotation]


class Source(base.FileSource):
    """Faces cut out by their boxes and scaled to 96x96 grey pixels.

    Attributes:
        annotations: The JSON file, relative to `path`; so are the images' file names.
        margin: Room around a box as a fraction of its longer side.
    """

    gives: ClassVar = frozenset({"keypoints"})

    annotations: Path
    margin: float = Field(0.0, ge=0)

    @classmethod
    def recognise(cls, path: Path) -> Mapping[str, Any] | None:
        """A JSON file with the 15 points, or a folder with one such file."""
        outline = coco.find_outline(path)
        if outline is None or not any(names.issuperset(KEYPOINTS) for names in outline.keypoints):
            return None
        file = outline.file.absolute()
        inside = file.is_relative_to(outline.folder.absolute())
        annotations = file.relative_to(outline.folder.absolute()) if inside else file
        return {"path": outline.folder, "annotations": annotations}

    def watched(self) -> Iterator[Path]:
        """The JSON file and the images, where they lie outside of `path`."""
        file = self.path / self.annotations
        named = coco.list_files(file, self.path) if self.allow_outside else ()
        yield from self.elsewhere([file, *named])

    def read(self) -> Iterator[Record]:
        """Yields `FILE#ID` in the order of the annotations, with `keypoints`.

        Raises:
            FaultsError: Naming each wrong entry of the JSON file, or else each image that
                cannot be read.
            ConvoyError: When the JSON file cannot be read or has no annotation.
        """
        file = self.path / self.annotations
        content = coco.read_content(file, Content, partial(check_content, file))
        if not content.annotations:
            raise ConvoyError(f"{file}: no annotations")
        pictures = {picture.id: picture for picture in content.images}
        names = {category.id: category.keypoints for category in content.categories}
        yield from gather(
            str(file),
            content.annotations,
            lambda each: self._read(each, pictures[each.image_id], names[each.category_id]),
        )

    def _read(self, annotation: Annotation, picture: Picture, names: Sequence[str]) -> Record:
        place = f"{self.path / self.annotations}: annotation {annotation.id}"
        points = parse_points(annotation.keypoints, names, place)
        square = Square.around(parse_box(annotation.bbox, place), self.margin)
        image = self.path / picture.file_name
        sample = self.read_sample(image, place)
        if picture.width and picture.height:
            check_size(sample, picture.width, picture.height, place)
        name = f"{picture.file_name}#{annotation.id}"
        return crop_face(sample, image, name, points, square)


def check_content(file: Path, content: Content) -> Iterator[str]:
    """Yields what is wrong with categories and annotations, a line a fault."""
    names = {category.id: category.keypoints for category in content.categories}
    yield from coco.find_dangling(file, content.annotations, "category", names)
    used = {annotation.category_id for annotation in content.annotations}
    wrong = {
        number: faults
        for number in sorted(used.intersection(names))
        if (faults := check_names(names[number], f"{file}: category {number}"))
    }
    for faults in wrong.values():
        yield from faults
    for each in content.annotations:
        place = f"{file}: annotation {each.id}"
        yield from faults_of(partial(parse_box, each.bbox, place))
        if each.category_id in names and each.category_id not in wrong:
            yield from faults_of(
                partial(parse_points, each.keypoints, names[each.category_id], place)
            )


def check_names(names: Sequence[str], place: str) -> list[str]:
    """Checks that each of the 15 keypoints is among the names of a category, and none twice."""
    missing = [name for name in KEYPOINTS if name not in names]
    faults = [f"{place}: it has no keypoint {', '.join(missing)}"] if missing else []
    return faults + find_repeated(place, "keypoint", names)


def parse_points(values: Sequence[float], names: Sequence[str], place: str) -> np.ndarray:
    """Reads the 15 points in pixels, `[15, 2]`; NaN where visibility is 0.

    Args:
        values: x, y and visibility of each keypoint.
        names: The keypoints' names, the 15 among them.
        place: What an error message begins with.

    Raises:
        ConvoyError: When there are more or fewer values than the names call for.
    """
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
