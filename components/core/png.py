"""The chunks of PNG files: https://www.w3.org/TR/png-3/#5Chunk-layout."""

import struct
from collections.abc import Iterator

SIGNATURE = b"\x89PNG\r\n\x1a\n"

UNSHOWN = frozenset((b"tRNS", b"gAMA", b"sRGB", b"iCCP", b"cICP"))
"""Chunks on transparency and on colour spaces. Pillow shows the pixels without regard to them;
libpng, with which TensorFlow decodes, adds alpha for the first, and lets the others decide how
colours become grey."""

NOTES = frozenset((b"eXIf", b"tEXt", b"zTXt", b"iTXt"))
"""Chunks that may tell how to hold the picture."""

CHECKSUM = 4  # bytes


def read_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yields the type of each chunk and the whole chunk, checksum included.

    Args:
        data: A PNG file; of one that is cut off, the chunks that begin before its end.
    """
    at = len(SIGNATURE)
    while len(header := data[at : at + 8]) == 8:
        length, kind = struct.unpack(">I4s", header)
        end = at + len(header) + length + CHECKSUM
        yield kind, data[at:end]
        at = end


def chunk_types(data: bytes) -> set[bytes]:
    """The types of the chunks of a PNG file."""
    return {kind for kind, _ in read_chunks(data)}


def read_size(data: bytes) -> tuple[int, int] | None:
    """Width and height that a PNG file tells; None of what is none, or is cut off there."""
    header = data[:24]
    if len(header) < 24 or not header.startswith(SIGNATURE):
        return None
    width, height = struct.unpack(">II", header[16:])
    return width, height


def strip_chunks(data: bytes) -> bytes:
    """A PNG file without the chunks of `UNSHOWN`, its compressed pixels untouched."""
    chunks = list(read_chunks(data))
    if UNSHOWN.isdisjoint(kind for kind, _ in chunks):
        return data
    return SIGNATURE + b"".join(chunk for kind, chunk in chunks if kind not in UNSHOWN)
