"""No stage runs code that a parquet file hides (CVE-2023-47248), whichever reads it first."""

import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.tasks.classification import TASK
from tests.hidden_code import MARKER, hide_code, run_alone
from tests.specs import make_spec
from tests.tables import make_row, write_shard
from tests.toys import png

SPEC = make_spec(TASK, checks={"classes": ["a", "b"]})
SHARD = Path("data/toy/train-00000.parquet")
BATCH = Path("data/incoming/toy/00001-00000000/train-00000.parquet")

INGEST = """
from components.ingest.ingest import ingest
ingest(spec, Path("data/toy"))
"""

APPEND = """
from components.ingest.appending import stage_batch
from components.ingest.params import SourceParams
stage_batch(spec, SourceParams(kind="image_folder", path="images"), Path("new"), False)
"""

VALIDATE = """
from components.validate.validate import validate
validate(spec, Path("data/toy"), Path("report"))
"""

SCORE = """
from components.score.inputs import list_chunks
list_chunks(Path("data/toy/train-00000.parquet"), spec.sample, Path("."), 8)
"""

SCORE_WORKER = """
from components.score.inputs import Chunk, read_chunk
list(read_chunk(Chunk(Path("data/toy/train-00000.parquet"), 0, 0, 1), spec.sample, 8))
"""

DESCRIBE = """
from components.core.training_data import describe_samples
describe_samples([Path("data/toy/train-00000.parquet")], spec.sample, spec.labels)
"""

PREPARE = """
from components.prepare.example_gen import RowsToExamples
list(RowsToExamples(["image"]).convert("data/toy/train-00000.parquet"))
"""


@pytest.fixture
def table(project: Path) -> pa.Table:
    """One row of a task's table, in a project with images and the task's spec."""
    (project / "spec.json").write_text(SPEC.to_json())
    for folder in ("new", "images/a", "data/toy"):
        (project / folder).mkdir(parents=True)
    (project / "images/a/1.png").write_bytes(png(7))
    row = make_row(SPEC.sample, png(3), "a/0.png", label="a")
    return pq.read_table(write_shard(project / "good.parquet", SPEC.sample, SPEC.labels, [row]))


@pytest.mark.parametrize(
    ("lines", "file"),
    [
        pytest.param(INGEST, BATCH, id="ingest of a batch"),
        pytest.param(APPEND, SHARD, id="appending to known samples"),
        pytest.param(SCORE, SHARD, id="score of a file"),
        pytest.param(SCORE_WORKER, SHARD, id="a worker of score"),
        pytest.param(VALIDATE, SHARD, id="validate", marks=pytest.mark.slow),
        pytest.param(DESCRIBE, SHARD, id="training data", marks=pytest.mark.slow),
        pytest.param(PREPARE, SHARD, id="a worker of prepare", marks=pytest.mark.slow),
    ],
)
def test_a_file_that_hides_code_is_refused_in_one_line(
    table: pa.Table, lines: str, file: Path
) -> None:
    hide_code(table, file)
    said = run_alone(lines.strip())
    assert not Path(MARKER).exists()
    assert said.count("\n") == 1
    assert said.startswith("refused: ")
    assert f"{file}: refused: its schema holds a pickled type" in said


def test_pyarrow_before_15_alone_runs_it(table: pa.Table) -> None:
    hide_code(table, SHARD)
    program = f"import pyarrow.parquet as pq\ntry: pq.ParquetFile('{SHARD}')\nexcept Exception: ..."
    subprocess.run((sys.executable, "-c", program), check=True)
    old = int(pa.__version__.partition(".")[0]) < 15
    assert Path(MARKER).exists() is old, "so the other tests would notice"
