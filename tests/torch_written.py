"""Files as PyTorch wrote them before version 1.6, made without PyTorch."""

import io
import pickle
import sys
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from models.shared.torch_files import MAGIC, VERSION

STORAGES = {"float32": "FloatStorage", "int64": "LongStorage", "float16": "HalfStorage"}


def _rebuild_tensor_v2(*_: Any) -> None:
    raise AssertionError("nobody calls it")


class _Storage:
    def __init__(self, key: str, array: np.ndarray) -> None:
        self.key, self.array = key, array


class _Tensor:
    """Pickled as PyTorch pickles a tensor."""

    def __init__(self, storage: _Storage, *look: Any) -> None:
        self.storage, self.look = storage, look

    def __reduce__(self) -> tuple:
        return _rebuild_tensor_v2, (self.storage, *self.look, False, OrderedDict())


class _Pickler(pickle.Pickler):
    def persistent_id(self, obj: Any) -> Any:
        if not isinstance(obj, _Storage):
            return None
        kind = getattr(sys.modules["torch"], STORAGES[obj.array.dtype.name])
        return "storage", kind, obj.key, "cpu", obj.array.size, None


def write_tensors(arrays: Mapping[str, np.ndarray]) -> bytes:
    """A file of arrays, which may be views of others."""
    state = OrderedDict()
    storages = {}
    for number, (name, array) in enumerate(arrays.items()):
        storage = storages.setdefault(str(number), _Storage(str(number), flat(array)))
        strides = tuple(step // array.itemsize for step in array.strides)
        state[name] = _Tensor(storage, 0, array.shape, strides)
    with torch_modules():
        return write_file(_pickle(state), {each.key: each.array for each in storages.values()})


def flat(array: np.ndarray) -> np.ndarray:
    """The elements in the order in which they lie in memory."""
    return np.ravel(array, order="K")


def write_file(state: bytes, storages: Mapping[str, np.ndarray] | None = None) -> bytes:
    """A file around any pickle.

    Args:
        state: The pickle of the tensors.
        storages: The elements of each storage, by its key.
    """
    machine = {"protocol_version": VERSION, "little_endian": True, "type_sizes": {"int": 4}}
    storages = storages or {}
    head = b"".join(pickle.dumps(each, 2) for each in (MAGIC, VERSION, machine))
    tail = b"".join(
        np.int64(values.size).tobytes() + values.tobytes() for values in storages.values()
    )
    return head + state + pickle.dumps(list(storages), 2) + tail


def _pickle(value: Any) -> bytes:
    stream = io.BytesIO()
    _Pickler(stream, 2).dump(value)
    return stream.getvalue()


@contextmanager
def torch_modules() -> Iterator[None]:
    """Lets pickles name what PyTorch's name."""
    torch, utils = ModuleType("torch"), ModuleType("torch._utils")
    for name in STORAGES.values():
        setattr(torch, name, type(name, (), {"__module__": "torch"}))
    utils._rebuild_tensor_v2 = _rebuild_tensor_v2  # type: ignore[attr-defined]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_rebuild_tensor_v2, "__module__", utils.__name__)
        patch.setitem(sys.modules, "torch", torch)
        patch.setitem(sys.modules, "torch._utils", utils)
        yield
