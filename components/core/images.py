"""Reads encoded images and looks into them."""

import io
import warnings
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageFile, UnidentifiedImageError

from components.core.eight_bits import ValuesError, load_8_bits
from components.core.orientation import SIDES_SWAPPED, UPRIGHT, read_orientation, turn
from components.core.png import NOTES, UNSHOWN, chunk_types, strip_chunks
from components.core.unread_formats import name_unread_format

MAX_PIXELS = 89_478_485
"""The most pixels that an image may have: Pillow's own bound, which it only warns of."""

FORMATS = ("PNG", "JPEG", "BMP", "DIB", "GIF", "TIFF", "WEBP", "PPM", "JPEG2000", "AVIF")
"""What is opened at all. Pillow's other readers are hardly used; that of EPS runs programs."""

JPEG_FORMATS = ("JPEG", "MPO")  # MPO: what many phones write, JPEG to every decoder
JPEG_MODES = ("L", "RGB")
PNG_MODES = ("1", "L", "P", "RGB")
PNG_DEPTH = 24  # where a file says how many bits a channel has
BYTE = 8  # bits

WHITE = 255
SHADES = np.arange(WHITE + 1)

PNG_END = b"IEND\xaeB`\x82"  # the type and the checksum of the last chunk


@dataclass(frozen=True)
class Inspected:
    """An image as the canonical table holds it.

    Attributes:
        image: A PNG or JPEG file that TensorFlow decodes to the picture; see `inspect_image`. The
            bytes as they came when they cannot be decoded.
        width: Of the picture in pixels; None when it cannot be decoded.
        height: Of the picture in pixels; None when it cannot be decoded.
        channels: 1 (grey) or 3 (RGB); None when it cannot be decoded.
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


class UnreadFormatError(ValueError):
    """An image of a format that is known but not read."""


def open_image(data: bytes, max_pixels: int = MAX_PIXELS) -> ImageFile.ImageFile:
    """Reads the header of an image; its pixels are decoded when they are asked for.

    Args:
        data: The encoded image.
        max_pixels: The most pixels that it may have.

    Raises:
        TooManyPixelsError: When it has more.
        UnreadFormatError: When it is a photograph of a format that Pillow does not read.
        UnidentifiedImageError: When it is of no format of `FORMATS`.
        Exception: A dozen types for broken files.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(data), formats=FORMATS)
    except UnidentifiedImageError:
        if name := name_unread_format(data):
            raise UnreadFormatError(f"{name}, which is not read; convert it to JPEG") from None
        raise
    except Image.DecompressionBombError:  # raised for twice Pillow's bound
        raise TooManyPixelsError(f"has more than {max_pixels:,} pixels") from None
    if image.width * image.height > max_pixels:
        raise TooManyPixelsError(f"has more than {max_pixels:,} pixels")
    return image


def describe_fault(error: Exception) -> str:
    """Says why an image cannot be opened or decoded, the same for the same image."""
    if isinstance(error, UnidentifiedImageError):  # its message holds a memory address
        return "not an image of a known format"
    if isinstance(error, TooManyPixelsError | UnreadFormatError | ValuesError):
        return str(error)
    return f"{type(error).__name__}: {error}"


def inspect_image(
    data: bytes, max_pixels: int = MAX_PIXELS, white: float | None = None
) -> Inspected:
    """Decodes an image in full, once, to the picture that the model is to see.

    The picture is upright, as EXIF says, with 8 bits a channel, grey or RGB; `load_8_bits` has
    the rule for other values. PNG and JPEG files that `decoding.decode_image` decodes to this
    very picture are kept, PNG files without the chunks that change their greys or add alpha;
    everything else is encoded as PNG. What comes out comes out the same if it is put in again.

    An image that cannot be decoded is no error here: validation names it with all others.
    Of several frames the first is taken.

    Args:
        data: The encoded image.
        max_pixels: The most pixels that are decoded.
        white: The value of white where there are more than 8 bits; see `load_8_bits`.
    """
    try:
        with open_image(data, max_pixels) as image:
            picture, orientation = _decode(image, data, white)
            if orientation != UPRIGHT or not _is_seen_alike(image, data):
                data = encode_picture(picture)
            elif image.format == "PNG":
                data = strip_chunks(data)
            channels = len(picture.getbands())
            seen = (picture.width, picture.height, channels, value_range(picture))
            return Inspected(data, *seen, *light(picture))
    except Exception as error:  # Pillow's decoders raise a dozen types for broken files
        return Inspected(data, decode_error=describe_fault(error))


