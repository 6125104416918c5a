import numpy as np
import pytest
from scipy import stats

from benchmarks.folds import describe, group_alike, split


def test_images_alike_are_of_one_group_by_others_between_too() -> None:
    rng = np.random.default_rng(0)
    one, other = rng.normal(size=(2, 400))
    between = one + 0.5 * rng.normal(size=400)
    far = between + 0.5 * rng.normal(size=400)
    groups = group_alike(np.stack([one, other, far, 3 * between + 7]), 0.85)
    assert np.corrcoef(one, far)[0, 1] < 0.85
    assert groups[0] == groups[2] == groups[3] != groups[1]


def test_no_fold_divides_a_group_and_each_sample_is_tested_once() -> None:
    groups = np.repeat(np.arange(100), 3)
    labels = groups % 2
    tested: list[int] = []
    for learnt, test in split(labels, groups, 5):
        assert not {*groups[learnt]} & {*groups[test]}
        assert labels[test].mean() == pytest.approx(0.5, abs=0.2)
        tested += test.tolist()
    assert sorted(tested) == list(range(300))


def test_the_interval_is_that_of_student() -> None:
    values = [0.9, 0.92, 0.95]
    low, high = stats.t.interval(0.95, 2, np.mean(values), stats.sem(values))
    assert describe(values) == f"{np.mean(values):.3f} ({low:.3f} to {high:.3f}) over 3 folds"
