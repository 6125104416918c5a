"""Puts pictures into the page."""

from __future__ import annotations

import io
from base64 import b64encode
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup
from PIL import Image

from components.core.captions import Caption, read_caption
from pipelines.reports.page.content import Figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

LARGE = 100_000
"""Bytes from which on a picture is packed anew, should that make it smaller."""

QUALITY = 85
RESOLUTION = 96  # CSS pixels in an inch


def embed_file(file: Path, link: str) -> Figure:
    """A PNG file with the caption that is in it.

    Args:
        file: The file.
        link: How the page refers to it.
    """
    with Image.open(file) as image:
        width = image.width
    return _figure(read_caption(file), _source(file.read_bytes()), width, link)


def embed_image(image: Image.Image, caption: Caption) -> Figure:
    """A picture that is in no file."""
    return _figure(caption, _source(_encode(image, "PNG")), image.width)


def embed_drawing(drawing: Drawing, caption: Caption) -> Figure:
    """A figure of Matplotlib, as a vector graphic: the same bytes for the same figure."""
    import matplotlib

    stream = io.BytesIO()
    with matplotlib.rc_context({"svg.hashsalt": "convoy"}):
        drawing.savefig(stream, format="svg", metadata={"Date": None})
    width = round(drawing.get_figwidth() * RESOLUTION)
    return _figure(caption, _data_uri("image/svg+xml", stream.getvalue()), width)


def _figure(caption: Caption, source: Markup, width: int, link: str = "") -> Figure:
    return Figure(caption.title, caption.text, caption.alt, source, width, link)


def _source(png: bytes) -> Markup:
    if len(png) > LARGE:
        packed = _encode(Image.open(io.BytesIO(png)), "WEBP", quality=QUALITY)
        if len(packed) < len(png):
            return _data_uri("image/webp", packed)
    return _data_uri("image/png", png)


def _encode(image: Image.Image, kind: str, **options: int) -> bytes:
    stream = io.BytesIO()
    image.convert("RGB").save(stream, kind, **options)
    return stream.getvalue()


def _data_uri(kind: str, content: bytes) -> Markup:
    return Markup(f"data:{kind};base64,{b64encode(content).decode()}")
