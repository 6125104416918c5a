"""Huge images cost no stage the memory of their pixels: they are listed with the reason."""

from pathlib import Path

import pandas as pd
import pytest

from pipelines.tasks.classification import TASK
from tests.bombs import large_jpeg, large_png, large_webp
from tests.hidden_code import run_alone
from tests.specs import make_spec
from tests.toys import png

REASON = "has more than 89,478,485 pixels"
PNGS = 6
PEAK = """
status = Path("/proc/self/status").read_text()  # resource's figure would count the parent's, too
print(int(status.partition("VmHWM:")[2].split()[0]) * 1024)
"""

SCORE = """
from components.score.score import score
score(spec, Path("model").resolve(), Path("images"), Path("scores.parquet"))
"""

INGEST = """
from components.ingest.ingest import ingest
ingest(spec, Path("data"))
"""


@pytest.fixture
def images(project: Path) -> Path:
    """Eight huge images and a small one, a few hundred kilobytes of files each."""
    spec = make_spec(TASK, checks={"classes": ["dark", "bright"]})
    (project / "spec.json").write_text(spec.to_json())
    folder = project / "images/a"
    folder.mkdir(parents=True)
    large = large_png()
    for at in range(PNGS):
        (folder / f"{at}.png").write_bytes(large)
    (folder / "6.jpg").write_bytes(large_jpeg())
    (folder / "7.webp").write_bytes(large_webp())
    (folder / "8.png").write_bytes(png(9))
    return folder.parent


def peak_of(lines: str) -> int:
    """The most memory in bytes that lines take, in a process of their own."""
    return int(run_alone(lines.strip() + PEAK).split()[-1])


@pytest.mark.slow
def test_score_lists_them(images: Path, toy_model: Path) -> None:
    Path("model").symlink_to(toy_model)
    assert peak_of(SCORE) < 1.5 * 2**30
    table = pd.read_parquet("scores.parquet")
    assert table.error.tolist()[:-1] == [REASON] * 8
    assert table.error.isna().tolist() == [False] * 8 + [True]


def test_ingest_records_them(images: Path) -> None:
    assert peak_of(INGEST) < 2**28
    rows = pd.concat(pd.read_parquet(file) for file in Path("data").iterdir())
    found = rows.set_index("image_path").decode_error.sort_index()
    assert found.tolist()[:-1] == [REASON] * 8
    assert found.isna().tolist() == [False] * 8 + [True]
