"""Random draws that NumPy has no short word for."""

from collections.abc import Sequence
from itertools import accumulate
from typing import TypeVar

import numpy as np

Rng = np.random.Generator
Option = TypeVar("Option")


def pick(rng: Rng, options: Sequence[Option], weights: Sequence[float] | None = None) -> Option:
    """One of the options, each with its weight; the weights sum to 1."""
    if weights is None:
        return options[int(rng.integers(len(options)))]
    draw = rng.random()
    below = sum(draw >= bound for bound in accumulate(weights))
    return options[min(below, len(options) - 1)]


def chance(rng: Rng, probability: float) -> bool:
    """True with a probability."""
    return bool(rng.random() < probability)
