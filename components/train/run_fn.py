"""Builds, fits and exports the network; called by TFX's Trainer."""

import tempfile
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf
import tensorflow_transform as tft

from components.core.captions import save_picture
from components.core.filters import draw_filters, first_kernel
from components.core.layers import layer_table
from components.core.layout import CURVES_FILE, FILTERS_FILE, LAYERS_FILE
from components.core.tabular import write_csv
from components.core.task import Spec
from components.train.export import export
from components.train.fitting import Data, fit
from components.train.heads import supervised, without_training
from components.train.initial_weights import load_initial_weights
from components.train.input import Examples, evaluation_batches, read_examples, training_batches
from components.train.params import TrainParams
from components.train.strategy import distribution
from models import build_model, takes_pixels


def run_fn(fn_args: Any) -> None:
    """Trains one model.

    Args:
        fn_args: TFX's arguments: the files of both splits, the transform graph, where to
            put the model and the curves, and `custom_config` with `spec`, what the stage is
            made of as JSON, `examples`, the training examples in an epoch, and `speed`, where to
            put how fast each epoch was.
    """
    spec = Spec.from_json(fn_args.custom_config["spec"])
    params = spec.block("train", TrainParams)
    keras.utils.clear_session()  # layer names, by which weights are transferred, start anew
    keras.utils.set_random_seed(spec.seed)
    if params.deterministic:
        tf.config.experimental.enable_op_determinism()
    keras.config.set_dtype_policy("mixed_float16" if params.mixed_precision else "float32")
    transform = tft.TFTransformOutput(fn_args.transform_graph_path)
    curves = Path(fn_args.model_run_dir) / CURVES_FILE
    curves.parent.mkdir(parents=True, exist_ok=True)
    layers = curves.with_name(LAYERS_FILE)
    speed = Path(fn_args.custom_config["speed"])
    with tempfile.TemporaryDirectory() as cache:
        training = read_examples(fn_args.train_files, transform, spec, Path(cache) / "train")
        validation = read_examples(fn_args.eval_files, transform, spec, Path(cache) / "val")
        with distribution(params.strategy).scope():
            network = build(spec, transform, training.samples(spec.sample.column))
        write_csv(layer_table(network, spec.sample.shape), layers)
        data = _data(spec, training, validation, fn_args)
        fitted = spec.learning.teach(supervised(network), transform)
        fit(fitted, spec, data, curves, speed)
    drawn = draw_filters(first_kernel(network))
    if drawn is not None:
        save_picture(drawn[0], curves.with_name(FILTERS_FILE), drawn[1])
    export(without_training(network), transform, spec, Path(fn_args.serving_model_dir))


def build(spec: Spec, transform: tft.TFTransformOutput, samples: tf.data.Dataset) -> keras.Model:
    """The network with the weights that it starts from.

    Args:
        spec: What the stage is made of.
        transform: Output of TensorFlow Transform.
        samples: The decoded training samples, one at a time.
    """
    params = spec.block("train", TrainParams)
    outputs = spec.learning.outputs(transform)
    body = build_model(params.model, spec.sample.shape, outputs, params.options)
    sample = spec.sample.knowing(spec.sample.vocabulary(transform))
    network = sample.entrance(body, samples, takes_pixels(params.model))
    load_initial_weights(network, params.initial_weights)
    return network


def _data(spec: Spec, training: Examples, validation: Examples, fn_args: Any) -> Data:
    count = fn_args.custom_config["examples"]
    return Data(
        training=training_batches(training.decoded, spec, count),
        validation=evaluation_batches(validation.decoded, spec),
        examples=count,
        class_weights=spec.learning.class_weights(training.features),
    )
