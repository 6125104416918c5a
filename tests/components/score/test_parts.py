from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from components.score import parts
from components.score.parts import Scored, count_samples, join_parts, part_schema, write_part

SCHEMA = part_schema("image_path", pa.schema({"label": pa.string(), "probability": pa.float32()}))


def row(at: int) -> dict[str, object]:
    if at % 4 == 3:
        return {"image_path": f"{at}.png", "error": "broken"}
    return {"image_path": f"{at}.png", "label": "bright", "probability": at / 100}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Parts of 3 images each, 12 in all, written in reverse."""
    folder = tmp_path / "parts"
    folder.mkdir()
    for start in (9, 6, 3, 0):
        write_part(Scored(start, 3, [row(at) for at in range(start, start + 3)]), folder, SCHEMA)
    return folder


@pytest.mark.parametrize("at_once", [1, 3, 64])
def test_parts_are_joined_in_the_order_of_the_samples(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(parts, "PARTS_A_GROUP", at_once)
    tally = join_parts(folder, tmp_path / "scores.parquet", SCHEMA, plain=False)
    table = pq.read_table(tmp_path / "scores.parquet")
    assert table.schema.names == ["image_path", "label", "probability", "error"]
    assert table.schema.field("probability").type == pa.float32()
    assert table["image_path"].to_pylist() == [f"{at}.png" for at in range(12)]
    assert table["probability"].is_null().to_pylist() == [at % 4 == 3 for at in range(12)]
    assert table["error"].is_valid().to_pylist() == [at % 4 == 3 for at in range(12)]
    assert (tally.samples, tally.failed) == (12, 3)
    assert tally.failures == [(f"{at}.png", "broken") for at in (3, 7, 11)]


def test_the_plain_form_has_only_probabilities(folder: Path, tmp_path: Path) -> None:
    tally = join_parts(folder, tmp_path / "scores.parquet", SCHEMA, plain=True)
    table = pq.read_table(tmp_path / "scores.parquet")
    expected = [np.nan if at % 4 == 3 else at / 100 for at in range(12)]
    assert table.schema.names == ["probability"]
    assert table["probability"].null_count == 0
    np.testing.assert_array_equal(table["probability"].to_numpy(), np.float32(expected))
    assert tally.failed == 3


def test_a_batch_that_is_repeated_counts_once(folder: Path) -> None:
    write_part(Scored(0, 3, [row(at) for at in range(3)]), folder, SCHEMA)
    assert count_samples(folder.iterdir()) == 12


def test_only_the_first_failures_are_kept(tmp_path: Path) -> None:
    write_part(Scored(0, 9, [row(3)] * 9), tmp_path, SCHEMA)
    tally = join_parts(tmp_path, tmp_path / "scores.out", SCHEMA, plain=False)
    assert (tally.failed, len(tally.failures)) == (9, 5)


def test_samples_are_counted_whatever_they_have_become(tmp_path: Path) -> None:
    """One may have no row, another many."""
    write_part(Scored(0, 3, [row(0), row(0), row(3)]), tmp_path, SCHEMA)
    write_part(Scored(3, 2, []), tmp_path, SCHEMA)
    assert count_samples(tmp_path.glob("*.parquet")) == 5
    tally = join_parts(tmp_path, tmp_path / "scores.out", SCHEMA, plain=False)
    assert (tally.samples, tally.failed) == (5, 1)
    table = pq.read_table(tmp_path / "scores.out")
    assert table["image_path"].to_pylist() == ["0.png", "0.png", "3.png"]
