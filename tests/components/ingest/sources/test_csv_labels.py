"""Tables of labelled images, whole and broken."""

from pathlib import Path

import pytest

from components.core.errors import ConvoyError
from components.core.faults import FaultsError
from components.core.table import Record
from components.ingest.sources.csv_labels import Source


def make(folder: Path, text: str) -> Source:
    (folder / "images").mkdir()
    for name in ("a.png", "b.png", "c.png"):
        (folder / "images" / name).write_bytes(name.encode())
    (folder / "labels.csv").write_text(text)
    return Source(kind="csv_labels", path=folder / "labels.csv")


def test_rows_in_their_order(tmp_path: Path) -> None:
    source = make(tmp_path, 'path,label\nimages/b.png,person\nimages/a.png,"no, nobody"\n')
    assert list(source.read()) == [
        Record(b"b.png", "images/b.png", {"label": "person"}, None),
        Record(b"a.png", "images/a.png", {"label": "no, nobody"}, None),
    ]
    assert source.missing_splits() == []


def test_splits_and_columns_in_any_order(tmp_path: Path) -> None:
    text = "split,path,label\ntrain,images/a.png,x\ntest,images/b.png,y\n,images/c.png,x\n"
    source = make(tmp_path, text)
    assert [record.split for record in source.read()] == ["train", "test", None]
    assert source.missing_splits() == ["val"]


def test_groups(tmp_path: Path) -> None:
    text = "path,label,group\nimages/a.png,x, anna \nimages/b.png,y,\nimages/c.png,y,anna\n"
    assert [record.group for record in make(tmp_path, text).read()] == ["anna", None, "anna"]


def test_an_empty_label_is_left_to_validation(tmp_path: Path) -> None:
    (record,) = make(tmp_path, "path,label\nimages/a.png,\n").read()
    assert record.labels == {"label": None}


def test_a_byte_order_mark_is_no_part_of_a_column(tmp_path: Path) -> None:
    (record,) = make(tmp_path, "\ufeffpath,label\nimages/a.png,x\n").read()
    assert record.sample == b"a.png"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the columns are none; must be path, label and, if wanted, split, group"),
        ("path,class\n", "the columns are path, class; must be"),
        ("path,label,label\n", "the columns are path, label, label; must be"),
        ("path,label\n", "no rows"),
        ("path,label\nimages/a.png,x,train\n", "line 2: 3 cells; the header has 2"),
        (
            "path,label\nimages/a.png,x\nimages/d.png,x\n",
            r"line 3: .*images/d\.png: cannot be read",
        ),
        ("path,label\n,x\n", "line 2: the path is empty"),
        ("path,label,split\nimages/a.png,x,tarin\n", "line 2: unknown split 'tarin'"),
    ],
)
def test_faults_are_named_by_row(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(ConvoyError, match=rf"labels\.csv: {message}"):
        list(make(tmp_path, text).read())


def test_blanks_are_no_part_of_labels_splits_and_columns(tmp_path: Path) -> None:
    text = "path, label ,split\nimages/a.png, x ,train \nimages/b.png,x, \nimages/c.png,  ,\n"
    records = list(make(tmp_path, text).read())
    assert [record.labels["label"] for record in records] == ["x", "x", None]
    assert [record.split for record in records] == ["train", None, None]


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_other_delimiters(tmp_path: Path, delimiter: str) -> None:
    text = delimiter.join(["path", "label"]) + "\n" + delimiter.join(["images/a.png", '"x, y"'])
    (record,) = make(tmp_path, text).read()
    assert record.labels == {"label": "x, y"}


def test_blank_lines_are_skipped_and_lines_are_those_of_an_editor(tmp_path: Path) -> None:
    text = '\npath,label\nimages/a.png,"a\n\nb"\n  \n\nimages/d.png,x\n\n'
    with pytest.raises(ConvoyError, match=r"labels\.csv: line 8: .*d\.png: cannot be read"):
        list(make(tmp_path, text).read())


def test_all_wrong_rows_are_named_before_an_image_is_read(tmp_path: Path) -> None:
    text = "path,label,split\nimages/a.png,x,\nimages/b.png\nimages/gone.png,x,tarin\n,y,\n"
    with pytest.raises(FaultsError) as error:
        next(make(tmp_path, text).read())
    file = tmp_path / "labels.csv"
    assert error.value.faults == [
        f"{file}: line 3: 1 cells; the header has 3",
        f"{file}: line 4: unknown split 'tarin'; there are train, val, test",
        f"{file}: line 5: the path is empty",
    ]


def test_all_absent_images_are_named(tmp_path: Path) -> None:
    source = make(tmp_path, "path,label\nimages/x.png,x\nimages/a.png,x\nimages/y.png,x\n")
    with pytest.raises(FaultsError) as error:
        list(source.read())
    assert [fault.split(": ")[1] for fault in error.value.faults] == ["line 2", "line 4"]


def test_an_image_with_two_labels(tmp_path: Path) -> None:
    text = "path,label\nimages/a.png,x\nimages/b.png,y\n./images/a.png,y\nimages/b.png,y \n"
    with pytest.raises(FaultsError) as error:
        list(make(tmp_path, text).read())
    assert str(error.value) == (
        f"{tmp_path}/labels.csv: line 4: ./images/a.png has the label 'y', but 'x' on line 2; "
        "an image has one label"
    )


def test_a_quote_left_open(tmp_path: Path) -> None:
    text = 'path,label\nimages/a.png,"x\n' + "images/b.png,y\n" * 20_000
    with pytest.raises(ConvoyError, match=r"line 2: cannot .*field larger.*a quote left open\?"):
        list(make(tmp_path, text).read())


@pytest.mark.parametrize(
    ("content", "line"),
    [(b"path,label\na.png,\xff\n", 2), ("path,label\n".encode("utf-16"), 1)],
)
def test_a_file_that_is_no_utf8(tmp_path: Path, content: bytes, line: int) -> None:
    file = tmp_path / "labels.csv"
    file.write_bytes(content)
    with pytest.raises(ConvoyError, match=rf"line {line}: .* not UTF-8; save the file as UTF-8"):
        list(Source(kind="csv_labels", path=file).read())
