"""Samples/s of training, against a bare `fit` on arrays in memory, and of the served model.

    python -m benchmarks.throughput digits --epochs 5 --rounds 3

Needs the task's artifacts (`convoy run digits`). Both fit the same compiled network on the same
samples with the same batch size, in turns, in one process, both without tf.data's tuner, which
would hold them up at random (`components/core/records.py`). The first epoch of each turn, which
compiles, does not count; examples are cached before as `train.cache` says. The served model takes
the test split's encoded samples, of which the first batch does not count.
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

from components.core.examples import read_raw
from components.core.layout import artifact_folder
from components.core.records import UNTUNED
from components.core.served_model import ServedModel
from components.core.task import Spec
from components.evaluate.measurement import example_files
from components.evaluate.params import EvaluateParams
from components.train.heads import supervised
from components.train.input import Examples, read_examples, training_batches
from components.train.params import TrainParams
from components.train.run_fn import build
from pipelines.project import load_spec
from pipelines.stages import only_child


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


def compare(spec: Spec, epochs: int, rounds: int) -> dict[str, list[float]]:
    """Measures both in turns.

    Args:
        spec: The task.
        epochs: Epochs that count in each turn.
        rounds: Turns of each.

    Returns:
        Samples/s of every counted epoch, under `convoy` and `bare fit`.
    """
    folder = only_child(artifact_folder(spec.name, "prepare") / "Transform/transform_graph")
    transform = tft.TFTransformOutput(str(folder))
    batch_size = spec.block("train", TrainParams).batch_size
    speeds: dict[str, list[float]] = {"convoy": [], "bare fit": []}
    with tempfile.TemporaryDirectory() as cache:
        training = read_examples(
            training_patterns(spec.name), transform, spec, Path(cache) / "train"
        )
        samples, targets = load_arrays(training, spec)
        for _ in range(rounds):
            for name, batches in (
                ("convoy", training_batches(training.decoded, spec, len(samples))),
                ("bare fit", bare_batches(samples, targets, batch_size)),
            ):
                network = compiled(spec, transform, training)
                speeds[name] += samples_per_second(network, len(samples), epochs, batches)
    return speeds


def training_patterns(task: str) -> list[str]:
    """Where the transformed examples are and, if there are any, their copies."""
    made = artifact_folder(task, "prepare") / "Transform/transformed_examples"
    copies = artifact_folder(task, "augment") / "Augment/augmented_examples"
    return [f"{folder}/*/Split-train/*.gz" for folder in (made, copies)]


def load_arrays(training: Examples, spec: Spec) -> tuple[np.ndarray, Any]:
    """All samples and targets in memory."""
    column, target = spec.sample.column, spec.learning.target
    pairs = training.decoded.map(lambda example: (example[column], target(example)))
    samples, targets = zip(*pairs.as_numpy_iterator(), strict=True)
    return np.stack(samples), keras.tree.map_structure(lambda *each: np.stack(each), *targets)


def predicted_per_second(spec: Spec, rounds: int) -> float:
    """The speed of the served model in all rounds over the test split."""
    trained = only_child(artifact_folder(spec.name, "train") / "Trainer/model")
    served = ServedModel.load(trained / "Format-Serving")
    files = example_files(spec.name).test
    batch_size = spec.block("evaluate", EvaluateParams).batch_size
    batches = [
        [row[spec.sample.column] for row in rows]
        for rows in read_raw(files, spec.sample, spec.labels, batch_size)
    ]
    served.predict(batches[0])
    begin = time.perf_counter()
    for samples in batches * rounds:
        served.predict(samples)
    return rounds * sum(map(len, batches)) / (time.perf_counter() - begin)


def compiled(spec: Spec, transform: tft.TFTransformOutput, training: Examples) -> keras.Model:
    """A network with new weights, as its task teaches it."""
    keras.utils.set_random_seed(spec.seed)
    built = build(spec, transform, training.samples(spec.sample.column))
    network = spec.learning.teach(supervised(built), transform)
    optimizer = spec.block("train", TrainParams).optimizer.name
    network.compile(optimizer, spec.learning.loss(), metrics=spec.learning.metrics() or None)
    return network


def bare_batches(samples: np.ndarray, targets: Any, batch_size: int) -> tf.data.Dataset:
    """What Keras makes of arrays, shuffled as a whole."""
    pairs = tf.data.Dataset.from_tensor_slices((samples, targets)).shuffle(len(samples))
    return pairs.batch(batch_size).prefetch(tf.data.AUTOTUNE).with_options(UNTUNED)


def samples_per_second(
    network: keras.Model, samples: int, epochs: int, batches: tf.data.Dataset
) -> list[float]:
    """Fits and returns the speed of every epoch after the first."""
    timer = EpochTimer()
    network.fit(batches, epochs=epochs + 1, verbose=0, callbacks=[timer])
    return [samples / seconds for seconds in timer.seconds[1:]]


def main() -> None:
    """Prints the medians and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("task")
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    spec = load_spec(options.task)
    speeds = compare(spec, options.epochs, options.rounds)
    medians = {name: statistics.median(values) for name, values in speeds.items()}
    table = Table("", "samples/s (median epoch)", title=options.task)
    for name, median in medians.items():
        table.add_row(name, f"{median:,.0f}")
    table.add_row("ratio", f"{medians['convoy'] / medians['bare fit']:.3f}")
    predicted = predicted_per_second(spec, options.rounds)
    table.add_row("served model, predicting", f"{predicted:,.0f}")
    Console().print(table)


if __name__ == "__main__":
    main()
