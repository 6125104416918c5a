import keras
import numpy as np
import pytest

from components.core.errors import ConvoyError
from models import digits_cnn, random_features
from models.digits_fcn import build, convolutionalise, score_map


@pytest.fixture
def dense() -> keras.Model:
    """A `digits_cnn` after some training."""
    keras.utils.set_random_seed(0)
    model = digits_cnn.build((28, 28, 1), 10)
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    model.fit(images(64), np.arange(64) % 10, verbose=0)
    return model


def images(count: int, height: int = 28, width: int = 28) -> np.ndarray:
    generator = np.random.default_rng(count)
    return generator.normal(size=(count, height, width, 1)).astype("float32")


@pytest.mark.parametrize("shape", [(28, 28, 1), (None, None, 1), (64, 48, 1)])
def test_parameters(shape: tuple[int | None, int | None, int]) -> None:
    assert build(shape, 10).count_params() == 34_826


def test_same_function_as_the_dense_model(dense: keras.Model) -> None:
    batch = images(16)
    actual = convolutionalise(dense).predict(batch, verbose=0)
    np.testing.assert_allclose(actual, dense.predict(batch, verbose=0), rtol=0, atol=1e-5)


def test_score_map_is_the_dense_model_on_every_window(dense: keras.Model) -> None:
    batch = images(2, height=36, width=40)
    scores = score_map(convolutionalise(dense)).predict(batch, verbose=0)
    assert scores.shape == (2, 3, 4, 10)
    for row, column in np.ndindex(3, 4):
        window = batch[:, 4 * row : 4 * row + 28, 4 * column : 4 * column + 28]
        expected = dense.predict(window, verbose=0)
        np.testing.assert_allclose(scores[:, row, column], expected, rtol=0, atol=1e-5)


def test_larger_images_give_the_mean_of_their_score_map(dense: keras.Model) -> None:
    model, batch = convolutionalise(dense), images(2, height=50, width=33)
    scores = score_map(model).predict(batch, verbose=0)
    np.testing.assert_allclose(model.predict(batch, verbose=0), scores.mean((1, 2)), atol=1e-5)


@pytest.mark.parametrize(
    "model",
    [digits_cnn.build((32, 32, 1), 10), random_features.build((28, 28, 1), 10)],
    ids=["size", "architecture"],
)
def test_only_a_digits_cnn_for_28_pixels(model: keras.Model) -> None:
    with pytest.raises(ConvoyError, match=f"{model.name}: only a digits_cnn for 28x28 pixels"):
        convolutionalise(model)
