import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.core.errors import ConvoyError
from models import build_model
from models.fpn import build
from tests.halves import learn_halves

UNITS = 5
WIDTH = 24
SMALL_BACKBONE = 309_456 + 2 * (
    16 + 2 * 16 + 3 * (32 + 64 + 128)
)  # trained, and the statistics of batch normalisation


def pixels(height: int, width: int, channels: int = 3) -> np.ndarray:
    shape = (1, height, width, channels)
    return np.random.default_rng(0).integers(0, 256, shape).astype("float32")


@pytest.fixture(scope="module")
def model() -> keras.Model:
    keras.utils.set_random_seed(0)
    return build((96, 128, 3), UNITS, backbone="small", width=WIDTH)


def test_parameters(model: keras.Model) -> None:
    laterals = sum(channels * WIDTH + 4 * WIDTH for channels in (128, 64, 32, 16))
    merges = 3 * (9 * WIDTH * WIDTH + 4 * WIDTH)
    scores = WIDTH * UNITS + UNITS + 8 * 8 * UNITS * UNITS
    assert model.count_params() == SMALL_BACKBONE + laterals + merges + scores


@settings(max_examples=8)
@given(st.integers(1, 140), st.integers(1, 140))
def test_any_size(model: keras.Model, height: int, width: int) -> None:
    logits = np.asarray(model(pixels(height, width), training=False))
    assert logits.shape == (1, height, width, UNITS)
    assert np.isfinite(logits).all()


def test_padding_repeats_the_border(model: keras.Model) -> None:
    odd = pixels(50, 70)
    even = np.pad(odd, ((0, 0), (0, 14), (0, 26), (0, 0)), mode="edge")
    logits = model.predict(even, verbose=0)[:, :50, :70]
    np.testing.assert_allclose(model.predict(odd, verbose=0), logits, atol=1e-5)


def test_maps_are_merged_from_coarse_to_fine(model: keras.Model) -> None:
    """By hand, with Keras's own layer for enlarging."""
    batch = pixels(64, 96)

    def convolve(name: str, maps: np.ndarray) -> np.ndarray:
        convolved = model.get_layer(name)(maps)
        return np.maximum(model.get_layer(f"{name}_norm")(convolved), 0)

    coarsest, *others = model.get_layer("backbone")(batch)
    maps = convolve("lateral32", coarsest)
    for stride, finer in zip((16, 8, 4), others, strict=True):
        enlarged = np.asarray(keras.layers.UpSampling2D()(maps))
        maps = convolve(f"merge{stride}", enlarged + convolve(f"lateral{stride}", finer))
    scores = np.asarray(model.get_layer("scores")(maps))
    expected = model.get_layer("upsample")(scores)
    np.testing.assert_allclose(model.predict(batch, verbose=0), expected, atol=1e-4)


def test_grey_images(model: keras.Model) -> None:
    grey = build((None, None, 1), UNITS, backbone="small", width=WIDTH)
    grey.set_weights(model.get_weights())
    batch = pixels(33, 40, channels=1)
    expected = model.predict(np.repeat(batch, 3, axis=-1), verbose=0)
    np.testing.assert_allclose(grey.predict(batch, verbose=0), expected, atol=1e-5)


@pytest.mark.slow
def test_it_learns_where_things_are() -> None:
    keras.utils.set_random_seed(0)
    model = build((None, None, 3), 2, backbone="small")
    assert learn_halves(model, epochs=40) > 0.9


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"width": 0}, r"train\.options\.width: Input should be greater than 0"),
        ({"backbone": "resnet"}, "no backbone 'resnet'; there are resnet18, "),
        ({"backbone": "InceptionV3"}, "InceptionV3 has no feature maps of stride 32"),
    ],
)
def test_a_wrong_option_is_named(options: dict[str, object], message: str) -> None:
    with pytest.raises(ConvoyError, match=message):
        build_model("fpn", (96, 128, 3), UNITS, options)
