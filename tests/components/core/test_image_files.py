"""Image files told by how they begin, and formats that change values."""

import io
import os
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from components.core.image_files import (
    NO_IMAGE,
    RAW,
    SUFFIXES,
    find_lossy_format,
    refuse_image,
)
from components.core.images import FORMATS, inspect_image

HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(64)
JPEG_XL = b"\xff\x0a\xfa\x7f" + bytes(64)
SAVED = sorted(set(FORMATS) - {"DIB", "JPEG2000", "AVIF"})


def encode(kind: str, mode: str = "RGB", **options: Any) -> bytes:
    contents = io.BytesIO()
    Image.linear_gradient("L").resize((24, 16)).convert(mode).save(contents, kind, **options)
    return contents.getvalue()


def refuse(folder: Path, name: str, content: bytes) -> str | None:
    (folder / name).write_bytes(content)
    return refuse_image(folder / name)


@pytest.mark.parametrize("kind", [*SAVED, "JPEG2000", "AVIF", "MPO"])
@pytest.mark.parametrize("name", ["a", "a.dat", "a.txt", "1.234"])
def test_content_tells_an_image(tmp_path: Path, kind: str, name: str) -> None:
    content = encode(kind)
    assert refuse(tmp_path, name, content) is None
    assert inspect_image(content).decode_error is None


@pytest.mark.parametrize("suffix", sorted(SUFFIXES))
def test_what_is_called_an_image_is_one_though_broken(tmp_path: Path, suffix: str) -> None:
    assert refuse(tmp_path, f"a{suffix}", b"") is None
    assert refuse(tmp_path, f"a{suffix.upper()}", b"no") is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0" * 1000,
        b"Python 3.11 is needed\n",
        b"P5 lines of text",
        b"BMW, Audi, Opel\n",
        b"GIF is a format\n",
        b"II*",
        b"\x28\0\0\0" + bytes(range(256)),  # begins like a DIB
        b"\xff\xd8",
        b"version: 1\nn_points: 68\n{\n",
        b"PK\x03\x04" + bytes(100),
        b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(64),
    ],
)
@pytest.mark.parametrize("name", ["notes.txt", "a"])
def test_what_is_no_image(tmp_path: Path, name: str, content: bytes) -> None:
    assert refuse(tmp_path, name, content) == NO_IMAGE


@pytest.mark.parametrize(
    ("content", "kind"), [(HEIC, "HEIF"), (JPEG_XL, "JPEG XL")], ids=["heic", "jxl"]
)
def test_photographs_that_are_not_read_are_named(tmp_path: Path, content: bytes, kind: str) -> None:
    assert refuse(tmp_path, "IMG_0001.HEIC", content) is None
    expected = f"{kind}, which is not read; convert it to JPEG"
    assert inspect_image(content).decode_error == expected


def test_the_preview_in_a_raw_file_is_no_photograph(tmp_path: Path) -> None:
    assert refuse(tmp_path, "DSC_0001.NEF", encode("TIFF")) == RAW


@pytest.mark.timeout(60)
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert refuse_image(tmp_path / "pipe") == "not readable"


@pytest.mark.parametrize(
    ("kind", "options", "lossy"),
    [
        ("PNG", {}, None),
        ("BMP", {}, None),
        ("GIF", {}, None),
        ("PPM", {}, None),
        ("TIFF", {}, None),
        ("TIFF", {"compression": "tiff_lzw"}, None),
        ("WEBP", {"lossless": True}, None),
        ("TIFF", {"compression": "jpeg"}, "TIFF with JPEG's compression"),
        ("WEBP", {}, "WebP"),
        ("JPEG", {}, "JPEG"),
        ("MPO", {}, "JPEG"),
        ("JPEG2000", {}, "JPEG 2000"),
        ("AVIF", {}, "AVIF"),
    ],
)
def test_formats_that_change_values(kind: str, options: dict, lossy: str | None) -> None:
    assert find_lossy_format(encode(kind, **options)) == lossy


def test_what_cannot_be_opened_is_not_lossy() -> None:
    assert find_lossy_format(b"no") is None
