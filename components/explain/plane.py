"""Samples as points of a plane, near where the network takes them for alike."""

from __future__ import annotations

import numpy as np

PERPLEXITY = 30.0
LEAST = 3
"""Samples that make a plane."""


def principal_components(embeddings: np.ndarray) -> tuple[np.ndarray, float]:
    """The two directions in which embeddings differ most.

    Args:
        embeddings: `[samples, channels]`, three samples at least.

    Returns:
        `[samples, 2]`, and the share of the variance that they explain.
    """
    from sklearn.decomposition import PCA

    count = min(2, embeddings.shape[1])
    fitted = PCA(count, random_state=0).fit(embeddings)
    points = np.zeros((len(embeddings), 2))
    points[:, :count] = fitted.transform(embeddings)
    return points, float(np.nan_to_num(fitted.explained_variance_ratio_).sum())


def neighbours_kept(embeddings: np.ndarray) -> np.ndarray:
    """t-SNE of van der Maaten and Hinton (2008), "Visualizing Data using t-SNE".

    Args:
        embeddings: `[samples, channels]`, three samples at least.

    Returns:
        `[samples, 2]`; only who is near whom has a meaning.
    """
    from sklearn.manifold import TSNE

    perplexity = min(PERPLEXITY, (len(embeddings) - 1) / 3)
    plane = TSNE(perplexity=perplexity, init="pca", random_state=0)
    return plane.fit_transform(embeddings.astype(np.float32))
