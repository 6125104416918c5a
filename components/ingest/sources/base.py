"""What a source of samples is."""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO, ClassVar

from pydantic import ConfigDict, PrivateAttr

from components.core.errors import ConvoyError, DataError
from components.core.parts import Sample
from components.core.reading import OutsideError, is_inside, open_regular
from components.core.table import Record
from components.core.walking import Found, Refuse, list_folder, readable, walk
from components.ingest.params import SourceParams
from components.samples.image import ImageSample


class Source(SourceParams, ABC):
    """One layout of labelled samples.

    Each module of this package defines a subclass of the same name, `Source`; the module's
    name is its `kind` in `params.yaml`, and the fields that it adds are its own options.

    Attributes:
        gives: The label columns of all that `read` yields, so that a task which learns others
            is stopped before anything runs; None where only reading tells.
        brings: The kind of the samples.
    """

    gives: ClassVar[frozenset[str] | None] = None
    brings: ClassVar[type[Sample]] = ImageSample

    model_config = ConfigDict(extra="forbid", frozen=True)

    @classmethod
    def recognise(cls, path: Path) -> Mapping[str, Any] | None:
        """The keys of the block `source` by which a file or folder is read.

        Names and headers are looked at, no image. None where it is not of this layout, as it is
        by default.

        Args:
            path: What somebody has.

        Raises:
            ConvoyError: When a folder may not be read.
        """
        return None

    @abstractmethod
    def read(self) -> Iterator[Record]:
        """Yields the samples in an order that never changes, without holding many at a time.

        Raises:
            ConvoyError: Naming the file that cannot be read.
        """

    def missing_splits(self) -> Sequence[str]:
        """Splits to be carved out of the training samples that the source brings.

        A data set often comes with training and test samples only. None by default.
        """
        return ()

    def left_out(self) -> Mapping[str, int]:
        """How many files and folders `read` has left out, by reason; none by default."""
        return {}

    def watched(self) -> Iterable[Path]:
        """The files that `read` reads elsewhere than at `path`, which DVC watches; none by default.

        Raises:
            ConvoyError: When what names them cannot be read.
        """
        return ()


class FileSource(Source):
    """A source of files whose names come from others: from a folder or from a label file.

    Attributes:
        allow_outside: Whether files may lie outside of the source's folder: links that lead out
            of it, paths that do in label files. Whoever made the source can then put every
            file that convoy may read among the samples.
    """

    allow_outside: bool = False

    _left_out: dict[Path, str] = PrivateAttr(default_factory=dict)

    @cached_property
    def folder(self) -> Path:
        """The folder that files must lie below: `path`, or that of the file `path`."""
        return self.path if self.path.is_dir() else self.path.parent

    @property
    def bounds(self) -> Path | None:
        """What files must lie below; None for anywhere."""
        return None if self.allow_outside else self.folder

    def left_out(self) -> Counter[str]:
        """How many files and folders were met and not read, by reason."""
        return Counter(self._left_out.values())

    def leave_out(self, path: Path, reason: str) -> None:
        """Counts a file or folder that is not read, once however often it is met."""
        self._left_out[path] = reason

    def files(self, folder: Path, refuse: Refuse | None = None) -> list[Path]:
        """The files in a folder and below it that are inputs, by name; others are counted.

        Args:
            folder: A folder of the source.
            refuse: What says whether a file is an input; a sample, unless told otherwise.
        """
        return self._keep(walk(folder, self.bounds, refuse or self.brings.refuse))

    def entries(self, folder: Path) -> tuple[list[Path], list[Path]]:
        """The folders in a folder and the files in it, by name; what is neither is counted."""
        found = [each for each in list_folder(folder, self.bounds) if self._is_kept(each)]
        folders = [each.path for each in found if each.is_folder]
        return folders, [each.path for each in found if not each.is_folder]

    def watched(self) -> Iterator[Path]:
        """The files in linked folders elsewhere, which DVC does not enter."""
        if self.allow_outside and self.path.is_dir():
            found = walk(self.path, None, lambda _: None)
            yield from self.elsewhere(each.path for each in found if not each.reason)

    def elsewhere(self, files: Iterable[Path]) -> Iterator[Path]:
        """Those of the files that `read` may read and DVC does not watch, each once."""
        seen: set[Path] = set()
        for file in files:
            allowed = self.allow_outside or is_inside(file, self.folder)
            if allowed and not is_inside(file, self.path) and file not in seen:
                seen.add(file)
                yield file

    def name(self, file: Path) -> str:
        """What a file is called in the table: where it lies below `path`."""
        return readable(file.relative_to(self.path))

    def read_sample(self, file: Path, place: str = "") -> bytes:
        """Reads a file that others have named.

        Args:
            file: The file.
            place: Where it is named; its folder by default.

        Raises:
            ConvoyError: When it cannot be read, is no regular file or lies outside.
        """
        with self.open(file, place) as stream:
            try:
                return stream.read()
            except OSError as error:  # of a disk or a network
                raise ConvoyError(_describe_unread(file, place, error)) from None

    def open(self, file: Path, place: str = "") -> BinaryIO:
        """Opens a file that others have named; see `read_sample`."""
        try:
            return open_regular(file, None if self.allow_outside else self.folder)
        except OutsideError as error:
            raise DataError(
                f"{_name(file, place)}: {error.strerror}; `source.allow_outside: true` would "
                "allow it"
            ) from None
        except OSError as error:
            raise ConvoyError(_describe_unread(file, place, error)) from None

    def _keep(self, found: Iterable[Found]) -> list[Path]:
        return [each.path for each in found if self._is_kept(each)]

    def _is_kept(self, found: Found) -> bool:
        if found.reason:
            self.leave_out(found.path, found.reason)
        return not found.reason


def _name(file: Path, place: str) -> str:
    return f"{place}: {file}" if place else str(file)


def _describe_unread(file: Path, place: str, error: OSError) -> str:
    return f"{_name(file, place)}: cannot be read: {error.strerror}"
