"""Schedules against values computed by hand, updates against numpy."""

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from components.core.errors import ConvoyError
from components.train.muon import Muon
from components.train.optimizers import CosineDecay, make_optimizer
from components.train.params import TrainParams

STEPS_PER_EPOCH = 10


def params(epochs: int = 10, **blocks: dict[str, Any]) -> TrainParams:
    return TrainParams.model_validate({"model": "digits_cnn", "epochs": epochs, **blocks})


def learning_rate_at(optimizer: keras.optimizers.Optimizer, step: int) -> float:
    optimizer.iterations.assign(step)
    return float(optimizer.learning_rate)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("sgd", keras.optimizers.SGD),
        ("adam", keras.optimizers.Adam),
        ("adamw", keras.optimizers.AdamW),
        ("rmsprop", keras.optimizers.RMSprop),
        ("nadam", keras.optimizers.Nadam),
        ("muon", Muon),
    ],
)
def test_every_optimizer_takes_the_common_parameters(name: str, kind: type) -> None:
    block = {"name": name, "learning_rate": 0.2, "weight_decay": 0.01, "clipnorm": 1.5}
    optimizer = make_optimizer(params(optimizer=block), STEPS_PER_EPOCH)
    assert type(optimizer) is kind
    assert learning_rate_at(optimizer, 0) == pytest.approx(0.2)
    assert (optimizer.weight_decay, optimizer.clipnorm) == (0.01, 1.5)


def test_what_is_not_given_is_keras_default() -> None:
    optimizer = make_optimizer(params(optimizer={"name": "adamw"}), STEPS_PER_EPOCH)
    assert optimizer.weight_decay == keras.optimizers.AdamW().weight_decay
    assert optimizer.clipnorm is None


@pytest.mark.parametrize("name", ["sgd", "rmsprop"])
def test_momentum(name: str) -> None:
    optimizer = make_optimizer(params(optimizer={"name": name, "momentum": 0.9}), STEPS_PER_EPOCH)
    assert optimizer.momentum == 0.9


def test_nesterov() -> None:
    block = {"name": "sgd", "momentum": 0.9, "nesterov": True}
    assert make_optimizer(params(optimizer=block), STEPS_PER_EPOCH).nesterov


@pytest.mark.parametrize(
    ("schedule", "rates"),
    [
        ({"name": "constant"}, {0: 0.4, 50: 0.4, 100: 0.4}),
        ({"name": "plateau"}, {0: 0.4, 50: 0.4, 100: 0.4}),
        ({"name": "linear"}, {0: 0.4, 25: 0.3, 50: 0.2, 100: 0.0, 120: 0.0}),
        ({"name": "linear", "final_fraction": 0.5}, {0: 0.4, 50: 0.3, 100: 0.2, 120: 0.2}),
        (
            {"name": "linear", "warmup_epochs": 2, "final_fraction": 0.5},
            {0: 0.0, 1: 0.02, 10: 0.2, 20: 0.4, 60: 0.3, 100: 0.2, 120: 0.2},
        ),
        ({"name": "cosine"}, {0: 0.4, 25: 0.2 + 0.2 * 0.5**0.5, 50: 0.2, 100: 0.0, 120: 0.0}),
        ({"name": "cosine", "final_fraction": 0.5}, {0: 0.4, 50: 0.3, 100: 0.2}),
        (
            {"name": "cosine", "warmup_epochs": 2, "final_fraction": 0.5},
            {0: 0.0, 1: 0.02, 10: 0.2, 20: 0.4, 60: 0.3, 100: 0.2, 120: 0.2},
        ),
        ({"name": "linear", "warmup_epochs": 0.5}, {0: 0.0, 4: 0.32, 5: 0.4, 100: 0.0}),
        ({"name": "cosine", "warmup_epochs": 0.01}, {0: 0.4, 50: 0.2, 100: 0.0}),
    ],
)
def test_learning_rate_at_a_step(schedule: dict[str, Any], rates: dict[int, float]) -> None:
    block = {"name": "sgd", "learning_rate": 0.4}
    optimizer = make_optimizer(params(optimizer=block, schedule=schedule), STEPS_PER_EPOCH)
    actual = {step: learning_rate_at(optimizer, step) for step in rates}
    assert actual == pytest.approx(rates, abs=1e-6)


def test_cosine_is_that_of_keras_without_a_branch() -> None:
    ours = CosineDecay(0.4, decay_steps=80, alpha=0.1, warmup_steps=20)
    theirs = keras.optimizers.schedules.CosineDecay(
        0.0, decay_steps=80, alpha=0.1, warmup_target=0.4, warmup_steps=20
    )
    steps = range(120)
    rates = [[float(each(step)) for step in steps] for each in (ours, theirs)]
    assert rates[0] == pytest.approx(rates[1], abs=1e-6)
    graph = tf.function(ours).get_concrete_function(tf.TensorSpec((), tf.int64)).graph
    assert not [each for each in graph.get_operations() if "If" in each.type]


