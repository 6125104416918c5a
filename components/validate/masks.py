"""The rules for segmentation masks, and the columns that they look at."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from great_expectations.expectations import (
    Expectation,
    ExpectColumnMeanToBeBetween,
    ExpectColumnValuesToBeBetween,
    ExpectColumnValuesToBeNull,
    ExpectColumnValuesToMatchRegex,
)
from great_expectations.expectations.row_conditions import Column

from components.core.masks import MaskError, decode_mask

READABLE = {
    "mask_absent": "mask is present",
    "mask_error": "mask decodes to one byte a pixel",
    "mask_size": "mask has the size of its image",
}
"""The rules that a column breaks which says something, by column."""

TEXTS = (*READABLE, "mask_values")
VALUES = 256  # of one byte
DECIMALS = 9  # few to read, and yet no pixel is lost


def mask_expectations(
    classes: Sequence[str], void: int, max_void: float, min_share: float
) -> list[Expectation]:
    """Each image has a mask of its size with known classes; training has enough of each.

    Args:
        classes: The names of the classes, each another; a mask holds their indices, from 0.
        void: The value of pixels that have no class; no class's index.
        max_void: The largest share of an image's pixels that may be void, 0 to 1.
        min_share: What a class must have more than of the pixels of a training image on
            average, 0 to 1.
    """
    return [
        *(
            ExpectColumnValuesToBeNull(column=column, description=rule)
            for column, rule in READABLE.items()
        ),
        ExpectColumnValuesToMatchRegex(
            column="mask_values",
            regex=only([*range(len(classes)), void]),
            description=f"mask has only values from 0 to {len(classes) - 1} and {void} for void",
        ),
        ExpectColumnValuesToBeBetween(
            column=share_column(void),
            max_value=max_void,
            description=f"at most {100 * max_void:g}% of a mask is void",
        ),
        *(
            ExpectColumnMeanToBeBetween(
                column=share_column(index),
                min_value=min_share,
                strict_min=True,
                row_condition=Column("split") == "train",
                description=f"{name} is more than {100 * min_share:g}% of the training masks",
            )
            for index, name in enumerate(classes)
        ),
    ]


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
    size = f"{indices.shape[1]}x{indices.shape[0]}"
    fits = pd.isna(width) or size == f"{width}x{height}"
    return Described(
        size=None if fits else f"{size}; the image is {width}x{height}",
        values=", ".join(map(str, counts.nonzero()[0])),
        shares=(counts / indices.size).round(DECIMALS),
    )


def share_column(value: int) -> str:
    """The column with the share of the pixels that has a value."""
    return f"share_{value}"


def only(values: Iterable[int]) -> str:
    """A regular expression for texts like `0, 2` that list nothing but these values."""
    any_of = "|".join(map(str, values))
    return f"^(?:{any_of})(?:, (?:{any_of}))*$"
