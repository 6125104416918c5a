"""Specs of tasks for tests that need no project."""

from typing import Any

from components.core.task import Spec, Task, load_part
from components.samples.image import ImageSample
from pipelines.params import check_block

BLOCK: dict[str, Any] = {
    "task": "toy.py",
    "source": {"kind": "image_folder", "path": "images"},
    "prepare": {"height": 4, "width": 4, "channels": 1},
    "train": {"model": "digits_cnn", "epochs": 1},
    "gate": {"thresholds": {"accuracy": {"min": 0.5}}},
}


def make_spec(task: Task, name: str = "toy", **blocks: Any) -> Spec:
    """Everything of a task; blocks change those of `BLOCK` key by key, and None takes one out."""
    merged = {**BLOCK}
    if not issubclass(load_part(task.references()["sample"]), ImageSample):
        del merged["prepare"]  # of images
    for key, value in blocks.items():
        before = merged.get(key)
        both = isinstance(before, dict) and isinstance(value, dict)
        merged[key] = {**before, **value} if both else value  # type: ignore[dict-item]
    given = {key: value for key, value in merged.items() if value is not None}
    return Spec(name, task.references(), check_block(name, given, task), code={})
