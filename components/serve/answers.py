"""Predictions as JSON has them."""

import base64
import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from components.core.parts import Prediction

Encode = Callable[[bytes], Any]


def base64_text(data: bytes) -> str:
    """Bytes as text."""
    return base64.b64encode(data).decode()


def plain(value: Any, encode: Encode = base64_text) -> Any:
    """A value as JSON takes it: arrays as lists, what is no number as null.

    Args:
        value: An array or a number of NumPy or Python, a string, bytes, or lists and mappings.
        encode: What bytes become.
    """
    if isinstance(value, np.ndarray | np.generic):
        return plain(value.tolist(), encode)
    if isinstance(value, bytes):
        return encode(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, list | tuple):
        return [plain(each, encode) for each in value]
    if isinstance(value, Mapping):
        return {name: plain(each, encode) for name, each in value.items()}
    return value


def stack(predictions: list[Prediction]) -> dict[str, np.ndarray]:
    """The predictions for some samples as arrays `[samples, ...]` by the name of the output.

    Raises:
        ValueError: When an output has another shape for one sample than for another.
    """
    return {name: np.stack([_array(each[name]) for each in predictions]) for name in predictions[0]}


def _array(value: Any) -> np.ndarray:
    # bytes as they are: arrays of bytes lose zeros at their ends
    return np.array(value, dtype=object) if isinstance(value, bytes) else np.asarray(value)
