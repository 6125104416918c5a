"""Networks that are taught in the middle as well."""

from pathlib import Path

import keras
import numpy as np
import pytest

from components.train.archive import save_network
from components.train.heads import WEIGHT, supervised, without_training

SIDE = 4


def network(heads: int = 1) -> keras.Model:
    """Two dense layers, a head on the first, behind an entrance."""
    keras.utils.set_random_seed(0)
    values = keras.Input((SIDE,))
    middle = keras.layers.Dense(3, name="low", kernel_regularizer="l2")(values)
    outputs = [keras.layers.Dense(2, name="high")(middle)]
    outputs += [keras.layers.Dense(2, name=f"head{at}")(middle) for at in range(heads)]
    body = keras.Model(values, outputs if heads else outputs[0], name="body")
    pixels = keras.Input((SIDE,))
    return keras.Model(pixels, body(keras.layers.Rescaling(0.5)(pixels)), name="body_network")


def data() -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(0)
    samples, targets = generator.normal(size=(8, SIDE)), generator.normal(size=(8, 2))
    return samples.astype("float32"), targets.astype("float32")


def compiled(model: keras.Model) -> keras.Model:
    fitted = supervised(model)
    fitted.compile("sgd", keras.losses.MeanSquaredError(), metrics=["mae"])
    return fitted


@pytest.mark.parametrize("heads", [1, 2])
def test_each_head_counts_a_share_in_training_alone(heads: int) -> None:
    model = network(heads)
    samples, targets = data()
    losses = [float(np.mean((out - targets) ** 2)) for out in model.predict(samples, verbose=0)]
    penalty = float(sum(model.losses))
    fitted = compiled(model)
    served = fitted.evaluate(samples, targets, return_dict=True, verbose=0)
    assert served["loss"] == pytest.approx(losses[0] + penalty, rel=1e-5)
    history = fitted.fit(samples, targets, batch_size=8, verbose=0).history
    expected = losses[0] + WEIGHT * sum(losses[1:]) + penalty
    assert history["loss"] == pytest.approx([expected], rel=1e-5)
    assert set(history) == {"loss", "mae"}


def test_heads_and_what_lies_below_them_learn() -> None:
    model = network()
    before = {weight.path: weight.numpy() for weight in model.weights}
    compiled(model).fit(*data(), verbose=0)
    changed = [
        weight.path for weight in model.weights if (weight.numpy() != before[weight.path]).any()
    ]
    assert len(changed) == 6


def test_without_heads_the_first_output_stays_with_its_layers_alone() -> None:
    model = network()
    samples, _ = data()
    expected = model.predict(samples, verbose=0)[0]
    bare = without_training(model)
    np.testing.assert_array_equal(bare.predict(samples, verbose=0), expected)
    assert bare.name == model.name
    assert bare.count_params() == model.count_params() - (3 * 2 + 2)
    assert [layer.name for layer in bare.layers[-1].layers if "head" in layer.name] == []


def test_a_network_without_heads_is_fitted_as_it_is() -> None:
    model = network(heads=0)
    assert supervised(model) is model


def test_what_is_kept_needs_nothing_of_training(tmp_path: Path) -> None:
    class Rate(keras.optimizers.schedules.LearningRateSchedule):
        def __call__(self, step: object) -> float:
            return 0.1

        def get_config(self) -> dict[str, object]:
            return {}

    model = network(heads=0)
    samples, targets = data()
    model.compile(keras.optimizers.AdamW(Rate()), "mse")
    model.fit(samples, targets, verbose=0)
    save_network(without_training(model), tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded(samples), model(samples))
    save_network(model, tmp_path / "training.keras")
    with pytest.raises(TypeError, match="Rate"):
        keras.models.load_model(tmp_path / "training.keras")
