"""A folder of images and a JSON file of outlined objects in COCO's instances format.

`coco_outlines` has the format. All objects of an image become one mask.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
from pycocotools import mask as rle
from pydantic import Field, model_validator

from components.core.faults import gather
from components.core.masks import VOID, encode_mask
from components.core.regions import Encoded
from components.core.table import Record
from components.ingest import coco, picture_sizes
from components.ingest.coco_outlines import Outlined, encode_outline, find_broken, size_of
from components.ingest.coco_source import CocoSource

BACKGROUND = "background"
"""The class of pixels that belong to no object, where nothing else is said."""

Content = coco.Content[coco.SizedPicture, coco.NamedCategory, Outlined]


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
        objects: dict[int, list[Outlined]] = defaultdict(list)
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
        self, picture: coco.SizedPicture, objects: Sequence[Outlined], indices: Mapping[int, int]
    ) -> Record:
        file, image = self.path / self.annotations, self.images / picture.file_name
        place = f"{file}: image {picture.id}"
        sample = self.read_sample(self.path / image, place)
        picture_sizes.check_size(sample, picture.width, picture.height, place)
        regions = [
            (
                encode_outline(
                    each.segmentation, size_of(picture), f"{file}: annotation {each.id}"
                ),
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
        yield from find_broken(file, content, self._indices(content))

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
