"""What sources of a folder of images and a JSON file in COCO's format share."""

from collections.abc import Iterator
from pathlib import Path

from components.ingest import coco
from components.ingest.sources import base


class CocoSource(base.FileSource):
    """Images that a JSON file names.

    Attributes:
        annotations: The JSON file, relative to `path`; it is in memory while it is read.
        images: The folder that the images' file names are relative to, relative to `path`.
    """

    annotations: Path
    images: Path = Path()

    def watched(self) -> Iterator[Path]:
        """The JSON file and the images, where they lie outside of `path`."""
        file = self.path / self.annotations
        named = coco.list_files(file, self.path / self.images) if self.allow_outside else ()
        yield from self.elsewhere([file, *named])
