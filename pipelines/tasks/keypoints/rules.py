"""The rules for keypoints; `derived` has the columns that they look at."""

from great_expectations.expectations import (
    Expectation,
    ExpectColumnProportionOfNonNullValuesToBeBetween,
    ExpectColumnValuesToBeBetween,
    ExpectColumnValuesToBeInSet,
    ExpectColumnValuesToBeNull,
)
from great_expectations.expectations.row_conditions import Column

from components.core.facial_points import COLUMNS, KEYPOINTS
from pipelines.tasks.keypoints.checks import KeypointChecks
from pipelines.tasks.shared.severity import GX_SEVERITY


def keypoint_rules(checks: KeypointChecks) -> list[Expectation]:
    """Each row has 30 coordinates of points that are in the image, in order and not too few."""
    return [
        ExpectColumnValuesToBeInSet(
            column="coordinates", value_set=[len(COLUMNS)], description="keypoints has 30 values"
        ),
        ExpectColumnValuesToBeBetween(
            column="labelled_points", min_value=1, description="a point at least is labelled"
        ),
        ExpectColumnValuesToBeNull(
            column="half_labelled", description="a labelled point has both x and y"
        ),
        ExpectColumnValuesToBeNull(
            column="farthest_out",
            row_condition=Column("overhang") > checks.tolerance,
            severity=GX_SEVERITY[checks.outside],
            description=f"points are at most {checks.tolerance:g} px outside the image",
        ),
        ExpectColumnValuesToBeNull(
            column="swapped",
            severity=GX_SEVERITY[checks.swapped],
            description="left points are at a larger x than right ones",
        ),
        *(
            ExpectColumnProportionOfNonNullValuesToBeBetween(
                column=f"{name}_x",
                min_value=1 - checks.missing,
                description=f"{name} is missing in at most {checks.missing:.0%} of the rows",
            )
            for name in KEYPOINTS
        ),
    ]
