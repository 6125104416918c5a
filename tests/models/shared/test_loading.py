"""Trained networks can be loaded by whoever has their file."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import keras
import numpy as np
import pytest

from components.core.errors import ConvoyError
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


@pytest.fixture
def ran(tmp_path: Path) -> Path:
    """A file that is there once code of a network's file has run."""
    return tmp_path / "ran"


def test_a_network_that_brings_code_is_refused(tmp_path: Path) -> None:
    file = tmp_path / KERAS_FILE
    keras.Sequential([keras.Input((2,)), keras.layers.Lambda(lambda tensor: tensor + 1)]).save(file)
    with pytest.raises(ConvoyError, match=f"{file}: Keras refuses to load it: .*Lambda"):
        load_network(file)


def test_a_network_that_names_a_function_of_pythons_is_refused(tmp_path: Path, ran: Path) -> None:
    whole, file = tmp_path / "whole.keras", tmp_path / KERAS_FILE
    keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]).save(whole)
    with zipfile.ZipFile(whole) as given, zipfile.ZipFile(file, "w") as written:
        config = json.loads(given.read("config.json"))
        command = {"command": f"touch {ran}"}
        config["config"]["layers"][1] = {"module": "os", "class_name": "system", "config": command}
        written.writestr("config.json", json.dumps(config))
        for name in ("metadata.json", "model.weights.h5"):
            written.writestr(name, given.read(name))
    with pytest.raises(ConvoyError, match=f"{file}: Keras refuses to load it"):
        load_network(file)
    assert not ran.exists()


def test_what_is_no_network_is_named(tmp_path: Path) -> None:
    (tmp_path / KERAS_FILE).write_bytes(b"no zip file")
    with pytest.raises(ConvoyError, match=f"{KERAS_FILE}: Keras refuses to load it"):
        load_network(tmp_path / KERAS_FILE)
