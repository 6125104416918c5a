"""The rules for masks."""

from collections.abc import Iterable

from great_expectations.expectations import (
    Expectation,
    ExpectColumnMeanToBeBetween,
    ExpectColumnValuesToBeBetween,
    ExpectColumnValuesToBeNull,
    ExpectColumnValuesToMatchRegex,
)
from great_expectations.expectations.row_conditions import Column

from components.core.masks import VOID
from pipelines.tasks.segmentation.checks import MaskChecks
from pipelines.tasks.segmentation.hidden_classes import ExpectColumnVoidToHideNoClass
from pipelines.tasks.segmentation.inspection import share_column

READABLE = {
    "mask_absent": "mask is present",
    "mask_error": "mask decodes to one byte a pixel",
    "mask_size": "mask has the size of its image",
}
"""The rules that a column breaks which says something, by column."""


def mask_rules(checks: MaskChecks) -> list[Expectation]:
    """Each image has a mask of its size with known classes; training has enough of each."""
    classes, void, least = checks.classes, checks.void, checks.min_share
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
        *_hidden(checks),
        ExpectColumnValuesToBeBetween(
            column=share_column(void),
            max_value=checks.max_void,
            description=f"at most {100 * checks.max_void:g}% of a mask is void",
        ),
        *(
            ExpectColumnMeanToBeBetween(
                column=share_column(index),
                min_value=least,
                strict_min=True,
                row_condition=Column("split") == "train",
                description=f"{name} is more than {100 * least:g}% of the training masks",
            )
            for index, name in enumerate(classes)
        ),
    ]


def _hidden(checks: MaskChecks) -> list[Expectation]:
    """That 255, which many masks have for a class, was not taken for void by default."""
    if checks.void != VOID:
        return []
    return [
        ExpectColumnVoidToHideNoClass(
            column="mask_values",
            classes=list(checks.classes),
            void=VOID,
            description=f"no class is missing where {VOID} is void",
        )
    ]


def only(values: Iterable[int]) -> str:
    """A regular expression for texts like `0, 2` that list nothing but these values."""
    any_of = "|".join(map(str, values))
    return f"^(?:{any_of})(?:, (?:{any_of}))*$"
