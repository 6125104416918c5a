"""What a person sees at the end of a run: how long it took."""

from collections.abc import Mapping

from rich.filesize import decimal

from pipelines.reports.terminal import PlainTable
from pipelines.usage import Usage


def usage_table(used: Mapping[str, Usage], seconds: float) -> PlainTable:
    """How long each stage took, and all of it.

    Args:
        used: By stage.
        seconds: From the beginning of the run to its end, with what DVC did between the stages.
    """
    table = PlainTable("stage", title="time")
    table.add_column("took", justify="right")
    table.add_column("memory, at most", justify="right")
    for stage, usage in used.items():
        table.add_row(stage, duration(usage.seconds), decimal(usage.peak_memory))
    table.add_section()
    table.add_row("all, with DVC", duration(seconds), "")
    return table


def duration(seconds: float) -> str:
    """A duration in its two largest units, such as `3 min 12 s`; below a minute with tenths."""
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:,} h {minutes} min" if hours else f"{minutes} min {rest} s"
