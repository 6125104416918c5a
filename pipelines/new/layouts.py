"""Which layout somebody's data have, and which task can learn from them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from components.core.errors import ConvoyError
from components.core.names import describe_unknown, suggest_path
from components.core.task import Spec, Task
from components.core.walking import is_hidden
from components.ingest.ingest import describe_unfit, find_source, list_kinds
from pipelines.tasks.shared.beginning import Beginning

TASKS = Path("pipelines/tasks")
"""The folder of the tasks that convoy brings."""

SHARED = "shared"
PLACE = "convoy new"

ORDER = (
    "pts_landmarks",
    "kaggle_keypoints",
    "coco_keypoints",
    "coco_segmentation",
    "coco_instances",
    "coco_labels",
    "coco_boxes",
    "pascal_voc",
    "yolo_boxes",
    "csv_boxes",
    "via_polygons",
    "instance_ids",
    "instance_masks",
    "mask_folder",
    "mnist_idx",
    "csv_labels",
    "identity_pairs",
    "image_folder",
    "text_table",
    "text_lines",
    "text_folder",
)
"""Which layout is meant where several can be: that which says more. Others come first."""


@dataclass(frozen=True)
class Layout:
    """How data can be read.

    Attributes:
        kind: The kind of source.
        keys: What the block `source` says beside the kind, `path` included.
        tasks: The names of the tasks that can learn from it, the one that is meant first.
    """

    kind: str
    keys: Mapping[str, Any]
    tasks: Sequence[str]


def recognise(path: Path) -> list[Layout]:
    """All layouts that data can have, the one that is meant first.

    Of a folder with nothing but one folder, that one is looked at.

    Args:
        path: A file or folder.

    Raises:
        ConvoyError: When it is absent or may not be read, or has no layout that is known.
    """
    if not path.exists():
        raise ConvoyError(f"{path}: not found{suggest_path(path)}")
    inner = path
    while not (found := _layouts(inner)) and (below := _only_folder(inner)):
        inner = below
    if not found:
        kinds = [kind for kind in ORDER if kind in list_kinds()]
        raise ConvoyError(
            f"{path}: has none of the layouts {', '.join(kinds)}; convoy describe KIND says what "
            "each must be like, --kind KIND takes one all the same"
        )
    return found


def declared(path: Path, kind: str) -> Layout:
    """The layout that somebody has chosen.

    Raises:
        ConvoyError: When there is no such kind of source, or no task learns what it gives.
    """
    if not path.exists():
        raise ConvoyError(f"{path}: not found{suggest_path(path)}")
    keys = find_source(kind, f"{PLACE} --kind").recognise(path) or {"path": path}
    return Layout(kind, keys, tasks_for(kind))


def choose_task(layout: Layout, wanted: str | None) -> str:
    """The task that is to learn from a layout.

    Args:
        layout: The layout.
        wanted: What somebody asks for; None for the one that is meant.

    Raises:
        ConvoyError: When it is none of those that can.
    """
    if wanted is None:
        return layout.tasks[0]
    if wanted not in layout.tasks:
        words = describe_unknown("task", wanted, layout.tasks)
        raise ConvoyError(f"{PLACE} --task: {words}, which can learn from {layout.kind}")
    return wanted


def task_names() -> list[str]:
    """The tasks that convoy brings, by name."""
    folder = Path(__file__).parents[1] / "tasks"
    found = (file.parent.name for file in folder.glob("*/__init__.py"))
    return sorted(name for name in found if name != SHARED)


def load_kind(name: str) -> Task:
    """A task that convoy brings, in a project or not."""
    task: Task = import_module(f"{TASKS.parent}.{TASKS.name}.{name}").TASK
    return task


def load_beginning(name: str) -> Beginning:
    """What a task that convoy brings begins with: `BEGINNING` of its folder's `beginning.py`."""
    module = f"{TASKS.parent}.{TASKS.name}.{name}.beginning"
    beginning: Beginning = import_module(module).BEGINNING if find_spec(module) else Beginning()
    return beginning


def task_file(name: str) -> Path:
    """What `task` says of a task that convoy brings."""
    return TASKS / name


def tasks_for(kind: str) -> list[str]:
    """The tasks that can learn from a kind of source, those first that ask for all it gives.

    Raises:
        ConvoyError: When there is none.
    """
    source = find_source(kind, PLACE)
    fit = {}
    for name in task_names():
        spec = Spec(name, load_kind(name).references(), {}, {})
        if not describe_unfit(source, spec.sample, spec.labels):
            fit[name] = len(spec.labels.columns().keys() - (source.gives or ()))
    if not fit:
        raise ConvoyError(f"{PLACE}: no task learns from {kind}; write one (see CONTRIBUTING.md)")
    return sorted(fit, key=lambda name: (fit[name], task_names().index(name), name))


def _layouts(path: Path) -> list[Layout]:
    kinds = sorted(list_kinds(), key=lambda kind: ORDER.index(kind) if kind in ORDER else -1)
    found = ((kind, find_source(kind, PLACE).recognise(path)) for kind in kinds)
    return [Layout(kind, keys, tasks_for(kind)) for kind, keys in found if keys is not None]


def _only_folder(path: Path) -> Path | None:
    below = [each for each in path.iterdir() if not is_hidden(each.name)] if path.is_dir() else []
    return below[0] if len(below) == 1 and below[0].is_dir() else None
