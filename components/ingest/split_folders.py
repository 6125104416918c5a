"""Reads folders of folders, such as one a class, which may lie in folders of splits."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import ClassVar

from components.core.errors import ConvoyError
from components.core.table import SPLITS
from components.ingest.sources import base

SplitFolder = tuple[str | None, Path]
"""A split, None where there is none, and a folder in it."""


class SplitFolderSource(base.FileSource):
    """Folders that may lie in `train`, `val` and `test` folders, which then are the splits.

    Attributes:
        beside: Why a file beside the folders is left out.
    """

    beside: ClassVar[str]

    def missing_splits(self) -> Sequence[str]:
        """The splits without a folder, when others have one."""
        found = {folder.name for folder in self._folders(self.path)}.intersection(SPLITS)
        return [name for name in SPLITS[1:] if found and name not in found]

    def inner_folders(self) -> Iterator[SplitFolder]:
        """Yields the folders by name, those of a split after another.

        Raises:
            ConvoyError: When `path` is no folder, or holds both splits and other folders.
        """
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
        folders, loose = self.entries(folder)
        for file in loose:
            self.leave_out(file, self.brings.refuse(file) or self.beside)
        return folders
