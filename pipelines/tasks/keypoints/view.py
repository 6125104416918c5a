"""What is shown of predicted keypoints."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from components.core.facial_points import COLUMNS
from components.core.parts import Prediction, View

if TYPE_CHECKING:
    import pyarrow as pa
    from PIL import Image


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
