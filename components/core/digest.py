"""By what a model is known again: by what it computes, not by the bytes of its files.

Two trainings with equal inputs export equal weights, but never equal files: a `.keras` file has
the time in it, and TensorFlow numbers the functions of a SavedModel as the process happened to
make them. `model_digest` leaves those out. Whether files are still those that were registered
says `folder_digest` of `components.core.files`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

DEFINITION_FILE = "model.json"
ASSETS = ("assets", "assets.extra")
SERVING_CODE = Path(__file__).with_name("served_model.py")
OBJECT_GRAPH = "_CHECKPOINTABLE_OBJECT_GRAPH"


def model_digest(folder: Path) -> str:
    """SHA-256 of what an exported model is.

    That is, in a fixed order: the values of its variables; its signatures and all that they
    compute, preprocessing included; the definition of its network; its assets, such as the
    names of the classes; and the code that it is served by.

    Args:
        folder: A SavedModel.

    Raises:
        OSError: When the folder holds no SavedModel.
    """
    digest = hashlib.sha256()
    for name, part in _parts(folder):
        digest.update(f"{name}\0{hashlib.sha256(part).hexdigest()}\n".encode())
    return digest.hexdigest()


def _parts(folder: Path) -> Iterator[tuple[str, bytes]]:
    yield "code", SERVING_CODE.read_bytes()
    yield "graph", _signatures((folder / "saved_model.pb").read_bytes())
    definition = folder / DEFINITION_FILE
    if definition.is_file():
        content = json.loads(definition.read_text())
        yield "network", json.dumps(content, sort_keys=True).encode()
    files = (file for name in ASSETS for file in (folder / name).rglob("*") if file.is_file())
    for file in sorted(files):
        yield file.relative_to(folder).as_posix(), file.read_bytes()
    yield from _variables(folder / "variables/variables")


def _variables(prefix: Path) -> Iterator[tuple[str, bytes]]:
    import tensorflow as tf

    if not prefix.with_suffix(".index").is_file():
        return
    checkpoint = tf.train.load_checkpoint(str(prefix))
    for name in sorted(checkpoint.get_variable_to_shape_map()):
        if name != OBJECT_GRAPH:
            values = np.asarray(checkpoint.get_tensor(name))
            yield f"{name} {values.dtype} {values.shape}", _content(values)


def _content(values: np.ndarray) -> bytes:
    """The values of an array; those of text are objects, of which an array has the addresses."""
    return values.tobytes() if values.dtype != object else repr(values.tolist()).encode()


def _signatures(content: bytes) -> bytes:
    from tensorflow.core.protobuf.saved_model_pb2 import SavedModel

    graph = SavedModel.FromString(content).meta_graphs[0]
    functions = _Functions(graph.graph_def.library.function)
    nodes = {node.name: node for node in graph.graph_def.node}
    lines = []
    for key, signature in sorted(graph.signature_def.items()):
        ends = [("input", signature.inputs), ("output", signature.outputs)]
        for kind, tensors in ends:
            for name, tensor in sorted(tensors.items()):
                source = _node_digest(tensor.name, nodes, functions)
                shape = tensor.tensor_shape.SerializeToString(deterministic=True).hex()
                lines.append(f"{key} {kind} {name} {tensor.dtype} {shape} {source}")
    return "\n".join(lines).encode()


class _Functions:
    """The functions of a graph, by a digest of what each does and calls.

    Their names, and those within them, have numbers that depend on what else the process has
    traced; the order of arguments and nodes does not.
    """

    def __init__(self, functions: Any) -> None:
        self._functions = {function.signature.name: function for function in functions}
        self._digests: dict[str, str] = {}

    def digest(self, name: str) -> str:
        if name not in self._digests:
            self._digests[name] = self._compute(self._functions[name])
        return self._digests[name]

    def _compute(self, function: Any) -> str:
        signature = function.signature
        places = {
            argument.name: f"argument {at}" for at, argument in enumerate(signature.input_arg)
        }
        places |= {node.name: f"node {at}" for at, node in enumerate(function.node_def)}

        def place(tensor: str) -> str:
            name, _, output = tensor.removeprefix("^").partition(":")
            return f"{'^' * tensor.startswith('^')}{places[name]} {output}"

        lines = [str(argument.type) for argument in signature.input_arg]
        for node in function.node_def:
            lines.append(f"{self.describe(node)}: {', '.join(map(place, node.input))}")
        lines += [place(function.ret[result.name]) for result in signature.output_arg]
        lines += sorted(place(f"^{name}") for name in function.control_ret.values())
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()

    def describe(self, node: Any) -> str:
        """What a node does: its operation and attributes; functions by their digests."""
        attributes = (f"{key}={self._value(value)}" for key, value in sorted(node.attr.items()))
        return f"{node.op} {' '.join(attributes)}"

    def _value(self, value: Any) -> str:
        functions = [value.func, *value.list.func]
        names = [function.name for function in functions if function.name in self._functions]
        if names:
            return ",".join(map(self.digest, names))
        return str(value.SerializeToString(deterministic=True).hex())


def _node_digest(tensor: str, nodes: Mapping[str, Any], functions: _Functions) -> str:
    """A digest of the tensor of a graph: of its node and, in turn, of the node's inputs."""
    name, _, output = tensor.removeprefix("^").partition(":")
    node = nodes[name]
    inputs = "\n".join(_node_digest(source, nodes, functions) for source in node.input)
    content = f"{output or 0}\n{functions.describe(node)}\n{inputs}"
    return hashlib.sha256(content.encode()).hexdigest()
