"""Holds a model against the champion, both measured on the same examples."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from components.core.errors import ConvoyError
from components.evaluate.measurement import measure
from components.register.gate import Metrics, Verdict, decide
from components.register.interface import interface_changes, read_interface
from components.register.records import Decision
from components.register.registry import Registry
from pipelines.project import load_task


@dataclass(frozen=True)
class Judgement:
    """The gate's verdict on a model and what it stands on.

    Attributes:
        metrics: The model's metrics.
        champion: The champion's metrics on the same examples; None without a champion, or
            when it cannot be measured on them.
        verdict: What the gate says.
    """

    metrics: Metrics
    champion: Metrics | None
    verdict: Verdict

    def decision(self, forced: bool = False) -> Decision:
        """The decision that follows."""
        return Decision(
            action="promote" if self.verdict.accepted or forced else "refuse",
            reasons=self.verdict.reasons,
            forced=forced and not self.verdict.accepted,
            metrics=self.metrics,
            champion_metrics=self.champion,
        )


def judge(
    task: str,
    model: Path,
    metrics: Metrics,
    files: Sequence[str],
    allow_interface_change: bool = False,
) -> Judgement:
    """Measures the champion and asks the gate whether a model may take its place.

    Args:
        task: The task's name.
        model: The model's SavedModel.
        metrics: The model's metrics on the examples.
        files: Paths of the examples: gzip-compressed TFRecord files.
        allow_interface_change: Whether inputs, outputs and classes may differ from the
            champion's. When it then cannot be measured, only the thresholds count.

    Raises:
        ConvoyError: When the registry cannot be reached, or a metric of the gate was not
            measured.
    """
    definition, params = load_task(task)
    registry = Registry(task)
    version = registry.champion()
    if version is None:
        return Judgement(metrics, None, decide(metrics, None, params.gate))
    folder = registry.download(version.version)
    changes = interface_changes(read_interface(folder), read_interface(model))
    binding = [] if allow_interface_change else changes
    champion = None
    try:
        champion = measure(folder, definition, params, files).metrics()
    except ConvoyError as error:  # for example, it does not know a class that is new
        if binding or not changes:
            reason = f"the champion cannot be measured on these data: {error}"
            return Judgement(metrics, None, Verdict(False, [reason, *binding]))
    verdict = decide(metrics, champion, params.gate, binding)
    allowed = [f"allowed: {change}" for change in changes if not binding]
    return Judgement(metrics, champion, Verdict(verdict.accepted, [*verdict.reasons, *allowed]))
