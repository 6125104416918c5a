"""The rules that every canonical table must keep, whatever its samples are."""

from great_expectations.expectations import (
    Expectation,
    ExpectColumnDistinctValuesToContainSet,
    ExpectColumnValuesToBeInSet,
    ExpectColumnValuesToBeNull,
)

from components.core.parts import Sample
from components.core.table import SPLITS


def table_rules(sample: Sample) -> list[Expectation]:
    """Every sample decodes, fulfils the rules of its kind and occurs once.

    No split is empty, and none has a group that another has.

    Each expectation's `description` is the name of the rule, wherever it is shown.

    Args:
        sample: The kind of input.
    """
    splits = list(SPLITS)
    return [
        ExpectColumnValuesToBeNull(column="decode_error", description=f"{sample.column} decodes"),
        *sample.rules(),
        ExpectColumnValuesToBeNull(
            column="duplicate_of", description=f"{sample.column} occurs once"
        ),
        ExpectColumnValuesToBeNull(
            column="divided", description="no group is divided among splits"
        ),
        ExpectColumnValuesToBeInSet(column="split", value_set=splits, description="split is known"),
        ExpectColumnDistinctValuesToContainSet(
            column="split", value_set=splits, description="no split is empty"
        ),
    ]
