"""Exports a trained network with the preprocessing inside, so that serving has no skew."""

import importlib
from pathlib import Path

import keras
import tensorflow as tf
import tensorflow_transform as tft

import models
from components.prepare.params import PrepareParams
from components.prepare.preprocessing import decode_with_sizes
from pipelines.params import TaskParams
from pipelines.tasks.base import Task

KERAS_FILE = "model.keras"
DEFINITION_FILE = "model.json"
WEIGHTS_FILE = "model.weights.h5"
CLASSES_FILE = Path("assets.extra") / "classes.txt"


class ServedNetwork(tf.Module):
    """Preprocessing, network and the task's last step as one function of image files.

    Images are prepared by the very function that the transform graph was traced from; the
    graph itself would encode each as PNG only to have it decoded again.
    """

    def __init__(self, network: keras.Model, task: Task, prepare: PrepareParams) -> None:
        super().__init__(name="served_network")
        self.network = network
        self.task = task
        self.prepare = prepare

    @tf.function
    def serve(self, image: tf.Tensor) -> dict[str, tf.Tensor]:
        """Predicts from encoded images, string `[batch]`."""
        prepared, sizes = decode_with_sizes(image, self.prepare)
        return self.task.serve(self.network(prepared, training=False), sizes)

    @tf.function
    def serve_examples(self, examples: tf.Tensor) -> dict[str, tf.Tensor]:
        """Predicts from serialized raw `tf.train.Example` records, string `[batch]`."""
        spec = {"image": tf.io.FixedLenFeature((), tf.string)}
        return self.serve(tf.io.parse_example(examples, spec)["image"])


def export(
    network: keras.Model,
    transform: tft.TFTransformOutput,
    task: Task,
    params: TaskParams,
    folder: Path,
) -> None:
    """Writes a SavedModel, the network on its own and the names of the classes.

    The network is there twice: as one `.keras` file, and as its definition (`model.json`)
    with its weights (`model.weights.h5`) for tools that want them apart.

    Signatures: `serving_default` takes `image`, encoded image files, string `[batch]`;
    `examples` takes serialized raw `tf.train.Example` records.
    """
    served = ServedNetwork(network, task, params.prepare)
    signatures = {
        "serving_default": served.serve.get_concrete_function(_strings("image")),
        "examples": served.serve_examples.get_concrete_function(_strings("examples")),
    }
    tf.saved_model.save(served, str(folder), signatures=signatures)
    network.save(folder / KERAS_FILE)
    (folder / DEFINITION_FILE).write_text(network.to_json(indent=2))
    network.save_weights(folder / WEIGHTS_FILE)
    classes = folder / CLASSES_FILE
    classes.parent.mkdir(exist_ok=True)
    classes.write_text("".join(f"{name}\n" for name in task.classes(transform, params)))


def load_network(file: Path) -> keras.Model:
    """Loads the network of a `.keras` file that `export` wrote, for inference."""
    for name in models.model_names():  # Keras knows the layers of imported modules only
        importlib.import_module(f"{models.__name__}.{name}")
    return keras.models.load_model(file, compile=False)


def _strings(name: str) -> tf.TensorSpec:
    return tf.TensorSpec((None,), tf.string, name)
