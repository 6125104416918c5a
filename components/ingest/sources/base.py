"""What a source of samples is."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

from pydantic import ConfigDict, PrivateAttr

from components.core.errors import ConvoyError, DataError
from components.core.reading import OutsideError, is_inside, open_regular
from components.core.table import Record
from components.ingest.params import SourceParams


class Source(SourceParams, ABC):
    """One layout of labelled samples.

    Each module of this package defines a subclass of the same name, `Source`; the module's
    name is its `kind` in `params.yaml`, and the fields that it adds are its own options.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

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

    def left_out(self) -> int:
        """How many files and folders `read` has left out for where they lie; none by default."""
        return 0


class FileSource(Source):
    """A source of files whose names come from others: from a folder or from a label file.

    Attributes:
        allow_outside: Whether files may lie outside of the source's folder: links that lead out
            of it, paths that do in label files. Whoever made the source can then put every
            file that convoy may read among the samples.
    """

    allow_outside: bool = False

    _left_out: set[Path] = PrivateAttr(default_factory=set)

    @cached_property
    def folder(self) -> Path:
        """The folder that files must lie below: `path`, or that of the file `path`."""
        return self.path if self.path.is_dir() else self.path.parent

    def left_out(self) -> int:
        """How many that `keep` was asked about it did not keep."""
        return len(self._left_out)

    def keep(self, found: Iterable[Path]) -> list[Path]:
        """Those of the files and folders of a folder that may be read; the others are counted.

        Left out are links that lead out of the source's folder or nowhere, and what is neither
        file nor folder.
        """
        everything = list(found)
        kept = [path for path in everything if self._is_kept(path)]
        self._left_out.update(set(everything).difference(kept))
        return kept

    def read_sample(self, file: Path, place: str = "") -> bytes:
        """Reads a file that others have named.

        Args:
            file: The file.
            place: Where it is named; its folder by default.

        Raises:
            ConvoyError: When it cannot be read, is no regular file or lies outside.
        """
        with self.open(file, place) as stream:
            return stream.read()

    def open(self, file: Path, place: str = "") -> BinaryIO:
        """Opens a file that others have named; see `read_sample`."""
        named = f"{place}: {file}" if place else str(file)
        try:
            return open_regular(file, None if self.allow_outside else self.folder)
        except OutsideError as error:
            raise DataError(
                f"{named}: {error.strerror}; `source.allow_outside: true` would allow it"
            ) from None
        except OSError as error:
            raise ConvoyError(f"{named}: cannot be read: {error.strerror}") from None

    def _is_kept(self, path: Path) -> bool:
        if not (path.is_file() or path.is_dir()):
            return False
        return self.allow_outside or not path.is_symlink() or is_inside(path, self.folder)
