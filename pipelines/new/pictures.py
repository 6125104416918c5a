"""What can be seen of an image at a glance: by its header, and of some by their pixels."""

from dataclasses import dataclass

from PIL import Image

from components.core.eight_bits import GREY_MODES, WIDE_COLOURS, WIDE_MODES, find_encoding
from components.core.images import describe_fault, open_image
from components.core.orientation import SIDES_SWAPPED, UPRIGHT, read_orientation

WHITES = (1, 255, 1023, 4095, 16_383, 65_535)
"""What white can be, of floats and of 8, 10, 12, 14 and 16 bits."""


@dataclass(frozen=True)
class Glance:
    """What can be seen of an image.

    Attributes:
        width: Of the upright picture in pixels.
        height: Of the upright picture in pixels.
        grey: Whether the file has one channel.
        colourless: Whether all pixels are grey; None where that was not looked at.
        turned: Whether EXIF says to turn it.
        deep: The largest value, where a channel has more than 8 bits; None where it has 8.
        must_tell: Whether nothing in the file tells which value is white.
        fault: Why it cannot be opened; the rest then says nothing.
    """

    width: int = 0
    height: int = 0
    grey: bool = False
    colourless: bool | None = None
    turned: bool = False
    deep: float | None = None
    must_tell: bool = False
    fault: str | None = None


def glance(data: bytes, pixels: bool) -> Glance:
    """Looks at an encoded image.

    Args:
        data: The encoded image.
        pixels: Whether to look for colours, too, for which it is decoded.
    """
    try:
        with open_image(data) as image:
            wide = image.mode in WIDE_MODES or bool(WIDE_COLOURS.match(find_encoding(image)))
            must_tell = image.mode in ("I", "F")
            deep = _largest(image) if image.mode in WIDE_MODES else 65_535.0 if wide else None
            orientation = read_orientation(image)
            sides = image.size[::-1] if orientation in SIDES_SWAPPED else image.size
            grey = image.mode in (*GREY_MODES, *WIDE_MODES)
            return Glance(
                *sides,
                grey=grey,
                colourless=(grey or _is_colourless(image)) if pixels else None,
                turned=orientation != UPRIGHT,
                deep=deep,
                must_tell=must_tell,
            )
    except Exception as error:  # Pillow's decoders raise a dozen types for broken files
        return Glance(fault=describe_fault(error))


def choose_white(largest: float) -> float:
    """The least value of white that a largest value leaves possible."""
    return next((white for white in WHITES if white >= largest), largest)


def _largest(image: Image.Image) -> float:
    (_, high) = image.getextrema()
    return float(high)  # type: ignore[arg-type]


def _is_colourless(image: Image.Image) -> bool:
    bands = image.convert("RGB").split()
    return all(band.tobytes() == bands[0].tobytes() for band in bands[1:])
