"""A folder of images and a folder of masks with the same names, as in CamVid's distribution.

`images/a.jpg` goes with `masks/a.png`, or with a mask of another format that keeps the values of
pixels. Both folders may lie in `train`, `val` and `test` folders, which then are the splits; those
that are absent are carved out of `train`.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar

from pydantic import Field, field_validator

from components.core.image_files import check_lossless
from components.core.masks import Colour, read_mask
from components.ingest.paired_folders import IMAGE_NAMES, PairedSource

Byte = Annotated[int, Field(ge=0, le=255)]


class Source(PairedSource):
    """Image files, each with a mask of class indices or colours.

    Attributes:
        colours: The colour of each class as red, green and blue, in the order of the class
            indices, and that of void, if any, at the position that `checks.void` gives;
            null for masks whose pixels are indices.
    """

    gives: ClassVar = frozenset({"mask"})
    image_names: ClassVar = IMAGE_NAMES
    mask_names: ClassVar = ("masks", "mask", "labels", "annotations", "segmentationclass", "gt")

    colours: dict[str, tuple[Byte, Byte, Byte]] | None = Field(None, min_length=2, max_length=256)

    @field_validator("colours")
    @classmethod
    def _differ(cls, colours: Mapping[str, Colour] | None) -> Mapping[str, Colour] | None:
        by_colour: dict[Colour, str] = {}
        for name, colour in (colours or {}).items():
            if (other := by_colour.setdefault(colour, name)) != name:
                raise ValueError(f"{other} and {name} have the same colour {colour}")
        return colours

    def read_labels(self, image: Path, sample: bytes, mask: Path | None) -> Mapping[str, Any]:
        """`mask`; one that is missing is None, and validation names it with all others."""
        return {"mask": mask and self._read_mask(mask)}

    def _read_mask(self, mask: Path) -> bytes:
        data = self.read_sample(mask)
        check_lossless(data, str(mask), "classes")
        return read_mask(data, str(mask), self.colours)
