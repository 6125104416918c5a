"""The rules for objects with regions; `inspection` has the columns that they look at."""

from great_expectations.expectations import Expectation

from pipelines.tasks.instances.params import InstanceChecks
from pipelines.tasks.shared.boxes.rules import box_rules, box_texts


def instance_rules(checks: InstanceChecks) -> list[Expectation]:
    """Those of boxes, of which several may be the same; regions lie in them, none stands twice."""
    texts = {
        **box_texts(checks),
        "unmatched_regions": "a label has a region",
        "unread_regions": "a region can be read and is of the image's size",
        "empty_regions": "a region has a pixel (checks.broken_labels: drop leaves out others)",
        "outlying_regions": f"a region reaches at most {checks.tolerance:g} px out of its box",
        "repeated_regions": "no region stands twice",
    }
    del texts["repeated_boxes"]  # two objects that cross may have the same box
    return box_rules(checks, texts)
