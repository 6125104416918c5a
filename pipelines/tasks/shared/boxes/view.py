"""What is shown of predicted boxes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from components.core.parts import Prediction, Row, View
from components.core.text import name_some
from pipelines.tasks.shared.boxes.params import Shown

if TYPE_CHECKING:
    import pyarrow as pa
    from PIL import Image

    from pipelines.tasks.shared.boxes.objects import Found

EDGES = ("x0", "y0", "x1", "y1")
COCO_FILE = "predictions.coco.json"


class BoxView(View):
    """One row a box, and the image with its boxes."""

    show: Shown = Shown()

    def read(self, prediction: Prediction) -> Found:
        """The objects of which the model is sure enough, the surest first."""
        from pipelines.tasks.shared.boxes.objects import read_found

        return read_found(prediction).above(self.show.confidence)

    def purpose(self, classes: Sequence[str]) -> str:
        """Which classes there are."""
        return (
            f"It finds objects of {len(classes)} classes in an image: {name_some(classes)}. It "
            "gives the box around each, in pixels of the image, and how sure it is of it, 0 to 1."
        )

    def columns(self, classes: Sequence[str]) -> pa.Schema:
        """`label`, `score` and the edges `x0`, `y0`, `x1`, `y1` in pixels."""
        import pyarrow as pa

        numbers = [(name, pa.float32()) for name in ("score", *EDGES)]
        return pa.schema([("label", pa.string()), *numbers])

    def rows(self, prediction: Prediction, classes: Sequence[str]) -> list[dict[str, Any]]:
        """A row an object of which the model is sure enough, the surest first."""
        return self.describe(self.read(prediction), classes)

    def describe(self, found: Found, classes: Sequence[str]) -> list[dict[str, Any]]:
        """A row an object; edges to 0.01."""
        return [
            {
                "label": classes[kind],
                "score": round(score, 4),
                **{name: round(edge, 2) for name, edge in zip(EDGES, box, strict=True)},
            }
            for kind, score, box in zip(
                found.classes.tolist(), found.scores.tolist(), found.boxes.tolist(), strict=True
            )
        ]

    def draw(
        self, picture: Image.Image, prediction: Prediction, classes: Sequence[str]
    ) -> Image.Image:
        """The picture, enlarged if it is small, with the boxes, the surest on top."""
        from pipelines.tasks.shared.boxes.pictures import draw_found

        return draw_found(picture, self.read(prediction), classes)

    def documents(
        self, samples: Sequence[Row], rows: Sequence[Row], classes: Sequence[str]
    ) -> Mapping[str, str]:
        """`predictions.coco.json`: all boxes in COCO's format, each with its `score`."""
        numbers = {each["image"]: number for number, each in enumerate(samples, 1)}
        categories = {name: number for number, name in enumerate(classes, 1)}
        content = {
            "images": [
                {
                    "id": number,
                    "file_name": each["image"],
                    "width": each["width"],
                    "height": each["height"],
                }
                for number, each in enumerate(samples, 1)
            ],
            "categories": [{"id": number, "name": name} for name, number in categories.items()],
            "annotations": [
                {
                    "id": number,
                    "image_id": numbers[row["image"]],
                    "category_id": categories[row["label"]],
                    **self.annotate(row, samples[numbers[row["image"]] - 1]),
                    "iscrowd": 0,
                    "score": row["score"],
                }
                for number, row in enumerate(rows, 1)
            ],
        }
        return {COCO_FILE: json.dumps(content, indent=1, ensure_ascii=False) + "\n"}

    def annotate(self, row: Row, sample: Row) -> Mapping[str, Any]:
        """What COCO's format says of where an object is: `bbox` and `area` in pixels.

        Args:
            row: One of `rows`.
            sample: What is known of its image.
        """
        x0, y0, x1, y1 = (row[edge] for edge in EDGES)
        width, height = round(x1 - x0, 2), round(y1 - y0, 2)
        return {"bbox": [x0, y0, width, height], "area": round(width * height, 2)}
