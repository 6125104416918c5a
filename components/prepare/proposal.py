"""Proposes a schema for the task that has none."""

from pathlib import Path

from rich.console import Console

from components.core.layout import schema_file


def propose_schema(task: str, folder: Path) -> None:
    """Tells where the inferred schema lies, when the run had no curated one.

    Args:
        task: The task's name.
        folder: What the prepare stage wrote.
    """
    curated = schema_file(task)
    if curated.is_file():
        return
    (inferred,) = folder.glob("Schema/schema/*/schema.pbtxt")
    Console().print(
        f"The schema was inferred. Review {inferred} and keep it as {curated}: "
        "from then on, examples that do not fit it stop the run."
    )
