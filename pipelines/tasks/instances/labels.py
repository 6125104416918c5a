"""The objects of the canonical table, each with a region of pixels, and what they must be like."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from components.core.boxes import BOXES, to_array
from components.core.regions import MASKS
from pipelines.tasks.instances.params import InstanceChecks
from pipelines.tasks.shared.boxes.labels import BoxLabels

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    from great_expectations.expectations import Expectation
    from PIL import Image


class InstanceLabels(BoxLabels):
    """Any number of labelled boxes an image, each with the region of its object."""

    checks: InstanceChecks

    def columns(self) -> Mapping[str, pa.DataType]:
        """Those of boxes, and `masks`: for each label the region; see `components.core.regions`."""
        import pyarrow as pa

        return {**super().columns(), MASKS: pa.list_(pa.string())}

    def clean(self, labels: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
        """Leaves out objects whose region has no pixel or whose box has no area."""
        from pipelines.tasks.instances.inspection import find_blank
        from pipelines.tasks.shared.boxes.inspection import find_empty, leave_out

        why = dict.fromkeys(find_empty(to_array(labels[BOXES])).tolist(), "has no area")
        why |= dict.fromkeys(find_blank(labels[MASKS]), "has a region without a pixel")
        return leave_out(labels, why)

    def derive(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Adds the columns that the rules look at; see `describe_boxes` and `describe_regions`."""
        from pipelines.tasks.instances.inspection import describe_regions

        return describe_regions(super().derive(rows), self.checks.tolerance)

    def rules(self) -> Sequence[Expectation]:
        """Boxes are as those of `BoxLabels`; each has a region in it, none stands twice."""
        from pipelines.tasks.instances.rules import instance_rules

        return instance_rules(self.checks)

    def draw(self, picture: Image.Image, labels: Mapping[str, Any]) -> Image.Image:
        """The picture, enlarged if it is small, with its objects in the colours of their own."""
        from pipelines.tasks.instances.drawing import draw_truth

        return draw_truth(picture, labels, self.checks.classes)

    def describe(self, rows: pd.DataFrame) -> pd.DataFrame:
        """What is compared of boxes, and how much of them regions fill; see `compare_regions`."""
        from pipelines.tasks.instances.inspection import compare_regions

        return compare_regions(rows)
