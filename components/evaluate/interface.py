"""What users of a served model rely on: its inputs, its outputs and its classes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import tensorflow as tf
from tensorflow.core.protobuf.meta_graph_pb2 import TensorInfo
from tensorflow.core.protobuf.saved_model_pb2 import SavedModel

from components.core.served_model import CLASSES_FILE

Tensors = Mapping[str, str]


@dataclass(frozen=True)
class Interface:
    """The serving signature of a model.

    Attributes:
        inputs: Type and shape by name, as in `string [?]`.
        outputs: Type and shape by name.
        classes: The classes in the order of the outputs; may be empty.
    """

    inputs: Tensors
    outputs: Tensors
    classes: tuple[str, ...]


def read_interface(folder: Path) -> Interface:
    """Reads the interface of a SavedModel without loading its variables.

    Raises:
        OSError: When the folder holds no SavedModel.
    """
    content = SavedModel.FromString((folder / "saved_model.pb").read_bytes())
    signature = content.meta_graphs[0].signature_def["serving_default"]
    names = folder / CLASSES_FILE
    return Interface(
        inputs=_tensors(signature.inputs),
        outputs=_tensors(signature.outputs),
        classes=tuple(names.read_text().splitlines()) if names.is_file() else (),
    )


def interface_changes(before: Interface, after: Interface) -> list[str]:
    """Says in a sentence each what users of the model before would stumble over."""
    return [
        *_tensor_changes("input", before.inputs, after.inputs),
        *_tensor_changes("output", before.outputs, after.outputs),
        *_class_changes(before.classes, after.classes),
    ]


def _tensors(infos: Mapping[str, TensorInfo]) -> dict[str, str]:
    return {name: _describe(info) for name, info in sorted(infos.items())}


def _describe(info: TensorInfo) -> str:
    sides = ("?" if dim.size < 0 else str(dim.size) for dim in info.tensor_shape.dim)
    return f"{tf.dtypes.as_dtype(info.dtype).name} [{', '.join(sides)}]"


def _tensor_changes(kind: str, before: Tensors, after: Tensors) -> Iterator[str]:
    for name in sorted(before.keys() | after.keys()):
        if before.get(name) != after.get(name):
            now, then = after.get(name, "absent"), before.get(name, "absent")
            yield f"the signature changed: {kind} {name} is {now}, the champion's is {then}"


def _class_changes(before: tuple[str, ...], after: tuple[str, ...]) -> Iterator[str]:
    new = [name for name in after if name not in before]
    gone = [name for name in before if name not in after]
    if new:
        yield f"the classes changed: the champion does not know {', '.join(new)}"
    if gone:
        yield f"the classes changed: only the champion knows {', '.join(gone)}"
    if before != after and not new and not gone:
        yield "the order of the classes changed; checks.classes of params.yaml fixes it"
