"""Reads encoded images and looks into them."""

import io
import warnings
from dataclasses import dataclass

import numpy as np
from PIL import Image, UnidentifiedImageError

MAX_PIXELS = 89_478_485
"""The most pixels that an image may have: Pillow's own bound, which it only warns of."""

FORMATS = ("PNG", "JPEG", "BMP", "DIB", "GIF", "TIFF", "WEBP", "PPM", "JPEG2000")
"""What is opened at all. Pillow's other readers are hardly used; that of EPS runs programs."""

KEPT_FORMATS = ("PNG", "JPEG", "MPO")  # MPO: what many phones write, JPEG to every decoder
KEPT_SIGNATURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")  # what their files begin with

GREY_MODES = ("1", "L", "LA", "I", "I;16", "I;16B", "I;16L", "F")
ALPHA_MODES = ("RGBA", "RGBa", "PA")
PALETTE_MODES = ("P", "PA")  # their values are indices of colours
PRINT_MODES = ("CMYK", "YCbCr")  # PNG has no such pixels

WHITE = 255

PNG_END = b"IEND\xaeB`\x82"  # the type and the checksum of the last chunk


@dataclass(frozen=True)
class Inspected:
    """An image as the canonical table holds it.

    Attributes:
        image: PNG or JPEG bytes; the bytes as they came when they cannot be decoded.
        width: In pixels; None when it cannot be decoded.
        height: In pixels; None when it cannot be decoded.
        channels: 1 (grey), 3 (colour) or 4 (with alpha); None when it cannot be decoded.
        value_range: See `value_range`; None when it cannot be decoded.
        brightness: Mean of the grey values, in [0, 1]; None when it cannot be decoded.
        contrast: Their standard deviation, in [0, 1]; None when it cannot be decoded.
        decode_error: Why it cannot be decoded; None when it can.
    """

    image: bytes
    width: int | None = None
    height: int | None = None
    channels: int | None = None
    value_range: int | None = None
    brightness: float | None = None
    contrast: float | None = None
    decode_error: str | None = None


class TooManyPixelsError(ValueError):
    """An image that is too large to be decoded."""


def open_image(data: bytes, max_pixels: int = MAX_PIXELS) -> Image.Image:
    """Reads the header of an image; its pixels are decoded when they are asked for.

    Args:
        data: The encoded image.
        max_pixels: The most pixels that it may have.

    Raises:
        TooManyPixelsError: When it has more.
        UnidentifiedImageError: When it is of no format of `FORMATS`.
        Exception: A dozen types for broken files.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(data), formats=FORMATS)
    except Image.DecompressionBombError:  # raised for twice Pillow's bound
        raise TooManyPixelsError(f"has more than {max_pixels:,} pixels") from None
    if image.width * image.height > max_pixels:
        raise TooManyPixelsError(f"has more than {max_pixels:,} pixels")
    return image


def describe_fault(error: Exception) -> str:
    """Says why an image cannot be opened or decoded, the same for the same image."""
    if isinstance(error, UnidentifiedImageError):  # its message holds a memory address
        return "not an image of a known format"
    if isinstance(error, TooManyPixelsError):
        return str(error)
    return f"{type(error).__name__}: {error}"


def inspect_image(data: bytes, max_pixels: int = MAX_PIXELS) -> Inspected:
    """Decodes an image in full; what is neither PNG nor JPEG is encoded as PNG.

    An image that cannot be decoded is no error here: validation names it with all others.
    Of several frames the first is taken.

    Args:
        data: The encoded image.
        max_pixels: The most pixels that are decoded.
    """
    try:
        with open_image(data, max_pixels) as image:
            image.load()
            if image.format == "PNG":
                _check_chunks(data)
            if image.format not in KEPT_FORMATS:
                data = _encode_png(image)
            channels = count_channels(image.mode)
            brightness, contrast = light(image)
            size = (image.width, image.height)
            return Inspected(data, *size, channels, value_range(image), brightness, contrast)
    except Exception as error:  # Pillow's decoders raise a dozen types for broken files
        return Inspected(data, decode_error=describe_fault(error))


def count_channels(mode: str) -> int:
    """The channels that an image of one of Pillow's modes decodes to: 1, 3 or 4."""
    if mode in GREY_MODES:
        return 1
    return 4 if mode in ALPHA_MODES else 3


def value_range(image: Image.Image) -> int:
    """How far apart the values of a channel lie at most; 0 when all pixels are alike.

    Alpha does not count. The values of 8 bits are 0 to 255, of 16 bits 0 to 65535.
    """
    if image.mode in PALETTE_MODES:
        image = image.convert("RGB")
    extrema = np.reshape(image.getextrema(), (-1, 2))
    if image.mode in ("LA", *ALPHA_MODES):
        extrema = extrema[:-1]
    return int(np.ptp(extrema, axis=1).max())


def light(image: Image.Image) -> tuple[float, float]:
    """Mean and standard deviation of the grey values, both in [0, 1]."""
    grey = np.asarray(image.convert("L"))
    return float(grey.mean() / WHITE), float(grey.std() / WHITE)


def _check_chunks(data: bytes) -> None:
    """Checks what Pillow skips once it has all pixels; TensorFlow insists on it."""
    with Image.open(io.BytesIO(data)) as image:
        image.verify()
    if PNG_END not in data:
        raise OSError("PNG file has no end")


def encode_png(pixels: np.ndarray) -> bytes:
    """Encodes grey pixels, uint8 `[height, width]`, as PNG."""
    return _encode_png(Image.fromarray(pixels))


def _encode_png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    (image.convert("RGB") if image.mode in PRINT_MODES else image).save(buffer, "PNG")
    return buffer.getvalue()
