"""What a dry run says of data is what a run would."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from PIL import Image

from components.core.errors import DataError
from components.core.layout import data_folder
from components.core.task import Spec
from components.ingest.appending import Batch, stage_batch
from components.ingest.ingest import ingest
from components.ingest.params import SourceParams
from pipelines.project import load_spec
from pipelines.rehearsal import check_data
from pipelines.stages import run_stage

pytestmark = pytest.mark.slow  # Great Expectations


def write_images(folder: Path, count: int, side: int = 8) -> None:
    for name in ("cats", "dogs"):
        (folder / name).mkdir(parents=True)
        for number in range(count):
            Image.effect_noise((side, side), 60).save(folder / name / f"{number}.png")


@pytest.fixture
def spec(project: Path) -> Spec:
    """A task whose data have been ingested; images must be 8 pixels high."""
    (project / "toy.py").write_text("from pipelines.tasks.classification import TASK\n")
    write_images(project / "images", 30)
    block: dict[str, Any] = {
        "task": "toy.py",
        "source": {"kind": "image_folder", "path": "images"},
        "checks": {"classes": ["cats", "dogs"], "height": 8, "width": 8},
        "prepare": {"height": 8, "width": 8, "channels": 1},
        "train": {"model": "digits_cnn", "epochs": 1},
        "gate": {"thresholds": {"accuracy": {"min": 0.5}}},
    }
    (project / "params.yaml").write_text(yaml.safe_dump({"tasks": {"toy": block}}))
    ingest(load_spec("toy"), data_folder("toy"))
    return load_spec("toy")


def make_batch(spec: Spec, side: int) -> Batch:
    write_images(Path("new"), 3, side)
    Path("batch").mkdir()
    source = SourceParams(kind="image_folder", path=Path("new"))
    return stage_batch(spec, source, Path("batch"), test=False)


def files() -> set[str]:
    return {str(path) for path in Path.cwd().rglob("*") if "scratch" not in path.name}


@pytest.mark.parametrize("again", [False, True])
def test_good_samples_pass_and_nothing_changes(spec: Spec, again: bool) -> None:
    batch = make_batch(spec, side=8)
    run_stage("validate", "toy")
    before = {file: Path(file).stat().st_mtime_ns for file in files() if Path(file).is_file()}
    check_data(spec, batch, ingest_again=again)
    after = {file: Path(file).stat().st_mtime_ns for file in files() if Path(file).is_file()}
    assert after == before


@pytest.mark.parametrize("again", [False, True])
def test_samples_that_break_a_rule_are_named_as_a_run_would(spec: Spec, again: bool) -> None:
    batch = make_batch(spec, side=9)
    with pytest.raises(DataError, match="toy: the data would break rules") as dry:
        check_data(spec, batch, ingest_again=again)
    batch.append("toy")
    run_stage("ingest", "toy")
    with pytest.raises(DataError, match="toy: the data breaks rules") as real:
        run_stage("validate", "toy")
    rules = [[line.split('"')[1] for line in str(e.value).splitlines()[1:]] for e in (dry, real)]
    assert rules[0] == rules[1] != []
    assert "incoming/00001/cats/" in str(dry.value)


def test_a_changed_source_is_read(spec: Spec) -> None:
    write_images(Path("other"), 3, side=9)
    (Path("images/cats/new.png")).write_bytes(Path("other/cats/0.png").read_bytes())
    check_data(spec, None, ingest_again=False)
    with pytest.raises(DataError, match=r"new\.png"):
        check_data(spec, None, ingest_again=True)
