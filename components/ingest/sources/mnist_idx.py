"""A folder of images and labels in MNIST's idx format, plain or gzip-compressed.

Format: http://yann.lecun.com/exdb/mnist. A file begins with big-endian 32-bit integers: a
magic number, then the size of each dimension; unsigned bytes follow, row by row.
"""

import gzip
import math
import re
import struct
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, ClassVar

import numpy as np

from components.core.errors import ConvoyError
from components.core.images import MAX_PIXELS, encode_png
from components.core.reading import open_regular
from components.core.table import Record
from components.core.walking import readable
from components.ingest.sources import base

IMAGES, LABELS = "images", "labels"
NAME = re.compile(
    r"(?P<name>.+)[-._ ](?:(?P<images>images)[-._ ]idx3|labels[-._ ]idx1)[-._ ]ubyte(?:\.gz)?",
    re.IGNORECASE | re.DOTALL,
)
"""What the files are called, in the letters and marks that are customary."""

MARKS = re.compile("[-._ ]")
OWN_SPLITS = {"train": "train", "t10k": "test", "test": "test"}

NO_IDX = "without the name of an idx file"
NO_IMAGES = "labels without images"
PACKED_TOO = "there unpacked, too"

GZIP = b"\x1f\x8b"
UNSIGNED_BYTES = 0x08
BLOCK = 2**20

Stream = gzip.GzipFile | BinaryIO

Pair = tuple[Path, Path]
"""A file of images and one of labels."""


class Source(base.FileSource):
    """Pairs such as `NAME-images-idx3-ubyte` and `NAME-labels-idx1-ubyte.gz`.

    A dot, a blank or an underscore may stand for each hyphen, and capitals for small letters;
    each file may be packed by gzip. Where the names end in `train` on the one hand and in `t10k`
    or `test` on the other, they are training and test images and a validation split is carved
    out of the former; otherwise all images are split anew.
    """

    gives: ClassVar = frozenset({"label"})

    @classmethod
    def recognise(cls, path: Path) -> Mapping[str, Any] | None:
        """A folder with a file of images by its name."""
        names = (NAME.fullmatch(each.name) for each in path.iterdir()) if path.is_dir() else ()
        return {"path": path} if any(name and name["images"] for name in names) else None

    def read(self) -> Iterator[Record]:
        """Yields `NAME/00000.png` onwards with `label` "0" to "255".

        Raises:
            ConvoyError: When a file is not idx, is cut short, has no counterpart or is there
                twice, or when a pair differs in its count.
        """
        pairs = self._pairs()
        splits = find_splits(pairs)
        for name, (images, labels) in pairs.items():
            check_counts(images, labels)
            items = zip(read_idx(images, 3), read_idx(labels, 1), strict=True)
            for index, (pixels, label) in enumerate(items):
                path = f"{readable(name)}/{index:05}.png"
                yield Record(encode_png(pixels), path, {"label": str(int(label))}, splits[name])

    def missing_splits(self) -> Sequence[str]:
        """Validation images, when training and test images are there."""
        return ("val",) if "test" in find_splits(self._pairs()).values() else ()

    def _pairs(self) -> dict[str, Pair]:
        """The pairs by what their names begin with, in the order of those names."""
        images, labels = self._find()
        for key in labels.keys() - images.keys():
            self.leave_out(labels[key][1], NO_IMAGES)
        pairs: dict[str, Pair] = {}
        for key, (name, file) in sorted(images.items()):
            if key not in labels:
                raise ConvoyError(f"{self.path / name}-labels-idx1-ubyte: not found, nor with .gz")
            pairs[name] = (file, labels[key][1])
        return pairs

    def _find(self) -> tuple[dict[str, tuple[str, Path]], dict[str, tuple[str, Path]]]:
        """The files of images and those of labels, by their names in small letters."""
        found: dict[str, dict[str, tuple[str, Path]]] = {IMAGES: {}, LABELS: {}}
        folders, files = self.entries(self.path)
        for file in (*folders, *sorted(files, key=_is_packed)):
            match = NAME.fullmatch(file.name)
            if match is None or file in folders:
                self.leave_out(file, NO_IDX)
                continue
            kind = found[IMAGES if match["images"] else LABELS]
            _, first = kind.setdefault(match["name"].lower(), (match["name"], file))
            if first != file and _is_packed(first) == _is_packed(file):
                raise ConvoyError(f"{file}: by its name the same as {first.name}; remove one")
            if first != file:
                check_same(first, file)
                self.leave_out(file, PACKED_TOO)
        return found[IMAGES], found[LABELS]


