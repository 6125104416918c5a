"""Scores a folder or a table of images with a registered model."""

import time
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from components.core.errors import ConvoyError
from components.score.parts import Tally
from components.score.score import score


def score_images(name: str, source: Path, out: Path, model: str, plain: bool) -> None:
    """Writes a table with a row for every image and prints a summary.

    Args:
        name: The task's name.
        source: A folder of images, a parquet file or a folder of parquet files.
        out: The parquet file to write.
        model: Alias or version of the registered model.
        plain: Whether to write only `probability`, NaN where there is none.

    Raises:
        ConvoyError: When there is no image or no such model, or when not one image could be
            scored; in the last case the table is there and tells why.
    """
    from components.register.registry import Registry

    folder = Registry(name).download(model)
    begin = time.perf_counter()
    tally = score(name, folder, source, out, plain)
    Console().print(summary(tally, out, time.perf_counter() - begin))
    if tally.failed == tally.images:
        raise ConvoyError(f"{source}: none of the {tally.images:,} images could be scored")


def summary(tally: Tally, out: Path, seconds: float) -> Table:
    """The counts, the speed and the first few failures."""
    table = Table(title=f"{out}", show_header=False)
    table.add_row("images", f"{tally.images:,}")
    table.add_row("scored", f"{tally.images - tally.failed:,}")
    failed = f"{tally.failed:,}"
    table.add_row("could not be scored", f"[bold red]{failed}[/]" if tally.failed else failed)
    for path, reason in tally.failures:
        table.add_row("", escape(f"{path}: {reason}"))
    if tally.failed > len(tally.failures):
        table.add_row("", f"… and {tally.failed - len(tally.failures):,} more")
    table.add_row("seconds, with start-up", f"{seconds:,.1f}")
    table.add_row("images/s", f"{tally.images / seconds:,.1f}")
    return table
