"""One class and its probability, for a table or a person."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from components.core.parts import Prediction, View
from components.core.text import name_some

if TYPE_CHECKING:
    import pyarrow as pa
    from PIL import Image


class LabelView(View):
    """One row: a class and a probability."""

    def purpose(self, classes: Sequence[str]) -> str:
        """Which classes there are."""
        return (
            f"It says which of {len(classes)} classes an image belongs to, and how probable that "
            f"is: {name_some(classes)}."
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
        from components.core.pictures import contact_sheet

        (row,) = self.rows(prediction, classes)
        return contact_sheet([(picture, self.caption(row, classes))], columns=1)
