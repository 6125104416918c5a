"""Builds, fits and exports the network; called by TFX's Trainer."""

import math
import sys
import tempfile
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf
import tensorflow_transform as tft

from components.train.callbacks import make_callbacks
from components.train.export import export
from components.train.initial_weights import load_initial_weights
from components.train.input import (
    count,
    evaluation_batches,
    read_examples,
    statistics_of,
    training_batches,
)
from components.train.network import build_network
from components.train.optimizers import make_optimizer
from components.train.strategy import distribution
from components.train.weights import class_weights
from models import build_model, takes_pixels
from pipelines.layout import CURVES_FILE
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
    images = count(training)
    curves = Path(fn_args.model_run_dir) / CURVES_FILE
    curves.parent.mkdir(parents=True, exist_ok=True)
    with distribution(params.train.strategy).scope():
        network = _compiled(task, params, transform, training, images)
    with tempfile.TemporaryDirectory() as cache:
        network.fit(
            training_batches(training, task, params, Path(cache)),
            validation_data=evaluation_batches(validation, task, params, Path(cache)),
            epochs=params.train.epochs,
            class_weight=class_weights(params.train.class_weights, training, task),
            callbacks=make_callbacks(params.train, curves, images),
            verbose=1 if sys.stdout.isatty() else 2,
        )
    export(network, transform, task, params, Path(fn_args.serving_model_dir))


def _compiled(
    task: Task,
    params: TaskParams,
    transform: tft.TFTransformOutput,
    training: tf.data.Dataset,
    images: int,
) -> keras.Model:
    shape = (params.prepare.height, params.prepare.width, params.prepare.channels)
    body = build_model(
        params.train.model, shape, task.units(transform, params), params.train.options
    )
    network = build_network(body, *statistics_of(training), takes_pixels(params.train.model))
    load_initial_weights(network, params.train.initial_weights)
    network.compile(
        optimizer=make_optimizer(params.train, math.ceil(images / params.train.batch_size)),
        loss=task.loss(params),
        metrics=task.monitors(),
        jit_compile=params.train.jit_compile,
    )
    return network
