"""Optimizers with the schedules of their learning rate and momentum."""

import inspect
import math
from typing import Any

import keras
from keras import ops

from components.core.errors import ConvoyError
from components.train.muon import Muon
from components.train.params import TrainParams

OPTIMIZERS = {
    "sgd": keras.optimizers.SGD,
    "adam": keras.optimizers.Adam,
    "adamw": keras.optimizers.AdamW,
    "rmsprop": keras.optimizers.RMSprop,
    "nadam": keras.optimizers.Nadam,
    "muon": Muon,
}
SCHEDULES_WITH_WARMUP = ("linear", "cosine")


def make_optimizer(params: TrainParams, steps_per_epoch: int) -> keras.optimizers.Optimizer:
    """Makes the optimizer with its schedules, which count steps.

    Args:
        params: The parameters of training.
        steps_per_epoch: Batches in one pass over the training split.

    Raises:
        ConvoyError: When parameters contradict each other, such as momentum for Adam.
    """
    check_optimizer(params)
    arguments = params.optimizer.model_dump(exclude={"name"}, exclude_defaults=True)
    arguments["learning_rate"] = learning_rate_schedule(params, steps_per_epoch)
    final_momentum = params.schedule.final_momentum
    if final_momentum is None:
        return OPTIMIZERS[params.optimizer.name](**arguments)
    steps = params.epochs * steps_per_epoch
    return LinearMomentumSGD(final_momentum=final_momentum, momentum_steps=steps, **arguments)


def check_optimizer(params: TrainParams) -> None:
    """Checks that the parameters of the optimizer and of its schedule fit together.

    Raises:
        ConvoyError: Naming the parameter that would have no effect.
    """
    optimizer, schedule = params.optimizer, params.schedule
    for key in optimizer.model_dump(exclude={"name"}, exclude_defaults=True):
        if key not in inspect.signature(OPTIMIZERS[optimizer.name]).parameters:
            raise ConvoyError(f"train.optimizer.{key}: {optimizer.name} has no {key}")
    if schedule.final_momentum is not None and optimizer.name != "sgd":
        raise ConvoyError(
            f"train.schedule.final_momentum: only sgd changes its momentum, not {optimizer.name}"
        )
    if optimizer.nesterov and not (optimizer.momentum or schedule.final_momentum):
        raise ConvoyError("train.optimizer.nesterov: needs a momentum above 0")


def learning_rate_schedule(
    params: TrainParams, steps_per_epoch: int
) -> float | keras.optimizers.schedules.LearningRateSchedule:
    """Makes the schedule of the learning rate, over all epochs.

    Returns:
        A function of the step; a number for `constant` and for `plateau`, whose callback
        sets it.
    """
    rate, schedule = params.optimizer.learning_rate, params.schedule
    if schedule.name not in SCHEDULES_WITH_WARMUP:
        return rate
    total = params.epochs * steps_per_epoch
    warmup = min(round(schedule.warmup_epochs * steps_per_epoch), total - 1)
    decay = LinearDecay if schedule.name == "linear" else CosineDecay
    return decay(rate, total - warmup, schedule.final_fraction, warmup)


@keras.saving.register_keras_serializable(package="convoy")
class LinearDecay(keras.optimizers.schedules.LearningRateSchedule):
    """Linear growth from 0 over the warm-up, then linear decay, then constant."""

    def __init__(
        self, learning_rate: float, decay_steps: int, alpha: float = 0.0, warmup_steps: int = 0
    ) -> None:
        """Takes the numbers of the schedule, named as in Keras's `CosineDecay`.

        Args:
            learning_rate: The rate when the warm-up ends.
            decay_steps: Steps from there to the final rate.
            alpha: The final rate as a fraction of `learning_rate`.
            warmup_steps: Steps of growth before the decay.
        """
        self.learning_rate = learning_rate
        self.decay_steps = decay_steps
        self.alpha = alpha
        self.warmup_steps = warmup_steps

    def __call__(self, step: Any) -> Any:
        """The learning rate at a step, a float32 scalar."""
        step = ops.cast(step, "float32")
        growth = step / max(self.warmup_steps, 1)
        progress = ops.clip((step - self.warmup_steps) / self.decay_steps, 0.0, 1.0)
        decay = self.alpha + (1.0 - self.alpha) * self.remains(progress)
        return self.learning_rate * ops.where(step < self.warmup_steps, growth, decay)

    def remains(self, progress: Any) -> Any:
        """The share of the decay that is still to come after a share of its steps."""
        return 1.0 - progress

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return {
            "learning_rate": self.learning_rate,
            "decay_steps": self.decay_steps,
            "alpha": self.alpha,
            "warmup_steps": self.warmup_steps,
        }


@keras.saving.register_keras_serializable(package="convoy")
class CosineDecay(LinearDecay):
    """`LinearDecay` along half a cosine: Loshchilov and Hutter, 2017, "SGDR", without restarts.

    Keras's has a branch, and weight decay asks every optimizer's schedule once for each weight:
    a quarter of the time until the first step of a detector.
    """

    def remains(self, progress: Any) -> Any:
        """The share of the decay that is still to come after a share of its steps."""
        return (1.0 + ops.cos(math.pi * progress)) / 2.0


@keras.saving.register_keras_serializable(package="convoy")
class LinearMomentumSGD(keras.optimizers.Optimizer):
    """Gradient descent whose momentum changes linearly over the steps.

    Keras's `SGD` compiles its momentum into the training step as a constant.
    """

    def __init__(
        self,
        learning_rate: Any,
        momentum_steps: int,
        final_momentum: float,
        momentum: float = 0.0,
        nesterov: bool = False,
        **kwargs: Any,
    ) -> None:
        """Takes the arguments of `keras.optimizers.SGD` and those of the change.

        Args:
            learning_rate: A number or a schedule.
            momentum_steps: Steps from the first momentum to the final one.
            final_momentum: Momentum from there on.
            momentum: Momentum of the first step.
            nesterov: Whether the gradient is taken a momentum step ahead.
            **kwargs: Arguments of every Keras optimizer.
        """
        super().__init__(learning_rate=learning_rate, **kwargs)
        self.momentum_steps = momentum_steps
        self.final_momentum = final_momentum
        self.initial_momentum = momentum
        self.nesterov = nesterov

    @property
    def momentum(self) -> Any:
        """The momentum of the next step, a float32 scalar."""
        progress = ops.minimum(ops.cast(self.iterations, "float32") / self.momentum_steps, 1.0)
        return self.initial_momentum + (self.final_momentum - self.initial_momentum) * progress

    def build(self, variables: list[keras.Variable]) -> None:
        """Creates one velocity a variable."""
        if not self.built:
            super().build(variables)
            self.velocities = self.add_optimizer_variables(variables, "velocity")

    def update_step(self, gradient: Any, variable: keras.Variable, learning_rate: Any) -> None:
        """Updates one variable by the rule of `keras.optimizers.SGD`."""
        velocity = self.velocities[self._get_variable_index(variable)]
        momentum = ops.cast(self.momentum, variable.dtype)
        step = ops.cast(learning_rate, variable.dtype) * ops.cast(gradient, variable.dtype)
        self.assign(velocity, momentum * velocity - step)
        self.assign_add(variable, momentum * velocity - step if self.nesterov else velocity)

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return super().get_config() | {
            "momentum_steps": self.momentum_steps,
            "final_momentum": self.final_momentum,
            "momentum": self.initial_momentum,
            "nesterov": self.nesterov,
        }
