"""Whole and broken parquet files."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from components.core.errors import ConvoyError
from components.core.parquet import count_rows, read_batches, read_schema

TABLE = pa.table({"name": ["a", "b", "c"], "size": [1, 2, 3]})


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Two row groups."""
    pq.write_table(TABLE, tmp_path / "table.parquet", row_group_size=2)
    return tmp_path / "table.parquet"


def test_what_a_file_holds(file: Path) -> None:
    assert read_schema(file).names == ["name", "size"]
    assert count_rows(file) == [2, 1]
    rows = [row for batch in read_batches(file, 2) for row in batch.to_pylist()]
    assert rows == TABLE.to_pylist()


def test_columns_in_the_order_asked_for(file: Path) -> None:
    (batch,) = read_batches(file, 9, ["size", "name"], row_group=1)
    assert batch.to_pydict() == {"size": [3], "name": ["c"]}


@pytest.mark.parametrize("columns", [["age"], ["name", "age"]])
def test_a_missing_column_is_named(file: Path, columns: list[str]) -> None:
    with pytest.raises(ConvoyError, match=r"table\.parquet: has 0 columns 'age'; must be one"):
        list(read_batches(file, 9, columns))


def test_a_column_that_is_there_twice(tmp_path: Path) -> None:
    twice = pa.table([pa.array([1]), pa.array([2])], names=["a", "a"])
    pq.write_table(twice, tmp_path / "twice.parquet")
    with pytest.raises(ConvoyError, match=r"twice\.parquet: has 2 columns 'a'; must be one"):
        list(read_batches(tmp_path / "twice.parquet", 9, ["a"]))


def test_text_that_is_no_utf8(tmp_path: Path) -> None:
    data = pa.array([b"\xff\xfe"], pa.binary())
    text = pa.Array.from_buffers(pa.string(), 1, data.buffers())
    pq.write_table(pa.table({"name": text}), tmp_path / "bytes.parquet")
    with pytest.raises(ConvoyError, match=r"bytes\.parquet: cannot be read as parquet: .*UTF"):
        list(read_batches(tmp_path / "bytes.parquet", 9))


@pytest.mark.parametrize("kept", [0, 10, -10])
def test_a_file_that_is_cut_short_is_named_in_one_line(file: Path, kept: int) -> None:
    file.write_bytes(file.read_bytes()[:kept])
    with pytest.raises(ConvoyError, match=r"table\.parquet: cannot be read as parquet") as caught:
        list(read_batches(file, 9))
    assert "\n" not in str(caught.value)


def test_an_absent_file(tmp_path: Path) -> None:
    with pytest.raises(ConvoyError, match=r"gone\.parquet: cannot be read as parquet: .*No such"):
        read_schema(tmp_path / "gone.parquet")


def test_garbage_within_pages(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[4:40] = b"\xff" * 36
    file.write_bytes(content)
    with pytest.raises(ConvoyError, match=r"table\.parquet: cannot be read as parquet"):
        list(read_batches(file, 9))
