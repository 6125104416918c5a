"""A folder of images and a JSON file of the VGG Image Annotator (VIA) with an outline an object.

The file is what VIA exports as annotations, or its project. Polygons, rectangles, circles and
ellipses are drawn as masks; points and lines have no area and are refused.
"""

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from pydantic import Field

from components.core import regions
from components.core.boxes import Box
from components.core.errors import ConvoyError
from components.core.faults import gather
from components.core.images import MAX_PIXELS, TooManyPixelsError, find_size
from components.core.table import Record
from components.ingest import via
from components.ingest.coco import find_folder, keys_of
from components.ingest.object_masks import OBJECT
from components.ingest.sources import base
from components.ingest.via_shapes import draw_shape


class Source(base.FileSource):
    """Images with objects, each with a region of pixels and the box around it.

    Attributes:
        annotations: The JSON file, relative to `path`; it is in memory while it is read.
        images: The folder that the images' names are relative to, relative to `path`.
        attribute: The attribute of a region that says its class; null where all have one class.
        label: The class of all objects, where no attribute says it.
    """

    gives: ClassVar = frozenset(regions.COLUMNS)

    annotations: Path
    images: Path = Path()
    attribute: str | None = None
    label: str = Field(OBJECT, min_length=1)

    @classmethod
    def recognise(cls, path: Path) -> Mapping[str, Any] | None:
        """Such a JSON file, or a folder with one; the class is what all objects have a text for."""
        found = via.find_entries(path)
        if found is None:
            return None
        file, entries = found
        attribute = via.find_attribute(entries)
        keys = keys_of(file, find_folder(file, entries[0].filename))
        return keys if attribute is None else {**keys, "attribute": attribute}

    def read(self) -> Iterator[Record]:
        """Yields the images in the order of the JSON file.

        Raises:
            FaultsError: Naming each wrong entry of the JSON file, or else each image that cannot
                be read and each region that is wrong.
            ConvoyError: When the JSON file cannot be read.
        """
        file = self.path / self.annotations
        yield from gather(str(file), via.read_entries(file), self._read)

    def watched(self) -> Iterator[Path]:
        """The JSON file and the images, where they lie outside of `path`."""
        file = self.path / self.annotations
        entries = via.read_entries(file) if self.allow_outside else ()
        yield from self.elsewhere([file, *(self.path / self.images / e.filename for e in entries)])

    def _read(self, entry: via.Entry) -> Record:
        place = f"{self.path / self.annotations}: image {entry.filename}"
        image = self.images / entry.filename
        sample = self.read_sample(self.path / image, place)
        objects = self._read_objects(entry, measure(sample, place), place)
        return Record(sample, image.as_posix(), regions.to_columns(objects))

    def _read_objects(
        self, entry: via.Entry, size: regions.Size | None, place: str
    ) -> Iterator[tuple[Box, str]]:
        if size is not None:
            read = partial(self._read_object, size=size, place=place)
            yield from gather(place, enumerate(entry.listed, 1), read)

    def _read_object(
        self, numbered: tuple[int, via.Region], size: regions.Size, place: str
    ) -> tuple[Box, str]:
        at, region = numbered
        place = f"{place}: region {at}"
        label = self.label
        if self.attribute is not None:
            label = via.read_text(region.attributes, self.attribute)
        if not label:
            raise ConvoyError(f"{place}: has no text for the attribute {self.attribute}")
        drawn = draw_shape(region.shape, size, place)
        return regions.box_region(drawn, size, label), drawn


def measure(sample: bytes, place: str) -> regions.Size | None:
    """Height and width of the picture; None where it cannot be opened, which validation tells.

    Raises:
        ConvoyError: When it has more pixels than a mask may have.
    """
    try:
        width, height = find_size(sample)
    except TooManyPixelsError:
        raise ConvoyError(f"{place}: has more than {MAX_PIXELS:,} pixels") from None
    except Exception:  # Pillow raises a dozen types for broken files
        return None
    return height, width