def find_splits(names: Iterable[str]) -> dict[str, str | None]:
    """The split of each pair of files by its name; None unless there are training and test ones.

    Args:
        names: What the names of the files begin with, as in `train-images-idx3-ubyte`.
    """
    splits = {name: OWN_SPLITS.get(MARKS.split(name.lower())[-1]) for name in names}
    own = set(splits.values()) == {"train", "test"}
    return splits if own else dict.fromkeys(splits)


def read_idx(file: Path, dimensions: int) -> Iterator[np.ndarray]:
    """Yields the items of an idx file of unsigned bytes, one at a time.

    Args:
        file: Plain or gzip-compressed, whatever its name ends in.
        dimensions: The dimensions expected, that of the items' number included.

    Raises:
        ConvoyError: When the file is not idx, is shorter or longer than it says, or has larger
            items than an image may be.
    """
    with _open(file) as stream:
        count, *shape = read_shape(stream, file, dimensions)
        if (size := math.prod(shape)) > MAX_PIXELS:
            raise ConvoyError(f"{file}: {size:,} pixels in an item; at most {MAX_PIXELS:,}")
        if not size:
            raise ConvoyError(f"{file}: no pixel in an item; must be one at least")
        for index in range(count):
            item = _read(stream, file, size)
            if len(item) < size:
                raise ConvoyError(f"{file}: cut short in item {index} of {count}")
            yield np.frombuffer(item, np.uint8).reshape(shape)
        if _read(stream, file, 1):
            raise ConvoyError(f"{file}: goes on after its {count} items")


def read_shape(stream: Stream, file: Path, dimensions: int) -> tuple[int, ...]:
    """Reads the header: the number of items, then the size of each dimension of an item.

    Raises:
        ConvoyError: When it is not the header of an idx file of unsigned bytes.
    """
    header = _read(stream, file, 4 * (1 + dimensions))
    if len(header) < 4 * (1 + dimensions):
        raise ConvoyError(f"{file}: too short for the header of an idx file")
    magic, *shape = struct.unpack(f">{1 + dimensions}I", header)
    expected = UNSIGNED_BYTES << 8 | dimensions
    if magic != expected:
        raise ConvoyError(f"{file}: magic number {magic}; it must be {expected}")
    return tuple(shape)


def check_counts(images: Path, labels: Path) -> None:
    """Checks that there is a label for each image.

    Raises:
        ConvoyError: When there is not.
    """
    with _open(images) as first, _open(labels) as second:
        count = read_shape(first, images, 3)[0]
        other = read_shape(second, labels, 1)[0]
    if count != other:
        raise ConvoyError(f"{images}: has {count} images, but {labels} has {other} labels")


def check_same(plain: Path, packed: Path) -> None:
    """Checks that a file holds what another one does, once both are unpacked.

    Raises:
        ConvoyError: When they differ, or one cannot be read.
    """
    with _open(plain) as first, _open(packed) as second:
        while block := _read(first, plain, BLOCK):
            if block != _read(second, packed, BLOCK):
                break
        if block or _read(second, packed, 1):
            raise ConvoyError(f"{packed}: holds something else than {plain.name}; remove one")


def _is_packed(file: Path) -> bool:
    return file.suffix.lower() == ".gz"


def _open(file: Path) -> Stream:
    try:
        with open_regular(file) as stream:
            packed = stream.read(len(GZIP)) == GZIP
        return gzip.open(file) if packed else open_regular(file)
    except OSError as error:
        raise ConvoyError(f"{file}: cannot be read: {error.strerror}") from None


def _read(stream: Stream, file: Path, size: int) -> bytes:
    try:
        return stream.read(size)
    except (EOFError, OSError, zlib.error) as error:
        raise ConvoyError(f"{file}: cut short or not gzip: {error}") from None
