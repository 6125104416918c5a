"""What the evaluate stage asks of a task."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

Row = Mapping[str, Any]
"""One raw example: `image` (bytes), `image_path` (str) and the task's label columns."""


class Evaluation(ABC):
    """Metrics of a whole split, gathered batch by batch in bounded memory."""

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
