"""Folds for few samples: groups that no fold divides, and means over them with their intervals."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from scipy.sparse.csgraph import connected_components
from scipy.stats import t
from sklearn.model_selection import StratifiedGroupKFold


def split(
    labels: Sequence[Any] | np.ndarray, groups: np.ndarray, folds: int
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """The numbers of the samples that are learnt from and tested, fold by fold.

    Args:
        labels: Whose shares are alike in all folds, one a sample.
        groups: The number of each sample's group, which no fold divides.
        folds: How many.
    """
    splitter = StratifiedGroupKFold(folds, shuffle=True, random_state=0)
    return splitter.split(labels, labels, groups)


def group_alike(pixels: np.ndarray, alike: float) -> np.ndarray:
    """The number of each image's group, where images are alike whose pixels correlate enough.

    Args:
        pixels: Grey values, float `[images, pixels]`.
        alike: The least correlation.
    """
    pixels = pixels - pixels.mean(axis=1, keepdims=True)
    pixels /= np.maximum(np.linalg.norm(pixels, axis=1, keepdims=True), 1e-9)
    groups: np.ndarray = connected_components(pixels @ pixels.T > alike)[1]
    return groups


def describe(values: Sequence[float]) -> str:
    """The mean of some folds and its 95% interval by Student's t."""
    mean, error = np.mean(values), np.std(values, ddof=1) / np.sqrt(len(values))
    reach = t.ppf(0.975, len(values) - 1) * error
    return f"{mean:.3f} ({mean - reach:.3f} to {mean + reach:.3f}) over {len(values)} folds"
