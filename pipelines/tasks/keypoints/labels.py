"""The label column of faces, and what the points in it must be like."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from components.core.describing import amounts
from components.core.facial_points import COLUMNS
from components.core.parts import Labels
from pipelines.tasks.keypoints.checks import KeypointChecks

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    from great_expectations.expectations import Expectation
    from PIL import Image


class KeypointLabels(Labels):
    """15 points of a face, in the column `keypoints`: x0, y0, x1, ... in pixels."""

    checks: KeypointChecks

    def columns(self) -> Mapping[str, pa.DataType]:
        """`keypoints`, a list of 30 float32."""
        import pyarrow as pa

        return {"keypoints": pa.list_(pa.float32())}

    def derive(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Adds the columns that the rules for keypoints look at; see `describe_points`."""
        from pipelines.tasks.keypoints.derived import describe_points

        return describe_points(rows)

    def rules(self) -> Sequence[Expectation]:
        """Thirty values, points within the image and in their order, not too many missing."""
        from pipelines.tasks.keypoints.rules import keypoint_rules

        return keypoint_rules(self.checks)

    def draw(self, picture: Image.Image, labels: Mapping[str, Any]) -> Image.Image:
        """The enlarged picture with its points, coloured by the part of the face."""
        import numpy as np

        from pipelines.tasks.keypoints.drawing import draw_face

        return draw_face(picture, np.array(labels["keypoints"], np.float64).reshape(-1, 2))

    def describe(self, rows: pd.DataFrame) -> pd.DataFrame:
        """The 30 coordinates, and how far the farthest point is outside its image, in pixels."""
        return self.derive(rows)[[*COLUMNS, "overhang"]].apply(amounts)
