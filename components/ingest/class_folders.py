"""Reads folders with one subfolder a class, whatever their files hold."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

from components.core.errors import DataError
from components.core.faults import gather
from components.core.split_names import REMEDY, check_class_folders, is_split
from components.core.table import SPLITS, Record
from components.core.walking import list_folder, readable, walk
from components.ingest.split_folders import SplitFolder, SplitFolderSource

NO_CLASS = "in no class"


class ClassFolderSource(SplitFolderSource):
    """Files by class folder; the folder's name is the `label`.

    The class folders may lie in `train`, `val` and `test` folders, which then are the splits;
    those that are absent are carved out of `train`.

    Attributes:
        column: The label column that holds the folder's name.
    """

    beside: ClassVar = NO_CLASS
    column: ClassVar = "label"
    gives: ClassVar = frozenset({"label"})

    @classmethod
    def recognise(cls, path: Path) -> Mapping[str, Any] | None:
        """A folder with two folders at least in which, or below which, such files lie."""
        if not path.is_dir():
            return None
        folders = [each for each in list_folder(path, path) if each.is_folder]
        if any(each.path.name in SPLITS for each in folders):
            folders = [below for each in folders for below in list_folder(each.path, path)]
        classes = (each.path.name for each in folders if each.is_folder and cls._has(each.path))
        return {"path": path} if len(set(classes)) > 1 else None

    def read(self) -> Iterator[Record]:
        """Yields the files in alphabetical order, those deeper in a class folder included.

        Files beside class folders are of no class and left out.

        Raises:
            FaultsError: Naming each file and class folder that cannot be read.
            ConvoyError: When `path` is no folder, holds both splits and other folders, or
                folders that mean splits where classes should be.
        """
        found = [each for each in self.inner_folders() if self.is_class(each)]
        check_class_folders(self.path, (folder.name for _, folder in found))
        for split, folder in found:
            if split is None:
                self._check_holds_no_classes(folder)
        yield from gather(str(self.path), self._list_files(found), self._read_file)

    def is_class(self, folder: SplitFolder) -> bool:
        """Whether a folder is one of a class: all are by default."""
        return True

    def _list_files(self, folders: Iterable[SplitFolder]) -> Iterator[tuple[SplitFolder, Path]]:
        listed = gather(str(self.path), folders, lambda each: (each, self.files(each[1])))
        return ((folder, file) for folder, files in listed for file in files)

    def _read_file(self, found: tuple[SplitFolder, Path]) -> Record:
        (split, folder), file = found
        labels = {self.column: readable(folder.name)}
        return Record(self.read_sample(file), self.name(file), labels, split)

    def _check_holds_no_classes(self, folder: Path) -> None:
        """Checks that a folder named like a split is a class: that files lie in it, not below."""
        if not is_split(folder.name):
            return
        below, beside = self.entries(folder)
        if below and all(self.brings.refuse(file) for file in beside):
            raise DataError(
                f"{folder}: means a split but would be taken for a class, of all that is in the "
                f"folders below it; {REMEDY}"
            )

    @classmethod
    def _has(cls, folder: Path) -> bool:
        return any(not found.reason for found in walk(folder, folder, cls.brings.refuse))
