"""The tables of the validate stage."""

import io
from pathlib import Path

from rich.console import Console

from components.validate.findings import Finding, Outcome
from pipelines.reports.validate import findings_table, rules_table


def test_rules_and_warnings_are_counted() -> None:
    outcomes = [
        Outcome("image decodes", critical=True, success=True, findings=()),
        Outcome("label is present", critical=True, success=True, findings=()),
        Outcome("classes are balanced", critical=False, success=False, findings=(Finding("3"),)),
    ]
    console = Console(width=100)
    with console.capture() as capture:
        console.print(rules_table(outcomes, 1_797, Path("docs/index.html")))
    (row,) = (line for line in capture.get().splitlines() if line.startswith("│"))
    assert [cell.strip() for cell in row.strip("│").split("│")] == [
        "1,797",
        "3",
        "1",
        "docs/index.html",
    ]


def many(rule: str, count: int, critical: bool = True) -> Outcome:
    findings = [Finding("[odd]", f"{rule}{at}.png", "val-00001.parquet", at) for at in range(count)]
    return Outcome(rule, critical, False, findings)


def rows(*outcomes: Outcome) -> list[list[str]]:
    console = Console(file=io.StringIO(), width=200)
    console.print(findings_table(outcomes, "data"))
    lines = console.file.getvalue().splitlines()  # type: ignore[attr-defined]
    return [line.split() for line in lines if line.startswith(("  error", "  warning"))]


def test_a_row_says_what_and_where() -> None:
    assert rows(many("size", 1)) == [["error", "size", "size0.png", "val-00001:", "0", "[odd]"]]


def test_the_table_as_a_whole() -> None:
    assert rows(Outcome("splits", True, False, [Finding("missing: val")])) == [
        ["error", "splits", "missing:", "val"]
    ]


def test_errors_come_before_warnings() -> None:
    found = rows(many("a", 2, critical=False), many("b", 2))
    assert [row[:3] for row in found] == [
        ["error", "b", "b0.png"],
        ["error", "b", "b1.png"],
        ["warning", "a", "a0.png"],
        ["warning", "a", "a1.png"],
    ]


def test_no_rule_hides_another() -> None:
    found = [row[1] for row in rows(many("a", 100), many("b", 3), many("c", 100))]
    assert found == ["a"] * 9 + ["b"] * 3 + ["c"] * 8


def test_many_findings_are_cut() -> None:
    outcomes = [many("height", 30)]
    assert len(rows(*outcomes)) == 20
    console = Console(file=io.StringIO(), width=200)
    console.print(findings_table(outcomes, "data"))
    assert "and 10 more" in console.file.getvalue()  # type: ignore[attr-defined]
