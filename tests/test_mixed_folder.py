"""Every entry of a folder of 500 awkward ones is used, left out and counted, or named as broken."""

from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from components.core.errors import DataError
from components.core.walking import describe_left_out
from components.ingest.ingest import ingest
from components.validate.findings import FINDINGS_FILE
from components.validate.validate import BrokenRulesError, validate
from pipelines.tasks.classification import TASK
from tests.mixed import BROKEN, USED, as_classes, count_leaves, count_left_out, make_mixed, paths_of
from tests.specs import make_spec

ENTRIES = 500


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", [0, 1])
def test_every_entry_is_accounted_for(project: Path, seed: int) -> None:
    fates = as_classes(make_mixed(project / "in", project / "out", ENTRIES, seed))
    used, broken = paths_of(fates, USED), paths_of(fates, BROKEN)
    spec = make_spec(
        TASK, source={"kind": "image_folder", "path": "in"}, checks={"classes": ["cat", "dog"]}
    )
    summary = ingest(spec, Path("data"), Path("report"))
    assert summary.left_out == count_left_out(fates)
    rows = [row for file in Path("data").iterdir() for row in pq.read_table(file).to_pylist()]
    errors = {row["image_path"]: row["decode_error"] for row in rows}
    assert {path for path, error in errors.items() if error is None} == used
    assert {path for path, error in errors.items() if error} == broken
    assert len(rows) + sum(summary.left_out.values()) == ENTRIES == count_leaves(Path("in"))
    with pytest.raises(BrokenRulesError) as caught:
        validate(spec, Path("data"), Path("report"))
    assert isinstance(caught.value, DataError)
    findings = pd.read_csv(Path("report-failed") / FINDINGS_FILE)
    assert set(findings["path"]) == {path.replace("\n", "\\n") for path in broken}
    told = describe_left_out(summary.left_out)
    assert all(f"{count:,} {reason}" in told for reason, count in summary.left_out.items())
