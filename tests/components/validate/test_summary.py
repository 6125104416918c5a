from pathlib import Path

from rich.console import Console

from components.validate.findings import Finding, Outcome
from components.validate.summary import rules_table


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
