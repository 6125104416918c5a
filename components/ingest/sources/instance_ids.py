"""A folder of images and one of masks with a number an object, as in the Penn-Fudan database.

`PNGImages/a.png` goes with `PedMasks/a_mask.png`: pixels of the first object are 1, those of the
second 2, and so on; 0 is no object. Numbers may be left out. Both folders may lie in `train`, `val`
and `test` folders, as those of `mask_folder`.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from components.core import regions
from components.core.boxes import Box
from components.core.errors import ConvoyError
from components.ingest.object_masks import OBJECT, read_object_mask
from components.ingest.paired_folders import IMAGE_NAMES, PairedSource

PEDESTRIANS = "pedmasks"
PERSON = "person"


class Source(PairedSource):
    """Image files, each with a mask of the numbers of its objects, all of one class.

    A number is a grey value of 8 or 16 bits, or an index of a palette, whatever its colour.

    Attributes:
        label: The class of the objects.
    """

    gives: ClassVar = frozenset(regions.COLUMNS)
    image_names: ClassVar = (*IMAGE_NAMES, "pngimages")
    mask_names: ClassVar = (PEDESTRIANS, "instances", "instance_masks", "instance_ids", "ids")

    label: str = Field(OBJECT, min_length=1)

    @classmethod
    def recognise(cls, path: Path) -> Mapping[str, Any] | None:
        """A folder of images and one whose name says that its masks tell objects apart."""
        keys = super().recognise(path)
        if keys is None or keys["masks"].lower() != PEDESTRIANS:
            return keys
        return {**keys, "label": PERSON}

    def read_labels(self, image: Path, sample: bytes, mask: Path | None) -> Mapping[str, Any]:
        """The objects in the order of their numbers, each with the box around its pixels."""
        if mask is None:
            name = f"{image.stem}{self.mask_suffix}"
            raise ConvoyError(f"{image}: has no mask {name} in the folder {self.masks}")
        values = read_object_mask(mask, self.read_sample(mask), sample)
        return regions.to_columns(find_objects(values, self.label))


def find_objects(values: np.ndarray, label: str) -> Iterator[tuple[Box, str]]:
    """Yields the box and the packed region of each object in the order of their numbers.

    Args:
        values: The number of the object that each pixel belongs to, 0 for none,
            `[height, width]`.
        label: The class of the objects.
    """
    height, width = values.shape
    for number in np.unique(values[values > 0]).tolist():
        region = regions.encode_region(values == number)
        yield regions.box_region(region, (height, width), label), region
