"""The schema of `params.yaml`: one block a task, checked before anything runs."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from pipelines.errors import ConvoyError

PARAMS_FILE = Path("params.yaml")

Fraction = Field(ge=0, le=1)


class Block(BaseModel):
    """A block of parameters; unknown keys are errors, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Splits(Block):
    """Shares of the examples in each split; they sum to 1."""

    train: float = Field(0.8, gt=0, le=1)
    val: float = Field(0.1, gt=0, le=1)
    test: float = Field(0.1, gt=0, le=1)

    @model_validator(mode="after")
    def _sum_to_one(self) -> Self:
        total = self.train + self.val + self.test
        if abs(total - 1) > 1e-6:
            raise ValueError(f"train, val and test must sum to 1, not {total:g}")
        return self


class SourceParams(BaseModel):
    """Where the images come from; each kind of source adds its own keys.

    Attributes:
        kind: A module of `components/ingest/sources`.
        path: The file or folder the source reads; DVC watches it.
        splits: Used when the source brings no split of its own.
        rows_per_shard: Images in one parquet file.
    """

    model_config = ConfigDict(extra="allow", frozen=True)

    kind: str
    path: Path
    splits: Splits = Splits()
    rows_per_shard: int = Field(5_000, gt=0)


class CheckParams(Block):
    """What the validate stage demands of the table.

    Attributes:
        height: Declared height of every image in pixels; null for any.
        width: Declared width of every image in pixels; null for any.
        channels: Declared channels of every image (1, 3 or 4); null for any.
    """

    height: int | None = Field(None, gt=0)
    width: int | None = Field(None, gt=0)
    channels: Literal[1, 3, 4] | None = None


class PrepareParams(Block):
    """What the model is fed with.

    Attributes:
        height: Height of the model's input in pixels.
        width: Width of the model's input in pixels.
        channels: 1 (grey) or 3 (RGB).
        beam_args: Flags of Beam's runner, such as `--direct_num_workers=4`.
    """

    height: int = Field(gt=0)
    width: int = Field(gt=0)
    channels: Literal[1, 3]
    beam_args: tuple[str, ...] = ("--direct_running_mode=in_memory",)


class AugmentParams(Block):
    """Random, label-correct changes of an image; ranges are symmetric around "no change".

    Attributes:
        copies: Augmented copies of each training image that the augment stage writes.
        online: Whether the training input augments again, anew each epoch.
        shift: Largest shift, as a fraction of the image's side.
        rotation: Largest rotation in degrees.
        scale: Largest change of scale: 0.1 means 0.9 to 1.1.
        crop: Largest share of each side cut away before scaling back to size.
        brightness: Largest change of brightness, as a fraction of the value range.
        contrast: Largest change of contrast: 0.1 means 0.9 to 1.1.
        blur: Largest standard deviation of a Gaussian blur, in pixels.
        noise: Largest standard deviation of Gaussian noise, as a fraction of the value range.
        cutout: Largest side of a grey square put on the image, as a fraction of its side.
        horizontal_flip: Whether half of the images are mirrored left to right.
        vertical_flip: Whether half of the images are mirrored top to bottom.
    """

    copies: int = Field(0, ge=0)
    online: bool = False
    shift: float = Field(0.0, ge=0, lt=1)
    rotation: float = Field(0.0, ge=0, le=180)
    scale: float = Field(0.0, ge=0, lt=1)
    crop: float = Field(0.0, ge=0, lt=1)
    brightness: float = Field(0.0, ge=0, le=1)
    contrast: float = Field(0.0, ge=0, lt=1)
    blur: float = Field(0.0, ge=0)
    noise: float = Field(0.0, ge=0, le=1)
    cutout: float = Field(0.0, ge=0, lt=1)
    horizontal_flip: bool = False
    vertical_flip: bool = False


