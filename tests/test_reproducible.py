"""Equal inputs give equal outputs, all but the diaries."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from benchmarks.workspace import ROOT, Workspace

pytestmark = [pytest.mark.slow, pytest.mark.e2e, pytest.mark.timeout(1800)]

Hashes = dict[str, str]

STAGES = ("plan", "ingest", "validate", "prepare", "augment", "train", "evaluate", "register")


def diaries() -> set[str]:
    """The outputs of digits that `dvc.yaml` calls diaries, in a comment on their line."""
    lines = (ROOT / "dvc.yaml").read_text().replace("${key}", "digits").splitlines()
    marked = (line.partition("#") for line in lines if "# a diary" in line)
    return {entry.strip(" -:") for entry, _, _ in marked}


def entries(stages: dict[str, Any], kind: str) -> Iterator[str]:
    """The paths that all stages name as `outs`, `metrics` or `deps`."""
    for stage in stages.values():
        for entry in stage["do"].get(kind, ()):
            (path,) = entry if isinstance(entry, dict) else (entry,)
            yield path.replace("${key}", "digits")


def hashes(project: Workspace) -> Hashes:
    """The hash of every output that is no diary, as DVC records it."""
    lock = yaml.safe_load((project.folder / "dvc.lock").read_text())
    outs = [out for stage in lock["stages"].values() for out in stage["outs"]]
    return {out["path"]: out["md5"] for out in outs if out["path"] not in diaries()}


def weights(project: Workspace) -> bytes:
    (file,) = project.folder.glob("artifacts/digits/train/Trainer/model/*/*/model.weights.h5")
    return file.read_bytes()


def run(folder: Path) -> Workspace:
    """A project whose task digits has run once."""
    folder.mkdir(parents=True)
    project = Workspace(folder)
    digits = project.params()["tasks"]["digits"]
    digits["train"] |= {"epochs": 2}
    digits["gate"] = {"thresholds": {"accuracy": {"min": 0.1}}, "tolerance": 0.5}
    project.write_params({"tasks": {"digits": digits}})
    project.run("convoy", "run", "digits")
    return project


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    folder = tmp_path_factory.mktemp("here")
    yield run(folder / "project")
    shutil.rmtree(folder)


def test_no_stage_depends_on_a_diary() -> None:
    stages = yaml.safe_load((ROOT / "dvc.yaml").read_text())["stages"]
    assert tuple(stages) == STAGES
    assert diaries() <= set(entries(stages, "outs"))
    read = set(entries(stages, "deps"))
    assert not [path for path in read for diary in diaries() if f"{path}/".startswith(f"{diary}/")]
    assert not [path for path in read for diary in diaries() if f"{diary}/".startswith(f"{path}/")]


def test_two_copies_of_a_project_come_to_the_same(
    first: Workspace, tmp_path_factory: pytest.TempPathFactory
) -> None:
    second = run(tmp_path_factory.mktemp("somewhere_else") / "another/project")
    assert hashes(second) == hashes(first)
    assert weights(second) == weights(first)
    assert second.metrics("digits") == first.metrics("digits")


def test_another_run_comes_to_the_same(first: Workspace) -> None:
    """The champion is an input, too: the first run had none, the ones after it have the same."""
    before, learnt, measured = hashes(first), weights(first), first.metrics("digits")
    first.run("convoy", "run", "--force", "digits")
    again = hashes(first)
    judged = {path for path in again if path.endswith("/evaluate")}
    assert {path for path in again if again[path] != before[path]} <= judged
    assert weights(first) == learnt
    assert first.metrics("digits") == measured
    first.run("dvc", "repro", "--force", "--single-item", "evaluate@digits")
    assert hashes(first) == again
    assert first.run("convoy", "models", "digits").count("champion") == 1
