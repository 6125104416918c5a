"""The layers of an architecture, as courses print them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
from rich.box import SIMPLE_HEAD
from rich.filesize import decimal

from pipelines.reports.terminal import PlainTable

if TYPE_CHECKING:
    from pipelines.architectures import Architecture

UNITS = ((1e9, "G"), (1e6, "M"), (1e3, "k"))


def layers_table(architecture: Architecture) -> PlainTable:
    """A row a layer, and what they come to.

    The receptive field and the stride are in pixels of the image: how many of them a value
    depends on, and how many of them two neighbouring values are apart.
    """
    layers = architecture.layers
    size = " x ".join(map(str, architecture.shape))
    sums = layers[["parameters", "bytes", "multiply_adds"]].sum().astype(int)
    table = PlainTable(
        title=f"layers of {architecture.name} for {size} and {architecture.units:,} outputs",
        caption="field and stride in pixels of the image; memory of one image in 32-bit floats",
        show_footer=True,
        box=SIMPLE_HEAD,
        pad_edge=False,
    )
    table.add_column("layer", "all", overflow="fold")
    table.add_column("output", no_wrap=True)
    table.add_column("parameters", f"{sums['parameters']:,}", justify="right", no_wrap=True)
    table.add_column("field", no_wrap=True)
    table.add_column("stride", justify="right")
    table.add_column("memory", decimal(sums["bytes"]), justify="right")
    table.add_column("mult-adds", amount(sums["multiply_adds"]), justify="right")
    root = layers["layer"].iloc[-1].partition("/")[0]
    for row in layers.to_dict("records"):
        table.add_row(
            row["layer"].removeprefix(f"{root}/"),
            row["output"].replace(" x ", "x"),
            _filled(f"{row['parameters']:,}", row["parameters"]),
            row["receptive_field"].replace(" x ", "x").replace("whole input", "whole"),
            row["stride"].replace(" x ", "x"),
            "" if pd.isna(row["bytes"]) else decimal(int(row["bytes"])),
            _filled(amount(row["multiply_adds"]), row["multiply_adds"]),
        )
    return table


def _filled(words: str, count: float) -> str:
    """Nothing where there is nothing to count, so that what counts is seen."""
    return words if count > 0 else ""


def amount(count: float) -> str:
    """A number in thousands, millions or billions, to three digits."""
    for unit, letter in UNITS:
        if count >= unit:
            return f"{count / unit:.3g} {letter}"
    return f"{count:g}"
