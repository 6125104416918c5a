"""The rules for tasks with one class for each image."""

from collections.abc import Sequence

from great_expectations.expectations import (
    Expectation,
    ExpectColumnDistinctValuesToContainSet,
    ExpectColumnValuesToBeInSet,
    ExpectColumnValuesToNotBeNull,
)
from great_expectations.expectations.row_conditions import Column

from components.validate.training import (
    ExpectColumnClassBalanceToBeAtLeast,
    ExpectColumnPairClassToBeInTraining,
)


def label_expectations(
    classes: Sequence[str] | None, balance_floor: float, column: str = "label"
) -> list[Expectation]:
    """Every label is present and known; every class is in training, and often enough.

    Args:
        classes: The declared classes; None takes those of the training split as known.
        balance_floor: The least count of the rarest class in training, as a fraction of the
            commonest's, 0 to 1.
        column: The column of the label.
    """
    in_training = Column("split") == "train"
    balanced = ExpectColumnClassBalanceToBeAtLeast(
        column=column,
        min_value=balance_floor,
        row_condition=in_training,
        description=f"{column} is balanced in training",
    )
    present = ExpectColumnValuesToNotBeNull(column=column, description=f"{column} is present")
    if classes is None:
        known = ExpectColumnPairClassToBeInTraining(
            column_A=column, column_B="split", description=f"every {column} is in training"
        )
        return [present, known, balanced]
    known = ExpectColumnValuesToBeInSet(
        column=column, value_set=list(classes), description=f"{column} is known"
    )
    trained = ExpectColumnDistinctValuesToContainSet(
        column=column,
        value_set=list(classes),
        row_condition=in_training,
        description=f"every {column} is in training",
    )
    return [present, known, trained, balanced]
