"""Parameters that fit what was found: sensible ones to begin with, each with its reason."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np

from components.core.masks import VOID
from components.core.table import SPLITS
from pipelines.new.layouts import Layout, task_file
from pipelines.new.pictures import choose_white
from pipelines.new.survey import Survey

Block = dict[str, Any]

LARGEST = {"segmentation": 128, "detection": 256}
LARGEST_SIDE = 96
"""The longer side of the network's input in pixels: what 2 cores learn in minutes."""
STEP = 8
"""Sides of reduced images are multiples of it, so that halving them leaves no rest."""
SMALL_SIDE = 32
"""Up to this side a network without a backbone does."""

LISTED = 100
"""Classes that a block lists; of more, those of the training split are taken."""
UNBALANCED = 2.0
"""How much more frequent than the rarest the commonest class is where weights pay."""
FEW = 30
"""Samples of a class below which a tenth of them would measure nothing."""

LONGEST_TEXT = 400
"""Words of a text that the network takes at most: what 2 cores learn in minutes."""
PUNCTUATED = 1.2
"""Words that a network takes of a word between blanks: punctuation is one of its own."""
LONG = 0.95
"""The share of the texts that is taken whole."""

UPDATES = 1_500
EPOCHS = (10, 60)
"""Steps that training aims at, and the bounds of the epochs that this makes."""

MOST_BOXES = 100
"""Boxes that an image may have where nothing else is said."""

SIDED = ("left", "right")
"""Words in the names of classes that a mirror would exchange."""


@dataclass(frozen=True)
class Proposal:
    """A block of parameters.

    Attributes:
        block: What to write under the task's name.
        reasons: By key of the block, why it says so.
    """

    block: Block
    reasons: Mapping[str, str]


def propose(found: Survey, layout: Layout, task: str) -> Proposal:
    """The parameters to begin with.

    Args:
        found: What there is.
        layout: How it is read.
        task: The name of the task that learns from it.
    """
    gate, chance = _gate(found, task)
    prepare = _prepare(found, task)
    block: Block = {
        "task": str(task_file(task)),
        "source": _source(found, layout),
        "checks": _checks(found, layout),
        "pixels": _pixels(found),
        "prepare": prepare,
        "augment": _augment(found, task),
        "train": _train(found, task, prepare),
        "gate": {"thresholds": gate} if gate else {},
    }
    reasons = {
        "source": describe_found(found),
        "checks": "what every sample must be like",
        "prepare": describe_sizes(found),
        "augment": "changes of training samples that leave their labels right",
        "gate": chance,
    }
    return Proposal({key: value for key, value in block.items() if value}, reasons)


def can_learn(task: str, found: Survey) -> bool:
    """Whether a task can learn classes of this number."""
    return task not in ("binary", "sentiment") or len(found.classes) == 2


def describe_found(found: Survey) -> str:
    """How many samples of how many classes there are."""
    classes = f" of {len(found.classes):,} classes" if found.classes else ""
    boxes = f" with {found.objects.total():,} boxes of {len(found.objects):,} classes"
    return f"{found.samples:,} samples{classes}{boxes if found.objects else ''}"


def describe_sizes(found: Survey) -> str:
    """How large the images are, or how long the texts."""
    if found.lengths:
        ends = f"{min(found.lengths):,} to {max(found.lengths):,}"
        return f"texts have {ends} words, {round(median(found.lengths)):,} in the median"
    if not found.glances:
        return "no image could be opened"
    sizes = {(each.width, each.height) for each in found.glances}
    width, height = _median_size(found)
    if len(sizes) == 1:
        return f"all images are {width}x{height}"
    (small, large) = (f"{w}x{h}" for w, h in (f(sizes, key=math.prod) for f in (min, max)))
    return f"images are {small} to {large}, {width}x{height} in the median"


def is_colourless(found: Survey) -> bool:
    """Whether no image was seen in colour: all are grey, in one channel or in three."""
    looked = [each.colourless for each in found.glances if each.colourless is not None]
    return bool(looked) and all(looked)


def is_unbalanced(found: Survey) -> bool:
    """Whether the commonest class has far more samples than the rarest."""
    counts = [found.of_class(name) for name in found.classes]
    return len(counts) > 1 and max(counts) >= UNBALANCED * min(counts)


