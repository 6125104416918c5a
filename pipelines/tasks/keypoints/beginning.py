"""What `convoy new` begins with."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from pipelines.tasks.shared.beginning import BETTER_THAN_CHANCE, Beginning, Block, adamw

if TYPE_CHECKING:
    from pipelines.new.survey import Survey


class Points(Beginning):
    """Faces with their points."""

    recipe: ClassVar[Block] = {"optimizer": adamw(0.005), "loss": "euclidean", "batch_size": 16}

    def gate(self, found: Survey) -> tuple[Block, str]:
        """Better than always to say where the points are in the mean."""
        if not found.points:
            return BETTER_THAN_CHANCE
        points = np.stack(found.points)
        distances = np.linalg.norm(points - np.nanmean(points, axis=0), axis=-1)
        error = float(np.nanmean(distances))
        bound = max(0.1, math.floor(error * 10) / 10)
        return {
            "mean_pixel_error": {"max": bound}
        }, f"the mean face alone errs by {error:.1f} pixels"


BEGINNING = Points()
