"""Images/s of training, against a bare `fit` on arrays in memory, and of the served model.

    python -m benchmarks.throughput digits --epochs 5 --rounds 3

Needs the task's artifacts (`convoy run digits`). Both fit the same compiled network on the same
images with the same batch size, in turns, in one process, both without tf.data's tuner, which would
hold them up at random (`components/core/records.py`). The first epoch of each turn, which
compiles and fills the cache, does not count. The served model takes the test split's image files,
of which the first batch does not count.
"""

import argparse
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
import tensorflow_transform as tft
from rich.console import Console
from rich.table import Table

from components.core.layout import artifact_folder
from components.core.records import UNTUNED
from components.core.served_model import ServedModel
from components.evaluate.measurement import example_files
from components.evaluate.rows import read_batches
from components.train.input import read_examples, statistics_of, training_batches
from components.train.network import build_network
from models import build_model
from pipelines.params import TaskParams
from pipelines.project import load_task
from pipelines.stages import only_child
from pipelines.tasks.base import Task


class EpochTimer(keras.callbacks.Callback):
    """Keeps the seconds of every epoch."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds: list[float] = []

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Starts the clock."""
        self.begin = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Stops the clock."""
        self.seconds.append(time.perf_counter() - self.begin)


def compare(name: str, epochs: int, rounds: int) -> dict[str, list[float]]:
    """Measures both in turns.

    Args:
        name: The task's name.
        epochs: Epochs that count in each turn.
        rounds: Turns of each.

    Returns:
        Images/s of every counted epoch, under `convoy` and `bare fit`.
    """
    task, params = load_task(name)
    folder = only_child(artifact_folder(name, "prepare") / "Transform/transform_graph")
    transform = tft.TFTransformOutput(str(folder))
    examples = only_child(artifact_folder(name, "augment") / "Augment/augmented_examples")
    training = read_examples([f"{examples}/Split-train/*.gz"], transform, task, params)
    images, targets = load_arrays(training, task)
    speeds: dict[str, list[float]] = {"convoy": [], "bare fit": []}
    for _ in range(rounds):
        network = compiled(task, params, transform, training)
        with tempfile.TemporaryDirectory() as cache:
            batches = training_batches(training, task, params, Path(cache))
            speeds["convoy"] += images_per_second(network, len(images), epochs, batches)
        network = compiled(task, params, transform, training)
        batches = bare_batches(images, targets, params.train.batch_size)
        speeds["bare fit"] += images_per_second(network, len(images), epochs, batches)
    return speeds


def load_arrays(training: tf.data.Dataset, task: Task) -> tuple[np.ndarray, np.ndarray]:
    """All images and targets in memory."""
    pairs = training.map(lambda example: (example["image"], task.target(example)))
    images, targets = zip(*pairs.as_numpy_iterator(), strict=True)
    return np.stack(images), np.stack(targets)


def predicted_per_second(name: str, rounds: int) -> float:
    """The speed of the served model in all rounds over the test split."""
    task, params = load_task(name)
    trained = only_child(artifact_folder(name, "train") / "Trainer/model")
    served = ServedModel.load(trained / "Format-Serving")
    files = example_files(name, "test")
    batches = [
        [row["image"] for row in rows]
        for rows in read_batches(files, task, params.evaluate.batch_size)
    ]
    served.predict(batches[0])
    begin = time.perf_counter()
    for images in batches * rounds:
        served.predict(images)
    return rounds * sum(map(len, batches)) / (time.perf_counter() - begin)


def compiled(
    task: Task, params: TaskParams, transform: tft.TFTransformOutput, training: tf.data.Dataset
) -> keras.Model:
    """A network with new weights."""
    keras.utils.set_random_seed(params.seed)
    shape = (params.prepare.height, params.prepare.width, params.prepare.channels)
    body = build_model(
        params.train.model, shape, task.units(transform, params), params.train.options
    )
    network = build_network(body, *statistics_of(training))
    network.compile(params.train.optimizer.name, task.loss(params), metrics=task.monitors())
    return network


def bare_batches(images: np.ndarray, targets: np.ndarray, batch_size: int) -> tf.data.Dataset:
    """What Keras makes of arrays, shuffled as a whole."""
    pairs = tf.data.Dataset.from_tensor_slices((images, targets)).shuffle(len(images))
    return pairs.batch(batch_size).prefetch(tf.data.AUTOTUNE).with_options(UNTUNED)


def images_per_second(
    network: keras.Model, images: int, epochs: int, batches: tf.data.Dataset
) -> list[float]:
    """Fits and returns the speed of every epoch after the first."""
    timer = EpochTimer()
    network.fit(batches, epochs=epochs + 1, verbose=0, callbacks=[timer])
    return [images / seconds for seconds in timer.seconds[1:]]


def main() -> None:
    """Prints the medians and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("task")
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    speeds = compare(options.task, options.epochs, options.rounds)
    medians = {name: statistics.median(values) for name, values in speeds.items()}
    table = Table("", "images/s (median epoch)", title=options.task)
    for name, median in medians.items():
        table.add_row(name, f"{median:,.0f}")
    table.add_row("ratio", f"{medians['convoy'] / medians['bare fit']:.3f}")
    table.add_row(
        "served model, predicting", f"{predicted_per_second(options.task, options.rounds):,.0f}"
    )
    Console().print(table)


if __name__ == "__main__":
    main()
