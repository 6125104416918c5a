"""Loads trained networks."""

from pathlib import Path

import keras

# Keras knows a layer of convoy's once the module that defines it is imported.
from models.shared import layers, pixels  # noqa: F401

KERAS_FILE = "model.keras"
"""The network as Keras saves it, within the folder of an exported model."""


def load_network(file: Path) -> keras.Model:
    """Loads a network that `keras.Model.save` wrote, without loss and optimizer.

    Args:
        file: A `.keras` file.
    """
    return keras.models.load_model(file, compile=False)
