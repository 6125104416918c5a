"""PyTorch's files: what they hold, and that nothing which one names is run."""

import io
import os
import pickle
import pickletools
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from components.core.errors import DataError
from models.shared.torch_files import read_tensors
from tests.torch_written import write_file, write_tensors

PLACE = "weights.pth"
MARKER = "code-ran"

tensors = st.one_of(
    arrays.arrays(np.float32, arrays.array_shapes(min_dims=0, max_side=4)),
    arrays.arrays(np.int64, arrays.array_shapes(min_dims=0, max_side=4)),
)


@given(st.dictionaries(st.text(max_size=8), tensors, max_size=5))
def test_tensors_come_back_as_they_were(state: dict[str, np.ndarray]) -> None:
    found = read_tensors(write_tensors(state), PLACE)
    assert list(found) == list(state)
    for name, value in state.items():
        assert found[name].dtype == value.dtype
        np.testing.assert_array_equal(found[name], value)


@given(arrays.arrays(np.float32, arrays.array_shapes(min_dims=2, max_dims=4, max_side=4)))
def test_axes_may_lie_in_any_order(value: np.ndarray) -> None:
    found = read_tensors(write_tensors({"kernel": value.T}), PLACE)
    np.testing.assert_array_equal(found["kernel"], value.T)


def test_what_is_read_is_a_copy_that_may_be_changed() -> None:
    found = read_tensors(write_tensors({"bias": np.ones(3, np.float32)}), PLACE)
    found["bias"][0] = 2
    assert found["bias"].tolist() == [2, 1, 1]


class Call:
    """Has a pickle call a function."""

    def __init__(self, function: Callable[..., Any], *arguments: Any) -> None:
        self.call = function, arguments

    def __reduce__(self) -> tuple:
        return self.call


class State:
    """Has a pickle give an object of ours a state of its choice."""

    def __init__(self, state: Any) -> None:
        self.state = state

    def __reduce__(self) -> tuple:
        return State, ({},), self.state


def opcodes(text: str) -> bytes:
    """A pickle of protocol 0 or 2, written by hand."""
    return text.encode("latin1")


COMMAND = f"touch {MARKER}"
HARMFUL = {
    "calls a function": pickle.dumps(Call(os.system, COMMAND), 2),
    "calls one of Python's own": pickle.dumps(Call(exec, f"open({MARKER!r}, 'w')"), 2),
    "starts a process": pickle.dumps(Call(subprocess.Popen, COMMAND.split()), 2),
    "calls it in a tensor's place": pickle.dumps({"weight": Call(os.system, COMMAND)}, 2),
    "calls it in a key": pickle.dumps({Call(os.system, COMMAND): 1}, 2),
    "names it in the newer way": pickle.dumps(Call(os.system, COMMAND), 4),
    "names it in the oldest way": pickle.dumps(Call(os.system, COMMAND), 0),
    "makes an instance": opcodes(f"(S{COMMAND!r}\niposix\nsystem\n."),
    "makes an object": opcodes(f"(cposix\nsystem\nS{COMMAND!r}\no."),
    "reaches for an attribute": pickle.dumps(Call(getattr, {}, "clear"), 4),
    "names a known name's attribute": opcodes(
        "\x80\x04\x8c\x0bcollections\x8c\x0fOrderedDict.pop\x93."
    ),
    "names another of PyTorch's": opcodes("\x80\x02ctorch._utils\n_rebuild_parameter\n."),
    "names an extension": opcodes("\x80\x02\x82\x01."),
    "gives an object a state": pickle.dumps(State({"x": 1}), 2),
    "refers to what is no storage": opcodes("\x80\x02(X\x06\x00\x00\x00modulecos\nsystem\ntQ."),
}


@pytest.mark.parametrize("harm", HARMFUL)
def test_a_pickle_that_would_run_code_is_refused(
    harm: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DataError, match=r"weights\.pth: is no plain state dict of PyTorch's: "):
        read_tensors(write_file(HARMFUL[harm]), PLACE)
    assert not list(tmp_path.iterdir())


