from pathlib import Path

import pytest
import yaml

from components.core.errors import ConvoyError
from pipelines.curating import keep_schema


@pytest.fixture
def toy(project: Path) -> Path:
    (project / "toy.py").write_text("from pipelines.tasks.classification import TASK\n")
    (project / "params.yaml").write_text(yaml.safe_dump({"tasks": {"toy": {"task": "toy.py"}}}))
    return project


def infer(project: Path) -> None:
    folder = project / "artifacts/toy/prepare/Schema/schema/3"
    folder.mkdir(parents=True)
    (folder / "schema.pbtxt").write_text("feature {}\n")


def test_the_inferred_schema_is_kept(toy: Path) -> None:
    infer(toy)
    assert keep_schema("toy").read_text() == "feature {}\n"
    with pytest.raises(ConvoyError, match=r"data/schemas/toy.pbtxt: is there already"):
        keep_schema("toy")


def test_without_a_run_there_is_none(toy: Path) -> None:
    with pytest.raises(ConvoyError, match="not found; run: convoy run toy"):
        keep_schema("toy")
    with pytest.raises(ConvoyError, match=r"no task 'toi'; there are toy|no task 'toi'; did you"):
        keep_schema("toi")
