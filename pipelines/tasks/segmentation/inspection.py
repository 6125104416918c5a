"""What masks are like: what the rules look at, and what tells drift."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from components.core.masks import MaskError, decode_mask

TEXTS = ("mask_absent", "mask_error", "mask_size", "mask_values")
VALUES = 256  # of one byte
DECIMALS = 9  # few to read, and yet no pixel is lost
SAMPLES = 16  # a side of a mask


class Described(NamedTuple):
    """What a mask is like; null where there is nothing to tell.

    Attributes:
        absent: That there is no mask.
        error: Why it cannot be read.
        size: Its width and height where they are not those of the image.
        values: Its distinct values in ascending order.
        shares: The share of the pixels that has each value, float64 `[256]`; NaN throughout
            where the mask cannot be read.
    """

    absent: str | None = None
    error: str | None = None
    size: str | None = None
    values: str | None = None
    shares: np.ndarray = np.full(VALUES, np.nan)


def describe_masks(rows: pd.DataFrame) -> pd.DataFrame:
    """Puts what the rules look at in the place of the column `mask`.

    The columns are `mask_absent`, `mask_error`, `mask_size`, `mask_values` and `share_0` to
    `share_255`; see `Described`.

    Args:
        rows: A table with `mask`, `width` and `height`; the size is null where unknown.
    """
    described = [
        describe_mask(*row) for row in zip(rows["mask"], rows["width"], rows["height"], strict=True)
    ]
    texts = pd.DataFrame([row[:-1] for row in described], rows.index, TEXTS, dtype=object)
    shares = np.array([row.shares for row in described]).reshape(-1, VALUES)
    columns = [share_column(value) for value in range(VALUES)]
    return pd.concat(
        [rows.drop(columns="mask"), texts, pd.DataFrame(shares, rows.index, columns)], axis=1
    )


def describe_mask(mask: bytes | None, width: int | None, height: int | None) -> Described:
    """Looks into one mask.

    Args:
        mask: A PNG; None where there is none.
        width: Of the image, in pixels; null where unknown.
        height: Of the image, in pixels; null where unknown.
    """
    if mask is None:
        return Described(absent="no mask")
    try:
        indices = decode_mask(mask)
    except MaskError as error:
        return Described(error=str(error))
    counts = np.bincount(indices.ravel(), minlength=VALUES)
    return Described(
        size=None if pd.isna(width) else _misfit(indices.shape[::-1], (width, height)),
        values=", ".join(map(str, counts.nonzero()[0])),
        shares=(counts / indices.size).round(DECIMALS),
    )


def _misfit(mask: tuple[int, ...], image: tuple[int | None, int | None]) -> str | None:
    """The width and height of a mask, and those of its image where they are others."""
    if mask == image:
        return None
    sizes = f"{mask[0]}x{mask[1]}; the image is {image[0]}x{image[1]}"
    swapped = mask == image[::-1]
    return f"{sizes}; masks must be drawn on it upright, as EXIF says" if swapped else sizes


def share_column(value: int) -> str:
    """The column with the share of the pixels that has a value."""
    return f"share_{value}"


def sample_mask(encoded: bytes) -> list[str] | None:
    """The values of 16x16 pixels in the middles of a mask's equal parts; None if unreadable.

    Their frequencies estimate the share of an image that each class has on average, and are
    compared like those of labels.
    """
    try:
        indices = decode_mask(encoded)
    except MaskError:
        return None
    rows, columns = ((np.arange(SAMPLES) + 0.5) * side // SAMPLES for side in indices.shape)
    return [str(value) for value in indices[np.ix_(rows.astype(int), columns.astype(int))].flat]
