"""What the evaluate stage asks of a task."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

Row = Mapping[str, Any]
"""One raw example: `image` (bytes), `image_path` (str) and the task's label columns."""


class Evaluation(ABC):
    """Metrics of a whole split, gathered batch by batch in bounded memory.

    Attributes:
        needs_validation: Whether `tune` wants the validation split to be measured, too.
    """

    needs_validation: bool = False

    @abstractmethod
    def update(self, rows: Sequence[Row], outputs: Mapping[str, np.ndarray]) -> None:
        """Takes in a batch.

        Args:
            rows: The raw examples.
            outputs: What the served model returned for them, `[len(rows), ...]` each.
        """

    @abstractmethod
    def metrics(self) -> dict[str, float]:
        """The metrics over all that was taken in, by name."""

    @abstractmethod
    def report(self, folder: Path) -> None:
        """Writes plots (CSV for DVC) and pictures (PNG) into a folder that exists."""

    def tune(self, validation: "Evaluation") -> None:  # noqa: B027 (most have nothing to tune)
        """Chooses, before `metrics`, what the test split must not decide: a threshold, say.

        Args:
            validation: The evaluation of the validation split, of the same type.
        """

    def explain(self, model: Path, folder: Path) -> None:  # noqa: B027 (most explain nothing)
        """Writes pictures that take a look into the network; none by default.

        Args:
            model: The folder of the exported model.
            folder: A folder that exists.
        """
