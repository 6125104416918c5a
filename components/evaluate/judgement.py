"""Holds a model against the champion, both measured on the same examples."""

from dataclasses import dataclass
from pathlib import Path

from components.core.errors import ConvoyError
from components.core.store import download, find_version, model_uri
from components.core.task import Spec
from components.core.training_data import load_hashes
from components.evaluate.gate import Metrics, Verdict, decide
from components.evaluate.interface import interface_changes, read_interface
from components.evaluate.measurement import Files, measure
from components.evaluate.params import GateParams
from components.evaluate.seen import Hashes, Seen, find_seen


@dataclass(frozen=True)
class Challenger:
    """A model that is to take the champion's place.

    Attributes:
        model: Its SavedModel.
        seen: The samples that it was trained and chosen by, as far as some of them may be in
            the test split.
        metrics: Its metrics on the test samples that it has not seen; None when it has not been
            measured yet.
    """

    model: Path
    seen: Hashes = frozenset()
    metrics: Metrics | None = None


@dataclass(frozen=True)
class Judgement:
    """The gate's verdict on a challenger and what it stands on.

    Attributes:
        metrics: The challenger's metrics on the test samples that it has not seen.
        champion: The champion's metrics on those that neither has seen; None without a
            champion, or when it cannot be measured on them.
        verdict: What the gate says.
        version: The number of the champion; None without one.
    """

    metrics: Metrics
    champion: Metrics | None
    verdict: Verdict
    version: str | None


@dataclass(frozen=True)
class _Match:
    """A challenger and the champion on the test samples that neither has seen."""

    spec: Spec
    files: Files
    seen: Seen
    challenger: Path
    champion: Path

    def changes(self) -> list[str]:
        return interface_changes(read_interface(self.champion), read_interface(self.challenger))

    def measure(self, model: Path) -> Metrics:
        return measure(model, self.spec, self.files, self.seen.either).metrics()


def judge(
    spec: Spec, challenger: Challenger, files: Files, allow_interface_change: bool = False
) -> Judgement:
    """Measures the champion and asks the gate whether a challenger may take its place.

    No model wins by test samples that it has seen in training: those do not count.

    Args:
        spec: The task.
        challenger: The model that is judged.
        files: The raw examples.
        allow_interface_change: Whether inputs, outputs and classes may differ from the
            champion's. When it then cannot be measured, only the thresholds count.

    Raises:
        ConvoyError: When the registry cannot be reached, or a metric of the gate was not
            measured.
    """
    version = find_version(spec.name)
    number = str(version.version) if version else None
    known = (load_hashes(version) if version else None) or frozenset()
    seen = find_seen(spec, files.test, challenger.seen, known)
    metrics = _measure(spec, challenger, files, seen)
    if seen.refusal:
        return Judgement(metrics, None, Verdict(False, [seen.refusal]), number)
    if number is None:
        champion, verdict = None, decide(metrics, None, spec.block("gate", GateParams))
    else:
        folder = download(model_uri(spec.name, number))
        match = _Match(spec, files, seen, challenger.model, folder)
        champion, verdict = _compare(match, metrics, allow_interface_change)
    reasons = [*seen.notes, *verdict.reasons]
    return Judgement(metrics, champion, Verdict(verdict.accepted, reasons), number)


def _measure(spec: Spec, challenger: Challenger, files: Files, seen: Seen) -> Metrics:
    """The challenger's metrics on what it has not seen; none when that is nothing."""
    if challenger.metrics is not None:
        return challenger.metrics
    if seen.challenger and not seen.left(seen.challenger):
        return {}
    return measure(challenger.model, spec, files, seen.challenger).metrics()


def _compare(
    match: _Match, metrics: Metrics, allow_interface_change: bool
) -> tuple[Metrics | None, Verdict]:
    """The champion's metrics, None when it cannot be measured, and the verdict."""
    changes = match.changes()
    binding = [] if allow_interface_change else changes
    champion = None
    try:
        champion = match.measure(match.champion)
    except ConvoyError as error:  # for example, it does not know a class that is new
        if binding or not changes:
            reason = f"the champion cannot be measured on these data: {error}"
            return None, Verdict(False, [reason, *binding])
    seen = match.seen
    shared = match.measure(match.challenger) if seen.either > seen.challenger else metrics
    gate = match.spec.block("gate", GateParams)
    verdict = decide(metrics, champion, gate, binding, shared)
    allowed = [f"allowed: {change}" for change in changes if not binding]
    return champion, Verdict(verdict.accepted, [*verdict.reasons, *allowed])
