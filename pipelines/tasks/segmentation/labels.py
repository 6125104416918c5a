"""The masks of the canonical table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from components.core.parts import Labels
from pipelines.tasks.segmentation.checks import MaskChecks

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    from great_expectations.expectations import Expectation
    from PIL import Image


class MaskLabels(Labels):
    """One class for each pixel, in the column `mask`: a PNG with one byte a pixel."""

    checks: MaskChecks

    def columns(self) -> Mapping[str, pa.DataType]:
        """`mask`, a PNG of class indices, as high and wide as the image."""
        import pyarrow as pa

        return {"mask": pa.binary()}

    def derive(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Adds what the rules look at in the masks, and drops the masks."""
        from pipelines.tasks.segmentation.inspection import describe_masks

        return describe_masks(rows)

    def rules(self) -> Sequence[Expectation]:
        """Masks are there, fit their images and hold known classes, each of them in training."""
        from pipelines.tasks.segmentation.rules import mask_rules

        return mask_rules(self.checks)

    def draw(self, picture: Image.Image, labels: Mapping[str, Any]) -> Image.Image:
        """The picture under its mask."""
        import numpy as np

        from components.core.masks import VOID, decode_mask
        from pipelines.tasks.shared.palette import overlay

        mask = decode_mask(labels["mask"])
        return overlay(picture, np.where(mask == self.checks.void, np.uint8(VOID), mask))

    def call(self, column: str, value: str) -> str:
        """The class that a value of the mask is the index of."""
        if int(value) == self.checks.void:
            return "void"
        known = int(value) < len(self.checks.classes)
        return self.checks.classes[int(value)] if known else value

    def describe(self, rows: pd.DataFrame) -> pd.DataFrame:
        """`mask`: the classes of some pixels of each mask; null where there is none to read."""
        import pandas as pd

        from pipelines.tasks.segmentation.inspection import sample_mask

        sampled = [mask and sample_mask(mask) for mask in rows["mask"]]
        return pd.DataFrame({"mask": pd.Series(sampled, rows.index, dtype=object)})
