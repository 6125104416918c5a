"""Compares the sizes that label files give for images with the pictures themselves."""

from components.core.errors import ConvoyError
from components.core.images import MAX_PIXELS, find_size


def check_size(data: bytes, width: int, height: int, place: str) -> None:
    """Checks that labels were drawn on a picture of the size that it has when it is upright.

    An image that cannot be opened is left to validation, which names it.

    Args:
        data: The encoded image.
        width: What the label file gives, in pixels.
        height: What the label file gives, in pixels.
        place: What an error message begins with.

    Raises:
        ConvoyError: When the picture has another size.
    """
    size = read_size(data)
    if size is not None and size != (width, height):
        hint = (
            "labels must be drawn on the picture as it is shown, upright as EXIF says"
            if size == (height, width)
            else "labels must be drawn on this very picture"
        )
        raise ConvoyError(
            f"{place}: width and height are {width} and {height}, of its picture "
            f"{size[0]} and {size[1]}; {hint}"
        )


def read_size(data: bytes) -> tuple[int, int] | None:
    """Width and height of the picture, upright; None of an image that cannot be opened.

    How many pixels are too many is for `limits.max_pixels` to say, of which ingest makes sure.
    """
    try:
        return find_size(data, 2 * MAX_PIXELS)
    except Exception:  # Pillow raises a dozen types for broken files
        return None
