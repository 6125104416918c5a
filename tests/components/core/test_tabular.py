"""Files are written as a whole or not at all."""

import csv
import json
import os
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.core.errors import ConvoyError
from components.core.tabular import read_header, read_json, read_rows, write_csv, write_json

contents = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(content=contents)
def test_json_comes_back(content: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    file = tmp_path_factory.getbasetemp() / "any.json"
    write_json(content, file)
    assert read_json(file) == content


def test_json_is_for_people(tmp_path: Path) -> None:
    write_json({"b": "ü", "a": [1]}, tmp_path / "x.json")
    text = (tmp_path / "x.json").read_text(encoding="utf-8")
    assert text == '{\n  "b": "ü",\n  "a": [\n    1\n  ]\n}\n'


def test_json_that_cannot_be_written_leaves_the_earlier_file(tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    write_json([1], file)
    with pytest.raises(TypeError):
        write_json([2, object()], file)
    assert json.loads(file.read_text()) == [1]
    assert [*tmp_path.iterdir()] == [file]


def test_a_table_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="length"):
        write_csv({"a": [1], "b": [1, 2]}, tmp_path / "x.csv")
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize("kind", [dict, pd.DataFrame])
def test_csv_has_six_decimals_and_empty_cells(tmp_path: Path, kind: type) -> None:
    table = {"name": ["a,b", None], "share": [1 / 3, float("nan")], "count": [1, 2]}
    write_csv(kind(table), tmp_path / "x.csv")
    assert (tmp_path / "x.csv").read_bytes() == b'name,share,count\n"a,b",0.333333,1\n,,2\n'


@pytest.mark.parametrize("kind", [dict, pd.DataFrame])
def test_text_is_no_formula_for_a_spreadsheet(tmp_path: Path, kind: type) -> None:
    table = {
        "=head()": ["=1+1", "@x", "-1"],
        "label": pd.Categorical(["+cmd|' /C calc'!A0", "cat", "cat"]),
        "value": [-1.0, 2.0, 3.0],
        "mixed": ["\t=1", -2, None],
    }
    write_csv(kind(table), tmp_path / "x.csv")
    assert (tmp_path / "x.csv").read_text() == (
        "'=head(),label,value,mixed\n"
        "'=1+1,'+cmd|' /C calc'!A0,-1.000000,'\t=1\n"
        "'@x,cat,2.000000,-2\n"
        "-1,cat,3.000000,\n"
    )


def test_the_name_of_a_file_that_is_no_unicode_is_written(tmp_path: Path) -> None:
    write_csv({"image": ["a\udcff.png"]}, tmp_path / "x.csv")
    assert (tmp_path / "x.csv").read_text() == "image\na\\udcff.png\n"


def test_a_table_without_rows(tmp_path: Path) -> None:
    write_csv(pd.DataFrame({"a": [], "b": []}), tmp_path / "x.csv")
    assert (tmp_path / "x.csv").read_text() == "a,b\n"


rows = st.lists(
    st.tuples(*[st.text(st.characters(exclude_categories=["Cs"]), max_size=5)] * 2).filter(
        lambda cells: not any(cell.startswith(" ") for cell in cells)
    ),
    min_size=1,
    max_size=5,
)


@given(cells=rows, delimiter=st.sampled_from(",;\t|"), mark=st.booleans())
def test_rows_come_back_with_the_line_that_an_editor_shows(
    cells: list[tuple[str, str]],
    delimiter: str,
    mark: bool,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    file = tmp_path_factory.getbasetemp() / "rows.csv"
    begins = []
    with file.open("w", encoding="utf-8-sig" if mark else "utf-8", newline="") as stream:
        writer = csv.writer(stream, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\n")
        writer.writerow(["a", " b "])
        for each in cells:
            stream.write("\n")
            stream.flush()
            text = file.read_bytes().decode("utf-8-sig")
            begins.append(1 + len(re.findall("\r\n|\r|\n", text)))
            writer.writerow(each)
    read = list(read_rows(file))
    assert read_header(file) == ("a", "b")
    assert [tuple(row.by_column().values()) for row in read] == cells
    assert [row.line for row in read] == begins


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x.csv")
    with pytest.raises(ConvoyError, match="cannot be read: not a regular file"):
        read_header(tmp_path / "x.csv")


def test_two_columns_may_have_one_name(tmp_path: Path) -> None:
    table = pd.DataFrame([["=1", 0.5, "b"]], columns=["a", "a", "b"])
    write_csv(table, tmp_path / "x.csv")
    assert (tmp_path / "x.csv").read_text() == "a,a,b\n'=1,0.500000,b\n"
