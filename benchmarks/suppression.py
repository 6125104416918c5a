"""What non-max suppression takes of the time of the served model.

    python -m benchmarks.suppression detection

Needs the task's artifacts (`convoy run detection`). The served model takes the test split's encoded
images; suppression alone takes what the network suggests for the same images.
"""

import argparse
import time
from collections.abc import Callable, Sequence
from typing import Any

import tensorflow as tf
from rich.console import Console
from rich.table import Table

from components.core.examples import read_raw
from components.core.layout import artifact_folder
from components.core.served_model import ServedModel
from components.core.task import Spec
from components.evaluate.measurement import example_files
from components.evaluate.params import EvaluateParams
from models.shared.loading import KERAS_FILE, load_network
from pipelines.project import load_spec
from pipelines.stages import only_child
from pipelines.tasks.detection.learning import BoxLearning


def measure(spec: Spec, learning: BoxLearning, rounds: int) -> dict[str, float]:
    """Seconds an image of the served model, and of suppression alone."""
    folder = only_child(artifact_folder(spec.name, "train") / "Trainer/model") / "Format-Serving"
    served, network = ServedModel.load(folder), load_network(folder / KERAS_FILE)
    batch_size = spec.block("evaluate", EvaluateParams).batch_size
    files = example_files(spec.name).test
    rows = read_raw(files, spec.sample, spec.labels, batch_size)
    batches = [[row[spec.sample.column] for row in each] for each in rows]
    suppress = tf.function(learning.serve, reduce_retracing=True)
    pairs = []
    for batch in batches:
        pixels, sizes = spec.sample.serve(tf.constant(batch))
        pairs.append((network(pixels, training=False), sizes))
    images = rounds * sum(map(len, batches))
    return {
        "served model": seconds(batches, rounds, served.predict) / images,
        "suppression": seconds(pairs, rounds, lambda pair: suppress(*pair)) / images,
    }


def seconds(batches: Sequence[Any], rounds: int, run: Callable[[Any], object]) -> float:
    """The time of all rounds; a batch before, which compiles, does not count."""
    run(batches[0])
    begin = time.perf_counter()
    for _ in range(rounds):
        for batch in batches:
            run(batch)
    return time.perf_counter() - begin


def main() -> None:
    """Prints both and the share."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("task")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    spec = load_spec(options.task)
    if not isinstance(spec.learning, BoxLearning):
        parser.error(f"{options.task} suppresses nothing")
    taken = measure(spec, spec.learning, options.rounds)
    table = Table("", "ms an image", "images/s", title=options.task)
    for name, value in taken.items():
        table.add_row(name, f"{1000 * value:.2f}", f"{1 / value:,.0f}")
    table.add_row("share", f"{taken['suppression'] / taken['served model']:.1%}", "")
    Console().print(table)


if __name__ == "__main__":
    main()
