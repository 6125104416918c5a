"""A folder of images and labels in MNIST's idx format, plain or gzip-compressed.

Format: http://yann.lecun.com/exdb/mnist. A file begins with big-endian 32-bit integers: a
magic number, then the size of each dimension; unsigned bytes follow, row by row.
"""

import gzip
import io
import math
import struct
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from components.core.errors import ConvoyError
from components.core.images import MAX_PIXELS, encode_png
from components.core.table import Record
from components.ingest.sources import base

IMAGES = "-images-idx3-ubyte"
LABELS = "-labels-idx1-ubyte"
UNSIGNED_BYTES = 0x08
OWN_SPLITS = {"train": "train", "t10k": "test"}


class Source(base.FileSource):
    """Pairs `NAME-images-idx3-ubyte` and `NAME-labels-idx1-ubyte`, each with or without `.gz`.

    When both `train` and `t10k` are there, they are training and test images and a validation
    split is carved out of `train`; otherwise all images are split anew.
    """

    def read(self) -> Iterator[Record]:
        """Yields `NAME/00000.png` onwards with `label` "0" to "255".

        Raises:
            ConvoyError: When a file is not idx, is cut short or has no counterpart, or when a
                pair differs in its count.
        """
        names = self._names()
        for name in names:
            split = OWN_SPLITS.get(name) if self._has_own_splits(names) else None
            images, labels = self._find(name + IMAGES), self._find(name + LABELS)
            check_counts(images, labels)
            pairs = zip(read_idx(images, 3), read_idx(labels, 1), strict=True)
            for index, (pixels, label) in enumerate(pairs):
                labelled = {"label": str(int(label))}
                yield Record(encode_png(pixels), f"{name}/{index:05}.png", labelled, split)

    def missing_splits(self) -> Sequence[str]:
        """Validation images, when training and test images are there."""
        return ("val",) if self._has_own_splits(self._names()) else ()

    def _names(self) -> list[str]:
        files = self.keep(self.path.glob(f"*{IMAGES}*"))
        return sorted({file.name.split(IMAGES)[0] for file in files})

    def _has_own_splits(self, names: Sequence[str]) -> bool:
        return OWN_SPLITS.keys() <= set(names)

    def _find(self, name: str) -> Path:
        for file in (self.path / name, self.path / f"{name}.gz"):
            if file.is_file() and self.keep([file]):
                return file
        raise ConvoyError(f"{self.path / name}: not found, nor with .gz")


def read_idx(file: Path, dimensions: int) -> Iterator[np.ndarray]:
    """Yields the items of an idx file of unsigned bytes, one at a time.

    Args:
        file: Plain, or gzip-compressed if it ends in `.gz`.
        dimensions: The dimensions expected, that of the items' number included.

    Raises:
        ConvoyError: When the file is not idx, is shorter or longer than it says, or has larger
            items than an image may be.
    """
    with _open(file) as stream:
        count, *shape = read_shape(stream, file, dimensions)
        if (size := math.prod(shape)) > MAX_PIXELS:
            raise ConvoyError(f"{file}: {size:,} pixels in an item; at most {MAX_PIXELS:,}")
        for index in range(count):
            item = _read(stream, file, size)
            if len(item) < size:
                raise ConvoyError(f"{file}: cut short in item {index} of {count}")
            yield np.frombuffer(item, np.uint8).reshape(shape)
        if _read(stream, file, 1):
            raise ConvoyError(f"{file}: goes on after its {count} items")


def read_shape(stream: io.BufferedIOBase, file: Path, dimensions: int) -> tuple[int, ...]:
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
        raise ConvoyError(f"{images} has {count} images, {labels} has {other} labels")


def _open(file: Path) -> io.BufferedIOBase:
    return gzip.open(file) if file.suffix == ".gz" else file.open("rb")


def _read(stream: io.BufferedIOBase, file: Path, size: int) -> bytes:
    try:
        return stream.read(size)
    except (EOFError, OSError, zlib.error) as error:
        raise ConvoyError(f"{file}: cut short or not gzip: {error}") from None
