"""Texts as they come: what is wrong with one is named with its file and the rule that it breaks."""

import re
from pathlib import Path
from typing import Any

import pytest

from components.core.errors import DataError
from components.core.task import Spec
from components.ingest.ingest import ingest
from components.validate.validate import validate
from pipelines.tasks.sentiment import TASK
from tests.specs import make_spec

CLASSES = ["neg", "pos"]
ODD = (
    "Dull.<br /><br />I left.",
    "<script>alert('x')</script> & then some",
    "😀👍 ❤️",
    "\u202bفيلم رائع\u202c",
    "film " * 200_000,
    "=1+1",
    "naïve \u0301 café",
)


def spec_of(source: dict[str, Any], **checks: Any) -> Spec:
    declared = {"classes": CLASSES, **checks}
    return make_spec(TASK, source=source, checks=declared, train={"model": "kim_cnn"})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Twenty good texts of each class."""
    for name in CLASSES:
        (tmp_path / "texts" / name).mkdir(parents=True)
        for number in range(20):
            (tmp_path / "texts" / name / f"{number}.txt").write_text(f"a {name} film, {number}")
    return tmp_path / "texts"


def check(folder: Path, **checks: Any) -> None:
    spec = spec_of({"kind": "text_folder", "path": str(folder)}, **checks)
    ingest(spec, folder.parent / "data")
    validate(spec, folder.parent / "data", folder.parent / "report")


@pytest.mark.parametrize(
    ("content", "rule", "told"),
    [
        (b"", "text is not empty", "0"),
        (b" \r\n\xc2\xa0", "text is not empty", "0"),
        (b"film " * 300_000, "text decodes", "has 1,500,000 bytes; limits.max_bytes is 1,048,576"),
        (b"a\0film", "text decodes", "has a null character, the first after 1 others"),
        (b"caf\xe9", "text decodes", "not UTF-8 at byte 3"),
        ("film".encode("utf-16"), "text decodes", "not UTF-8 but UTF-16"),
        (b"a pos film, 3", "text occurs once", "same as pos/"),
        (b"\xef\xbb\xbfa pos film, 3\r\n", "text occurs once", "same as pos/"),
    ],
)
def test_a_bad_text_stops_the_run(folder: Path, content: bytes, rule: str, told: str) -> None:
    (folder / "pos/bad.txt").write_bytes(content)
    message = rf'"{rule}" is broken by pos/\S+ \(\w+-00000\.parquet, row \d+\): {re.escape(told)}'
    with pytest.raises(DataError, match=message):
        check(folder)


def test_odd_texts_are_texts(folder: Path) -> None:
    for number, text in enumerate(ODD):
        (folder / f"pos/odd-{number}.txt").write_text(text)
    check(folder)


def test_bounds_and_alphabet_as_declared(folder: Path) -> None:
    (folder / "pos/other.txt").write_text("фильм")
    for checks, rule in (
        ({"shortest": 2}, "text has 2 words at least"),
        ({"longest": 3}, "text has 3 words at most"),
        ({"alphabet": "latin"}, "alphabet as declared"),
    ):
        with pytest.raises(DataError, match=f'"{rule}" is broken by'):
            check(folder, **checks)


def test_a_label_column_with_blanks(tmp_path: Path) -> None:
    rows = [f"film {number},{CLASSES[number % 2]}" for number in range(40)]
    file = tmp_path / "texts.csv"
    file.write_text("\n".join(["text,label", *rows, "no label,", "blank label,  ", ""]))
    spec = spec_of({"kind": "text_table", "path": str(file)})
    ingest(spec, tmp_path / "data")
    with pytest.raises(
        DataError, match=r'"label is present" is broken by texts\.csv:4[23] .* and 1'
    ):
        validate(spec, tmp_path / "data", tmp_path / "report")
