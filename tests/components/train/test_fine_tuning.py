"""Which layers learn in which phase."""

import keras
import numpy as np
import pytest
from keras import layers

from components.core.errors import ConvoyError
from components.train.fine_tuning import Phase, freeze, plan_phases
from components.train.params import TrainParams


def params(**blocks: object) -> TrainParams:
    return TrainParams.model_validate({"model": "transfer", "epochs": 3, **blocks})


def network() -> keras.Model:
    """Two convolutions with batch normalisation, named `backbone`, below a dense layer."""
    backbone = keras.Sequential(
        [
            keras.Input((4, 4, 1)),
            layers.Conv2D(2, 3, name="low"),
            layers.BatchNormalization(name="low_normalization"),
            layers.Conv2D(2, 1, name="high"),
            layers.BatchNormalization(name="high_normalization"),
        ],
        name="backbone",
    )
    images = keras.Input((4, 4, 1))
    pooled = layers.GlobalAveragePooling2D()(backbone(images))
    head = layers.BatchNormalization(name="head_normalization")(pooled)
    return keras.Model(images, layers.Dense(1, name="logits")(head), name="body")


def learning(network: keras.Model) -> set[str]:
    return {weight.path.split("/")[-2] for weight in network.trainable_weights}


HEAD = {"head_normalization", "logits"}


def test_one_phase_without_fine_tuning() -> None:
    assert plan_phases(params()) == [Phase(params(), None)]


def test_no_epochs_leave_the_backbone_frozen() -> None:
    frozen = params(fine_tune={"epochs": 0})
    assert plan_phases(frozen) == [Phase(frozen, 0.0)]


def test_the_second_phase_has_epochs_and_learning_rate_of_its_own() -> None:
    fine_tune = {"epochs": 2, "fraction": 0.5, "learning_rate": 1e-5}
    optimizer = {"name": "sgd", "learning_rate": 0.1, "momentum": 0.9}
    tuned = params(fine_tune=fine_tune, optimizer=optimizer, batch_size=8)
    first, second = plan_phases(tuned)
    assert first == Phase(tuned, 0.0)
    assert second.fraction == 0.5
    assert (second.params.epochs, second.params.optimizer.learning_rate) == (2, 1e-5)
    same = {"epochs", "optimizer"}
    assert second.params.model_dump(exclude=same) == tuned.model_dump(exclude=same)
    assert second.params.optimizer.momentum == 0.9


@pytest.mark.parametrize(
    ("fraction", "learns"),
    [(0.0, set()), (0.5, {"high"}), (0.75, {"high"}), (1.0, {"low", "high"})],
)
def test_the_top_of_the_backbone_learns(fraction: float, learns: set[str]) -> None:
    frozen = network()
    freeze(frozen, fraction)
    assert learning(frozen) == HEAD | learns


def test_frozen_layers_can_learn_again() -> None:
    frozen = network()
    freeze(frozen, 0.0)
    freeze(frozen, 1.0)
    assert learning(frozen) == HEAD | {"low", "high"}


@pytest.mark.parametrize("fraction", [0.0, 1.0])
def test_batch_normalisation_of_the_backbone_keeps_its_statistics(fraction: float) -> None:
    frozen = network()
    freeze(frozen, fraction)
    frozen.compile("sgd", "mse")
    before = {weight.path: weight.numpy() for weight in frozen.weights}
    pixels = np.random.default_rng(0).integers(0, 256, (8, 4, 4, 1), np.uint8)
    frozen.fit(pixels, np.ones((8, 1)), verbose=0)
    changed = {
        weight.path.split("/")[-2]
        for weight in frozen.weights
        if not np.array_equal(weight.numpy(), before[weight.path])
    }
    assert changed == HEAD | ({"low", "high"} if fraction else set())


def test_layers_of_inner_models_count_one_by_one() -> None:
    inner = keras.Sequential([keras.Input((2,)), layers.Dense(2, name="low"), layers.ReLU()])
    backbone = keras.Sequential([inner, layers.Dense(2, name="high")], name="backbone")
    body = keras.Sequential([keras.Input((2,)), backbone, layers.Dense(1, name="logits")])
    freeze(body, 1 / 3)
    assert learning(body) == {"high", "logits"}


def test_layers_without_weights_cannot_learn() -> None:
    with pytest.raises(ConvoyError, match="fraction: 0.25 of the backbone's 4 layers are none"):
        freeze(network(), 0.25)  # batch normalisation


def test_a_network_without_a_backbone() -> None:
    plain = keras.Sequential([keras.Input((2,)), layers.Dense(1)], name="plain")
    with pytest.raises(ConvoyError, match="train.fine_tune: plain has no layer named 'backbone'"):
        freeze(plain, 0.0)


def test_a_warm_up_longer_than_the_second_phase_is_refused() -> None:
    schedule = {"name": "cosine", "warmup_epochs": 1}
    with pytest.raises(ValueError, match=r"below fine_tune.epochs \(1\)"):
        params(schedule=schedule, fine_tune={"epochs": 1})
    assert params(schedule=schedule, fine_tune={"epochs": 0}).fine_tune
