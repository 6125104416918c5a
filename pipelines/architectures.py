"""The layers of an architecture, counted without its weights."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from components.core.errors import ConvoyError
from models import build_model, check_model, published, without_weights
from pipelines.describe import MODEL, Entry
from pipelines.overrides import parse_override

if TYPE_CHECKING:
    import pandas as pd

SHAPE = re.compile(r"(\d+)x(\d+)(?:x(\d+))?")


@dataclass(frozen=True)
class Architecture:
    """A model of a size.

    Attributes:
        name: A module of `models`.
        shape: Height, width and channels of an input, or words and numbers of their vectors.
        units: The number of outputs.
        layers: As `components.core.layers.layer_table` gives them.
    """

    name: str
    shape: tuple[int, ...]
    units: int
    layers: pd.DataFrame


def takes_size(entry: Entry, given: bool) -> bool:
    """Whether an entry is a model, whose layers can be listed.

    Args:
        entry: What is described.
        given: Whether options, a shape or a number of outputs were given for it.

    Raises:
        ConvoyError: When they were, and it is none.
    """
    if given and entry.role != MODEL:
        raise ConvoyError(
            f"convoy describe {entry.name}: a {entry.role} takes no OPTION=VALUE, --shape or "
            "--units, a model does"
        )
    return entry.role == MODEL


def count_layers(
    name: str, options: Sequence[str] = (), shape: str | None = None, units: int | None = None
) -> Architecture:
    """Builds a model without weights and lists its layers.

    Args:
        name: A module of `models`.
        options: Of that model, such as `depth=50`.
        shape: Such as `96x96x3`; what the published figures are for when None.
        units: The number of outputs; likewise.

    Raises:
        ConvoyError: When an option or the shape is wrong, or the images are too small.
    """
    chosen = dict(map(parse_override, options))
    check_model(name, chosen, "convoy describe")
    size = published(name)
    given = size.shape if shape is None else read_shape(shape)
    outputs = size.units if units is None else units

    from components.core.layers import layer_table

    with without_weights():
        layers = layer_table(build_model(name, given, outputs, chosen), given)
    return Architecture(name, given, outputs, layers)


def read_shape(text: str) -> tuple[int, ...]:
    """Height, width and channels from `96x96x3`, or words and numbers of a vector from `64x300`.

    Raises:
        ConvoyError: When the text is none such.
    """
    match = SHAPE.fullmatch(text)
    if match is None or "0" in match.groups():
        raise ConvoyError(
            f"--shape {text}: expected HEIGHTxWIDTHxCHANNELS, such as 96x96x3, or WORDSxWIDTH"
        )
    return tuple(int(side) for side in match.groups() if side)
