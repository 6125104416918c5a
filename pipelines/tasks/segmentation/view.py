"""What is shown of a predicted mask."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from components.core.parts import Predict, Prediction, View
from components.core.text import name_some

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from PIL import Image

OVERLAP = 0.25
"""The least share of a tile's side that its neighbour covers, too."""

DECIMALS = 4
ASKED = 3
"""The most classes that are asked about."""


class MaskView(View):
    """The share of the image that each class takes, and the mask itself."""

    def purpose(self, classes: Sequence[str]) -> str:
        """Which classes there are."""
        return (
            f"It gives every pixel of an image one of {len(classes)} classes: {name_some(classes)}."
        )

    def columns(self, classes: Sequence[str]) -> pa.Schema:
        """A float32 column a class."""
        import pyarrow as pa

        return pa.schema([pa.field(name, pa.float32()) for name in classes])

    def rows(self, prediction: Prediction, classes: Sequence[str]) -> list[dict[str, Any]]:
        """One row: the share of the image that each class takes, rounded to 0.0001."""
        import numpy as np

        mask = _mask(prediction)
        pixels = np.bincount(mask.ravel(), minlength=len(classes))
        shares = (pixels / mask.size).round(DECIMALS).tolist()
        return [dict(zip(classes, shares, strict=True))]

    def draw(
        self, picture: Image.Image, prediction: Prediction, classes: Sequence[str]
    ) -> Image.Image:
        """The picture at its size under its mask, above a legend of the classes in it."""
        from pipelines.tasks.segmentation.pictures import draw_mask

        return draw_mask(picture, _mask(prediction), classes)

    def artifacts(
        self, prediction: Prediction, classes: Sequence[str]
    ) -> Mapping[str, Image.Image]:
        """`mask`: the class indices as an image with a palette."""
        from pipelines.tasks.shared.palette import to_palette_image

        return {"mask": to_palette_image(_mask(prediction))}

    def answers(self, outputs: np.ndarray, classes: Sequence[str]) -> Mapping[str, np.ndarray]:
        """The scores of the classes with the most pixels, each summed over these pixels."""
        import numpy as np

        best = outputs.argmax(axis=-1)
        most = np.bincount(best.ravel(), minlength=len(classes)).argsort(kind="stable")[::-1]
        chosen = [index for index in most[:ASKED].tolist() if (best == index).any()]
        shown = np.eye(outputs.shape[-1], dtype=np.float32)
        return {classes[index]: (best == index)[..., None] * shown[index] for index in chosen}

    def predict_in_tiles(self, predict: Predict, data: bytes, tile: int) -> Prediction:
        """Predicts a large image tile by tile; one no larger than a tile as a whole.

        Args:
            predict: The served model; it is given one tile at a time, for the memory that a
                network takes grows with the batch.
            data: A PNG or JPEG file.
            tile: Side of the tiles in pixels.

        Returns:
            The prediction for the image.
        """
        import tensorflow as tf

        from components.core.decoding import decode_image
        from components.core.masks import encode_mask
        from pipelines.tasks.segmentation.tiling import cut, stitch

        pixels = decode_image(tf.constant(data)).numpy()
        height, width = pixels.shape[:2]
        windows = cut(width, height, tile, int(OVERLAP * tile))
        if len(windows) == 1:
            return _predict(predict, data)
        tiles = (tf.io.encode_png(pixels[window.tile]).numpy() for window in windows)
        masks = (_mask(_predict(predict, each)) for each in tiles)
        return {"mask": encode_mask(stitch(masks, windows, (width, height)))}


def _predict(predict: Predict, data: bytes) -> dict[str, Any]:
    return {name: values[0] for name, values in predict([data]).items()}


def _mask(prediction: Prediction) -> np.ndarray:
    """Class indices, uint8 `[height, width]`."""
    from components.core.masks import decode_mask

    return decode_mask(prediction["mask"])
