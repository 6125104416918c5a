"""What is shown of predicted objects with their masks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from components.core.parts import Prediction, Row
from components.core.text import name_some
from pipelines.tasks.shared.boxes.view import BoxView

if TYPE_CHECKING:
    import pyarrow as pa
    from PIL import Image

    from pipelines.tasks.shared.boxes.objects import Found


class InstanceView(BoxView):
    """One row an object, with its mask, and the image with all of them."""

    def purpose(self, classes: Sequence[str]) -> str:
        """Which classes there are."""
        return (
            f"It finds objects of {len(classes)} classes in an image: {name_some(classes)}. It "
            "gives the pixels of each, the box around it, in pixels of the image, and how sure it "
            "is of it, 0 to 1."
        )

    def read(self, prediction: Prediction) -> Found:
        """The objects of which the model is sure enough, the surest first."""
        from pipelines.tasks.instances.objects import read_found

        return read_found(prediction, self.show.confidence)

    def columns(self, classes: Sequence[str]) -> pa.Schema:
        """Those of boxes; `area` in pixels, and `mask`, packed counts as COCO has them."""
        import pyarrow as pa

        more = pa.schema([("area", pa.int64()), ("mask", pa.string())])
        return pa.unify_schemas([super().columns(classes), more])

    def describe(self, found: Found, classes: Sequence[str]) -> list[dict[str, Any]]:
        """A row an object, with its mask."""
        masks = zip(found.sizes.tolist(), found.regions or [], strict=True)
        return [
            {**row, "area": int(area), "mask": region["counts"].decode()}
            for row, (area, region) in zip(super().describe(found, classes), masks, strict=True)
        ]

    def draw(
        self, picture: Image.Image, prediction: Prediction, classes: Sequence[str]
    ) -> Image.Image:
        """The picture, enlarged if it is small, with the objects, the surest on top."""
        from pipelines.tasks.instances.drawing import draw_found

        return draw_found(picture, self.read(prediction), classes)

    def artifacts(
        self, prediction: Prediction, classes: Sequence[str]
    ) -> Mapping[str, Image.Image]:
        """`ids`: the number of each pixel's row, from 1, 0 where there is no object.

        A grey image of 8 bits, of 16 where there are more than 255 rows. Where objects overlap,
        the surer one is on top.
        """
        import numpy as np
        from PIL import Image

        from pipelines.tasks.instances.panoptic import flatten

        found = self.read(prediction)
        height, width = prediction["size"].tolist()
        order = np.arange(len(found.scores))
        ids = flatten(found.regions or [], order, (height, width))
        kind = np.uint8 if len(order) <= np.iinfo(np.uint8).max else np.uint16
        return {"ids": Image.fromarray(ids.astype(kind))}

    def annotate(self, row: Row, sample: Row) -> Mapping[str, Any]:
        """`bbox`, `area` in pixels, and `segmentation`, packed counts."""
        region = {"size": [sample["height"], sample["width"]], "counts": row["mask"]}
        box = super().annotate(row, sample)
        return {**box, "area": row["area"], "segmentation": region}
