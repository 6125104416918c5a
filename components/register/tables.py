"""Tables of the registry for a person at the terminal."""

from datetime import UTC, datetime, timedelta

from rich.table import Table

from components.register.registry import STAGE_TAG, Registry, recorded_metrics
from pipelines.project import load_task

HASH_LENGTH = 8


def versions_table(registry: Registry) -> Table:
    """Lists the versions of a task's model, the newest first, with the metrics of the gate.

    Raises:
        ConvoyError: When there is no such task or MLflow cannot be reached.
    """
    metrics = load_task(registry.name)[1].gate.thresholds
    table = Table("version", "stage", title=registry.name)
    for metric in metrics:
        table.add_column(metric, justify="right")
    for column in ("data", "commit", "age"):
        table.add_column(column)
    aliases = registry.aliases()
    now = datetime.now(UTC)
    for version in registry.versions():
        number, tags, measured = str(version.version), version.tags, recorded_metrics(version)
        stages = [alias for alias, owner in aliases.items() if owner == number]
        stages += [tags[STAGE_TAG]] if STAGE_TAG in tags else []
        table.add_row(
            number,
            ", ".join(dict.fromkeys(stages)),
            *(f"{measured[metric]:.4g}" if metric in measured else "" for metric in metrics),
            _short(tags.get("data_hash", "")),
            _short(tags.get("git_commit", "")),
            age(now - datetime.fromtimestamp(version.creation_timestamp / 1000, UTC)),
        )
    return table


def age(elapsed: timedelta) -> str:
    """A duration in its largest whole unit, such as `3 h`."""
    for unit, seconds in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if elapsed.total_seconds() >= seconds:
            return f"{elapsed // timedelta(seconds=seconds)} {unit}"
    return "now"


def _short(digest: str) -> str:
    """The start of a hash; `-dirty` stays visible."""
    commit, _, dirty = digest.partition("-")
    return commit[:HASH_LENGTH] + ("-" + dirty if dirty else "")
