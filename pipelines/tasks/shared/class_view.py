"""One class and its probability, for a table or a person."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from components.core.parts import Prediction, View
from components.core.pictures import TILE, contact_sheet
from components.core.text import name_some

if TYPE_CHECKING:
    import pyarrow as pa
    from PIL import Image


class LabelView(View):
    """One row: a class and a probability.

    Attributes:
        noun: What a sample is called, with its article.
        tile: The side in pixels of a sample's picture above its caption.
    """

    noun: ClassVar[str] = "an image"
    tile: ClassVar[int] = TILE

    def purpose(self, classes: Sequence[str]) -> str:
        """Which classes there are."""
        return (
            f"It says which of {len(classes)} classes {self.noun} belongs to, and how probable "
            f"that is: {name_some(classes)}."
        )

    def columns(self, classes: Sequence[str]) -> pa.Schema:
        """`label`, a string, and `probability`, a float32."""
        import pyarrow as pa

        return pa.schema({"label": pa.string(), "probability": pa.float32()})

    @abstractmethod
    def caption(self, row: Mapping[str, Any], classes: Sequence[str]) -> str:
        """The row in words."""

    def draw(
        self, picture: Image.Image, prediction: Prediction, classes: Sequence[str]
    ) -> Image.Image:
        """The picture above its caption."""
        (row,) = self.rows(prediction, classes)
        return contact_sheet([(picture, self.caption(row, classes))], 1, self.tile)
