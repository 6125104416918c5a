"""What happens between the epochs of training."""

import math
import time
from collections.abc import Mapping
from pathlib import Path

import keras

from components.core.errors import ConvoyError
from components.train.epoch_lines import EpochLines
from components.train.params import TrainParams

TENSORBOARD = "tensorboard"
"""The folder of the logs for TensorBoard."""


def make_callbacks(
    params: TrainParams,
    curves: Path,
    speed: Path,
    examples: int,
    phase: int = 1,
) -> list[keras.callbacks.Callback]:
    """Makes the callbacks of `fit`, which needs validation data.

    At the end of `fit` the model has the weights of the epoch with the least validation
    loss, whether or not training stopped early.

    Args:
        params: The parameters of training.
        curves: CSV file to write, one row an epoch: loss and metrics on both splits,
            `learning_rate`, `momentum` where the optimizer has one, `phase`.
        speed: CSV file to write, one row an epoch: `examples_per_second`. It stands apart
            because it is never the same twice. The logs for TensorBoard lie beside it.
        examples: Training examples in an epoch.
        phase: The number of this call of `fit`, from 1; later ones go on in the same files.
    """
    return [
        FiniteLoss(),
        EpochFacts(phase),  # adds to the values that the callbacks below read
        keras.callbacks.CSVLogger(curves, append=phase > 1),
        SpeedLog(speed, examples, append=phase > 1),
        EpochLines(),
        *_tensorboard(params, speed.with_name(TENSORBOARD)),
        keras.callbacks.EarlyStopping(
            monitor="val_loss",
            mode="min",
            patience=params.early_stopping or params.epochs,
            restore_best_weights=True,
        ),
        *_plateau(params),
    ]


def _tensorboard(params: TrainParams, logs: Path) -> list[keras.callbacks.Callback]:
    if not params.tensorboard:
        return []
    return [keras.callbacks.TensorBoard(log_dir=logs, write_graph=False)]


def _plateau(params: TrainParams) -> list[keras.callbacks.Callback]:
    if params.schedule.name != "plateau":
        return []
    reduce = keras.callbacks.ReduceLROnPlateau(
        monitor="val_loss",
        mode="min",
        factor=params.schedule.factor,
        patience=params.schedule.patience,
        min_delta=0.0,  # Keras's 1e-4 is more than the progress of a small squared error
    )
    return [reduce]


class FiniteLoss(keras.callbacks.Callback):
    """Ends training with an error as soon as the loss is not a number or infinite."""

    async_safe = True  # Keras checks in a thread, and the device does not wait for it

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        """Notes the epoch."""
        self.epoch = epoch

    def on_train_batch_end(self, batch: int, logs: Mapping[str, float] | None = None) -> None:
        """Checks the mean loss since the epoch began.

        Raises:
            ConvoyError: When it is not finite.
        """
        self._check("loss", logs or {})

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        """Checks the validation loss.

        Raises:
            ConvoyError: When it is not finite.
        """
        self._check("val_loss", logs or {})

    def _check(self, key: str, logs: Mapping[str, float]) -> None:
        value = logs.get(key, 0.0)
        if not math.isfinite(value):
            raise ConvoyError(
                f"train: {key} became {value} in epoch {self.epoch + 1}; lower "
                "train.optimizer.learning_rate or set train.optimizer.clipnorm"
            )


class EpochFacts(keras.callbacks.Callback):
    """Adds learning rate, momentum and phase to the values of each epoch.

    Learning rate and momentum are those after the last step of the epoch.
    """

    def __init__(self, phase: int) -> None:
        """Takes the number of the phase."""
        super().__init__()
        self.phase = phase

    def on_epoch_end(self, epoch: int, logs: dict[str, float]) -> None:
        """Adds the facts to `logs`, which all callbacks share."""
        # Keras wraps the optimizer for mixed precision
        optimizer = getattr(self.model.optimizer, "inner_optimizer", self.model.optimizer)
        logs["learning_rate"] = as_float(optimizer.learning_rate)
        if hasattr(optimizer, "momentum"):
            logs["momentum"] = as_float(optimizer.momentum)
        logs["phase"] = self.phase


class SpeedLog(keras.callbacks.Callback):
    """Writes how fast each epoch was.

    The speed is that of training without validation; in the first epoch it includes the
    compilation.
    """

    def __init__(self, file: Path, examples: int, append: bool) -> None:
        """Takes the CSV file and the number of training examples in an epoch."""
        super().__init__()
        self.file = file
        self.examples = examples
        self.append = append

    def on_train_begin(self, logs: Mapping[str, float] | None = None) -> None:
        """Begins the file, unless it is gone on with."""
        if not self.append:
            self.file.write_text("epoch,examples_per_second\n")

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        """Starts the clock."""
        self.begin = time.perf_counter()

    def on_test_begin(self, logs: Mapping[str, float] | None = None) -> None:
        """Stops the clock: validation ends the epoch."""
        self.seconds = time.perf_counter() - self.begin

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        """Writes the speed."""
        with self.file.open("a") as stream:
            stream.write(f"{epoch},{self.examples / self.seconds}\n")


def as_float(scalar: object) -> float:
    """A number from a backend's scalar, a Keras variable or a number."""
    return float(keras.ops.convert_to_numpy(scalar))
