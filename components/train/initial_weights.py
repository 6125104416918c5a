"""Starts a network from the weights of another one."""

from pathlib import Path

import keras

from components.core.errors import ConvoyError
from components.core.store import download
from models.shared.loading import KERAS_FILE, load_network

REGISTRY_PREFIX = "models:/"


def load_initial_weights(network: keras.Model, origin: str) -> int:
    """Copies every weight that has the same path and shape in the other network.

    A path is the names of layer and weight; networks nested in others add nothing to it.
    The weights of a backbone are therefore copied whatever lies above it.

    Args:
        network: The network to start; changed in place.
        origin: `none`, a `.keras` file of a network built by convoy, or the URI of a
            registered model such as `models:/digits@champion`.

    Returns:
        The number of weights copied.

    Raises:
        ConvoyError: When the file is absent or shares no weight with the network.
    """
    if origin == "none":
        return 0
    source = load_network(_fetch(origin))
    weights = {weight.path: weight for weight in source.weights}
    copied = 0
    for weight in network.weights:
        other = weights.get(weight.path)
        if other is not None and other.shape == weight.shape:
            weight.assign(other)
            copied += 1
    if not copied:
        raise ConvoyError(f"train.initial_weights: {origin} shares no weight with the network")
    return copied


def _fetch(origin: str) -> Path:
    if origin.startswith(REGISTRY_PREFIX):
        return download(origin) / KERAS_FILE
    file = Path(origin)
    if not file.is_file():
        raise ConvoyError(f"train.initial_weights: {file}: not found")
    return file
