"""The boxes of the canonical table, and what they must be like."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from components.core.boxes import BOXES, CROWD, DIFFICULT, LABELS, to_array
from components.core.parts import Labels
from pipelines.tasks.shared.boxes.params import BoxChecks

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    from great_expectations.expectations import Expectation
    from PIL import Image


class BoxLabels(Labels):
    """Any number of labelled boxes an image."""

    checks: BoxChecks

    def columns(self) -> Mapping[str, pa.DataType]:
        """`boxes`, x0, y0, x1, y1 of each in pixels; for each `labels`, `difficult` and `crowd`.

        The last two are 0 or 1.
        """
        import pyarrow as pa

        return {
            BOXES: pa.list_(pa.float32()),
            LABELS: pa.list_(pa.string()),
            DIFFICULT: pa.list_(pa.int64()),
            CROWD: pa.list_(pa.int64()),
        }

    def clean(self, labels: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
        """Leaves out boxes without an area."""
        from pipelines.tasks.shared.boxes.inspection import find_empty, leave_out

        empty = find_empty(to_array(labels[BOXES])).tolist()
        return leave_out(labels, dict.fromkeys(empty, "has no area"))

    def derive(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Adds the columns that the rules look at; see `describe_boxes`."""
        from pipelines.tasks.shared.boxes.inspection import describe_boxes

        return describe_boxes(rows, self.checks.classes, self.checks.tolerance)

    def rules(self) -> Sequence[Expectation]:
        """Boxes have an area, lie in the image and are of known classes, each in training."""
        from pipelines.tasks.shared.boxes.rules import box_rules

        return box_rules(self.checks)

    def draw(self, picture: Image.Image, labels: Mapping[str, Any]) -> Image.Image:
        """The picture, enlarged if it is small, with its boxes and their labels."""
        from pipelines.tasks.shared.boxes.drawing import draw_truth

        return draw_truth(picture, labels, self.checks.classes)

    def describe(self, rows: pd.DataFrame) -> pd.DataFrame:
        """The classes, how many boxes there are, and how large they are; see `compare_boxes`."""
        from pipelines.tasks.shared.boxes.inspection import compare_boxes

        return compare_boxes(rows)
