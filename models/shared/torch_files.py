"""Reads the weights in PyTorch's files without PyTorch, and without running what a file says.

The format is that of `torch.save` before version 1.6: five pickles (a magic number, a version, the
machine's sizes, the tensors, the keys of their storages), then each storage: the number of its
elements, and their bytes. A pickle may name any function to be called; here four names are known.
"""

import io
import math
import pickle
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from components.core.errors import DataError

MAGIC = 0x1950A86A20F9469CFC6C
VERSION = 1001
TYPES = {"FloatStorage": "<f4", "LongStorage": "<i8"}
COUNT = np.dtype("<i8")
"""How a storage says how many elements follow."""


class Storage(NamedTuple):
    """Elements that lie side by side, which tensors look at.

    Attributes:
        kind: The elements' type, as NumPy calls it.
        key: What the file calls it.
        size: The number of elements.
    """

    kind: str
    key: str
    size: int


class Tensor(NamedTuple):
    """A look at a storage.

    Attributes:
        storage: The storage.
        offset: The place of the first element.
        shape: The length of each axis.
        strides: The distance of neighbours along each axis, in elements.
    """

    storage: Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


def read_tensors(content: bytes, place: str) -> dict[str, np.ndarray]:
    """Reads a state dict: tensors of 32-bit floats and 64-bit integers, by name.

    Args:
        content: Of a file that `torch.save(network.state_dict(), file)` wrote before PyTorch 1.6.
        place: What a message begins with: the file.

    Returns:
        The tensors, in the file's order.

    Raises:
        DataError: When it holds anything else. No function that it names is called.
    """
    try:
        return _read(io.BytesIO(content))
    except Exception as error:  # what was made to harm raises whatever it likes
        raise DataError(f"{place}: is no plain state dict of PyTorch's: {error}") from None


def _read(stream: io.BytesIO) -> dict[str, np.ndarray]:
    magic, version, machine = (_Unpickler(stream).load() for _ in range(3))
    if (magic, version, machine["little_endian"]) != (MAGIC, VERSION, True):
        raise ValueError("another format")
    tensors = _check(_Unpickler(stream).load())
    storages = {tensor.storage.key: tensor.storage for tensor in tensors.values()}
    keys = _Unpickler(stream).load()
    values = {key: _read_storage(stream, storages[key]) for key in keys}
    return {name: _look(values[tensor.storage.key], tensor) for name, tensor in tensors.items()}


class _Unpickler(pickle.Unpickler):
    """Makes numbers, texts, tuples, lists, dicts and descriptions of tensors, nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        """What a pickle may name: no class or function whose attributes it could set."""
        if module == "torch" and name in TYPES:
            return TYPES[name]
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return self._describe_tensor
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        raise pickle.UnpicklingError(f"it names {module}.{name}")

    def persistent_load(self, pid: Any) -> Storage:
        """The storage that a pickle refers to."""
        word, kind, key, _, size, view = pid
        if (word, view) != ("storage", None):
            raise pickle.UnpicklingError("it refers to what is no storage")
        return Storage(kind, key, size)

    def _describe_tensor(
        self, storage: Any, offset: Any, shape: Any, strides: Any, *_: Any
    ) -> Tensor:
        return Tensor(storage, offset, shape, strides)


def _check(state: Any) -> Mapping[str, Tensor]:
    """The state, where it is a dict of tensors that are made of numbers.

    Raises:
        TypeError: Where it is something else.
    """
    if not isinstance(state, dict):
        raise TypeError(f"it holds a {type(state).__name__}")
    for name, tensor in state.items():
        if not isinstance(name, str) or not isinstance(tensor, Tensor):
            raise TypeError(f"{name!r} is a {type(tensor).__name__}")
        if not isinstance(tensor.storage, Storage) or tensor.storage.kind not in TYPES.values():
            raise TypeError(f"{name!r} has no storage of a known type")
        numbers = (tensor.storage.size, tensor.offset, *tensor.shape, *tensor.strides)
        if not all(type(number) is int and number >= 0 for number in numbers):
            raise TypeError(f"{name!r} has sizes that are no natural numbers")
    return state


def _read_storage(stream: io.BytesIO, storage: Storage) -> np.ndarray:
    (size,) = np.frombuffer(stream.read(COUNT.itemsize), COUNT)
    if size != storage.size:
        raise ValueError(f"a storage of {storage.size} elements has {size}")
    values = np.frombuffer(
        stream.read(storage.size * np.dtype(storage.kind).itemsize), storage.kind
    )
    if len(values) != size:
        raise ValueError("it is cut off")
    return values


def _look(values: np.ndarray, tensor: Tensor) -> np.ndarray:
    """A copy of what a tensor looks at."""
    steps = zip(tensor.shape, tensor.strides, strict=True)
    last = tensor.offset + sum((length - 1) * stride for length, stride in steps)
    if last >= len(values) or math.prod(tensor.shape) > len(values):
        raise ValueError("a tensor reaches beyond its storage")
    strides = [stride * values.itemsize for stride in tensor.strides]
    seen = np.lib.stride_tricks.as_strided(values[tensor.offset :], tensor.shape, strides)
    return seen.copy()
