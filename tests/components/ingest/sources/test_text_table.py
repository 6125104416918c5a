"""Tables with a row a text."""

from pathlib import Path
from typing import Any

import pytest

from components.core.errors import ConvoyError
from components.core.faults import FaultsError
from components.ingest.ingest import load_source
from components.ingest.sources.text_table import Source
from components.samples.text import TextSample


def make(folder: Path, content: str, name: str = "texts.csv", **options: Any) -> Source:
    (folder / name).write_text(content)
    source = load_source({"kind": "text_table", "path": folder / name, **options}, "source")
    assert isinstance(source, Source)
    return source


def test_rows_in_their_order(tmp_path: Path) -> None:
    source = make(tmp_path, 'id,label,text\n1,pos,"good, really"\n2, neg ,dull\n')
    assert [(r.path, r.sample, r.labels["label"], r.split) for r in source.read()] == [
        ("texts.csv:2", b"good, really", "pos", None),
        ("texts.csv:3", b"dull", "neg", None),
    ]
    assert source.missing_splits() == []


def test_splits_and_columns_of_other_names(tmp_path: Path) -> None:
    content = (
        '{"review": "good", "stars": 5, "split": "train"}\n'
        '{"review": "dull", "stars": 1, "split": "test"}\n'
        '{"review": "fine", "stars": 4, "split": null}\n'
    )
    source = make(tmp_path, content, "texts.jsonl", text="review", label="stars")
    found = [(record.labels["label"], record.split) for record in source.read()]
    assert found == [("5", "train"), ("1", "test"), ("4", None)]
    assert source.missing_splits() == ["val"]


def test_groups(tmp_path: Path) -> None:
    source = make(tmp_path, "text,label,group\na,b,anna\nc,d,\n")
    assert [record.group for record in source.read()] == ["anna", None]


def test_blank_labels_and_texts_are_left_to_validation(tmp_path: Path) -> None:
    records = list(make(tmp_path, "text,label\ngood, \n ,neg\n").read())
    assert [(r.sample, r.labels["label"]) for r in records] == [(b"good", None), (b"", "neg")]


def test_a_declared_encoding(tmp_path: Path) -> None:
    (tmp_path / "texts.csv").write_bytes("text,label\ncafé,pos\n".encode("cp1252"))
    values = {"kind": "text_table", "path": tmp_path / "texts.csv", "encoding": "cp1252"}
    (record,) = load_source(values, "source").read()
    assert record.sample == "café".encode()


def test_columns_that_there_are_not(tmp_path: Path) -> None:
    message = r"texts\.csv: has no column 'text', only body, label; source\.text and source\.label"
    with pytest.raises(ConvoyError, match=message):
        list(make(tmp_path, "body,label\na,b\n").read())


def test_rows_that_are_wrong_are_all_named(tmp_path: Path) -> None:
    content = "text,label,split\na,b,train\na,b\nc,d,tarin\n"
    with pytest.raises(FaultsError) as raised:
        list(make(tmp_path, content).read())
    file = tmp_path / "texts.csv"
    assert raised.value.faults == [
        f"{file}: line 3: 2 cells; the header has 3",
        f"{file}: line 4: unknown split 'tarin'; there are train, val, test",
    ]


@pytest.mark.parametrize("label", ['["b"]', '{"b": 1}', r'"\ud800"'])
def test_a_label_that_is_no_word(tmp_path: Path, label: str) -> None:
    source = make(tmp_path, f'{{"text": "a", "label": {label}}}\n', "texts.jsonl")
    with pytest.raises(ConvoyError, match=r"line 1: 'label' must be a word or a number"):
        list(source.read())


def test_columns_are_recognised_by_their_usual_names(tmp_path: Path) -> None:
    file = tmp_path / "reviews.tsv"
    file.write_text("Review\tSentiment\tid\n")
    keys = {"path": file, "text": "Review", "label": "Sentiment"}
    assert Source.recognise(tmp_path) == Source.recognise(file) == keys
    (tmp_path / "broken.csv").write_bytes(b"\xff")
    (tmp_path / "labels.csv").write_text("path,label\n")
    assert Source.recognise(tmp_path) == keys


def test_half_a_character_is_left_to_validation(tmp_path: Path) -> None:
    (record,) = make(tmp_path, r'{"text": "a \ud800", "label": "b"}', "texts.jsonl").read()
    error = str(TextSample(name="toy").inspect(record.sample)["decode_error"])
    assert error.startswith("not UTF-8 at byte 2;")
