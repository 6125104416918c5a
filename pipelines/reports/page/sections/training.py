"""From changed copies to a fitted network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from components.core.layout import CURVES_FILE, LAYERS_FILE, speed_file
from pipelines.reports.page.content import Block, Cell, Facts, Section, frame_table, number
from pipelines.reports.page.pictures import embed_file
from pipelines.reports.page.sources import Sources, read_table

ROWS = 300
OPEN = 15
WHOLE = "whole input"
UNUSED = ("0", "0.0", "False", "none")
"""What a change that does nothing is set to."""


def augmentation(sources: Sources) -> Section | None:
    """Training examples beside their changed copies, with their labels."""
    pictures = sources.files("augment", ".png")
    if not pictures:
        return None
    changes = _flat(sources.spec("augment").params["augment"])
    used = {name: amount for name, amount in changes.items() if amount not in UNUSED}
    facts = Facts(used or {"changes": "none"})
    figures = [embed_file(file, sources.link(file)) for file in pictures]
    text = "How training examples are changed at random, labels along with them."
    return Section("augmentation", "Augmentation", text, [*figures, facts])


def model(sources: Sources) -> Section | None:
    """The network: layers, parameters, receptive field, and how it was to be trained."""
    params = _flat(sources.spec("train").params["train"])
    blocks: list[Block] = []
    layers = sources.table("train", LAYERS_FILE)
    if layers is not None:
        blocks.append(Facts(_size(layers)))
        title = f"Layers ({len(layers)})"
        text = (
            "The receptive field is what of the input a value depends on, in pixels or words, "
            "the stride how far apart two values are there. Bytes are those of the output for one "
            "sample in floats of 32 bits, multiply-adds those of kernels."
        )
        blocks.append(frame_table(title, layers, text, ROWS, folded=len(layers) > OPEN))
    blocks.append(Facts(params, "Parameters of the training"))
    return Section("model", "Model", "What was fitted, and how.", blocks)


def training(sources: Sources) -> Section | None:
    """The curves, epoch by epoch."""
    curves = sources.table("train", CURVES_FILE)
    if curves is None:
        return None
    figures = [embed_file(file, sources.link(file)) for file in sources.files("train", ".png")]
    table = frame_table("Epochs", curves.assign(epoch=curves["epoch"] + 1), rows=ROWS, folded=True)
    facts = Facts(dict(_course(curves, sources)))
    return Section("training", "Training", "How the fit went.", [facts, *figures, table])


def _size(layers: pd.DataFrame) -> Mapping[str, Cell]:
    fields = layers["receptive_field"].dropna()
    bounded = [field for field in fields if field != WHOLE]
    last = str(fields.iloc[-1]) if len(fields) else "not known"
    before = {"largest before that": str(bounded[-1])} if last == WHOLE and bounded else {}
    return {
        "parameters": f"{int(layers['parameters'].sum()):,}",
        "fitted": f"{int(layers['trainable'].sum()):,}",
        "layers": str(len(layers)),
        "receptive field of the last": last,
        **before,
    }


def _course(curves: pd.DataFrame, sources: Sources) -> Iterator[tuple[str, Cell]]:
    yield "epochs", str(len(curves))
    if "val_loss" in curves:
        kept = int(curves["val_loss"].argmin())
        yield (
            "weights kept",
            f"epoch {kept + 1}, validation loss {number(curves['val_loss'][kept])}",
        )
    speed = read_table(speed_file(sources.task)) if speed_file(sources.task).is_file() else None
    if speed is not None:
        median = speed["examples_per_second"].median()
        yield "speed", f"{median:,.0f} examples a second, the median of the epochs"


def _flat(params: Mapping[str, Any], prefix: str = "") -> dict[str, Cell]:
    """Parameters of nested blocks under dotted keys; those that are unset are left out."""
    flat: dict[str, Cell] = {}
    for key, value in params.items():
        if isinstance(value, Mapping):
            flat |= _flat(value, f"{prefix}{key}.")
        elif value not in (None, [], ""):
            flat[f"{prefix}{key}"] = str(value)
    return flat
