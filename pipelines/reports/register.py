"""What a person sees of the registry."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from components.core.layout import REGISTRATION_FILE
from components.core.tabular import read_json
from components.core.task import Spec
from components.evaluate.params import GateParams
from components.register.provenance import short_commit
from components.register.registry import STAGE_TAG, Registry, recorded_metrics
from pipelines.reports.terminal import PlainTable


def registration_table(registered: Path) -> PlainTable:
    """The new version and why it was promoted or not.

    Args:
        registered: Folder with the registration.
    """
    registration = read_json(registered / REGISTRATION_FILE)
    table = PlainTable("version", "alias", "because", title="registry")
    alias = "champion" if registration["accepted"] else "challenger"
    table.add_row(registration["version"], alias, "\n".join(registration["reasons"]))
    return table


def versions_table(spec: Spec) -> PlainTable:
    """Lists the versions of a task's model, the newest first, with the metrics of the gate.

    Raises:
        ConvoyError: When MLflow cannot be reached.
    """
    registry = Registry(spec.name)
    metrics = spec.block("gate", GateParams).thresholds
    table = PlainTable("version", "stage", title=spec.name)
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
            short_commit(tags.get("data_hash", "")),
            short_commit(tags.get("git_commit", "")),
            age(now - datetime.fromtimestamp(version.creation_timestamp / 1000, UTC)),
        )
    return table


def age(elapsed: timedelta) -> str:
    """A duration in its largest whole unit, such as `3 h`."""
    for unit, seconds in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if elapsed.total_seconds() >= seconds:
            return f"{elapsed // timedelta(seconds=seconds)} {unit}"
    return "now"
