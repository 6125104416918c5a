"""Every decision on a version, kept with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from mlflow import MlflowClient
from mlflow.entities.model_registry import ModelVersion

DECISIONS = "decisions"
REASONS_TAG = "reasons"


@dataclass(frozen=True)
class Decision:
    """What was decided on a version, and why.

    Attributes:
        action: What was decided.
        reasons: A sentence each.
        forced: Whether the gate's verdict was overruled.
        metrics: The version's metrics when it was decided, if they were measured.
        champion_metrics: The metrics of the champion of that time on the same data.
    """

    action: Literal["promote", "refuse", "rollback"]
    reasons: Sequence[str]
    forced: bool = False
    metrics: Mapping[str, float] = field(default_factory=dict)
    champion_metrics: Mapping[str, float] | None = None


def record_decision(
    client: MlflowClient, version: ModelVersion, decision: Decision, champion: str | None
) -> None:
    """Writes a decision as a JSON file among the artifacts of the run and as tags.

    A file is added for every decision, as `decisions/<version>-<time>-<action>.json`; the
    tags tell the last one.

    Args:
        client: The connection to the registry.
        version: The version that it is about.
        decision: The decision.
        champion: The number of the champion before it.
    """
    now = datetime.now(UTC)
    content = {
        "model": version.name,
        "version": str(version.version),
        "time": now.isoformat(timespec="seconds"),
        "champion_before": champion,
        **vars(decision),
        "reasons": list(decision.reasons),
    }
    name = f"{version.version}-{now:%Y%m%dT%H%M%S%f}-{decision.action}"
    client.log_dict(version.run_id, content, f"{DECISIONS}/{name}.json")
    tags = {
        REASONS_TAG: "; ".join(decision.reasons),
        "decided": content["time"],
        "forced": str(decision.forced).lower(),
    }
    for key, value in tags.items():
        client.set_model_version_tag(version.name, version.version, key, value)


def read_decisions(client: MlflowClient, version: ModelVersion) -> list[dict[str, Any]]:
    """The recorded decisions on a version, the oldest first."""
    import mlflow

    files = client.list_artifacts(version.run_id, DECISIONS)
    uris = sorted(
        f"runs:/{version.run_id}/{file.path}"
        for file in files
        if file.path.startswith(f"{DECISIONS}/{version.version}-")
    )
    return [mlflow.artifacts.load_dict(uri) for uri in uris]