def test_warm_up_leaves_a_step_for_the_decay() -> None:
    schedule = {"name": "linear", "warmup_epochs": 0.99}
    optimizer = make_optimizer(params(epochs=1, schedule=schedule), steps_per_epoch=1)
    assert learning_rate_at(optimizer, 0) == pytest.approx(1e-3)


@pytest.mark.parametrize("nesterov", [False, True])
def test_changing_momentum_follows_the_textbook(nesterov: bool) -> None:
    block = {"name": "sgd", "learning_rate": 0.1, "momentum": 0.5, "nesterov": nesterov}
    schedule = {"final_momentum": 0.9}
    optimizer = make_optimizer(params(epochs=1, optimizer=block, schedule=schedule), 4)
    variable = keras.Variable([1.0, -2.0])
    weight, velocity = np.array([1.0, -2.0]), np.zeros(2)
    for momentum in (0.5, 0.6, 0.7, 0.8, 0.9, 0.9):
        gradient = 2 * weight  # of the squared norm
        assert float(optimizer.momentum) == pytest.approx(momentum)
        optimizer.apply([keras.ops.convert_to_tensor(gradient, "float32")], [variable])
        velocity = momentum * velocity - 0.1 * gradient
        weight = weight + (momentum * velocity - 0.1 * gradient if nesterov else velocity)
        np.testing.assert_allclose(np.array(variable), weight, rtol=1e-5)


@pytest.mark.parametrize("nesterov", [False, True])
def test_momentum_that_changes_to_itself_is_keras_sgd(nesterov: bool) -> None:
    block = {"name": "sgd", "learning_rate": 0.1, "momentum": 0.9, "nesterov": nesterov}
    images, targets = np.random.default_rng(0).normal(size=(2, 32, 3))
    weights = []
    for schedule in ({"final_momentum": 0.9}, {}):
        keras.utils.set_random_seed(0)
        model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(3)])
        model.compile(make_optimizer(params(optimizer=block, schedule=schedule), 4), "mse")
        model.fit(images, targets, batch_size=8, epochs=2, verbose=0)
        weights.append(model.get_weights()[0])
    np.testing.assert_allclose(*weights, rtol=1e-5)


@pytest.mark.parametrize("nesterov", [False, True])
def test_momentum_can_grow_from_nothing(nesterov: bool) -> None:
    block = {"name": "sgd", "nesterov": nesterov}
    optimizer = make_optimizer(params(optimizer=block, schedule={"final_momentum": 0.9}), 10)
    optimizer.iterations.assign(50)
    assert float(optimizer.momentum) == pytest.approx(0.45)


def test_own_optimizer_and_schedule_survive_serialisation() -> None:
    blocks = {
        "optimizer": {"name": "sgd", "momentum": 0.5, "nesterov": True, "clipnorm": 2.0},
        "schedule": {"name": "linear", "warmup_epochs": 1, "final_momentum": 0.9},
    }
    optimizer = make_optimizer(params(**blocks), STEPS_PER_EPOCH)
    copy = keras.optimizers.deserialize(keras.optimizers.serialize(optimizer))
    assert copy.get_config() == optimizer.get_config()
    for step in (0, 5, 55, 100):
        assert learning_rate_at(copy, step) == learning_rate_at(optimizer, step)
        assert float(copy.momentum) == float(optimizer.momentum)


@pytest.mark.parametrize(
    ("blocks", "message"),
    [
        (
            {"optimizer": {"name": "muon", "momentum": 0.9}},
            r"train\.optimizer\.momentum: muon has no momentum",
        ),
        ({"optimizer": {"momentum": 0.9}}, r"train\.optimizer\.momentum: adam has no momentum"),
        (
            {"optimizer": {"name": "rmsprop", "momentum": 0.9, "nesterov": True}},
            r"train\.optimizer\.nesterov: rmsprop has no nesterov",
        ),
        (
            {"optimizer": {"name": "sgd", "nesterov": True}},
            r"train\.optimizer\.nesterov: needs a momentum above 0",
        ),
        (
            {"optimizer": {"name": "rmsprop"}, "schedule": {"final_momentum": 0.9}},
            r"train\.schedule\.final_momentum: only sgd changes its momentum, not rmsprop",
        ),
    ],
)
def test_contradictions(blocks: dict[str, Any], message: str) -> None:
    with pytest.raises(ConvoyError, match=message):
        make_optimizer(params(**blocks), STEPS_PER_EPOCH)
