import numpy as np
import pytest

from components.explain.plane import neighbours_kept, principal_components


def two_groups(count: int = 20) -> np.ndarray:
    generator = np.random.default_rng(0)
    return np.concatenate([generator.normal(at, 0.1, (count, 6)) for at in (0, 5)])


def test_principal_components_are_those_of_the_covariance() -> None:
    embeddings = np.random.default_rng(0).normal(size=(50, 4)) * [9, 3, 1, 0.1]
    points, share = principal_components(embeddings)
    values, vectors = np.linalg.eigh(np.cov(embeddings.T))
    expected = (embeddings - embeddings.mean(axis=0)) @ vectors[:, ::-1][:, :2]
    np.testing.assert_allclose(np.abs(points), np.abs(expected), atol=1e-8)
    assert share == pytest.approx(values[-2:].sum() / values.sum())


def test_a_single_map_makes_a_line() -> None:
    points, share = principal_components(np.arange(4.0)[:, None])
    assert not points[:, 1].any()
    assert share == pytest.approx(1)


@pytest.mark.parametrize("count", [2, 20])
def test_groups_stay_apart(count: int) -> None:
    points = neighbours_kept(two_groups(count))
    assert points.shape == (2 * count, 2)
    gap = np.linalg.norm(points[:count].mean(axis=0) - points[count:].mean(axis=0))
    assert np.isfinite(gap)
    if count > 2:
        assert gap > 2 * points[:count].std()