def test_such_pickles_do_run_code_where_nobody_refuses_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    pickle.loads(HARMFUL["calls a function"])
    assert [file.name for file in tmp_path.iterdir()] == [MARKER]


@pytest.mark.parametrize("at", range(5))
def test_each_pickle_of_a_file_is_held_to_it(
    at: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    parts = split_pickles(write_tensors({}))
    parts[at] = HARMFUL["calls a function"]
    with pytest.raises(DataError, match=r"it names posix\.system"):
        read_tensors(b"".join(parts), PLACE)
    assert not list(tmp_path.iterdir())


def split_pickles(content: bytes) -> list[bytes]:
    stream, parts = io.BytesIO(content), []
    while (begin := stream.tell()) < len(content):
        for _ in pickletools.genops(stream):
            pass
        parts.append(content[begin : stream.tell()])
    return parts


CHANGES = {
    "the function that describes a tensor": "ctorch._utils\n_rebuild_tensor_v2\n",
    "a type": "ctorch\nFloatStorage\n",
    "a class": "ccollections\nOrderedDict\n",
}


@pytest.mark.parametrize("what", CHANGES)
@pytest.mark.parametrize("state", ["}U\x01aK\x01s", "N}U\x08__call__NU\x03popNu\x86"])
def test_a_pickle_changes_nothing_of_what_it_may_name(what: str, state: str) -> None:
    sound = write_tensors({"bias": np.ones(3, np.float32)})
    with pytest.raises(DataError):
        read_tensors(write_file(opcodes(f"\x80\x02{CHANGES[what]}{state}b.")), PLACE)
    assert read_tensors(sound, PLACE)["bias"].tolist() == [1, 1, 1]


@pytest.mark.parametrize(
    ("state", "message"),
    [
        ([1, 2], "it holds a list"),
        ({"epoch": 3}, "'epoch' is a int"),
        ({1: 2}, "1 is a int"),
        ({"optimizer": {"lr": 0.1}}, "'optimizer' is a dict"),
    ],
)
def test_what_is_not_all_tensors_is_refused(state: Any, message: str) -> None:
    with pytest.raises(DataError, match=f"no plain state dict of PyTorch's: {message}"):
        read_tensors(write_file(pickle.dumps(state, 2)), PLACE)


def test_other_types_are_refused() -> None:
    with pytest.raises(DataError, match=r"it names torch\.HalfStorage"):
        read_tensors(write_tensors({"weight": np.ones(2, np.float16)}), PLACE)


@given(st.integers(0, 400))
def test_a_file_that_is_cut_off_is_refused(length: int) -> None:
    whole = write_tensors({"weight": np.arange(6, dtype=np.float32).reshape(2, 3)})
    with pytest.raises(DataError):
        read_tensors(whole[: min(length, len(whole) - 1)], PLACE)


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ((2, 3), (3, 3), "a tensor reaches beyond its storage"),
        ((2, 3), (2, 2**40), "a tensor reaches beyond its storage"),
    ],
)
def test_a_tensor_larger_than_its_storage(before: tuple, after: tuple, message: str) -> None:
    sound = write_tensors({"weight": np.ones(before, np.float32)})
    shape, lie = (pickle.dumps(each, 2)[2:-3] for each in (before, after))
    assert sound.count(shape) == 1
    with pytest.raises(DataError, match=message):
        read_tensors(sound.replace(shape, lie), PLACE)


@pytest.mark.parametrize(
    "content",
    [b"", b"no pickle", pickle.dumps(3), pickle.dumps(3) * 3, b"PK\x03\x04 a newer file"],
)
def test_other_files_are_refused(content: bytes) -> None:
    with pytest.raises(DataError, match=r"weights\.pth: is no plain state dict of PyTorch's: "):
        read_tensors(content, PLACE)
