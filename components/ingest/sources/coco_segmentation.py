"""A folder of images and a JSON file of outlined objects in COCO's instances format.

Format: https://cocodataset.org/#format-data. An object is outlined by polygons or by counts
of pixels, column by column, that are in turn outside and inside (run-length encoding); the
counts are a list or text as pycocotools packs it. All objects of an image become one mask.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
from pycocotools import mask as rle
from pydantic import BaseModel, Field, FiniteFloat, NonNegativeInt, model_validator

from components.core.errors import ConvoyError
from components.core.faults import faults_of, gather
from components.core.images import MAX_PIXELS
from components.core.masks import VOID, encode_mask
from components.core.regions import Encoded, RegionError, check_counts, unpack_counts
from components.core.table import Record
from components.ingest import coco, picture_sizes
from components.ingest.coco_source import CocoSource

BACKGROUND = "background"
"""The class of pixels that belong to no object, where nothing else is said."""

Polygons = list[list[FiniteFloat]]
"""Each is x0, y0, x1, ... in pixels from the image's corner."""


class Runs(BaseModel):
    """A run-length encoding.

    Attributes:
        size: Height and width in pixels.
        counts: Lengths of the runs, from the upper left downwards; the first is outside.
    """

    size: tuple[int, int]
    counts: list[NonNegativeInt] | str


class Annotation(coco.Annotation):
    """An entry of `annotations`.

    Attributes:
        segmentation: Its outline.
        iscrowd: Whether it is a region with many objects that nobody told apart.
    """

    segmentation: Polygons | Runs
    iscrowd: bool = False


Content = coco.Content[coco.SizedPicture, coco.NamedCategory, Annotation]


class Source(CocoSource):
    """Images with masks drawn from their objects, the largest first; void is 255.

    So a small object stays visible on a large one; of two with the same area the later one
    does. Crowds are drawn as void.

    Attributes:
        classes: Names of categories, and `background`, in the order of the class indices.
            Objects of other categories are not drawn.
        background: The class of pixels that belong to no object; null makes them void.
    """

    gives: ClassVar = frozenset({"mask"})

    classes: tuple[str, ...] = Field(min_length=2, max_length=VOID)
    background: str | None = None

    @model_validator(mode="after")
    def _name_once(self) -> Self:
        if len(set(self.classes)) < len(self.classes):
            raise ValueError("each of the classes must have a name of its own")
        if self.background not in (None, *self.classes):
            raise ValueError(f"background is {self.background!r}, which is not in classes")
        return self

    @classmethod
    def recognise(cls, path: Path) -> Mapping[str, Any] | None:
        """A JSON file with outlines, or a folder with one such file."""
        outline = coco.find_outline(path)
        if outline is None or not outline.segmented:
            return None
        names = tuple(name for name in outline.categories if name != BACKGROUND)
        return {**outline.keys(), "classes": [BACKGROUND, *names], "background": BACKGROUND}

    def read(self) -> Iterator[Record]:
        """Yields the images in the order of the JSON file, with `mask`.

        Raises:
            FaultsError: Naming each wrong entry of the JSON file and each class that is no
                category, or else each image that cannot be read.
            ConvoyError: When the JSON file cannot be read.
        """
        file = self.path / self.annotations
        content = coco.read_content(file, Content, self._check)
        objects: dict[int, list[Annotation]] = defaultdict(list)
        indices = self._indices(content)
        for annotation in content.annotations:
            if annotation.category_id in indices:
                objects[annotation.image_id].append(annotation)
        yield from gather(
            str(file),
            content.images,
            lambda picture: self._read(picture, objects[picture.id], indices),
        )

    def _read(
        self, picture: coco.SizedPicture, objects: Sequence[Annotation], indices: Mapping[int, int]
    ) -> Record:
        file, image = self.path / self.annotations, self.images / picture.file_name
        place = f"{file}: image {picture.id}"
        sample = self.read_sample(self.path / image, place)
        picture_sizes.check_size(sample, picture.width, picture.height, place)
        regions = [
            (
                encode_region(each.segmentation, picture, f"{file}: annotation {each.id}"),
                VOID if each.iscrowd else indices[each.category_id],
            )
            for each in objects
        ]
        return Record(
            sample=sample,
            path=image.as_posix(),
            labels={"mask": encode_mask(draw_regions(regions, picture, self._uncovered()))},
        )

    def _uncovered(self) -> int:
        return VOID if self.background is None else self.classes.index(self.background)

    def _check(self, content: Content) -> Iterator[str]:
        """Yields what is wrong with categories, images and annotations, a line a fault."""
        file = self.path / self.annotations
        names = {category.id: category.name for category in content.categories}
        if unknown := set(self.classes).difference(names.values(), [self.background]):
            yield (
                f"{file}: no category {', '.join(sorted(unknown))}; there are "
                f"{', '.join(sorted(names.values()))}"
            )
        yield from coco.find_dangling(file, content.annotations, "category", names)
        for picture in content.images:
            yield from faults_of(partial(check_size, picture, f"{file}: image {picture.id}"))
        sizes = {picture.id: (picture.height, picture.width) for picture in content.images}
        indices = self._indices(content)
        for each in content.annotations:
            if each.category_id in indices and each.image_id in sizes:
                place = f"{file}: annotation {each.id}"
                size = sizes[each.image_id]
                yield from faults_of(partial(check_outline, each.segmentation, size, place))

    def _indices(self, content: Content) -> dict[int, int]:
        """The class index of each category that is a class, by the category's number."""
        return {
            category.id: self.classes.index(category.name)
            for category in content.categories
            if category.name in self.classes
        }


