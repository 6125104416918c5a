"""A folder of images and a JSON file of boxes in COCO's format.

Format: https://cocodataset.org/#format-data. Outlines are not looked at.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from pydantic import FiniteFloat

from components.core.boxes import COLUMNS, Box, to_columns
from components.core.faults import gather
from components.core.table import Record
from components.ingest import coco
from components.ingest.coco_source import CocoSource
from components.ingest.picture_sizes import check_size


class Annotation(coco.Annotation):
    """An entry of `annotations`.

    Attributes:
        bbox: Left, top, width and height in pixels.
        iscrowd: Whether it is around many objects that nobody told apart.
    """

    bbox: tuple[FiniteFloat, FiniteFloat, FiniteFloat, FiniteFloat]
    iscrowd: bool = False


Content = coco.Content[coco.SizedPicture, coco.NamedCategory, Annotation]


class Source(CocoSource):
    """Images with boxes, each labelled with the name of its category."""

    gives: ClassVar = frozenset(COLUMNS)

    @classmethod
    def recognise(cls, path: Path) -> Mapping[str, Any] | None:
        """A JSON file with boxes, or a folder with one such file."""
        outline = coco.find_outline(path)
        return outline.keys() if outline is not None and outline.boxed else None

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
        boxes: dict[int, list[Box]] = defaultdict(list)
        for each in content.annotations:
            x, y, width, height = each.bbox
            box = Box((x, y, x + width, y + height), names[each.category_id], crowd=each.iscrowd)
            boxes[each.image_id].append(box)
        yield from gather(
            str(file), content.images, lambda picture: self._read(picture, boxes[picture.id])
        )

    def _check(self, content: Content) -> Iterator[str]:
        known = {category.id for category in content.categories}
        file = self.path / self.annotations
        yield from coco.find_dangling(file, content.annotations, "category", known)

    def _read(self, picture: coco.SizedPicture, boxes: Sequence[Box]) -> Record:
        place = f"{self.path / self.annotations}: image {picture.id}"
        image = self.images / picture.file_name
        sample = self.read_sample(self.path / image, place)
        check_size(sample, picture.width, picture.height, place)
        return Record(sample, image.as_posix(), to_columns(boxes))
