"""Builds, fits and exports the network; called by TFX's Trainer."""

import tempfile
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf
import tensorflow_transform as tft

from components.core.layout import CURVES_FILE
from components.train.export import export
from components.train.fitting import Data, fit
from components.train.initial_weights import load_initial_weights
from components.train.input import (
    count,
    evaluation_batches,
    read_examples,
    statistics_of,
    training_batches,
)
from components.train.network import build_network
from components.train.strategy import distribution
from components.train.weights import class_weights
from models import build_model, takes_pixels
from pipelines.params import TaskParams
from pipelines.project import load_task
from pipelines.tasks.base import Task


def run_fn(fn_args: Any) -> None:
    """Trains one model.

    Args:
        fn_args: TFX's arguments: the files of both splits, the transform graph, where to
            put the model and the curves, and `custom_config["task"]`.
    """
    task, params = load_task(fn_args.custom_config["task"])
    keras.utils.clear_session()  # layer names, by which weights are transferred, start anew
    keras.utils.set_random_seed(params.seed)
    keras.config.set_dtype_policy("mixed_float16" if params.train.mixed_precision else "float32")
    transform = tft.TFTransformOutput(fn_args.transform_graph_path)
    training = read_examples(fn_args.train_files, transform, task, params)
    validation = read_examples(fn_args.eval_files, transform, task, params)
    with distribution(params.train.strategy).scope():
        network = _build(task, params, transform, training)
    curves = Path(fn_args.model_run_dir) / CURVES_FILE
    curves.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as cache:
        data = Data(
            training=training_batches(training, task, params, Path(cache)),
            validation=evaluation_batches(validation, task, params, Path(cache)),
            images=count(training),
            class_weights=class_weights(params.train.class_weights, training, task),
        )
        fit(network, task, params, data, curves)
    export(network, transform, task, params, Path(fn_args.serving_model_dir))


def _build(
    task: Task, params: TaskParams, transform: tft.TFTransformOutput, training: tf.data.Dataset
) -> keras.Model:
    """The network with the weights that it starts from."""
    shape = (params.prepare.height, params.prepare.width, params.prepare.channels)
    units = task.units(transform, params)
    body = build_model(params.train.model, shape, units, params.train.options)
    network = build_network(body, *statistics_of(training), takes_pixels(params.train.model))
    load_initial_weights(network, params.train.initial_weights)
    return network
