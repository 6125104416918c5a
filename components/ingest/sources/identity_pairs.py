"""A list of pairs of photos in the format of Labeled Faces in the Wild, to be tested on.

Huang et al. (2007), "Labeled Faces in the Wild". A line `name 1 4` is a pair of photos of one
person, `name 1 other 4` one of two people, their cells parted by tabs or blanks. A first line may
say how many pairs of each kind there are, `1100`, or how many folds of how many, `10 300`.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

from pydantic import DirectoryPath, Field, PrivateAttr

from components.core.errors import ConvoyError, DataError
from components.core.faults import gather
from components.core.reading import read_regular
from components.core.table import Record
from components.core.walking import Found, list_folder, readable
from components.ingest.sources import base, identity_folder

LIST = ".txt"
SAME, DIFFERENT = 3, 4
"""Cells of a line."""


@dataclass(frozen=True)
class Photo:
    """A photo by its person and its number, from 1; `stem` is its name without an ending."""

    person: str
    number: int

    @property
    def stem(self) -> str:
        """As in `Ada_Lovelace_0001`."""
        return f"{self.person}_{self.number:04}"


@dataclass(frozen=True)
class Pair:
    """Two photos that are to be compared, and the line that names them."""

    line: int
    first: Photo
    second: Photo

    @property
    def photos(self) -> tuple[Photo, Photo]:
        """Both."""
        return (self.first, self.second)


class Source(base.FileSource):
    """`path` is the list; the people whom it names are the test split, all others are learnt from.

    A photo's `pairs` are the paths of those that it is compared with.

    Attributes:
        images: The folder with a folder a person; that of the list when left out.
        others: The folder with those who are learnt from, where it is another one.
        fold: Which fold of several is tested on, from 1. The people of the others are learnt from.
    """

    gives: ClassVar = frozenset({"identity", "pairs"})

    images: DirectoryPath | None = None
    others: DirectoryPath | None = None
    fold: int = Field(1, gt=0)

    _listed: dict[str, Path] = PrivateAttr(default_factory=dict)
    _others_left_out: Counter[str] = PrivateAttr(default_factory=Counter)

    @property
    def folder(self) -> Path:
        """The folder of the people whom the list names."""
        return self.images or self.path.parent

    @classmethod
    def recognise(cls, path: Path) -> Mapping[str, Any] | None:
        """A list of pairs, or a folder with one such list among the people."""
        below = list_folder(path, path) if path.is_dir() else [Found(path)]
        files = [each.path for each in below if not (each.reason or each.is_folder)]
        lists = [file for file in files if file.suffix == LIST and _is_list(file)]
        return {"path": lists[0]} if len(lists) == 1 else None

    def missing_splits(self) -> Sequence[str]:
        """The validation split is carved out of the people who are not tested on."""
        return ("val",)

    def read(self) -> Iterator[Record]:
        """Yields the photos of the people who are tested on, then those of all others.

        Raises:
            FaultsError: Naming each line that is no pair or names a photo that is not there, and
                each photo that cannot be read.
            ConvoyError: When there is no such fold, or nobody to learn from.
        """
        pairs = self._read_pairs()
        partners: dict[Path, list[str]] = {}
        for first, second in gather(str(self.path), pairs, self._find):
            partners.setdefault(first, []).append(self.name(second))
        tested = sorted({photo.person for pair in pairs for photo in pair.photos})
        photos = (file for person in tested for file in self.files(self.folder / person))

        def read(file: Path) -> Record:
            name = self.name(file)
            labels = {"identity": name.partition("/")[0], "pairs": partners.get(file, [])}
            return Record(self.read_sample(file), name, labels, "test")

        yield from gather(str(self.folder), photos, read)
        learnt = 0
        for learnt, record in enumerate(self._read_others(tested), start=1):  # noqa: B007
            yield replace(record, split="train", labels={**record.labels, "pairs": []})
        if not learnt:
            place = self.others or self.folder
            raise ConvoyError(f"{self.path}: names everybody in {place}; nobody is left")

    def left_out(self) -> Counter[str]:
        """Those among the people who are learnt from, too."""
        return super().left_out() + self._others_left_out

    def watched(self) -> Iterator[Path]:
        """The photos, as DVC watches the list."""
        for folder in dict.fromkeys((self.folder, self.others or self.folder)):
            source = self._as_folder(folder)
            yield from (
                file for person in source.entries(folder)[0] for file in source.files(person)
            )

    def name(self, file: Path) -> str:
        """Where a photo lies below the folder of the people."""
        return readable(file.relative_to(self.folder))

    def _as_folder(self, folder: Path, without: Sequence[str] = ()) -> identity_folder.Source:
        """People of a folder as their own source would read them."""
        return identity_folder.Source(
            kind="identity_folder", path=folder, without=without, allow_outside=self.allow_outside
        )

    def _read_others(self, tested: Sequence[str]) -> Iterator[Record]:
        source = self._as_folder(self.others or self.folder, tested)
        yield from source.read()
        self._others_left_out = source.left_out()
        del self._others_left_out[identity_folder.WITHOUT]

    def _read_pairs(self) -> list[Pair]:
        folds = read_folds(self.path)
        if self.fold > len(folds):
            raise ConvoyError(f"{self.path}: source.fold is {self.fold}; there are {len(folds)}")
        return list(folds[self.fold - 1])

    def _find(self, pair: Pair) -> tuple[Path, Path]:
        first, second = (self._file_of(photo, pair.line) for photo in pair.photos)
        return first, second

    def _file_of(self, photo: Photo, line: int) -> Path:
        folder = self.folder / photo.person
        if photo.stem not in self._listed and folder.is_dir():
            self._listed |= {file.stem: file for file in self.files(folder)}
        if photo.stem not in self._listed:
            raise DataError(f"{self.path}: line {line}: no photo {folder / photo.stem}")
        return self._listed[photo.stem]


def read_folds(file: Path) -> list[Sequence[Pair]]:
    """Reads a list of pairs.

    Args:
        file: UTF-8; blank lines are skipped.

    Returns:
        The pairs of each fold; of a list without a header, or with one number in it, one fold.

    Raises:
        FaultsError: Naming each line that is no pair.
        ConvoyError: When it is no text, has no pair, or not as many as its first line says.
    """
    try:
        lines = read_regular(file).decode("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConvoyError(f"{file}: no list of pairs: {error}") from None
    rows = [(number, line.split()) for number, line in enumerate(lines, start=1) if line.strip()]
    header = _read_header(rows[0][1]) if rows else None
    pairs = list(gather(str(file), rows[header is not None :], lambda row: _read_pair(file, *row)))
    if not pairs:
        raise ConvoyError(f"{file}: has no pair")
    folds, each = header or (1, len(pairs) / 2)
    size = round(2 * each)
    if len(pairs) != folds * size:
        raise ConvoyError(f"{file}: has {len(pairs):,} pairs; its first line says {folds * size:,}")
    return [pairs[at : at + size] for at in range(0, len(pairs), size)]


def _is_list(file: Path) -> bool:
    try:
        return bool(read_folds(file))
    except ConvoyError:
        return False


def _read_header(cells: Sequence[str]) -> tuple[int, int] | None:
    """Folds, and the pairs of each kind in one; None where the line is none of numbers."""
    if len(cells) >= SAME or not all(cell.isdecimal() for cell in cells):
        return None
    folds, each = (1, *map(int, cells))[-2:]
    return (folds, each) if folds and each else None


def _read_pair(file: Path, line: int, cells: Sequence[str]) -> Pair:
    place = f"{file}: line {line}"
    if len(cells) == SAME:
        person, one, two = cells
        other = person
    elif len(cells) == DIFFERENT:
        person, one, other, two = cells
        if person == other:
            raise DataError(f"{place}: {person} twice; of one person a line has three cells")
    else:
        raise DataError(f"{place}: {len(cells)} cells; a pair has three or four")
    if not (one.isdecimal() and two.isdecimal()):
        raise DataError(f"{place}: {one!r} and {two!r} must be the numbers of photos")
    pair = Pair(line, Photo(person, int(one)), Photo(other, int(two)))
    if pair.first == pair.second:
        raise DataError(f"{place}: one photo twice: {pair.first.stem}")
    return pair
