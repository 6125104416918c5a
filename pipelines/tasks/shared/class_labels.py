"""One class for each sample, and the rules for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pydantic import Field

from components.core.describing import names
from components.core.parts import Labels
from pipelines.tasks.shared.class_names import LABEL, ClassNames

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    from great_expectations.expectations import Expectation


class ClassChecks(ClassNames):
    """What the validate stage demands of classes.

    Attributes:
        balance_floor: The least count of the rarest class, as a fraction of the commonest's.
    """

    balance_floor: float = Field(0.0, ge=0, le=1)


class ClassLabels(Labels):
    """One class for each sample, in the column `label`."""

    checks: ClassChecks

    def columns(self) -> Mapping[str, pa.DataType]:
        """`label`, a string."""
        import pyarrow as pa

        return {LABEL: pa.string()}

    def stratum(self, labels: Mapping[str, Any]) -> str:
        """The class: every split has the same share of each."""
        return str(labels[LABEL])

    def rules(self) -> Sequence[Expectation]:
        """Labels are present, known, all in training, and balanced above the floor."""
        return label_rules(self.checks.classes, self.checks.balance_floor)

    def describe(self, rows: pd.DataFrame) -> pd.DataFrame:
        """The class."""
        return rows[[LABEL]].assign(**{LABEL: names(rows[LABEL])})


def label_rules(
    classes: Sequence[str] | None, balance_floor: float, column: str = LABEL
) -> list[Expectation]:
    """Every label is present and known; every class is in training, and often enough.

    Args:
        classes: The declared classes; None takes those of the training split as known, unless
            they cannot be meant.
        balance_floor: The least count of the rarest class in training, as a fraction of the
            commonest's, 0 to 1.
        column: The column of the label.
    """
    from great_expectations.expectations import ExpectColumnValuesToNotBeNull
    from great_expectations.expectations.row_conditions import Column

    from components.validate.training import ExpectColumnClassBalanceToBeAtLeast

    return [
        ExpectColumnValuesToNotBeNull(column=column, description=f"{column} is present"),
        *_known(classes, column),
        ExpectColumnClassBalanceToBeAtLeast(
            column=column,
            min_value=balance_floor,
            row_condition=Column("split") == "train",
            description=f"{column} is balanced in training",
        ),
    ]


def _known(classes: Sequence[str] | None, column: str) -> list[Expectation]:
    """Every label is a class, and every class in training."""
    from great_expectations.expectations import (
        ExpectColumnDistinctValuesToContainSet,
        ExpectColumnValuesToBeInSet,
    )
    from great_expectations.expectations.row_conditions import Column

    if classes is None:
        return _meant(column)
    return [
        ExpectColumnValuesToBeInSet(
            column=column, value_set=list(classes), description=f"{column} is known"
        ),
        ExpectColumnDistinctValuesToContainSet(
            column=column,
            value_set=list(classes),
            row_condition=Column("split") == "train",
            description=f"every {column} is in training",
        ),
    ]


def _meant(column: str) -> list[Expectation]:
    """There are classes that can be meant, and each of them is in training."""
    from components.core.split_names import REMEDY
    from components.validate.classes import (
        ExpectColumnClassesToBeSeveral,
        ExpectColumnValuesToBeNoSplits,
        ExpectColumnValuesToBeSpeltOnce,
    )
    from components.validate.training import ExpectColumnPairClassToBeInTraining

    undeclared = "where checks.classes declares none"
    return [
        ExpectColumnClassesToBeSeveral(column=column, description=f"{column} is one of several"),
        ExpectColumnValuesToBeSpeltOnce(
            column=column,
            description=f"no two {column}s differ in blanks or case only, {undeclared}",
        ),
        ExpectColumnValuesToBeNoSplits(
            column=column, description=f"no {column} means a split, {undeclared}; {REMEDY}"
        ),
        ExpectColumnPairClassToBeInTraining(
            column_A=column, column_B="split", description=f"every {column} is in training"
        ),
    ]
