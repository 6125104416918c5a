"""Small files of images that are huge."""

import struct
import zlib
from collections.abc import Callable, Iterator

SIDE = 23_000
ROWS_AT_ONCE = 100
SMALL_WEBP = bytes.fromhex("524946461a000000574542505650384c0e0000002f04800100071011fd0f4444ff03")


def large_png(width: int = SIDE, height: int = SIDE) -> bytes:
    """A black grey PNG, made without holding its pixels."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    pixels = b"".join(_compress_rows(width, height))
    chunks = (_chunk(b"IHDR", header), _chunk(b"IDAT", pixels), _chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def large_jpeg(width: int = SIDE, height: int = SIDE) -> bytes:
    """The beginning of a grey JPEG; whoever asks for its pixels fails."""
    frame = struct.pack(">BHHB3B", 8, height, width, 1, 1, 0x11, 0)
    start = struct.pack(">B2B3B", 1, 1, 0, 0, 63, 0)
    segments = ((b"\xff\xc0", frame), (b"\xff\xda", start))
    return b"\xff\xd8" + b"".join(
        marker + struct.pack(">H", len(content) + 2) + content for marker, content in segments
    )


def large_webp(width: int = 12_000, height: int = 12_000) -> bytes:
    """A lossless WebP of 34 bytes: one colour for however many pixels."""
    size = struct.pack("<I", width - 1 | (height - 1) << 14)
    return SMALL_WEBP[:21] + size + SMALL_WEBP[25:]


LARGE: dict[str, Callable[..., bytes]] = {
    "PNG": large_png,
    "JPEG": large_jpeg,
    "WEBP": large_webp,
}


def _compress_rows(width: int, height: int) -> Iterator[bytes]:
    packer = zlib.compressobj(9)
    rows = bytes((width + 1) * ROWS_AT_ONCE)
    for begin in range(0, height, ROWS_AT_ONCE):
        yield packer.compress(rows[: (width + 1) * min(ROWS_AT_ONCE, height - begin)])
    yield packer.flush()


def _chunk(kind: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)
