"""The blocks of params.yaml name the classes that their embedded data have."""

import pytest

from components.ingest.sources.composed_sentences import LABELS
from components.ingest.sources.scenes.instances import CLASSES as OBJECTS
from components.ingest.sources.scenes.objects import KINDS
from components.ingest.sources.scenes.surfaces import CLASSES, VOID
from pipelines.project import load_spec


def checks(task: str) -> dict[str, object]:
    return dict(load_spec(task).params["checks"])


def test_masks_of_rendered_scenes() -> None:
    assert checks("segmentation")["classes"] == list(CLASSES)
    assert checks("segmentation")["void"] == VOID


@pytest.mark.parametrize("task", ["detection", "instances"])
def test_objects_of_rendered_scenes(task: str) -> None:
    assert checks(task)["classes"] == list(OBJECTS)


@pytest.mark.parametrize(
    ("task", "classes"), [("objects", list(KINDS)), ("person", ["no_person", "person"])]
)
def test_labels_of_rendered_images(task: str, classes: list[str]) -> None:
    assert checks(task)["classes"] == classes


def test_labels_of_composed_sentences() -> None:
    assert checks("sentiment")["classes"] == list(LABELS)
