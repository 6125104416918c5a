"""The callbacks in the hands of `fit`."""

import csv
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from components.core.errors import ConvoyError
from components.train.callbacks import make_callbacks
from components.train.optimizers import make_optimizer
from components.train.params import TrainParams

STEPS = 4
EXAMPLES = 8 * STEPS


def fit(
    folder: Path, validation: np.ndarray | None = None, epochs: int = 6, **blocks: Any
) -> tuple[keras.Model, list[dict[str, float]]]:
    """Fits a linear model to y = 2x; returns it and the rows of the CSV.

    Args:
        folder: Where to write.
        validation: Targets of the validation split in place of the true ones.
        epochs: The most epochs.
        **blocks: Further parameters of training.
    """
    params = TrainParams.model_validate({"model": "linear", "epochs": epochs, **blocks})
    keras.utils.set_random_seed(0)
    inputs = np.linspace(-1, 1, EXAMPLES)[:, None]
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
    model.layers[0].set_weights([np.zeros((1, 1))])
    model.compile(make_optimizer(params, STEPS), "mse", metrics=["mae"])
    model.fit(
        inputs,
        2 * inputs,
        batch_size=8,
        shuffle=False,
        epochs=epochs,
        verbose=0,
        validation_data=(inputs, 2 * inputs if validation is None else validation),
        callbacks=make_callbacks(params, folder / "curves.csv", folder / "speed.csv", EXAMPLES),
    )
    with (folder / "curves.csv").open() as file:
        rows = [{key: float(value) for key, value in row.items()} for row in csv.DictReader(file)]
    return model, rows


def weight_of(model: keras.Model) -> float:
    return float(model.get_weights()[0][0, 0])


SGD = {"name": "sgd", "learning_rate": 0.1}


def test_curves_have_a_row_an_epoch(tmp_path: Path) -> None:
    _, rows = fit(tmp_path, optimizer=SGD)
    assert set(rows[0]) == {
        "epoch",
        "loss",
        "mae",
        "val_loss",
        "val_mae",
        "learning_rate",
        "momentum",
        "phase",
    }
    assert [row["epoch"] for row in rows] == list(range(6))


def test_speeds_stand_apart(tmp_path: Path) -> None:
    fit(tmp_path, optimizer=SGD)
    with (tmp_path / "speed.csv").open() as file:
        rows = [{key: float(value) for key, value in row.items()} for row in csv.DictReader(file)]
    assert [row["epoch"] for row in rows] == list(range(6))
    assert all(row["examples_per_second"] > 0 for row in rows)


def test_no_momentum_for_an_optimizer_without_it(tmp_path: Path) -> None:
    _, rows = fit(tmp_path, optimizer={"name": "adam"})
    assert "momentum" not in rows[0]


def test_curves_show_schedules(tmp_path: Path) -> None:
    schedule = {"name": "linear", "final_fraction": 0.4, "final_momentum": 0.8}
    _, rows = fit(tmp_path, optimizer=SGD | {"momentum": 0.2}, schedule=schedule)
    expected = [0.09, 0.08, 0.07, 0.06, 0.05, 0.04]
    assert [row["learning_rate"] for row in rows] == pytest.approx(expected)
    assert [row["momentum"] for row in rows] == pytest.approx([0.3, 0.4, 0.5, 0.6, 0.7, 0.8])


def test_curves_of_mixed_precision(tmp_path: Path) -> None:
    keras.config.set_dtype_policy("mixed_float16")
    try:
        _, rows = fit(tmp_path, optimizer=SGD | {"momentum": 0.5})
    finally:
        keras.config.set_dtype_policy("float32")
    assert (rows[-1]["learning_rate"], rows[-1]["momentum"]) == pytest.approx((0.1, 0.5))


@pytest.mark.parametrize("early_stopping", [None, 2])
def test_the_best_weights_are_kept(tmp_path: Path, early_stopping: int | None) -> None:
    inputs = np.linspace(-1, 1, EXAMPLES)[:, None]
    model, rows = fit(tmp_path, 0.5 * inputs, optimizer=SGD, early_stopping=early_stopping)
    losses = [row["val_loss"] for row in rows]
    best = int(np.argmin(losses))
    assert len(losses) == (6 if early_stopping is None else best + 1 + early_stopping)
    assert best + 1 < len(losses), "training goes past the best epoch"
    variance = np.mean(inputs**2)
    assert variance * (weight_of(model) - 0.5) ** 2 == pytest.approx(losses[best], rel=1e-4)


def test_training_goes_on_while_it_improves(tmp_path: Path) -> None:
    _, rows = fit(tmp_path, optimizer=SGD, early_stopping=1)
    assert len(rows) == 6


def test_plateau_multiplies_the_learning_rate(tmp_path: Path) -> None:
    inputs = np.linspace(-1, 1, EXAMPLES)[:, None]
    schedule = {"name": "plateau", "factor": 0.5, "patience": 2}
    _, rows = fit(tmp_path, -inputs, optimizer=SGD, schedule=schedule)  # worse each epoch
    rates = [row["learning_rate"] for row in rows]
    assert rates == pytest.approx([0.1, 0.1, 0.1, 0.05, 0.05, 0.025])


def test_small_progress_is_no_plateau(tmp_path: Path) -> None:
    schedule = {"name": "plateau", "patience": 1}
    slow = {"name": "sgd", "learning_rate": 1e-6}
    _, rows = fit(tmp_path, optimizer=slow, schedule=schedule)
    assert rows[0]["val_loss"] - rows[-1]["val_loss"] < 1e-4
    assert rows[-1]["learning_rate"] == pytest.approx(1e-6)


def test_a_loss_that_explodes(tmp_path: Path) -> None:
    message = r"loss became (nan|inf) in epoch \d+; lower train\.optimizer\.learning_rate"
    with pytest.raises(ConvoyError, match=message):
        fit(tmp_path, optimizer={"name": "sgd", "learning_rate": 1e20})


def test_a_validation_loss_that_is_not_a_number(tmp_path: Path) -> None:
    with pytest.raises(ConvoyError, match="val_loss became nan in epoch 1"):
        fit(tmp_path, np.full((EXAMPLES, 1), np.nan), optimizer=SGD)


def test_logs_for_tensorboard_are_written_when_asked_for(tmp_path: Path) -> None:
    fit(tmp_path, optimizer=SGD)
    assert not (tmp_path / "tensorboard").exists()
    fit(tmp_path, optimizer=SGD, tensorboard=True)
    for split in ("train", "validation"):
        (events,) = (tmp_path / "tensorboard" / split).glob("events.out.tfevents.*")
        tags = {
            (event.step, value.tag)
            for event in tf.compat.v1.train.summary_iterator(str(events))
            for value in event.summary.value
        }
        assert {(step, "epoch_loss") for step in range(6)} <= tags


def test_logs_for_tensorboard_change_no_weight(tmp_path: Path) -> None:
    without, rows = fit(tmp_path, optimizer=SGD)
    logged, same = fit(tmp_path, optimizer=SGD, tensorboard=True)
    assert weight_of(logged) == weight_of(without)
    assert same == rows
