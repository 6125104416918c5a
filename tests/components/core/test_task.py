"""A task's table of parts, and specs as the lineage store keeps them."""

import json
import sys
from dataclasses import replace

import pytest

from components.core.block import Block
from components.core.errors import ConvoyError
from components.core.task import PARTS, Spec, Task, load_part, part_modules
from components.samples.image import ImageSample
from tests.tables import ToyLabels

IMAGES = "components.samples.image:ImageSample"
AUGMENTATION = "components.core.parts:Augmentation"
TOY = "tests.tables:ToyLabels"

TASK = Task(labels=ToyLabels, features="a:F", learning="a:L", view="a.b:V", evaluation="a:E")

PARAMS = {
    "seed": 5,
    "checks": {"height": 6, "width": None, "channels": None},
    "prepare": {"height": 4, "width": 3, "channels": 1, "beam_args": ["--x"]},
}


class Size(Block):
    height: int
    width: int


@pytest.fixture
def spec() -> Spec:
    parts = {"sample": IMAGES, "labels": TOY, "augmentation": AUGMENTATION}
    return Spec("toy", parts, PARAMS, {"toy.py": "0123"})


def test_parts_are_told_by_where_they_stand() -> None:
    assert TASK.references() == {
        "labels": TOY,
        "features": "a:F",
        "learning": "a:L",
        "view": "a.b:V",
        "evaluation": "a:E",
        "sample": IMAGES,
        "augmentation": AUGMENTATION,
    }
    assert sorted(TASK.references()) == list(PARTS)
    assert part_modules(["a.b:V", IMAGES]) == ["a.b", "components.samples.image"]


def test_a_task_takes_parts_of_another() -> None:
    other = replace(TASK, view="c:V")
    assert other.references() == TASK.references() | {"view": "c:V"}


def test_a_spec_survives_as_json(spec: Spec) -> None:
    assert spec.sample.column == "image"  # what was made of it does not count
    again = Spec.from_json(spec.to_json())
    assert again == spec
    assert again.to_json() == spec.to_json()
    assert json.loads(spec.to_json()).keys() == {"name", "parts", "params", "code"}


def test_the_order_of_keys_does_not_count(spec: Spec) -> None:
    backwards = replace(
        spec,
        params=dict(reversed(spec.params.items())),
        parts=dict(reversed(spec.parts.items())),
    )
    assert backwards.to_json() == spec.to_json()


def test_a_spec_makes_its_parts_once_with_their_blocks(spec: Spec) -> None:
    sample = spec.sample
    assert isinstance(sample, ImageSample)
    assert sample is spec.sample
    assert (sample.name, sample.shape, sample.checks.height) == ("toy", (4, 3, 1), 6)
    assert spec.labels == ToyLabels(name="toy")
    assert type(spec.augmentation).__name__ == "Augmentation"


def test_a_block_as_a_stage_knows_it(spec: Spec) -> None:
    assert spec.block("prepare", Size) == Size(height=4, width=3)
    assert spec.seed == 5


@pytest.mark.parametrize("part", ["features", "learning", "view", "evaluation"])
def test_a_part_that_the_stage_does_not_ask_for(spec: Spec, part: str) -> None:
    with pytest.raises(ConvoyError, match=f"toy: this stage asks for no {part}"):
        getattr(spec, part)


@pytest.mark.parametrize(
    "reference", ["components.nowhere:Labels", "tests.tables:NoLabels", "not a name", ""]
)
def test_a_reference_to_nothing(spec: Spec, reference: str) -> None:
    wrong = replace(spec, parts={"labels": reference})
    with pytest.raises(ConvoyError, match=rf"^{reference}: no such part of a task: "):
        _ = wrong.labels


@pytest.mark.parametrize("reference", ["tests.tables:make_row", "components.core.block:Block"])
def test_a_reference_to_what_is_no_part(reference: str) -> None:
    with pytest.raises(ConvoyError, match=f"{reference}: is no part of a task"):
        load_part(reference)


def test_parts_stand_in_the_project_too(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path_factory.mktemp("project")
    (folder / "own_labels_of_a_project.py").write_text(
        "from tests.tables import ToyLabels\n\n\nclass Own(ToyLabels):\n    pass\n"
    )
    monkeypatch.chdir(folder)
    monkeypatch.setattr("sys.path", [*sys.path])
    assert load_part("own_labels_of_a_project:Own").__name__ == "Own"


def test_a_part_goes_without_a_block_of_which_the_stage_reads_other_keys(spec: Spec) -> None:
    params = {**PARAMS, "prepare": {"beam_args": []}}  # neither height nor width
    sample = Spec("toy", spec.parts, params, {}).sample
    assert not hasattr(sample, "prepare")
    assert hasattr(sample, "checks")