def draw_regions(
    regions: Sequence[tuple[Encoded, int]], picture: coco.SizedPicture, uncovered: int
) -> np.ndarray:
    """Draws regions on top of each other, the largest first, those of one area in their order.

    Args:
        regions: Each with the value of its pixels.
        picture: The image.
        uncovered: The value of all other pixels.

    Returns:
        uint8 `[height, width]`.
    """
    indices = np.full((picture.height, picture.width), uncovered, np.uint8)
    for region, value in sorted(regions, key=lambda each: rle.area(each[0]), reverse=True):
        indices[rle.decode(region) == 1] = value
    return indices


def check_size(picture: coco.SizedPicture, place: str) -> None:
    """Checks that a mask of the size that the JSON file gives can be drawn.

    Raises:
        ConvoyError: When it would have more pixels than an image may have.
    """
    if picture.width * picture.height > MAX_PIXELS:
        size = f"{picture.width}x{picture.height}"
        raise ConvoyError(f"{place}: {size} is more than {MAX_PIXELS:,} pixels")


def encode_region(segmentation: Polygons | Runs, picture: coco.SizedPicture, place: str) -> Encoded:
    """Turns the outline of an object into pycocotools' packed form, checked.

    pycocotools itself takes broken outlines and then reads or reserves memory at random.

    Args:
        segmentation: Polygons, of which every pixel in any belongs to the object, or runs.
        picture: The image.
        place: What an error message begins with.

    Raises:
        ConvoyError: When the outline is broken or does not fit the image.
    """
    size = (picture.height, picture.width)
    outline = check_outline(segmentation, size, place)
    if isinstance(segmentation, Runs):
        return rle.frPyObjects({"size": size, "counts": outline}, *size)
    return rle.merge(rle.frPyObjects(outline, *size))


def check_outline(
    segmentation: Polygons | Runs, size: tuple[int, int], place: str
) -> Polygons | Sequence[int]:
    """Checks the outline of an object in an image of a height and a width.

    Returns:
        The polygons, or the counts unpacked.

    Raises:
        ConvoyError: When the outline is broken or does not fit the image.
    """
    if isinstance(segmentation, Runs):
        return check_runs(segmentation, size, place)
    check_polygons(segmentation, size, place)
    return segmentation


def check_polygons(polygons: Polygons, size: tuple[int, int], place: str) -> None:
    """Checks polygons; they may overhang an image by its own height and width.

    Raises:
        ConvoyError: When there is none, or one has an odd number of values, fewer than three
            points or a point that is farther out.
    """
    if not polygons:
        raise ConvoyError(f"{place}: segmentation is empty")
    reach = np.array(size[::-1])
    for values in polygons:
        if len(values) % 2 or len(values) < 6:
            raise ConvoyError(f"{place}: a polygon of {len(values)} values; must be 6, 8, 10, …")
        points = np.reshape(values, (-1, 2))
        if far := points[((points < -reach) | (points > 2 * reach)).any(axis=1)].tolist():
            raise ConvoyError(f"{place}: the point {tuple(far[0])} is far outside of the image")


def check_runs(runs: Runs, size: tuple[int, int], place: str) -> Sequence[int]:
    """Unpacks and checks the counts of a run-length encoding.

    Raises:
        ConvoyError: When they are of an image of another size, do not cover it or are broken.
    """
    if runs.size != size:
        raise ConvoyError(f"{place}: size is {list(runs.size)}; that of the image is {list(size)}")
    counts = unpack_counts(runs.counts) if isinstance(runs.counts, str) else runs.counts
    try:
        return check_counts(counts, size)
    except RegionError as error:
        raise ConvoyError(f"{place}: {error}") from None
