"""Shards: how rows fall into files and row groups."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from components.ingest import shards
from components.ingest.shards import ShardWriter

SCHEMA = pa.schema({"sample": pa.binary(), "number": pa.int64()})


def write(folder: Path, count: int, rows_per_shard: int, sample: bytes = b"x") -> list[Path]:
    with ShardWriter(folder, "train", SCHEMA, "sample", rows_per_shard) as writer:
        for number in range(count):
            writer.write({"sample": sample, "number": number})
    files = sorted(folder.iterdir())
    assert writer.shards == len(files)
    return files


def groups(file: Path) -> list[int]:
    metadata = pq.ParquetFile(file).metadata
    return [metadata.row_group(at).num_rows for at in range(metadata.num_row_groups)]


def test_rows_roll_over_to_the_next_shard(tmp_path: Path) -> None:
    files = write(tmp_path, 7, rows_per_shard=3)
    assert [file.name for file in files] == [f"train-0000{number}.parquet" for number in range(3)]
    assert [pq.read_table(file)["number"].to_pylist() for file in files] == [
        [0, 1, 2],
        [3, 4, 5],
        [6],
    ]


def test_no_empty_shard_after_a_full_one(tmp_path: Path) -> None:
    assert len(write(tmp_path, 6, rows_per_shard=3)) == 2


def test_no_rows_make_no_file(tmp_path: Path) -> None:
    assert write(tmp_path, 0, rows_per_shard=3) == []


def test_row_groups_are_bounded_in_rows(tmp_path: Path) -> None:
    (file,) = write(tmp_path, 600, rows_per_shard=1000)
    assert groups(file) == [256, 256, 88]


def test_row_groups_are_bounded_in_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shards, "ROW_GROUP_BYTES", 1000)
    (file,) = write(tmp_path, 25, rows_per_shard=1000, sample=bytes(100))
    assert groups(file) == [10, 10, 5]


def test_samples_have_neither_dictionary_nor_statistics(tmp_path: Path) -> None:
    (file,) = write(tmp_path, 3, rows_per_shard=10)
    group = pq.ParquetFile(file).metadata.row_group(0)
    sample, number = group.column(0), group.column(1)
    assert (sample.has_dictionary_page, sample.is_stats_set) == (False, False)
    assert (number.has_dictionary_page, number.is_stats_set) == (True, True)
    assert {sample.compression, number.compression} == {"ZSTD"}
