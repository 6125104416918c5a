import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.shared.layers import SoftArgmax


def positions(scores: np.ndarray, temperature: float = 1.0) -> np.ndarray:
    """x and y of each map, `[points, 2]`, of scores `[rows, columns, points]`."""
    outputs = SoftArgmax(temperature)(scores[np.newaxis].astype(np.float32))
    return keras.ops.convert_to_numpy(outputs).reshape(-1, 2)


@pytest.mark.parametrize(
    ("row", "column", "expected"),
    [(0, 0, (-0.75, -0.5)), (0, 3, (0.75, -0.5)), (1, 1, (-0.25, 0.5))],
)
def test_a_single_hot_pixel_gives_its_centre(
    row: int, column: int, expected: tuple[float, float]
) -> None:
    scores = np.full((2, 4, 1), -1000.0)
    scores[row, column] = 0
    np.testing.assert_array_equal(positions(scores), [expected])


def test_two_equal_pixels_give_the_place_between() -> None:
    scores = np.full((2, 4, 1), -1000.0)
    scores[0, 0] = scores[0, 1] = 0
    np.testing.assert_array_equal(positions(scores), [[-0.5, -0.5]])


def test_worked_example() -> None:
    """Scores ln 3 and 0 weigh 3/4 and 1/4; half the temperature squares them: 9/10 and 1/10."""
    scores = np.full((1, 4, 1), -1000.0)
    scores[0, 0], scores[0, 3] = np.log(3), 0
    assert positions(scores)[0, 0] == pytest.approx(-0.75 * (3 / 4 - 1 / 4))
    assert positions(scores, 0.5)[0, 0] == pytest.approx(-0.75 * (9 / 10 - 1 / 10))


def test_an_even_map_gives_the_middle() -> None:
    np.testing.assert_allclose(positions(np.zeros((5, 6, 3))), np.zeros((3, 2)), atol=1e-7)


@settings(max_examples=30)
@given(st.integers(0, 1000), st.integers(2, 9), st.integers(2, 9), st.floats(0.1, 5))
def test_is_the_expected_place(seed: int, rows: int, columns: int, temperature: float) -> None:
    scores = np.random.default_rng(seed).normal(size=(rows, columns, 2))
    weights = np.exp(scores / temperature)
    weights /= weights.sum(axis=(0, 1))
    x = (np.arange(columns) + 0.5) / columns * 2 - 1
    y = (np.arange(rows) + 0.5) / rows * 2 - 1
    expected = [(weights.sum(0).T @ x), (weights.sum(1).T @ y)]
    np.testing.assert_allclose(positions(scores, temperature), np.transpose(expected), atol=1e-5)
