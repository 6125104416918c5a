"""Trained networks can be loaded by whoever has their file."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from models import build_model
from models.shared.loading import KERAS_FILE, load_network

ALONE = """
import sys
from pathlib import Path
from models.shared.loading import load_network
print(load_network(Path(sys.argv[1])).name)
"""


@pytest.mark.parametrize(
    ("name", "shape", "units"),
    [
        ("digits_cnn", (28, 28, 1), 10),
        ("keypoint_heatmap", (32, 32, 1), 4),
        ("unet", (8, 8, 3), 2),
    ],
)
def test_a_loaded_network_says_what_the_saved_one_said(
    tmp_path: Path, name: str, shape: tuple[int, int, int], units: int
) -> None:
    network = build_model(name, shape, units, {})
    network.save(tmp_path / KERAS_FILE)
    loaded = load_network(tmp_path / KERAS_FILE)
    images = np.random.default_rng(0).normal(size=(2, *shape)).astype("float32")
    np.testing.assert_array_equal(loaded(images), network(images))
    assert [weight.path for weight in loaded.weights] == [weight.path for weight in network.weights]
    assert not loaded.compiled


@pytest.mark.parametrize("name", ["keypoint_heatmap", "unet"])
def test_convoys_own_layers_are_known_without_further_imports(tmp_path: Path, name: str) -> None:
    build_model(name, (32, 32, 1), 2, {}).save(tmp_path / KERAS_FILE)
    command = [sys.executable, "-c", ALONE, str(tmp_path / KERAS_FILE)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == name
