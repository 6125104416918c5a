"""The block `train`: how the model is built and fitted."""

from typing import Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from components.core.block import Block


class OptimizerParams(Block):
    """A Keras optimizer by its name.

    Attributes:
        name: The optimizer; `muon` learns convolutions in fewer steps than the others.
        learning_rate: Where the schedule starts from.
        momentum: Of `sgd` and `rmsprop`.
        nesterov: Whether the momentum of `sgd` is Nesterov's.
        weight_decay: The share of each weight that a step takes away; null for Keras's own.
        clipnorm: The largest norm of a weight's gradient; null does not clip.
    """

    name: Literal["sgd", "adam", "adamw", "rmsprop", "nadam", "muon"] = "adam"
    learning_rate: float = Field(1e-3, gt=0)
    momentum: float = Field(0.0, ge=0, lt=1)
    nesterov: bool = False
    weight_decay: float | None = Field(None, ge=0)
    clipnorm: float | None = Field(None, gt=0)


class ScheduleParams(Block):
    """How learning rate (and momentum) change over the epochs.

    Attributes:
        name: `constant`; `linear` to `final_fraction`; `cosine` to `final_fraction`;
            `plateau`: multiplied by `factor` after `patience` epochs without progress.
        warmup_epochs: Epochs of linear growth from 0 before `linear` or `cosine` begins.
        final_fraction: Learning rate at the end as a fraction of the one at the start.
        final_momentum: Momentum at the end of a linear change over the epochs; null keeps it.
        factor: Multiplier of `plateau`.
        patience: Epochs without progress that `plateau` waits for.
    """

    name: Literal["constant", "linear", "cosine", "plateau"] = "constant"
    warmup_epochs: float = Field(0, ge=0)
    final_fraction: float = Field(0.0, ge=0, le=1)
    final_momentum: float | None = Field(None, ge=0, lt=1)
    factor: float = Field(0.5, gt=0, lt=1)
    patience: int = Field(3, gt=0)

    @model_validator(mode="after")
    def _has_warmup(self) -> Self:
        if self.warmup_epochs and self.name not in ("linear", "cosine"):
            raise ValueError(f"{self.name} has no warm-up; warmup_epochs must be 0")
        return self


class FineTuneParams(Block):
    """Training in two phases, for models with a layer named `backbone`.

    For `train.epochs` the backbone is frozen and the rest learns; then the backbone's top
    learns along. Batch normalisation in the backbone keeps its statistics and weights
    throughout.

    Attributes:
        epochs: The most epochs of the second phase; 0 leaves the backbone frozen.
        fraction: The share of the backbone's layers, counted from its output, that learn.
        learning_rate: Learning rate of the second phase, which the schedule starts from anew.
    """

    epochs: int = Field(ge=0)
    fraction: float = Field(0.3, gt=0, le=1)
    learning_rate: float = Field(1e-4, gt=0)


class TrainParams(Block):
    """How the model is built and fitted.

    Attributes:
        model: A module of `models`; a task may bring one.
        options: Keyword arguments of that module's `build`.
        initial_weights: `none`, a `.keras` or `.weights.h5` file, or `models:/name@alias`.
        optimizer: The optimizer.
        schedule: The schedule of its learning rate and momentum.
        epochs: The most epochs.
        fine_tune: Freezes the backbone at first; null trains all layers from the start.
        batch_size: Examples a step.
        early_stopping: Epochs without progress of the validation loss before training
            stops; null never stops early.
        deterministic: Whether TensorFlow takes only those algorithms that give equal results for
            equal inputs on one machine; it stops at an operation that has none.
        mixed_precision: Whether to compute in 16-bit floats (pays on GPUs).
        jit_compile: Whether XLA compiles the training step.
        strategy: Distribution over devices.
        cache: Where decoded examples are kept after the first epoch.
        shuffle_buffer: Examples the shuffle draws from, at least; from all where `cache` keeps
            them in memory.
        tensorboard: Whether logs for TensorBoard are written beside those of the speed,
            `artifacts/<task>/diary/train/tensorboard`.
    """

    model: str
    options: dict[str, Any] = Field(default_factory=dict)
    initial_weights: str = "none"
    optimizer: OptimizerParams = OptimizerParams()
    schedule: ScheduleParams = ScheduleParams()
    epochs: int = Field(25, gt=0)
    fine_tune: FineTuneParams | None = None
    batch_size: int = Field(64, gt=0)
    early_stopping: int | None = Field(None, gt=0)
    deterministic: bool = True
    mixed_precision: bool = False
    jit_compile: bool = False
    strategy: Literal["default", "mirrored"] = "default"
    cache: Literal["none", "memory", "file"] = "memory"
    shuffle_buffer: int = Field(10_000, gt=0)
    tensorboard: bool = False

    @field_validator("strategy", mode="before")
    @classmethod
    def _can_train(cls, strategy: object) -> object:
        if strategy == "multi_worker_mirrored":
            raise ValueError("Keras 3 cannot train under tf.distribute.MultiWorkerMirroredStrategy")
        return strategy

    @model_validator(mode="after")
    def _ends_warmup(self) -> Self:
        if self.schedule.warmup_epochs >= self.epochs:
            raise ValueError(
                f"schedule.warmup_epochs ({self.schedule.warmup_epochs:g}) must be below "
                f"epochs ({self.epochs})"
            )
        if self.fine_tune and 0 < self.fine_tune.epochs <= self.schedule.warmup_epochs:
            raise ValueError(
                f"schedule.warmup_epochs ({self.schedule.warmup_epochs:g}) must be below "
                f"fine_tune.epochs ({self.fine_tune.epochs})"
            )
        return self


class OnlineParams(Block):
    """What training reads of the block `augment`.

    Attributes:
        online: Whether the training input changes examples again, anew each epoch.
    """

    online: bool