def _source(found: Survey, layout: Layout) -> Block:
    keys = {key: value for key, value in layout.keys.items() if key != "path"}
    source: Block = {"kind": layout.kind, "path": str(found.path)}
    source |= {key: value if isinstance(value, list) else str(value) for key, value in keys.items()}
    if layout.kind == "mask_folder" and (colours := _colours(found)):
        source["colours"] = colours
    least = min((found.of_class(name) for name in found.classes), default=found.samples)
    if not found.has_splits and least < FEW:
        source["splits"] = {"train": 0.6, "val": 0.2, "test": 0.2}
    return source


def _colours(found: Survey) -> Block:
    """The table of the colours of masks, black first; empty where masks hold indices."""
    if found.colours:
        listed = sorted(found.colours)[: VOID + 1]
        return {_colour_name(at, colour): list(colour) for at, colour in enumerate(listed)}
    if set(found.pixels) == {0, VOID}:  # black and white
        return {"background": [0, 0, 0], "foreground": [VOID, VOID, VOID]}
    return {}


def _colour_name(at: int, colour: tuple[int, ...]) -> str:
    return f"class_{at}" if any(colour) else "background"


def _checks(found: Survey, layout: Layout) -> Block:
    checks: Block = {}
    if len({each.grey for each in found.glances}) == 1:
        checks["channels"] = 1 if found.glances[0].grey else 3
    if names := mask_classes(found, layout):
        checks["classes"] = names
    elif 2 <= len(found.classes) <= LISTED:
        checks["classes"] = found.classes
    if found.repeated:
        checks["duplicates"] = "keep_first"
    if len(found.alphabets) == 1 and (alphabet := next(iter(found.alphabets))):
        checks["alphabet"] = alphabet
    return checks | _box_checks(found)


def _box_checks(found: Survey) -> Block:
    """The classes of boxes, and what lets all that were found through."""
    checks: Block = {}
    if found.objects:
        checks["classes"] = sorted(found.objects)
    if found.most_boxes > MOST_BOXES:
        checks["max_boxes"] = found.most_boxes
    if found.empty_boxes:
        checks["broken_labels"] = "drop"
    return checks


def mask_classes(found: Survey, layout: Layout) -> list[str]:
    """Names for the classes of masks, of which files of indices say none."""
    if "classes" in layout.keys:
        return list(layout.keys["classes"])
    if colours := _colours(found):
        return list(colours)
    largest = max((value for value in found.pixels if value != VOID), default=-1)
    return [f"class_{index}" for index in range(largest + 1)]


def _pixels(found: Survey) -> Block:
    """The value of white, where the files do not tell it or are darker than they tell."""
    deep = [each for each in found.glances if each.deep is not None]
    if not deep:
        return {}
    white = choose_white(max(each.deep or 0 for each in deep))
    must_tell = any(each.must_tell for each in deep)
    return {"white": white} if must_tell or white < 4_096 else {}


def _median_size(found: Survey) -> tuple[int, int]:
    widths, heights = (
        [getattr(each, side) for each in found.glances] for side in ("width", "height")
    )
    return round(median(widths)), round(median(heights))


def _prepare(found: Survey, task: str) -> Block:
    if found.lengths:
        whole = math.ceil(float(np.quantile(found.lengths, LONG)) * PUNCTUATED / STEP) * STEP
        return {"length": int(np.clip(whole, 2 * STEP, LONGEST_TEXT))}
    if not found.glances:
        return {}
    width, height = _median_size(found)
    scale = LARGEST.get(task, LARGEST_SIDE) / max(width, height)
    if scale < 1:
        width, height = (max(STEP, round(side * scale / STEP) * STEP) for side in (width, height))
    return {"height": height, "width": width, "channels": 1 if is_colourless(found) else 3}


def _augment(found: Survey, task: str) -> Block:
    if found.lengths:
        return {}
    changes: Block = {"online": True, "shift": 0.1, "scale": 0.1, "brightness": 0.1}
    changes["contrast"] = 0.2
    if _is_written(found):
        return changes | {"rotation": 10}
    sided = any(word in name.lower() for name in found.classes for word in SIDED)
    return changes if sided else changes | {"horizontal_flip": True}


