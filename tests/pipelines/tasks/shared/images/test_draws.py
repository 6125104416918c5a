import numpy as np
import tensorflow as tf

from components.augment.seeds import example_seeds
from pipelines.tasks.shared.images.draws import DRAWS, draw


def make_seeds(count: int, copy: int = 0, seed: int = 0) -> tf.Tensor:
    return example_seeds(tf.constant([f"{index}.png" for index in range(count)]), copy, seed)


def test_draws_are_uniform_and_independent() -> None:
    values = np.stack(list(draw(make_seeds(2000)).values()))
    assert values.shape == (len(DRAWS), 2000)
    assert values.min() >= -1
    assert values.max() < 1
    np.testing.assert_allclose(values.mean(axis=1), 0, atol=0.06)
    np.testing.assert_allclose(values.std(axis=1), 1 / np.sqrt(3), atol=0.03)
    np.testing.assert_allclose(np.corrcoef(values), np.eye(len(DRAWS)), atol=0.1)


def test_example_seeds_are_the_same_everywhere() -> None:
    seeds = example_seeds(tf.constant(["a.png", "b.png"]), copy=1, seed=7)
    assert seeds.dtype == tf.int64
    of_copy = 1952699650118877113
    expected = [[5960657428525849615, of_copy], [8560863885295599383, of_copy]]
    np.testing.assert_array_equal(seeds, expected)


def test_example_seeds_differ_by_key_copy_and_seed() -> None:
    seeds = {
        tuple(pair.tolist())
        for copy in range(3)
        for seed in range(3)
        for pair in make_seeds(20, copy, seed).numpy()
    }
    assert len(seeds) == 20 * 3 * 3
