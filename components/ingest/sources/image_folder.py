"""A folder with one subfolder a class, as in `cats/tom.jpg`.

The class folders may lie in `train`, `val` and `test` folders, which then are the splits;
those that are absent are carved out of `train`.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from components.core.errors import ConvoyError
from components.core.table import SPLITS, Record
from components.ingest.sources import base
from components.samples.image import ImageSample


class Source(base.FileSource):
    """Image files by class folder; the folder's name is the `label`."""

    def read(self) -> Iterator[Record]:
        """Yields the images in alphabetical order, those deeper in a class folder included.

        Raises:
            ConvoyError: When `path` is no folder or holds both splits and other folders.
        """
        for split, folder in self._class_folders():
            for file in self.keep(list_images(folder)):
                yield Record(
                    sample=self.read_sample(file),
                    path=file.relative_to(self.path).as_posix(),
                    labels={"label": folder.name},
                    split=split,
                )

    def missing_splits(self) -> Sequence[str]:
        """The splits without a folder, when others have one."""
        found = {folder.name for folder in self._folders(self.path)}.intersection(SPLITS)
        return [name for name in SPLITS[1:] if found and name not in found]

    def _class_folders(self) -> Iterator[tuple[str | None, Path]]:
        folders = self._folders(self.path)
        names = {folder.name for folder in folders}
        if names.isdisjoint(SPLITS):
            yield from ((None, folder) for folder in folders)
            return
        if unknown := sorted(names.difference(SPLITS)):
            raise ConvoyError(
                f"{self.path / unknown[0]}: not a split; where one folder is a split, "
                f"all must be: {', '.join(SPLITS)}"
            )
        for folder in folders:
            yield from ((folder.name, child) for child in self._folders(folder))

    def _folders(self, folder: Path) -> list[Path]:
        return self.keep(list_folders(folder))


def list_folders(folder: Path) -> list[Path]:
    """The visible subfolders in alphabetical order.

    Raises:
        ConvoyError: When it is no folder.
    """
    if not folder.is_dir():
        raise ConvoyError(f"{folder}: not a folder")
    return sorted(
        child for child in folder.iterdir() if child.is_dir() and not child.name.startswith(".")
    )


def list_images(folder: Path) -> list[Path]:
    """The visible image files in a folder and below it, in alphabetical order."""
    return sorted(
        file
        for file in folder.rglob("*")
        if file.suffix.lower() in ImageSample.suffixes
        and not file.name.startswith(".")
        and not file.is_dir()
    )
