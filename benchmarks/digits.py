"""The three digit networks on the user's own MNIST files.

    python -m benchmarks.digits /path/to/mnist --epochs 15

Each row is `convoy run digits` in a copy of the project, with the overrides shown. The dense
network that was trained is then turned into convolutions, and both are compared.
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.rows import Row, measure
from benchmarks.workspace import Workspace
from models.digits_fcn import convolutionalise, score_map
from models.shared.loading import KERAS_FILE, load_network

MODELS = ("digits_cnn", "digits_fcn", "random_features")


def train(workspace: Workspace, mnist: Path, model: str, epochs: int) -> tuple[str, float]:
    """Runs the pipeline; returns the command and the accuracy on the test split."""
    overrides = (
        "source.kind=mnist_idx",
        f"source.path={mnist}",
        f"train.model={model}",
        f"train.epochs={epochs}",
    )
    row = Row(model, "digits", overrides)
    return row.command.replace(str(mnist), "MNIST"), measure(workspace, row)["accuracy"]


def compare_convolutions(folder: Path) -> tuple[float, tuple[int, ...]]:
    """Turns the trained dense network into convolutions.

    Args:
        folder: The workspace's folder, in which `digits_cnn` was trained last.

    Returns:
        The largest difference between the outputs of both on 256 random images, and the shape
        of the score map of an image of 56x84 pixels.
    """
    (exported,) = folder.glob("artifacts/digits/train/Trainer/model/*/Format-Serving")
    network = load_network(exported / KERAS_FILE)
    dense = network.get_layer("digits_cnn")
    convolutional = convolutionalise(dense)
    images = np.random.default_rng(0).normal(size=(256, 28, 28, 1)).astype("float32")
    difference = np.abs(dense.predict(images) - convolutional.predict(images)).max()
    scores = score_map(convolutional).predict(np.zeros((1, 56, 84, 1), "float32"))
    return float(difference), scores.shape


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("mnist", type=Path)
    parser.add_argument("--epochs", type=int, default=15)
    options = parser.parse_args()
    table = Table("model", "test accuracy", "command")
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(Path(folder))
        for model in reversed(MODELS):  # the dense network last: it is looked at below
            command, accuracy = train(workspace, options.mnist.resolve(), model, options.epochs)
            table.add_row(model, f"{accuracy:.2%}", command)
        difference, shape = compare_convolutions(workspace.folder)
    Console().print(table)
    Console().print(f"dense and convolutional outputs differ by at most {difference:.1e}")
    Console().print(f"score map of a 56x84 image: {shape}")


if __name__ == "__main__":
    main()
