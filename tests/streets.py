"""Drawn streets, and a small network that has learnt them."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from PIL import Image

from components.core.task import Spec

CLASSES = ("sky", "road")
SKY, ROAD = (150, 190, 230), (80, 80, 85)
PICTURES, EPOCHS = 32, 30


def draw_street(seed: int, height: int = 24, width: int = 32) -> tuple[np.ndarray, np.ndarray]:
    """A picture, uint8 `[height, width, 3]`, and the index of each pixel's class."""
    random = np.random.default_rng(seed)
    horizon = np.linspace(*random.uniform(0.3, 0.7, 2) * height, width)
    mask = (np.arange(height)[:, None] >= horizon).astype(np.uint8)
    colours = np.array([SKY, ROAD]) + random.integers(-30, 30, (2, 1))
    noise = random.normal(0, 12, (height, width, 3))
    return np.clip(colours[mask] + noise, 0, 255).astype(np.uint8), mask


def encode(picture: np.ndarray) -> bytes:
    """A picture as PNG."""
    contents = io.BytesIO()
    Image.fromarray(picture).save(contents, "PNG")
    return contents.getvalue()


def train_streets(spec: Spec, folder: Path) -> Path:
    """Trains for a second or two, and exports as the stage train does."""
    import keras

    from components.train.export import export

    keras.utils.set_random_seed(0)
    pictures, masks = zip(*map(draw_street, range(PICTURES)), strict=True)
    pixels = keras.Input(pictures[0].shape, dtype="uint8")
    hidden = keras.layers.Rescaling(1 / 255)(pixels)
    hidden = keras.layers.Conv2D(8, 3, padding="same", activation="relu")(hidden)
    network = keras.Model(pixels, keras.layers.Conv2D(len(CLASSES), 1)(hidden))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    network.compile(keras.optimizers.Adam(0.03), loss)
    network.fit(np.stack(pictures), np.stack(masks), 16, EPOCHS, verbose=0)
    export(network, None, spec, folder)  # type: ignore[arg-type]  # its classes are in the spec
    return folder
