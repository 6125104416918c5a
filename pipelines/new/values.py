"""Parameters that fit what was found: sensible ones to begin with, each with its reason."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np

from components.core.masks import VOID
from pipelines.new.layouts import Layout, load_beginning, task_file
from pipelines.new.pictures import choose_white
from pipelines.new.survey import Survey
from pipelines.tasks.shared.beginning import Beginning, Block

STEP = 8
"""Sides of reduced images are multiples of it, so that halving them leaves no rest."""

LISTED = 100
"""Classes that a block lists; of more, those of the training split are taken."""
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
    beginning = load_beginning(task)
    gate, chance = beginning.gate(found)
    prepare = _prepare(found, beginning.largest)
    block: Block = {
        "task": str(task_file(task)),
        "source": _source(found, layout),
        "checks": _checks(found, layout),
        "pixels": _pixels(found),
        "prepare": prepare,
        "augment": _augment(found),
        "train": _train(found, beginning, prepare),
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


def _source(found: Survey, layout: Layout) -> Block:
    keys = {key: value for key, value in layout.keys.items() if key != "path"}
    source: Block = {"kind": layout.kind, "path": str(found.path)}
    source |= {key: value if isinstance(value, list) else str(value) for key, value in keys.items()}
    if layout.kind == "mask_folder" and (colours := found.colour_table):
        source["colours"] = {name: list(colour) for name, colour in colours.items()}
    least = min((found.of_class(name) for name in found.classes), default=found.samples)
    if not found.has_splits and least < FEW:
        source["splits"] = {"train": 0.6, "val": 0.2, "test": 0.2}
    return source


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
    if colours := found.colour_table:
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


def _prepare(found: Survey, largest: int) -> Block:
    if found.lengths:
        whole = math.ceil(float(np.quantile(found.lengths, LONG)) * PUNCTUATED / STEP) * STEP
        return {"length": int(np.clip(whole, 2 * STEP, LONGEST_TEXT))}
    if not found.glances:
        return {}
    width, height = _median_size(found)
    scale = largest / max(width, height)
    if scale < 1:
        width, height = (max(STEP, round(side * scale / STEP) * STEP) for side in (width, height))
    return {"height": height, "width": width, "channels": 1 if is_colourless(found) else 3}


def _augment(found: Survey) -> Block:
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


def _train(found: Survey, beginning: Beginning, prepare: Mapping[str, Any]) -> Block:
    train = beginning.train(found, max(prepare.get("height", 0), prepare.get("width", 0)))
    learnt = found.of_split("train") or found.samples * 0.8
    train.setdefault("batch_size", 16 if learnt < 1_000 else 32)
    steps = max(1, learnt / train["batch_size"])
    train["epochs"] = int(np.clip(round(UPDATES / steps), *EPOCHS))
    return train | {"schedule": {"name": "cosine", "warmup_epochs": 1}}