def _is_written(found: Survey) -> bool:
    """Whether the classes are letters or digits, which a mirror makes others of."""
    return bool(found.classes) and all(len(name) == 1 or name.isdigit() for name in found.classes)


def _train(found: Survey, task: str, prepare: Mapping[str, Any]) -> Block:
    train = {**TRAIN[task]}
    small = max(prepare.get("height", 0), prepare.get("width", 0)) <= SMALL_SIDE
    if task in ("classification", "binary") and small:
        train = {"model": "digits_cnn"}
    if task in ("classification", "binary") and is_unbalanced(found):
        train["class_weights"] = "balanced"
    if task == "segmentation" and _is_rare(found):
        train["pixel_weights"] = "median_frequency"
    learnt = found.of_split("train") or found.samples * 0.8
    train.setdefault("batch_size", 16 if learnt < 1_000 else 32)
    steps = max(1, learnt / train["batch_size"])
    train["epochs"] = int(np.clip(round(UPDATES / steps), *EPOCHS))
    return train | {"schedule": {"name": "cosine", "warmup_epochs": 1}}


def _class_pixels(found: Survey) -> list[int]:
    """The pixels of each class that masks have."""
    if colours := _colours(found):
        return list((found.colours or found.pixels).values())[: len(colours)]
    return [count for value, count in found.pixels.items() if value != VOID]


def _is_rare(found: Survey) -> bool:
    counts = _class_pixels(found)
    return len(counts) > 1 and max(counts) >= 10 * min(counts)


def _adamw(rate: float) -> Block:
    return {"name": "adamw", "learning_rate": rate, "weight_decay": 0.0001}


TRAIN: Mapping[str, Block] = {
    "classification": {"optimizer": _adamw(0.003)},
    "binary": {"optimizer": _adamw(0.003)},
    "segmentation": {"optimizer": _adamw(0.006), "dice": 0.3, "batch_size": 8},
    "keypoints": {"optimizer": _adamw(0.005), "loss": "euclidean", "batch_size": 16},
    "detection": {"optimizer": _adamw(0.003), "batch_size": 16},
    "sentiment": {"optimizer": _adamw(0.001), "early_stopping": 3},
}
"""By task, what its embedded data are learnt with."""


def _gate(found: Survey, task: str) -> tuple[Block, str]:
    """Bounds just better than chance, and what chance is."""
    if task == "segmentation":
        return _mask_gate(found)
    if task == "keypoints":
        return _point_gate(found)
    if task == "detection":
        return {"ap50": {"min": 0.1}}, "a model that finds nothing has an average precision of 0"
    if not found.classes:
        return {}, "better than chance"
    if is_unbalanced(found):
        share = 1 / len(found.classes)
        return _above("macro_recall", share), f"a guess has a macro recall of {share:.2f}"
    share = _commonest(found)
    return _above("accuracy", share), f"to guess the commonest class alone is right in {share:.0%}"


def _commonest(found: Survey) -> float:
    """The share of the commonest class in the samples that the gate decides by."""
    split = SPLITS[-1] if found.of_split(SPLITS[-1]) else None
    counts = [
        sum(n for (each, at), n in found.counts.items() if each == name and split in (None, at))
        for name in found.classes
    ]
    return max(counts) / sum(counts)


def _above(metric: str, chance: float) -> Block:
    return {metric: {"min": min(round(math.floor(chance * 100 + 1e-9) / 100 + 0.01, 2), 1.0)}}


def _mask_gate(found: Survey) -> tuple[Block, str]:
    counts = _class_pixels(found)
    if len(counts) < 2:
        return {}, "better than chance"
    share = max(counts) / sum(counts) / len(counts)
    return _above("mean_iou", share), f"the commonest class alone has a mean IoU of {share:.2f}"


def _point_gate(found: Survey) -> tuple[Block, str]:
    if not found.points:
        return {}, "better than chance"
    points = np.stack(found.points)
    distances = np.linalg.norm(points - np.nanmean(points, axis=0), axis=-1)
    error = float(np.nanmean(distances))
    bound = max(0.1, math.floor(error * 10) / 10)
    return {"mean_pixel_error": {"max": bound}}, f"the mean face alone errs by {error:.1f} pixels"
