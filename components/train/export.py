"""Exports a trained network with the preprocessing inside, so that serving has no skew."""

from pathlib import Path

import keras
import tensorflow as tf
import tensorflow_transform as tft

from components.core.fingerprint import forget_uuid
from components.core.lines import write_lines
from components.core.parts import Sample
from components.core.served_model import CLASSES_FILE
from components.core.task import Spec
from components.core.vocabulary import VOCABULARY_FILE
from components.train.archive import save_network
from models.shared.loading import KERAS_FILE

DEFINITION_FILE = "model.json"
WEIGHTS_FILE = "model.weights.h5"


class ServedNetwork(tf.Module):
    """Preprocessing, network and the task's last step as one function of encoded samples.

    Samples are prepared by the very function that the transform graph was traced from; the
    graph itself would encode each only to have it decoded again.
    """

    def __init__(self, network: keras.Model, spec: Spec, sample: Sample) -> None:
        super().__init__(name="served_network")
        self.network = network
        self.spec = spec
        self.sample = sample
        self.resources = list(sample.resources())

    @tf.function
    def serve(self, samples: tf.Tensor) -> dict[str, tf.Tensor]:
        """Predicts from encoded samples, string `[batch]`."""
        prepared, context = self.sample.serve(samples)
        return self.spec.learning.serve(self.network(prepared, training=False), context)

    @tf.function
    def serve_examples(self, examples: tf.Tensor) -> dict[str, tf.Tensor]:
        """Predicts from serialized raw `tf.train.Example` records, string `[batch]`."""
        column = self.sample.column
        types = {column: tf.io.FixedLenFeature((), tf.string)}
        return self.serve(tf.io.parse_example(examples, types)[column])


def export(
    network: keras.Model, transform: tft.TFTransformOutput, spec: Spec, folder: Path
) -> None:
    """Writes a SavedModel, the network on its own, the names of the classes and known words.

    The network is there twice: as one `.keras` file, and as its definition (`model.json`)
    with its weights (`model.weights.h5`) for tools that want them apart.

    Signatures: `serving_default` takes encoded samples, string `[batch]`, under the name of
    their column; `examples` takes serialized raw `tf.train.Example` records.
    """
    words = spec.sample.vocabulary(transform)
    served = ServedNetwork(network, spec, spec.sample.knowing(words))
    signatures = {
        "serving_default": served.serve.get_concrete_function(_strings(spec.sample.column)),
        "examples": served.serve_examples.get_concrete_function(_strings("examples")),
    }
    tf.saved_model.save(served, str(folder), signatures=signatures)
    forget_uuid(folder)
    save_network(network, folder / KERAS_FILE)
    (folder / DEFINITION_FILE).write_text(network.to_json(indent=2))
    network.save_weights(folder / WEIGHTS_FILE)
    (folder / CLASSES_FILE).parent.mkdir(exist_ok=True)
    write_lines(folder / CLASSES_FILE, spec.learning.classes(transform))
    if words:
        write_lines(folder / VOCABULARY_FILE, words)


def _strings(name: str) -> tf.TensorSpec:
    return tf.TensorSpec((None,), tf.string, name)