def load_image(data: bytes, max_pixels: int = MAX_PIXELS) -> Image.Image:
    """Decodes an image in full, its values as they are; it is not turned.

    Args:
        data: The encoded image.
        max_pixels: The most pixels that it may have.

    Raises:
        TooManyPixelsError: When it has more.
        UnidentifiedImageError: When it is of no format of `FORMATS`.
        Exception: A dozen types for broken files.
    """
    image = open_image(data, max_pixels)
    image.load()
    if image.format == "PNG":
        _check_chunks(data)
    return image


def load_picture(
    data: bytes, max_pixels: int = MAX_PIXELS, white: float | None = None
) -> Image.Image:
    """Decodes an image in full to the picture that `inspect_image` tells of.

    Args:
        data: The encoded image.
        max_pixels: The most pixels that are decoded.
        white: The value of white where there are more than 8 bits; see `load_8_bits`.

    Returns:
        Of mode `L` or `RGB`.

    Raises:
        TooManyPixelsError: When it has more.
        ValuesError: When values cannot be told black from white.
        Exception: A dozen types for broken files.
    """
    with open_image(data, max_pixels) as image:
        return _decode(image, data, white)[0]


def is_kept(data: bytes, max_pixels: int = MAX_PIXELS) -> bool:
    """Whether `inspect_image` keeps the bytes, as far as can be told without decoding a pixel.

    PNG files with notes, which may tell an orientation, count as not kept.

    Args:
        data: The encoded image.
        max_pixels: The most pixels that it may have.

    Raises:
        TooManyPixelsError: When it has more.
        UnidentifiedImageError: When it is of no format of `FORMATS`.
        Exception: A dozen types for broken files.
    """
    with open_image(data, max_pixels) as image:
        if not _is_seen_alike(image, data):
            return False
        if image.format == "PNG":
            return chunk_types(data).isdisjoint(UNSHOWN | NOTES)
        return read_orientation(image) == UPRIGHT


def find_size(data: bytes, max_pixels: int = MAX_PIXELS) -> tuple[int, int]:
    """Width and height of the picture that `load_picture` gives; no pixel of JPEG is decoded.

    Args:
        data: The encoded image.
        max_pixels: The most pixels that it may have.

    Raises:
        TooManyPixelsError: When it has more.
        UnidentifiedImageError: When it is of no format of `FORMATS`.
        Exception: A dozen types for broken files.
    """
    with open_image(data, max_pixels) as image:
        if image.format == "PNG" and chunk_types(data).isdisjoint(NOTES):
            return image.size
        if image.format == "TIFF":  # whose header Pillow has turned already
            return image.size
        swapped = read_orientation(image) in SIDES_SWAPPED
        return (image.height, image.width) if swapped else image.size


def value_range(picture: Image.Image) -> int:
    """How far apart the values of a channel lie at most, 0 to 255; 0 when all pixels are alike."""
    extrema = np.reshape(picture.getextrema(), (-1, 2))
    return int(np.ptp(extrema, axis=1).max())


def light(image: Image.Image) -> tuple[float, float]:
    """Mean and standard deviation of the grey values, both in [0, 1]."""
    counts = np.array(image.convert("L").histogram())
    pixels = counts.sum()
    mean = counts @ SHADES / pixels
    variance = counts @ (SHADES - mean) ** 2 / pixels
    return float(mean / WHITE), float(np.sqrt(variance) / WHITE)


def _decode(
    image: ImageFile.ImageFile, data: bytes, white: float | None
) -> tuple[Image.Image, int]:
    """The picture of an opened image, and how the pixels of the file had to be turned."""
    picture = load_8_bits(image, white)
    if image.format == "PNG":
        _check_chunks(data)
    orientation = read_orientation(image)
    return turn(picture, orientation), orientation


def _is_seen_alike(image: Image.Image, data: bytes) -> bool:
    """Whether TensorFlow decodes a file as Pillow does, but for the orientation."""
    if image.format == "PNG":
        return image.mode in PNG_MODES and data[PNG_DEPTH] <= BYTE
    return image.format in JPEG_FORMATS and image.mode in JPEG_MODES


def _check_chunks(data: bytes) -> None:
    """Checks what Pillow skips once it has all pixels; TensorFlow insists on it."""
    with Image.open(io.BytesIO(data), formats=("PNG",)) as image:
        image.verify()
    if PNG_END not in data:
        raise OSError("PNG file has no end")


def encode_png(pixels: np.ndarray) -> bytes:
    """Encodes grey pixels, uint8 `[height, width]`, as PNG."""
    return encode_picture(Image.fromarray(pixels))


def encode_picture(picture: Image.Image) -> bytes:
    """Encodes a picture of mode `L` or `RGB` as PNG, without a colour profile."""
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", icc_profile=None)
    return buffer.getvalue()
