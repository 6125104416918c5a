"""Words of the data reach the terminal as they are."""

import io
from pathlib import Path

import pytest
from rich.console import Console
from rich.table import Table
from rich.text import Text

from components.ingest.summary import IngestSummary
from components.validate.findings import Finding, Outcome
from pipelines.reports.ingest import ingest_table
from pipelines.reports.predict import predictions_table
from pipelines.reports.terminal import PlainTable, plain, show
from pipelines.reports.validate import findings_table

WORDS = ["[/b]", "[click]x", "[bold]", "a\\", ":smile:", "[link=http://x]y[/link]", "\\[x]"]


def printed(table: Table) -> str:
    console = Console(file=io.StringIO(), width=500, force_terminal=True)
    console.print(table)
    return console.file.getvalue()  # type: ignore[attr-defined, no-any-return]


@pytest.mark.parametrize("name", WORDS)
def test_brackets_are_no_markup_wherever_they_stand(name: str) -> None:
    tables = [
        PlainTable(name),
        PlainTable("wide enough for " + name, title=name),
        PlainTable("wide enough for " + name, caption=name),
        ingest_table(IngestSummary({(name, "train"): 1, ("x", "val"): 1}, 1, 1), "out"),
        predictions_table([{"image": "a.png", "label": name}]),
        predictions_table([{"image": "a.png", name: 0.5}]),
        findings_table([Outcome("rule", True, False, [Finding(name, name, "a", 1)])], name),
    ]
    for table in tables:
        assert name in printed(table)


def test_codes_do_not_reach_the_terminal() -> None:
    table = ingest_table(IngestSummary({("\x1b]0;x\x07", "train"): 1, ("b", "val"): 1}, 1, 1), "o")
    assert r"\x1b]0;x\x07" in printed(table)


def test_a_long_label_does_not_flood_it() -> None:
    label = "L" * 10_000
    for table in (
        ingest_table(IngestSummary({(label, "train"): 1, ("b", "val"): 1}, 1, 1), "out"),
        predictions_table([{"image": "a.png", "label": label}]),
        findings_table([Outcome("rule", True, False, [Finding(label, "a.png", "a", 1)])], "data"),
    ):
        text = printed(table)
        assert "L" * 80 + "… (10,000 characters)" in text
        assert text.count("L") < 100


def test_sentences_are_not_wrapped_and_are_no_markup(capsys: pytest.CaptureFixture[str]) -> None:
    sentence = f"promoted [/b] {'word ' * 60}at http://alice:s3cr3t@host"
    show(sentence, PlainTable("head"))
    show(plain("error", "bold red") + plain(f" {sentence}"), stderr=True)
    out, err = capsys.readouterr()
    expected = sentence.replace("alice:s3cr3t", "***")
    assert out.splitlines()[0] == expected
    assert "head" in out
    assert err == f"error {expected}\n"


def test_a_style_is_the_tables_own_choice() -> None:
    table = PlainTable("a")
    table.add_row(Text("3", "bold red"))
    (cell,) = table.columns[0].cells
    assert isinstance(cell, Text)
    assert cell.style == "bold red"


def test_the_name_of_a_file_that_is_no_unicode(capsys: pytest.CaptureFixture[str]) -> None:
    show(str(Path(b"a\xff.png".decode("utf-8", "surrogateescape"))))
    assert capsys.readouterr().out == "a\\udcff.png\n"
