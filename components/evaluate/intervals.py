"""How far the metrics of a model may be from what other test samples would give."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from components.core.parts import Evaluation

CONFIDENCE = 0.95
RESAMPLES = 1_000

Interval = tuple[float, float]


def bootstrap_intervals(evaluation: Evaluation, seed: int = 0) -> dict[str, Interval]:
    """The percentile bootstrap of every metric that is no count.

    Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13: the examples, or
    their clusters, are drawn anew, with repetition, and measured again. What was tuned on the
    validation split stays.

    Args:
        evaluation: All examples; tuned, where it is.
        seed: Seed of the drawing.

    Returns:
        The ends of the 95% intervals by name; none where the evaluation cannot measure some of
        its examples, or where all draws give the same, as of a model that makes no mistake: the
        bootstrap then knows of no other value, which is not to say that there is none.
    """
    size = evaluation.examples
    if not size:
        return {}
    counts = {name for name, value in evaluation.metrics().items() if isinstance(value, int)}
    generator = np.random.default_rng(seed)
    draws = _draw(evaluation.clusters(), size, generator)
    measured = pd.DataFrame([evaluation.metrics_of(draw) for draw in draws])
    tail = (1 - CONFIDENCE) / 2
    ends = measured.drop(columns=list(counts), errors="ignore").quantile([tail, 1 - tail])
    return {
        str(name): (float(low), float(high)) for name, (low, high) in ends.items() if low < high
    }


def _draw(
    clusters: Sequence[np.ndarray] | None, examples: int, generator: np.random.Generator
) -> Iterator[np.ndarray]:
    """Draws as many clusters as there are, with repetition, and gives their examples."""
    size = examples if clusters is None else len(clusters)
    for _ in range(RESAMPLES):
        drawn = generator.integers(size, size=size)
        yield drawn if clusters is None else np.concatenate([clusters[at] for at in drawn])
