"""What is shown of a face: its place, or who it is where some people are known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import ConfigDict

from components.core.errors import ConvoyError
from components.core.parts import STRICT, Known, Prediction, View
from components.core.pictures import TILE, contact_sheet

if TYPE_CHECKING:
    import pyarrow as pa
    from PIL import Image

UNKNOWN = "unknown"


class FaceView(View):
    """One row an image: its place on the unit sphere."""

    def purpose(self, classes: Sequence[str]) -> str:
        """What a place is for, and what for it is not."""
        return (
            "It gives the one face that an image shows a place on the unit sphere; the nearer two "
            "places, the more the faces are alike. From which distance on they are taken for those "
            "of two people depends on the population: choose it on people like those it is used "
            "for. It must not decide about anybody by itself, nor be used to find or watch people "
            "who have not agreed to it."
        )

    def columns(self, classes: Sequence[str]) -> pa.Schema:
        """`embedding`, a list of float32."""
        import pyarrow as pa

        return pa.schema({"embedding": pa.list_(pa.float32())})

    def rows(self, prediction: Prediction, classes: Sequence[str]) -> list[dict[str, Any]]:
        """One row: the place."""
        return [{"embedding": prediction["embedding"].tolist()}]

    def draw(
        self, picture: Image.Image, prediction: Prediction, classes: Sequence[str]
    ) -> Image.Image:
        """The picture; a place cannot be drawn."""
        return picture

    def answers(self, outputs: np.ndarray, classes: Sequence[str]) -> Mapping[str, np.ndarray]:
        """Where the face lies: what moves it further the same way."""
        return {"its place": outputs / max(float(np.linalg.norm(outputs)), 1e-9)}

    def against(self, known: Known, metrics: Mapping[str, float]) -> KnownFaceView:
        """Who it is of some people.

        Args:
            known: The names of people, each with the place of a photo.
            metrics: `strict_threshold`, the cosine distance up to which it is one of them. As
                the nearest of many is looked for, one that tells pairs best would know everybody.
        """
        if STRICT not in metrics:
            raise ConvoyError(f"tasks.{self.name}: the model has no {STRICT}; give --threshold")
        places = np.stack([prediction["embedding"] for _, prediction in known])
        names = tuple(name for name, _ in known)
        return KnownFaceView.model_construct(
            None, name=self.name, names=names, places=places, threshold=metrics[STRICT]
        )


class KnownFaceView(FaceView):
    """One row an image: who it is, or `unknown`.

    Attributes:
        names: Of known people, one a photo.
        places: Of these photos, float32 `[photos, size]`.
        threshold: The cosine distance up to which it is one of them.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    names: tuple[str, ...]
    places: np.ndarray
    threshold: float

    def columns(self, classes: Sequence[str]) -> pa.Schema:
        """`person`, `distance` and `nearest`, the most alike of all who are known."""
        import pyarrow as pa

        return pa.schema({"person": pa.string(), "distance": pa.float32(), "nearest": pa.string()})

    def rows(self, prediction: Prediction, classes: Sequence[str]) -> list[dict[str, Any]]:
        """One row: the nearest known person, by the nearest of his or her photos."""
        distances = 1 - self.places @ prediction["embedding"]
        at = int(distances.argmin())
        distance, nearest = float(distances[at]), self.names[at]
        person = nearest if distance <= self.threshold else UNKNOWN
        return [{"person": person, "distance": distance, "nearest": nearest}]

    def draw(
        self, picture: Image.Image, prediction: Prediction, classes: Sequence[str]
    ) -> Image.Image:
        """The picture above who it is."""
        (row,) = self.rows(prediction, classes)
        return contact_sheet(
            [(picture, f"{row['person']}\ndistance {row['distance']:.2f}")], 1, TILE
        )
