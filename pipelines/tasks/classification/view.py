"""The most probable of several classes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from components.core.parts import Prediction
from pipelines.tasks.shared.class_view import LabelView


class ClassView(LabelView):
    """The most probable class and its probability."""

    def rows(self, prediction: Prediction, classes: Sequence[str]) -> list[dict[str, Any]]:
        """One row."""
        best = int(prediction["probabilities"].argmax())
        return [{"label": classes[best], "probability": float(prediction["probabilities"][best])}]

    def caption(self, row: Mapping[str, Any], classes: Sequence[str]) -> str:
        """The class and its probability."""
        return f"{row['label']}  {row['probability']:.1%}"
