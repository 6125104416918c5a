"""Fits a network, phase by phase."""

import math
from dataclasses import dataclass
from pathlib import Path

import keras
import tensorflow as tf

from components.core.task import Spec
from components.train.callbacks import make_callbacks
from components.train.fine_tuning import Phase, freeze, plan_phases
from components.train.optimizers import make_optimizer
from components.train.params import TrainParams


@dataclass(frozen=True)
class Data:
    """What `fit` is fed with.

    Attributes:
        training: Batches of the training split, in another order every epoch.
        validation: Batches of the validation split.
        examples: Training examples in an epoch.
        class_weights: The weight of each class in the loss; None for equal ones.
    """

    training: tf.data.Dataset
    validation: tf.data.Dataset
    examples: int
    class_weights: dict[int, float] | None = None


def fit(network: keras.Model, spec: Spec, data: Data, curves: Path, speed: Path) -> None:
    """Fits a network in the phases that its parameters ask for.

    It ends with the weights of the epoch that had the least validation loss of all.

    Args:
        network: The network; changed in place.
        spec: What the stage is made of; gives loss and metrics.
        data: The examples of both splits.
        curves: CSV file to write, one row an epoch.
        speed: CSV file to write, how fast each epoch was.

    Raises:
        ConvoyError: When a loss is not finite, or the backbone that `train.fine_tune` needs
            is not there.
    """
    epochs, least, best = 0, math.inf, network.get_weights()
    phases = plan_phases(spec.block("train", TrainParams))
    for number, phase in enumerate(phases, start=1):
        _compile(network, spec, phase, data.examples)
        history = network.fit(
            data.training,
            validation_data=data.validation,
            initial_epoch=epochs,
            epochs=epochs + phase.params.epochs,
            class_weight=data.class_weights,
            callbacks=make_callbacks(phase.params, curves, speed, data.examples, number),
            verbose=0,  # the callbacks write a line an epoch
        )
        epochs = history.epoch[-1] + 1  # a phase may have stopped early
        if (loss := min(history.history["val_loss"])) < least:
            least, best = loss, network.get_weights()
    network.set_weights(best)


def _compile(network: keras.Model, spec: Spec, phase: Phase, examples: int) -> None:
    """Readies a network for a phase, with a new optimizer."""
    if phase.fraction is not None:
        freeze(network, phase.fraction)
    steps = math.ceil(examples / phase.params.batch_size)
    with network.distribute_strategy.scope():
        network.compile(
            optimizer=make_optimizer(phase.params, steps),
            loss=spec.learning.loss(),
            metrics=spec.learning.metrics() or None,
            jit_compile=phase.params.jit_compile,
        )
        # Keras traces a step that makes variables twice; metrics make theirs in it, too.
        network.optimizer.build(network.trainable_variables)
