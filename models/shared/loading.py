"""Loads trained networks."""

from pathlib import Path

import keras

from components.core.errors import ConvoyError

# Keras knows a layer of convoy's once the module that defines it is imported.
from models.shared import (  # noqa: F401
    layers,
    local,
    normalization,
    pixels,
    proposals,
    roi_align,
)

KERAS_FILE = "model.keras"
"""The network as Keras saves it, within the folder of an exported model."""


def load_network(file: Path) -> keras.Model:
    """Loads a network that `keras.Model.save` wrote, without loss and optimizer.

    Args:
        file: A `.keras` file.

    Raises:
        ConvoyError: When it holds no network, or one that would run code of its own.
    """
    try:
        return keras.models.load_model(file, compile=False, safe_mode=True)
    except (OSError, TypeError, ValueError) as error:
        raise ConvoyError(f"{file}: Keras refuses to load it: {error}") from error
