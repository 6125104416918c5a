"""Images/s of `convoy score` and of a bare `predict` over the same files, and peak memory.

    python -m benchmarks.scoring person --images 2000 --rounds 3

Runs in a project with a champion of the task (`convoy run person`), on scenes that convoy draws.
Speed: both go from JPEG files to predictions with the same batch size, in turns in one process
with the model loaded; the first turn of each does not count. Memory: `convoy score` as a process
of its own for each number of images.
"""

import argparse
import io
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from PIL import Image
from rich.console import Console

from benchmarks.processes import measure_command
from components.core.records import UNTUNED
from components.core.store import CHAMPION, download, model_uri
from components.core.task import Spec
from components.evaluate.params import EvaluateParams
from components.ingest.sources import rendered_scenes
from components.ingest.sources.scenes.source import Counts
from components.score.score import score
from models.shared.loading import KERAS_FILE, load_network
from pipelines.project import load_spec

SCENES = Path("components/ingest/sources/scenes")
DRAWN = 200
HEIGHT, WIDTH = 192, 255


def draw_scenes(folder: Path) -> list[Path]:
    """Draws street scenes and writes them as JPEG files."""
    counts = Counts(train=DRAWN, val=1, test=1)
    source = rendered_scenes.Source(
        kind="rendered_scenes", path=SCENES, counts=counts, height=HEIGHT, width=WIDTH
    )
    for number, record in enumerate(source.read()):
        with Image.open(io.BytesIO(record.sample)) as image:
            image.save(folder / f"{number:03}.jpg", quality=90)
    return sorted(folder.iterdir())


def repeat(files: Sequence[Path], images: int, folder: Path) -> Path:
    """Links the files into a folder, again and again, under names in their order."""
    folder.mkdir()
    for number in range(images):
        os.link(files[number % len(files)], folder / f"{number:06}.jpg")
    return folder


def predict_bare(network: keras.Model, spec: Spec, folder: Path) -> np.ndarray:
    """Decodes with tf.data, ahead and in parallel, and predicts with the Keras network."""
    files = tf.data.Dataset.from_tensor_slices(sorted(map(str, folder.iterdir())))
    batches = (
        files.map(tf.io.read_file, tf.data.AUTOTUNE)
        .batch(spec.block("evaluate", EvaluateParams).batch_size)
        .map(lambda encoded: spec.sample.serve(encoded)[0], tf.data.AUTOTUNE)
        .prefetch(tf.data.AUTOTUNE)
        .with_options(UNTUNED)
    )
    return network.predict(batches, verbose=0)


def seconds(work: Callable[[], object]) -> float:
    """The wall-clock time of a call."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def compare(name: str, folder: Path, out: Path, rounds: int) -> tuple[list[float], list[float]]:
    """Seconds of each turn of `score` and of `predict_bare`."""
    spec = load_spec(name)
    model = download(model_uri(name, CHAMPION))
    network = load_network(model / KERAS_FILE)
    scored, bare = [], []
    for _ in range(rounds + 1):
        scored.append(seconds(lambda: score(spec, model, folder, out)))
        bare.append(seconds(lambda: predict_bare(network, spec, folder)))
    return scored[1:], bare[1:]


def peak_memory(name: str, folder: Path, out: Path) -> float:
    """The most memory that `convoy score` holds, in MiB."""
    command = [sys.executable, "-m", "pipelines.cli", "score", name, str(folder), "--out", str(out)]
    return measure_command(command).peak_memory


def main() -> None:
    """Prints a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("task")
    parser.add_argument("--images", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--memory", type=int, nargs="*", default=[1_000, 20_000])
    options = parser.parse_args()
    console = Console(soft_wrap=True, highlight=False)
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch) / "scores.parquet"
        (Path(scratch) / "drawn").mkdir()
        files = draw_scenes(Path(scratch) / "drawn")
        folder = repeat(files, options.images, Path(scratch) / "timed")
        scored, bare = compare(options.task, folder, out, options.rounds)
        console.print("| | images/s (median turn) |\n|---|---|")
        console.print(f"| convoy score | {options.images / statistics.median(scored):,.0f} |")
        console.print(f"| bare predict | {options.images / statistics.median(bare):,.0f} |")
        ratio = statistics.median(bare) / statistics.median(scored)
        console.print(f"| ratio | {ratio:.3f} |\n\n| images | peak memory, MiB |\n|---|---|")
        for images in options.memory:
            folder = repeat(files, images, Path(scratch) / str(images))
            console.print(f"| {images:,} | {peak_memory(options.task, folder, out):,.0f} |")


if __name__ == "__main__":
    main()
