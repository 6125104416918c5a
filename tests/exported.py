"""Exports a network as the stage train does, in this process or as a script in another."""

import sys
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf


class Served(tf.Module):
    """Scales, then asks a network."""

    def __init__(self, network: keras.Model, scale: float) -> None:
        super().__init__()
        self.network = network
        self.scale = scale

    @tf.function
    def serve(self, x: tf.Tensor) -> dict[str, tf.Tensor]:
        rows = tf.map_fn(lambda row: row * self.scale, x)
        return {"y": self.network(rows, training=False)}


def export(folder: Path, weight: float = 0.5, scale: float = 1.0, traced: int = 0) -> Path:
    """Writes a SavedModel and the network.

    Args:
        folder: Where to.
        weight: Both weights of the network.
        scale: What its preprocessing multiplies by.
        traced: How many other functions are traced before; TensorFlow counts them.
    """
    keras.utils.clear_session()
    for at in range(traced):
        tf.function(lambda x, at=at: x + at)(tf.constant(1.0))
    inputs = keras.Input((2,))
    network = keras.Model(inputs, keras.layers.Dense(1, name="last")(inputs), name="network")
    network.get_layer("last").set_weights([np.full((2, 1), weight), np.zeros(1)])
    served = Served(network, scale)
    serve = served.serve.get_concrete_function(tf.TensorSpec([None, 2], tf.float32, name="x"))
    tf.saved_model.save(served, str(folder), signatures={"serving_default": serve})
    network.save(folder / "model.keras")
    (folder / "model.json").write_text(network.to_json(indent=traced))
    return folder


if __name__ == "__main__":
    export(Path(sys.argv[1]), traced=int(sys.argv[2]))
