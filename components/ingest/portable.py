"""Functions of 32-bit floats that give the same bits on every processor.

NumPy computes them by whatever instructions a processor has, and results differ in the last bit. So
do those of 64 bits, but far below the last bit of 32, to which they are rounded here.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]


def exp(values: Floats) -> NDArray[np.float32]:
    """The exponential of each value."""
    return np.exp(values.astype(np.float64)).astype(np.float32)


def power(values: Floats, exponent: float) -> NDArray[np.float32]:
    """Each value, 0 or more, to a power."""
    return np.power(values.astype(np.float64), exponent).astype(np.float32)


def product(left: Floats, right: Floats) -> NDArray[np.float32]:
    """The product of two matrices."""
    return (left.astype(np.float64) @ right.astype(np.float64)).astype(np.float32)
