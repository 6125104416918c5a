"""The same for what is scored: every entry has its score, its reason or its place in a count."""

from pathlib import Path

import pandas as pd
import pytest

from components.core.task import Spec
from components.score.score import score
from tests.mixed import BROKEN, USED, as_files, count_leaves, count_left_out, make_mixed, paths_of

ENTRIES = 500


@pytest.mark.timeout(300)
def test_every_entry_is_accounted_for(spec: Spec, project: Path, model: Path) -> None:
    fates = as_files(make_mixed(project / "in", project / "out", ENTRIES))
    tally = score(spec, model, project / "in", project / "scores.parquet")
    table = pd.read_parquet("scores.parquet")
    scored = table[table["error"].isna()]
    assert scored["probability"].notna().all()
    assert set(scored["image_path"]) == paths_of(fates, USED)
    assert set(table[table["error"].notna()]["image_path"]) == paths_of(fates, BROKEN)
    assert tally.left_out == count_left_out(fates)
    assert (tally.samples, tally.failed) == (len(table), len(paths_of(fates, BROKEN)))
    assert len(table) + sum(tally.left_out.values()) == ENTRIES == count_leaves(Path("in"))
