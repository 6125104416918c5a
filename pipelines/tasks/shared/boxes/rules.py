"""The rules for boxes; `inspection` has the columns that they look at."""

from collections.abc import Mapping

from great_expectations.expectations import (
    Expectation,
    ExpectColumnMaxToBeBetween,
    ExpectColumnMeanToBeBetween,
    ExpectColumnValuesToBeBetween,
    ExpectColumnValuesToBeNull,
)
from great_expectations.expectations.row_conditions import Column

from pipelines.tasks.shared.boxes.inspection import count_column
from pipelines.tasks.shared.boxes.params import BoxChecks
from pipelines.tasks.shared.severity import GX_SEVERITY


def box_texts(checks: BoxChecks) -> dict[str, str]:
    """The rules by the columns of texts that tell what breaks them."""
    return {
        "incomplete": "a label has a box, and whether it is difficult or a crowd",
        "empty_boxes": "a box has an area (checks.broken_labels: drop leaves out those without)",
        "outside_boxes": f"boxes are at most {checks.tolerance:g} px outside the image",
        "unknown_labels": f"labels are known: {', '.join(checks.classes)}",
        "repeated_boxes": "no box stands twice",
    }


def box_rules(checks: BoxChecks, texts: Mapping[str, str] | None = None) -> list[Expectation]:
    """Boxes have an area, lie in the image and are of known classes; training has each class.

    Args:
        checks: What is demanded.
        texts: Rules in the place of those of `box_texts`.
    """
    listed = box_texts(checks) if texts is None else texts
    return [
        *(
            ExpectColumnValuesToBeNull(column=column, description=rule)
            for column, rule in listed.items()
        ),
        ExpectColumnValuesToBeBetween(
            column="box_count",
            max_value=checks.max_boxes,
            description=f"an image has at most {checks.max_boxes} boxes (checks.max_boxes)",
        ),
        ExpectColumnMeanToBeBetween(
            column="without_boxes",
            max_value=checks.without_boxes,
            description=f"at most {checks.without_boxes:.0%} of the images have no box",
        ),
        *(
            ExpectColumnMaxToBeBetween(
                column=count_column(name),
                min_value=1,
                row_condition=Column("split") == "train",
                severity=GX_SEVERITY[checks.untrained],
                description=f"{name} has a box in training",
            )
            for name in checks.classes
        ),
    ]
