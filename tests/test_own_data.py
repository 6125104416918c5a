"""Every pair of a task and a source: data of one's own, with the parameters and schemas shipped.

A pair that can be meant becomes examples, and one of each set of columns a model, since nothing
else of a source reaches the later stages; another pair ends in one sentence.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.core.errors import ConvoyError, DataError
from components.core.layout import METRICS_FILE, report_folder
from components.core.table import raw_types
from components.ingest.ingest import find_source, list_kinds
from pipelines.plan import make_specs, write_plan
from pipelines.stages import STAGES, run_stage
from tests.layouts import Writer, as_folders, draw_class, layouts_of, save
from tests.staged import staged_project

ROOT = Path(__file__).parents[1]
BLOCKS: Mapping[str, Any] = yaml.safe_load((ROOT / "params.yaml").read_text())["tasks"]
WRITERS: Mapping[tuple[str, str], Writer] = {
    (name, kind): write
    for name, block in BLOCKS.items()
    for kind, write in layouts_of(name, block).items()
}
SHIPPED = {(name, block["source"]["kind"]) for name, block in BLOCKS.items()}
"""The pairs of params.yaml itself, which `test_contract` takes through all stages."""

SAME_COLUMNS: Mapping[tuple[str, str], list[str]] = {
    (name, kind): [
        other
        for task, other in WRITERS
        if task == name and find_source(other, "").gives == find_source(kind, "").gives
    ]
    for name, kind in WRITERS
}
"""The sources that give the same columns to the same task, in their order."""

OTHER_CLASSES = {
    ("digits", "rendered_objects"),
    ("objects", "sklearn_digits"),
    ("objects", "mnist_idx"),
    ("person", "sklearn_digits"),
    ("person", "mnist_idx"),
    ("person", "rendered_objects"),
}
"""Pairs in which a source gives labels that are classes, but not those of the task."""

LEARNT = {
    "detection": "boxes, labels, difficult, crowd",
    "instances": "boxes, labels, difficult, crowd, masks",
    "digits": "label",
    "objects": "label",
    "person": "label and, if given, person_area",
    "segmentation": "mask",
    "keypoints": "keypoints",
    "sentiment": "label",
    "faces": "identity and, if given, pairs",
}
MEANINGLESS = sorted(
    {(name, kind) for name in BLOCKS for kind in list_kinds()}
    - {*WRITERS}
    - SHIPPED
    - OTHER_CLASSES
)
DATA_STAGES, MODEL_STAGES = tuple(STAGES)[:-3], tuple(STAGES)[-3:]
FEW = {"train": {"epochs": 1, "schedule": {"name": "constant"}, "batch_size": 8}}
SMALL: Mapping[str, Any] = {
    "rendered_objects": {"counts": {"train": 8, "val": 1, "test": 1}},
}

ONE_CLASS = {"instance_ids": ["person"], "instance_masks": ["object"]}
"""The classes of layouts whose objects are all of one."""


def write_params(
    name: str, source: Mapping[str, Any], classes: Sequence[str] | None = None
) -> None:
    """The shipped block of a task with another source, trained for one epoch."""
    block = {**BLOCKS[name]}
    if classes:
        block["checks"] = {**block["checks"], "classes": classes}
    changed = {key: {**block[key], **values} for key, values in FEW.items()}
    text = yaml.safe_dump({"tasks": {name: {**block, **changed, "source": dict(source)}}})
    Path("params.yaml").write_text(text)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """One project for all pairs: a registry takes seconds to make."""
    with staged_project(tmp_path_factory.mktemp("own")) as folder:
        yield folder


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize(("name", "kind"), WRITERS)
def test_a_pair_that_is_meant_is_learnt_from(name: str, kind: str, place: Path) -> None:
    folder = place / "mine" / f"{name}-{kind}"
    folder.mkdir(parents=True)
    write_params(name, {"kind": kind, **WRITERS[name, kind](folder)}, ONE_CLASS.get(kind))
    write_plan(name)
    for stage in DATA_STAGES:
        run_stage(stage, name)
    assert (report_folder(name, "augment") / "copies.png").is_file()
    if SAME_COLUMNS[name, kind][0] == kind:
        for stage in MODEL_STAGES:
            run_stage(stage, name)
        assert (report_folder(name, "evaluate").parent / METRICS_FILE).is_file()


@pytest.mark.slow
@pytest.mark.parametrize(("name", "kind"), sorted(OTHER_CLASSES))
def test_labels_that_are_no_classes_of_the_task_stop_at_validation(
    name: str, kind: str, place: Path
) -> None:
    folder = place / "other" / f"{name}-{kind}"
    folder.mkdir(parents=True)
    own = WRITERS["digits", kind](folder) if ("digits", kind) in WRITERS else {"path": str(folder)}
    write_params(name, {"kind": kind, **own, **SMALL.get(kind, {})})
    run_stage("ingest", name)
    rule = rf'^{name}: the data breaks rules(.|\n)*"label is known" is broken by'
    with pytest.raises(DataError, match=rule):
        run_stage("validate", name)


@pytest.mark.slow
def test_a_schema_that_does_not_fit_is_named_with_a_remedy(place: Path) -> None:
    classes = ["cat", "dog"]
    source = {"kind": "image_folder", **as_folders(place / "mine/animals", classes, (32, 32), 3)}
    write_params("objects", source, classes)
    for stage in ("ingest", "validate"):
        run_stage(stage, "objects")
    rule = (
        r"^data/schemas/objects\.pbtxt: the examples do not fit the schema; .* edit this file, or "
        r"remove it and one is inferred\n  train: label: Examples contain values missing from"
    )
    with pytest.raises(DataError, match=rule):
        run_stage("prepare", "objects")


@pytest.mark.parametrize(("name", "kind"), MEANINGLESS)
def test_a_pair_that_cannot_be_meant_ends_in_a_sentence(name: str, kind: str, place: Path) -> None:
    write_params(name, {"kind": kind, "path": "."})
    source, sample = find_source(kind, ""), "text" if name == "sentiment" else "image"
    fitting = sorted(other for task, other in {*WRITERS, *SHIPPED, *OTHER_CLASSES} if task == name)
    if source.brings.column == sample:
        labels = ", ".join(sorted(source.gives or ()))
        rule = f"gives the labels {labels}; the task learns {LEARNT[name]}"
    else:
        rule = f"gives samples of the kind {source.brings.column}; the task learns {sample}"
    place = f"params.yaml: tasks.{name}.source.kind"
    sentence = f"{place}: {kind} {rule}, which {', '.join(fitting)} give"
    with pytest.raises(ConvoyError, match=f"^{re.escape(sentence)}$"):
        write_plan(name)


def test_a_source_that_does_not_say_what_it_gives_is_stopped_when_it_is_read(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = find_source("image_folder", "")
    monkeypatch.setattr(source, "gives", None)
    save(draw_class(0, (8, 8), 3, 0), Path("images/cat/1.png"))
    write_params("keypoints", {"kind": "image_folder", "path": "images"})
    write_plan("keypoints")
    rule = r"^cat/1\.png: the source gives the labels label; the task learns keypoints$"
    with pytest.raises(ConvoyError, match=rule):
        run_stage("ingest", "keypoints")


def test_the_documentation_lists_every_source() -> None:
    text = (ROOT / "docs/tasks.md").read_text()
    assert [kind for kind in list_kinds() if f"`{kind}`" not in text] == []


@pytest.mark.parametrize("name", BLOCKS)
def test_a_shipped_schema_demands_what_every_source_gives_and_no_more(
    name: str, place: Path
) -> None:
    from google.protobuf import text_format
    from tensorflow_metadata.proto.v0.schema_pb2 import Schema

    write_params(name, BLOCKS[name]["source"] | {"path": "."})
    spec = make_specs(name)["prepare"]
    schema = text_format.Parse((ROOT / f"data/schemas/{name}.pbtxt").read_text(), Schema())
    demanded = {each.name for each in schema.feature if each.presence.min_fraction}
    assert demanded == raw_types(spec.sample, spec.labels).keys() - spec.labels.optional()
    assert {each.name for each in schema.feature} == raw_types(spec.sample, spec.labels).keys()
