"""Tables of texts, row by row."""

import json
from pathlib import Path

import pytest

from components.core.errors import ConvoyError
from components.core.text_tables import read_columns, read_rows, read_text


def write(folder: Path, name: str, content: str | bytes) -> Path:
    file = folder / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


def texts(file: Path, encoding: str = "utf-8-sig") -> list[tuple[int, str | None]]:
    return [(row.line, read_text(row, "text")) for row in read_rows(file, encoding)]


def test_csv_and_json_lines_say_the_same(tmp_path: Path) -> None:
    rows = [("good, really", "pos"), ("two\nlines", "neg"), ("", "pos"), ("😀", "pos")]
    csv = '\ufefftext,label\n"good, really",pos\n"two\nlines",neg\n,pos\n😀,pos\n'
    lines = "".join(f"{json.dumps({'text': text, 'label': label})}\n" for text, label in rows)
    tabs = csv.replace(",neg", "\tneg").replace(",pos", "\tpos").replace("text,", "text\t")
    named = {"a.csv": csv, "a.tsv": tabs, "a.jsonl": lines}
    tables = [write(tmp_path, name, content) for name, content in named.items()]
    expected = [text or None for text, _ in rows]
    for file in tables:
        assert tuple(read_columns(file)) == ("text", "label")
        assert [text for _, text in texts(file)] == expected
    assert [line for line, _ in texts(tables[0])] == [2, 3, 5, 6]
    assert [line for line, _ in texts(tables[2])] == [1, 2, 3, 4]


def test_blank_lines_of_json_are_skipped(tmp_path: Path) -> None:
    file = write(tmp_path, "a.ndjson", '\n{"text": "a"}\n\n{"text": null}\n')
    assert texts(file) == [(2, "a"), (4, None)]


def test_a_cell_of_a_megabyte(tmp_path: Path) -> None:
    file = write(tmp_path, "a.csv", f"text,label\n{'long ' * 200_000},pos\n")
    assert texts(file) == [(2, "long " * 200_000)]


def test_a_declared_encoding(tmp_path: Path) -> None:
    content = "text,label\ncafé,pos\n"
    assert texts(write(tmp_path, "a.csv", content.encode("cp1252")), "cp1252") == [(2, "café")]
    lines = '{"text": "café"}\n'.encode("utf-16")
    assert texts(write(tmp_path, "a.jsonl", lines), "utf-16") == [(1, "café")]


@pytest.mark.parametrize(
    ("name", "content", "encoding", "message"),
    [
        ("a.csv", b"text,label\nok,a\ncaf\xe9,b\n", "utf-8-sig", r"a\.csv: line 3: .*not UTF-8"),
        ("a.csv", b"text,label\n\x81,a\n", "cp1252", r"a\.csv: cannot be read as CSV: not cp1252"),
        ("a.jsonl", b'{"text": "ok"}\n"\xff"\n', "utf-8-sig", r"a\.jsonl: after line 0: not UTF-8"),
        ("a.jsonl", b"", "utf-8-sig", r"a\.jsonl: no rows"),
        ("a.csv", b"text,label\n", "utf-8-sig", r"a\.csv: no rows"),
        ("a.jsonl", b"{text}\n", "utf-8-sig", r"a\.jsonl: line 1: not JSON: Expecting"),
        ("a.jsonl", b"[1]\n", "utf-8-sig", r"a\.jsonl: line 1: must be a JSON object"),
        ("a.jsonl", b'{"text": 1}\n', "utf-8-sig", r"a\.jsonl: line 1: 'text' must be a text"),
        ("a.jsonl", b'{"label": 1}\n', "utf-8-sig", r"line 1: has no 'text', only label"),
        ("a.csv", b"text,label\na\n", "utf-8-sig", r"a\.csv: line 2: 1 cells; the header has 2"),
    ],
)
def test_what_is_wrong_is_named(
    tmp_path: Path, name: str, content: bytes, encoding: str, message: str
) -> None:
    file = write(tmp_path, name, content)
    with pytest.raises(ConvoyError, match=message):
        texts(file, encoding)


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
def test_a_file_that_is_not_there(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConvoyError, match="cannot be read: No such file"):
        read_columns(tmp_path / name)
