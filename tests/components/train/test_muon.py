"""Steps of Muon against Keras's of a matrix, and against a singular value decomposition."""

import keras
import numpy as np
import pytest

from components.train.muon import Muon

FILTERS = (3, 3, 4, 8)
RATE = 0.02


def stepped(
    optimizer: keras.optimizers.Optimizer,
    weights: np.ndarray,
    gradients: np.ndarray,
    name: str = "kernel",
) -> np.ndarray:
    variable = keras.Variable(weights, name=name)
    for gradient in gradients:
        optimizer.apply([keras.ops.convert_to_tensor(gradient)], [variable])
    return np.array(variable)


def drawn(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).normal(size=shape).astype("float32")


def test_filters_are_learnt_as_the_matrix_that_they_are() -> None:
    weights, gradients = drawn(*FILTERS), drawn(3, *FILTERS)
    ours = stepped(Muon(RATE), weights, gradients)
    matrices = weights.reshape(-1, 8), gradients.reshape(3, -1, 8)
    theirs = stepped(keras.optimizers.Muon(RATE), *matrices)
    np.testing.assert_allclose(ours.reshape(-1, 8), theirs, rtol=1e-5, atol=1e-7)


def test_a_matrix_is_learnt_as_by_keras() -> None:
    weights, gradients = drawn(5, 7), drawn(3, 5, 7)
    theirs = stepped(keras.optimizers.Muon(RATE), weights, gradients)
    np.testing.assert_array_equal(stepped(Muon(RATE), weights, gradients), theirs)


@pytest.mark.parametrize("shape", [FILTERS, (3, 3, 40, 8), (1, 1, 4, 32), (3, 3, 16, 1)])
def test_a_step_is_as_long_in_every_direction(shape: tuple[int, ...]) -> None:
    gradient = drawn(*shape)
    step = -stepped(Muon(RATE, weight_decay=0.0), np.zeros(shape, "float32"), gradient[None])
    matrix, raised = step.reshape(-1, shape[-1]), gradient.reshape(-1, shape[-1])
    length = RATE * 0.2 * max(matrix.shape) ** 0.5
    left, _, right = np.linalg.svd(raised, full_matrices=False)
    along = np.diag(left.T @ matrix @ right.T) / length
    np.testing.assert_allclose(along, 0.95, atol=0.3)  # what five iterations come to


@pytest.mark.parametrize(("shape", "name"), [((8,), "bias"), ((20, 4), "embeddings")])
def test_biases_and_embeddings_are_those_of_adamw(shape: tuple[int, ...], name: str) -> None:
    weights, gradients = drawn(*shape), drawn(2, *shape)
    ours = stepped(Muon(RATE, 0.1), weights, gradients, name)
    theirs = stepped(keras.optimizers.AdamW(RATE, 0.1), weights, gradients, name)
    np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)


def test_all_weights_decay_alike() -> None:
    for shape in (FILTERS, (8,)):
        weights = drawn(*shape)
        still = stepped(Muon(0.1, weight_decay=0.5), weights, np.zeros((1, *shape), "float32"))
        np.testing.assert_allclose(still, weights * (1 - 0.1 * 0.5), rtol=1e-5, atol=1e-6)


def test_a_copy_is_the_same() -> None:
    optimizer = Muon(0.3, weight_decay=0.2, clipnorm=1.5)
    copy = keras.optimizers.deserialize(keras.optimizers.serialize(optimizer))
    assert copy.get_config() == optimizer.get_config()
