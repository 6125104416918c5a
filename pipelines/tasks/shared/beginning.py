"""What `convoy new` begins with where a task learns from somebody's own data."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from pipelines.new.survey import Survey

Block = dict[str, Any]

BETTER_THAN_CHANCE: tuple[Block, str] = ({}, "better than chance")
"""The gate where the data do not tell what chance is."""

SMALL_SIDE = 32
"""Up to this side a network without a backbone does."""


def adamw(rate: float) -> Block:
    """The block `train.optimizer` of AdamW with this learning rate."""
    return {"name": "adamw", "learning_rate": rate, "weight_decay": 0.0001}


def above(metric: str, chance: float) -> Block:
    """The block `gate.thresholds` that asks for a hundredth more than chance, 0 to 1."""
    return {metric: {"min": min(round(math.floor(chance * 100 + 1e-9) / 100 + 0.01, 2), 1.0)}}


class Beginning:
    """Parameters that fit what was found; those of a task with a class a sample, by default.

    Attributes:
        largest: The longer side of the network's input in pixels: what 2 cores learn in minutes.
        recipe: The block `train` that its embedded data are learnt with.
    """

    largest: ClassVar[int] = 96
    recipe: ClassVar[Block] = {"optimizer": adamw(0.003)}

    def can_learn(self, found: Survey) -> bool:
        """Whether it can learn classes of this number."""
        return True

    def train(self, found: Survey, side: int) -> Block:
        """The block `train`, but for what the number of samples decides.

        Args:
            found: What there is.
            side: The longer side of the network's input in pixels; 0 where it has none.
        """
        return {**self.recipe}

    def gate(self, found: Survey) -> tuple[Block, str]:
        """Thresholds just better than chance, and what chance is."""
        if not found.classes:
            return BETTER_THAN_CHANCE
        if found.is_unbalanced:
            share = 1 / len(found.classes)
            return above("macro_recall", share), f"a guess has a macro recall of {share:.2f}"
        share = found.commonest_share
        sentence = f"to guess the commonest class alone is right in {share:.0%}"
        return above("accuracy", share), sentence

    def advice(self, classes: Sequence[str]) -> Iterator[str]:
        """What its maker should know, a sentence each.

        Args:
            classes: Those that `checks.classes` lists.
        """
        yield from ()


class OneOfTwo(Beginning):
    """Of a task that gives the probability of the second of two classes."""

    def can_learn(self, found: Survey) -> bool:
        """Two classes alone."""
        return len(found.classes) == 2

    def advice(self, classes: Sequence[str]) -> Iterator[str]:
        """Which of the two is the positive one."""
        yield "checks.classes lists the class that is meant to be found last"


class ImageClass(Beginning):
    """Of a task that gives images a class."""

    def train(self, found: Survey, side: int) -> Block:
        """A network without a backbone for small images, weights for unequal classes."""
        train: Block = {"model": "digits_cnn"} if side <= SMALL_SIDE else {**self.recipe}
        return train | ({"class_weights": "balanced"} if found.is_unbalanced else {})