class OptimizerParams(Block):
    """A Keras optimizer by its name, with momentum where the optimizer has one."""

    name: Literal["sgd", "adam", "adamw", "rmsprop", "nadam"] = "adam"
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
        model: A module of `models`.
        options: Keyword arguments of that module's `build`.
        initial_weights: `none`, a `.keras` or `.weights.h5` file, or `models:/name@alias`.
        optimizer: The optimizer.
        schedule: The schedule of its learning rate and momentum.
        epochs: The most epochs.
        fine_tune: Freezes the backbone at first; null trains all layers from the start.
        batch_size: Images a step.
        early_stopping: Epochs without progress of the validation loss before training
            stops; null never stops early.
        class_weights: `balanced` weighs each class by the inverse of its frequency.
        mixed_precision: Whether to compute in 16-bit floats (pays on GPUs).
        jit_compile: Whether XLA compiles the training step.
        strategy: Distribution over devices.
        cache: Where decoded examples are kept after the first epoch.
        shuffle_buffer: Examples the shuffle draws from.
    """

    model: str
    options: dict[str, Any] = {}
    initial_weights: str = "none"
    optimizer: OptimizerParams = OptimizerParams()
    schedule: ScheduleParams = ScheduleParams()
    epochs: int = Field(gt=0)
    fine_tune: FineTuneParams | None = None
    batch_size: int = Field(64, gt=0)
    early_stopping: int | None = Field(None, gt=0)
    class_weights: Literal["none", "balanced"] = "none"
    mixed_precision: bool = False
    jit_compile: bool = False
    strategy: Literal["default", "mirrored", "multi_worker_mirrored"] = "default"
    cache: Literal["none", "memory", "file"] = "memory"
    shuffle_buffer: int = Field(10_000, gt=0)

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


class EvaluateParams(Block):
    """How the trained model is measured on the test split."""

    batch_size: int = Field(256, gt=0)
    pictures: int = Field(36, gt=0)


class Threshold(Block):
    """Bounds of one metric; a model outside them is never promoted."""

    min: float | None = None
    max: float | None = None

    @model_validator(mode="after")
    def _one_bound(self) -> Self:
        if (self.min is None) == (self.max is None):
            raise ValueError("give either min (greater is better) or max (less is better)")
        return self


class GateParams(Block):
    """When a challenger becomes the champion.

    Attributes:
        thresholds: Bounds by metric name; `min` says that greater is better.
        tolerance: How much worse than the champion, absolutely, a metric may be.
        allow_interface_change: Whether inputs, outputs and classes may differ from the
            champion's.
    """

    thresholds: dict[str, Threshold] = Field(min_length=1)
    tolerance: float = Field(0.0, ge=0)
    allow_interface_change: bool = False


class DriftParams(Block):
    """From which distance on data count as drifted; each lies between 0 and 1.

    Attributes:
        labels: L-infinity distance between the frequencies of classes; Jensen-Shannon
            divergence of numbers and points; change of the share that is missing.
        images: Jensen-Shannon divergence of brightness, contrast and size.
    """

    labels: float = Field(0.1, gt=0, le=1)
    images: float = Field(0.2, gt=0, le=1)


class RetrainParams(Block):
    """When `convoy retrain` trains again.

    Attributes:
        policy: `always`: when data, parameters or code changed; `on-new-data`: when the
            data did; `on-drift`: when new data have drifted from those that the champion
            was trained on; `if-older-than`: when something changed and the champion is
            older than `days`. Without a champion each trains.
        days: Age in days that `if-older-than` waits for.
        drift: The thresholds of drift.
    """

    policy: Literal["always", "on-new-data", "on-drift", "if-older-than"] = "on-new-data"
    days: float = Field(30, gt=0)
    drift: DriftParams = DriftParams()


class TaskParams(Block):
    """The block of one task; a task may narrow a block by a subclass.

    Attributes:
        task: The Python file that defines the task as `TASK`, relative to the project.
        seed: Seed of the split, the augmentation, the weights and the batch order.
    """

    task: Path
    seed: int = Field(0, ge=0)
    source: SourceParams
    checks: CheckParams
    prepare: PrepareParams
    augment: AugmentParams
    train: TrainParams
    evaluate: EvaluateParams
    gate: GateParams
    retrain: RetrainParams = RetrainParams()


def read_blocks(file: Path = PARAMS_FILE) -> Mapping[str, Mapping[str, Any]]:
    """Reads the raw block of every task.

    Raises:
        ConvoyError: When the file is absent, is not YAML or has no `tasks`.
    """
    try:
        content = yaml.safe_load(file.read_text())
    except FileNotFoundError:
        raise ConvoyError(f"{file}: not found; run convoy from the project's folder") from None
    except yaml.YAMLError as error:
        raise ConvoyError(f"{file}: not valid YAML: {error}") from None
    blocks = content.get("tasks") if isinstance(content, dict) else None
    if not isinstance(blocks, dict) or not blocks:
        raise ConvoyError(f"{file}: needs a mapping `tasks` with one block a task")
    return blocks


def read_recipe(task: str, name: str, file: Path = PARAMS_FILE) -> list[str]:
    """Reads the overrides, `key=value` each, that a task's recipe stands for.

    Raises:
        ConvoyError: When there is no such recipe.
    """
    recipes = (yaml.safe_load(file.read_text()).get("recipes") or {}).get(task) or {}
    if name not in recipes:
        known = ", ".join(recipes) or "none"
        raise ConvoyError(f"{file}: recipes.{task}: no recipe {name!r}; there are {known}")
    return list(recipes[name])


def check_block(name: str, block: Mapping[str, Any], schema: type[TaskParams]) -> TaskParams:
    """Checks one block against its schema.

    Raises:
        ConvoyError: Naming every wrong key by its path in `params.yaml`.
    """
    try:
        return schema.model_validate(block)
    except ValidationError as error:
        raise ConvoyError(describe_errors(error, f"{PARAMS_FILE}: tasks.{name}")) from None


def describe_errors(error: ValidationError, prefix: str) -> str:
    """Says each of pydantic's errors in a line that starts with the key's path."""
    lines = (
        f"{'.'.join([prefix, *map(str, item['loc'])])}: {item['msg']}" for item in error.errors()
    )
    return "\n".join(lines)
