"""A folder an image, with a mask an object, as in the nuclei of the 2018 Data Science Bowl.

`a/images/a.png` goes with `a/masks/*.png`, each of which shows one object: its pixels are those
above 0. The folders may lie in `train`, `val` and `test` folders, which then are the splits; those
that are absent are carved out of `train`.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from pycocotools import mask as rle
from pydantic import Field

from components.core import regions
from components.core.errors import ConvoyError
from components.core.faults import gather, stop_at
from components.core.table import SPLITS, Record
from components.core.walking import list_folder
from components.ingest.object_masks import OBJECT, read_object_mask
from components.ingest.paired_folders import BESIDE
from components.ingest.split_folders import SplitFolder, SplitFolderSource

IMAGES, MASKS = "images", "masks"


class Source(SplitFolderSource):
    """Images with a file an object, all of one class; an empty folder of masks is no object.

    Attributes:
        label: The class of the objects.
        overlap: The largest share of its pixels that an object may have in common with another
            one. By default none: in this layout a pixel is customarily of one object at most,
            and two masks that overlap tell of an object that was drawn twice.
    """

    gives: ClassVar = frozenset(regions.COLUMNS)
    beside: ClassVar = "beside the folders of images"

    label: str = Field(OBJECT, min_length=1)
    overlap: float = Field(0.0, ge=0, le=1)

    @classmethod
    def recognise(cls, path: Path) -> Mapping[str, Any] | None:
        """A folder whose first folder has one of images and one of masks, within splits or not."""
        inner = _first_folder(path)
        if inner is not None and inner.name in SPLITS:
            inner = _first_folder(inner)
        if inner is None or not all((inner / name).is_dir() for name in (IMAGES, MASKS)):
            return None
        return {"path": path}

    def read(self) -> Iterator[Record]:
        """Yields the images in the order of their folders, objects in that of their files.

        Raises:
            FaultsError: Naming each folder without an image or with several, each mask that is
                wrong, and each two that overlap.
            ConvoyError: When `path` is no folder, or holds both splits and other folders.
        """
        yield from gather(str(self.path), self.inner_folders(), self._read)

    def _read(self, found: SplitFolder) -> Record:
        split, folder = found
        image, masks = self._find_files(folder)
        sample = self.read_sample(image)
        read = gather(str(folder), masks, lambda file: self._read_mask(file, sample))
        encoded = list(read)
        stop_at(str(folder), list(find_overlapping(masks, encoded, self.overlap)))
        objects = (
            (regions.box_region(each["counts"], each["size"], self.label), each["counts"])
            for each in encoded
        )
        return Record(sample, self.name(image), regions.to_columns(objects), split)

    def _find_files(self, folder: Path) -> tuple[Path, Sequence[Path]]:
        """The image of a folder, and its masks."""
        folders, files = self.entries(folder)
        for path in (*folders, *files):
            if path.name not in (IMAGES, MASKS):
                self.leave_out(path, BESIDE)
        images, masks = (self._list(folder / name) for name in (IMAGES, MASKS))
        if len(images) != 1:
            raise ConvoyError(f"{folder / IMAGES}: has {len(images)} images; must be 1")
        return images[0], masks

    def _list(self, folder: Path) -> list[Path]:
        if not folder.is_dir():
            raise ConvoyError(f"{folder}: not a folder")
        return self.files(folder)

    def _read_mask(self, file: Path, sample: bytes) -> regions.Encoded:
        mask = read_object_mask(file, self.read_sample(file), sample) > 0
        return {"size": mask.shape, "counts": regions.encode_region(mask)}


def find_overlapping(
    files: Sequence[Path], encoded: Sequence[regions.Encoded], most: float
) -> Iterator[str]:
    """Yields a fault for each two masks with too many pixels in common.

    Args:
        files: The masks' files.
        encoded: Their regions.
        most: The largest share of its pixels that a mask may have in common with another one.
    """
    if not encoded:
        return
    # of a crowd pycocotools gives what share of the other region lies in it
    shares = rle.iou(encoded, encoded, [True] * len(encoded))
    pixels = np.round(shares * rle.area(encoded)[:, np.newaxis]).astype(int)
    beyond = np.triu(np.maximum(shares, shares.T) > most, 1)
    for first, second in np.argwhere(beyond).tolist():
        yield (
            f"{files[first]}: has {pixels[first, second]} pixels in common with "
            f"{files[second].name}; source.overlap is {most:g}"
        )


def _first_folder(path: Path) -> Path | None:
    """The first folder in a folder; None of a file, or where there is none."""
    found = list_folder(path, path) if path.is_dir() else []
    return next((each.path for each in found if each.is_folder), None)
