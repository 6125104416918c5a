"""A folder of images and a JSON file of outlined objects in COCO's instances format.

`coco_outlines` has the format. Each object keeps its own region; regions may overlap.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, FiniteFloat

from components.core import regions
from components.core.boxes import Box
from components.core.faults import gather
from components.core.table import Record
from components.ingest import coco, picture_sizes
from components.ingest.coco_outlines import Outlined, find_broken, pack_outline, size_of
from components.ingest.coco_source import CocoSource

Sides = tuple[FiniteFloat, FiniteFloat, FiniteFloat, FiniteFloat]
"""Left, top, width and height in pixels."""


class Annotation(Outlined):
    """An entry of `annotations`.

    Attributes:
        bbox: Its box; None where none is given, as by programs that leave it empty.
    """

    bbox: Annotated[Sides | None, BeforeValidator(lambda given: given or None)] = None


Content = coco.Content[coco.SizedPicture, coco.NamedCategory, Annotation]


class Source(CocoSource):
    """Images with objects, each with the name of its category, a box and a region of pixels.

    The box is the annotation's `bbox`; where that is absent or has no width or no height, it is
    the one around the pixels of the region.
    """

    gives: ClassVar = frozenset(regions.COLUMNS)

    @classmethod
    def recognise(cls, path: Path) -> Mapping[str, Any] | None:
        """A JSON file with outlines, or a folder with one such file."""
        outline = coco.find_outline(path)
        return outline.keys() if outline is not None and outline.segmented else None

    def read(self) -> Iterator[Record]:
        """Yields the images in the order of the JSON file.

        Raises:
            FaultsError: Naming each wrong entry of the JSON file, or else each image that cannot
                be read.
            ConvoyError: When the JSON file cannot be read.
        """
        file = self.path / self.annotations
        content = coco.read_content(file, Content, self._check)
        names = {category.id: category.name for category in content.categories}
        objects: dict[int, list[Annotation]] = defaultdict(list)
        for each in content.annotations:
            objects[each.image_id].append(each)
        yield from gather(
            str(file),
            content.images,
            lambda picture: self._read(picture, objects[picture.id], names),
        )

    def _check(self, content: Content) -> Iterator[str]:
        file = self.path / self.annotations
        known = {category.id for category in content.categories}
        yield from coco.find_dangling(file, content.annotations, "category", known)
        yield from find_broken(file, content, known)

    def _read(
        self, picture: coco.SizedPicture, objects: Sequence[Annotation], names: Mapping[int, str]
    ) -> Record:
        file, image = self.path / self.annotations, self.images / picture.file_name
        place = f"{file}: image {picture.id}"
        sample = self.read_sample(self.path / image, place)
        picture_sizes.check_size(sample, picture.width, picture.height, place)
        size = size_of(picture)
        found = [
            to_object(each, names[each.category_id], size, f"{file}: annotation {each.id}")
            for each in objects
        ]
        return Record(sample, image.as_posix(), regions.to_columns(found))


def to_object(
    annotation: Annotation, label: str, size: regions.Size, place: str
) -> tuple[Box, str]:
    """The box and the packed region of an annotation.

    Args:
        annotation: The annotation.
        label: The name of its category.
        size: Of its image.
        place: What an error message begins with.

    Raises:
        ConvoyError: When the outline is broken or does not fit the image.
    """
    region = pack_outline(annotation.segmentation, size, place)
    x, y, width, height = annotation.bbox or (0, 0, 0, 0)
    if width <= 0 or height <= 0:
        edges = regions.box_region(region, size, label).edges
    else:
        edges = (x, y, x + width, y + height)
    return Box(edges, label, crowd=annotation.iscrowd), region
