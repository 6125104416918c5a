"""The stages of a task, as the `dvc.yaml` of this repository has them."""

import shutil
from pathlib import Path

import pytest
import yaml

from pipelines import dvc
from pipelines.dag import MAY, NOT, WOULD, task_dag
from pipelines.stages import PLAN, STAGES

ROOT = Path(__file__).parents[2]
BLOCK = {
    "task": "toy.py",
    "source": {"kind": "image_folder", "path": "photos"},
}


@pytest.fixture(autouse=True)
def task(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(ROOT / "dvc.yaml", project)
    Path("params.yaml").write_text(yaml.safe_dump({"tasks": {"toy": BLOCK}}))
    Path("toy.py").write_text("from pipelines.tasks.classification import TASK\n")
    monkeypatch.setattr(dvc, "changed_stages", lambda task: {"augment"})


def test_each_stage_waits_for_those_that_write_what_it_reads() -> None:
    after = {node.stage: node.after for node in task_dag("toy")}
    assert list(after) == [PLAN, *STAGES]
    assert after == {
        "plan": [],
        "ingest": ["plan"],
        "validate": ["plan", "ingest"],
        "prepare": ["plan", "ingest", "validate"],
        "augment": ["plan", "prepare"],
        "train": ["plan", "prepare", "augment"],
        "evaluate": ["plan", "prepare", "train"],
        "register": ["plan", "prepare", "train", "evaluate", "ingest"],
    }


def test_what_no_stage_writes_is_told_apart() -> None:
    reads = {node.stage: node.reads for node in task_dag("toy")}
    assert reads["plan"] == ["components", "models", "pipelines", "toy.py", "photos"]
    assert reads["ingest"] == ["data/incoming/toy", "photos"]
    assert reads["prepare"] == ["data/schemas"]
    assert reads["train"] == []


def test_what_follows_a_changed_stage_may_run() -> None:
    state = {node.stage: node.state for node in task_dag("toy")}
    assert state["augment"] == WOULD
    assert [state[stage] for stage in ("train", "evaluate", "register")] == [MAY] * 3
    assert [state[stage] for stage in (PLAN, "ingest", "validate", "prepare")] == [NOT] * 4
