"""Which of two classes, by the probability of the positive one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from components.core.parts import Prediction
from components.core.text import markdown, word
from pipelines.tasks.shared.binary.threshold import THRESHOLD
from pipelines.tasks.shared.class_view import LabelView


class BinaryView(LabelView):
    """The class at a threshold of 0.5 and the probability of the positive one."""

    def purpose(self, classes: Sequence[str]) -> str:
        """Which of the classes the probability is of."""
        negative, positive = map(word, classes)
        return (
            f"It gives the probability that {self.noun} is of the class {markdown(positive)}, and "
            f"not of {markdown(negative)}; from {THRESHOLD} on, that is what it says it is."
        )

    def rows(self, prediction: Prediction, classes: Sequence[str]) -> list[dict[str, Any]]:
        """One row."""
        probability = float(prediction["probability"])
        return [{"label": classes[int(probability >= THRESHOLD)], "probability": probability}]

    def caption(self, row: Mapping[str, Any], classes: Sequence[str]) -> str:
        """The class above the probability of the positive one."""
        return f"{row['label']}\n{classes[1]}: {row['probability']:.1%}"
