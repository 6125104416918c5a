"""`.keras` files that are the same when the networks are."""

import json
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import keras
import numpy as np

from components.train.archive import save_network
from models import build_model
from models.shared.loading import load_network

SAVE = """
import sys
from pathlib import Path
import keras
from components.train.archive import save_network
from models import build_model

padding = [object() for _ in range(int(sys.argv[2]))]  # moves what follows in memory
keras.utils.set_random_seed(0)
save_network(build_model("digits_cnn", (28, 28, 1), 10, {}), Path(sys.argv[1]))
"""


def test_equal_networks_are_equal_files_at_any_time_and_in_any_process(tmp_path: Path) -> None:
    for number, name in enumerate(("once.keras", "again.keras")):
        subprocess.run([sys.executable, "-c", SAVE, tmp_path / name, str(number)], check=True)
        time.sleep(2)  # a zip tells even seconds
    assert (tmp_path / "once.keras").read_bytes() == (tmp_path / "again.keras").read_bytes()


def test_objects_that_layers_share_are_numbered_from_0(tmp_path: Path) -> None:
    one, other = keras.DTypePolicy("float32"), keras.DTypePolicy("float32")
    layers = [keras.layers.Dense(4, dtype=policy) for policy in (one, other, one, other, one)]
    network = keras.Sequential([keras.Input((4,)), *layers])
    save_network(network, tmp_path / "model.keras")
    with zipfile.ZipFile(tmp_path / "model.keras") as archive:
        saved = json.loads(archive.read("config.json"))["config"]["layers"][1:]
    numbers = [layer["config"]["dtype"].get("shared_object_id") for layer in saved]
    assert numbers[2:] == [0, 1, 0]
    loaded = load_network(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded(np.ones((1, 4))), network(np.ones((1, 4))))


def test_another_weight_makes_another_file(tmp_path: Path) -> None:
    network = build_model("digits_cnn", (28, 28, 1), 10, {})
    save_network(network, tmp_path / "once.keras")
    network.set_weights([weights + 1 for weights in network.get_weights()])
    save_network(network, tmp_path / "again.keras")
    assert (tmp_path / "once.keras").read_bytes() != (tmp_path / "again.keras").read_bytes()
