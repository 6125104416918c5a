import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.core.errors import ConvoyError
from models import build_model
from models.fcn import build
from tests.halves import learn_halves

UNITS = 5
SMALL_BACKBONE = 309_456 + 2 * (
    16 + 2 * 16 + 3 * (32 + 64 + 128)
)  # trained, and the statistics of batch normalisation


def pixels(height: int, width: int, count: int = 1, channels: int = 3) -> np.ndarray:
    shape = (count, height, width, channels)
    return np.random.default_rng(0).integers(0, 256, shape).astype("float32")


@pytest.fixture(scope="module")
def model() -> keras.Model:
    keras.utils.set_random_seed(0)
    return build((96, 128, 3), UNITS, backbone="small")


@pytest.mark.parametrize(
    ("stride", "heads"),
    [
        (32, (128 * 5 + 5) + 64 * 64 * 5 * 5),
        (16, (128 * 5 + 5) + (64 * 5 + 5) + 4 * 4 * 5 * 5 + 32 * 32 * 5 * 5),
        (
            8,
            (128 * 5 + 5) + (64 * 5 + 5) + (32 * 5 + 5) + 2 * 4 * 4 * 5 * 5 + 16 * 16 * 5 * 5,
        ),
    ],
)
def test_parameters(stride: int, heads: int) -> None:
    model = build((96, 128, 3), UNITS, backbone="small", stride=stride)
    assert model.count_params() == SMALL_BACKBONE + heads


@settings(max_examples=12)
@given(st.integers(1, 140), st.integers(1, 140))
def test_any_size(model: keras.Model, height: int, width: int) -> None:
    logits = np.asarray(model(pixels(height, width), training=False))
    assert logits.shape == (1, height, width, UNITS)
    assert np.isfinite(logits).all()


@pytest.mark.parametrize("stride", [32, 16, 8])
@pytest.mark.parametrize("size", [(97, 131), (3, 1), (64, 96)])
def test_every_variant_at_odd_sizes(stride: int, size: tuple[int, int]) -> None:
    model = build((None, None, 3), UNITS, backbone="small", stride=stride)
    assert model.predict(pixels(*size), verbose=0).shape == (1, *size, UNITS)


def test_padding_repeats_the_border(model: keras.Model) -> None:
    odd = pixels(50, 70)
    even = np.pad(odd, ((0, 0), (0, 14), (0, 26), (0, 0)), mode="edge")
    logits = model.predict(even, verbose=0)[:, :50, :70]
    np.testing.assert_allclose(model.predict(odd, verbose=0), logits, atol=1e-5)


def test_scores_are_summed_over_the_strides(model: keras.Model) -> None:
    """FCN-8s by hand: every scale enlarged bilinearly, then added up."""
    batch = pixels(96, 128)
    maps = model.get_layer("backbone")(batch)

    def enlarged(scores: np.ndarray, factor: int) -> np.ndarray:
        return keras.layers.UpSampling2D(factor, interpolation="bilinear")(scores)

    strides = zip((32, 16, 8), maps, strict=True)
    fused = 0
    for stride, features in strides:
        scores = model.get_layer(f"score{stride}")(features)
        fused = scores if stride == 32 else enlarged(fused, 2) + scores
    expected = np.asarray(enlarged(fused, 8))
    actual = model.predict(batch, verbose=0)
    inner = np.s_[:, 28:-28, 28:-28]  # where the zeros beyond the maps have no say
    np.testing.assert_allclose(actual[inner], expected[inner], atol=1e-4)


def test_grey_images(model: keras.Model) -> None:
    grey = build((None, None, 1), UNITS, backbone="small")
    grey.set_weights(model.get_weights())
    batch = pixels(33, 40, channels=1)
    expected = model.predict(np.repeat(batch, 3, axis=-1), verbose=0)
    np.testing.assert_allclose(grey.predict(batch, verbose=0), expected, atol=1e-5)


def test_every_weight_is_trained_but_the_statistics(model: keras.Model) -> None:
    frozen = {weight.path.rpartition("/")[2] for weight in model.non_trainable_weights}
    assert frozen == {"moving_mean", "moving_variance"}


@pytest.mark.slow
def test_it_learns_where_things_are() -> None:
    keras.utils.set_random_seed(0)
    model = build((None, None, 3), 2, backbone="small")
    assert learn_halves(model, epochs=12) > 0.9


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"stride": 4}, r"train\.options\.stride: Input should be 32, 16 or 8"),
        ({"backbone": "resnet"}, "no backbone 'resnet'; there are resnet18, .*small, "),
        ({"backbone": "InceptionV3"}, "InceptionV3 has no feature maps of stride 32"),
    ],
)
def test_a_wrong_option_is_named(options: dict[str, object], message: str) -> None:
    with pytest.raises(ConvoyError, match=message):
        build_model("fcn", (96, 128, 3), UNITS, options)
