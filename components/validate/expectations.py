"""The rules that every table of images must keep."""

from great_expectations.expectations import (
    Expectation,
    ExpectColumnDistinctValuesToContainSet,
    ExpectColumnValuesToBeBetween,
    ExpectColumnValuesToBeInSet,
    ExpectColumnValuesToBeNull,
)

from components.core.table import SPLITS
from components.validate.params import CheckParams


def image_expectations(checks: CheckParams) -> list[Expectation]:
    """Every image decodes, is not constant, is as large as declared and occurs once.

    Besides, no split is empty. Each expectation's `description` is the name of the rule,
    wherever it is shown.

    Args:
        checks: What is declared.
    """
    return [
        ExpectColumnValuesToBeNull(column="decode_error", description="image decodes"),
        ExpectColumnValuesToBeBetween(
            column="value_range", min_value=1, description="image is not constant"
        ),
        *(
            ExpectColumnValuesToBeInSet(
                column=size, value_set=[declared], description=f"{size} as declared"
            )
            for size in ("height", "width", "channels")
            if (declared := getattr(checks, size)) is not None
        ),
        ExpectColumnValuesToBeNull(column="duplicate_of", description="image occurs once"),
        ExpectColumnValuesToBeInSet(
            column="split", value_set=list(SPLITS), description="split is known"
        ),
        ExpectColumnDistinctValuesToContainSet(
            column="split", value_set=list(SPLITS), description="no split is empty"
        ),
    ]
