"""What `convoy new` begins with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar

from pipelines.tasks.shared.beginning import BETTER_THAN_CHANCE, Beginning, Block, above, adamw

if TYPE_CHECKING:
    from pipelines.new.survey import Survey

RARE = 10
"""How much more frequent than the rarest the commonest class is where weights pay."""

UNNAMED = "class_"
"""What the names of classes begin with that masks do not tell."""


class Masks(Beginning):
    """A class for every pixel."""

    largest: ClassVar[int] = 128
    recipe: ClassVar[Block] = {"optimizer": adamw(0.006), "dice": 0.3, "batch_size": 8}

    def train(self, found: Survey, side: int) -> Block:
        """Weights for the pixels of rare classes."""
        counts = found.class_pixels
        rare = len(counts) > 1 and max(counts) >= RARE * min(counts)
        return {**self.recipe} | ({"pixel_weights": "median_frequency"} if rare else {})

    def gate(self, found: Survey) -> tuple[Block, str]:
        """Better than the commonest class for every pixel."""
        counts = found.class_pixels
        if len(counts) < 2:
            return BETTER_THAN_CHANCE
        share = max(counts) / sum(counts) / len(counts)
        sentence = f"the commonest class alone has a mean IoU of {share:.2f}"
        return above("mean_iou", share), sentence

    def advice(self, classes: Sequence[str]) -> Iterator[str]:
        """Names that somebody must give."""
        if any(name.startswith(UNNAMED) for name in classes):
            yield "the masks do not tell what the classes are called: name them in checks.classes"


BEGINNING = Masks()
