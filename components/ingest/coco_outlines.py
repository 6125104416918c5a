"""Outlines of objects in COCO's format: https://cocodataset.org/#format-data.

An object is outlined by polygons or by counts of pixels, column by column, that are in turn outside
and inside (run-length encoding); the counts are a list or text as pycocotools packs it.
"""

from collections.abc import Container, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np
from pycocotools import mask as rle
from pydantic import BaseModel, FiniteFloat, NonNegativeInt

from components.core.errors import ConvoyError
from components.core.faults import faults_of
from components.core.images import MAX_PIXELS
from components.core.regions import (
    Encoded,
    RegionError,
    Size,
    check_counts,
    decode_region,
    encode_region,
    unpack_counts,
)
from components.ingest import coco

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


class Outlined(coco.Annotation):
    """An entry of `annotations`.

    Attributes:
        segmentation: Its outline.
        iscrowd: Whether it is a region with many objects that nobody told apart.
    """

    segmentation: Polygons | Runs
    iscrowd: bool = False


A = TypeVar("A", bound=Outlined)


def size_of(picture: coco.SizedPicture) -> Size:
    """Height and width of an image in pixels."""
    return picture.height, picture.width


def find_broken(
    file: Path,
    content: coco.Content[coco.SizedPicture, coco.NamedCategory, A],
    categories: Container[int],
) -> Iterator[str]:
    """A fault for each image that is too large for masks, and for each broken outline.

    Args:
        file: The JSON file.
        content: Its content; what annotations refer to may be absent.
        categories: The numbers of the categories whose outlines are looked at.
    """
    for picture in content.images:
        yield from faults_of(partial(check_size, picture, f"{file}: image {picture.id}"))
    sizes = {picture.id: size_of(picture) for picture in content.images}
    for each in content.annotations:
        if each.category_id in categories and each.image_id in sizes:
            place = f"{file}: annotation {each.id}"
            size = sizes[each.image_id]
            yield from faults_of(partial(check_outline, each.segmentation, size, place))


def check_size(picture: coco.SizedPicture, place: str) -> None:
    """Checks that a mask of the size that the JSON file gives can be drawn.

    Raises:
        ConvoyError: When it would have more pixels than an image may have.
    """
    if picture.width * picture.height > MAX_PIXELS:
        size = f"{picture.width}x{picture.height}"
        raise ConvoyError(f"{place}: {size} is more than {MAX_PIXELS:,} pixels")


def pack_outline(segmentation: Polygons | Runs, size: Size, place: str) -> str:
    """The region that an outline covers, as the canonical table holds it.

    Runs of no pixels are left out: the same pixels are always the same text, and pycocotools
    would take them for the end of the region.

    Args:
        segmentation: As for `encode_outline`.
        size: Of the image.
        place: What an error message begins with.

    Raises:
        ConvoyError: When the outline is broken or does not fit the image.
    """
    packed: str = encode_outline(segmentation, size, place)["counts"].decode("ascii")
    if isinstance(segmentation, Runs):
        return encode_region(decode_region(packed, size))
    return packed


def encode_outline(segmentation: Polygons | Runs, size: Size, place: str) -> Encoded:
    """Turns the outline of an object into pycocotools' packed form, checked.

    pycocotools itself takes broken outlines and then reads or reserves memory at random.

    Args:
        segmentation: Polygons, of which every pixel in any belongs to the object, or runs.
        size: Of the image.
        place: What an error message begins with.

    Raises:
        ConvoyError: When the outline is broken or does not fit the image.
    """
    outline = check_outline(segmentation, size, place)
    if isinstance(segmentation, Runs):
        return rle.frPyObjects({"size": size, "counts": outline}, *size)
    return rle.merge(rle.frPyObjects(outline, *size))


def check_outline(
    segmentation: Polygons | Runs, size: Size, place: str
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


def check_polygons(polygons: Polygons, size: Size, place: str) -> None:
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


def check_runs(runs: Runs, size: Size, place: str) -> Sequence[int]:
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
