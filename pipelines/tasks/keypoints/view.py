"""What is shown of predicted keypoints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from components.core.facial_points import COLUMNS
from components.core.parts import Prediction, View

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from PIL import Image

ASKED = ("left_eye_center_x", "right_eye_center_x", "nose_tip_y", "mouth_center_bottom_lip_y")
"""Coordinates that are asked about: what draws a point to the right, or down."""


class KeypointView(View):
    """One row an image, and the image with its points."""

    def purpose(self, classes: Sequence[str]) -> str:
        """Which points."""
        return (
            f"It finds {len(COLUMNS) // 2} points of the one face that an image shows, such as the "
            "centres of the eyes and the tip of the nose, in pixels of the image. It neither looks "
            "for faces nor tells whose they are."
        )

    def columns(self, classes: Sequence[str]) -> pa.Schema:
        """30 float32, named as in Kaggle's table."""
        import pyarrow as pa

        return pa.schema([(name, pa.float32()) for name in COLUMNS])

    def rows(self, prediction: Prediction, classes: Sequence[str]) -> list[dict[str, Any]]:
        """One row: 30 coordinates in pixels, rounded to 0.01."""
        values = prediction["keypoints"].reshape(-1).tolist()
        return [{name: round(value, 2) for name, value in zip(COLUMNS, values, strict=True)}]

    def draw(
        self, picture: Image.Image, prediction: Prediction, classes: Sequence[str]
    ) -> Image.Image:
        """The picture, enlarged if it is small, with its points in the colours of the parts."""
        from pipelines.tasks.keypoints.drawing import draw_face

        return draw_face(picture, prediction["keypoints"])

    def answers(self, outputs: np.ndarray, classes: Sequence[str]) -> Mapping[str, np.ndarray]:
        """Some coordinates: what draws both eyes to the right, nose and lip down."""
        import numpy as np

        shown = np.eye(len(COLUMNS), dtype=np.float32)
        return {name: shown[COLUMNS.index(name)].reshape(outputs.shape) for name in ASKED}
