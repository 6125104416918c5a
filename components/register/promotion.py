"""Promotes a registered version by hand."""

from components.register.gate import decide
from components.register.registry import Registry, recorded_metrics
from pipelines.errors import ConvoyError
from pipelines.project import load_task


def promote_version(task: str, version: str | None) -> str:
    """Makes a version the champion if its recorded metrics meet the thresholds.

    It may be worse than the champion: this is how a former champion is brought back.

    Args:
        task: The task's name.
        version: The number of the version; the challenger when None.

    Returns:
        A sentence that says what was done.

    Raises:
        ConvoyError: When there is no such version, or it misses a threshold.
    """
    _, params = load_task(task)
    registry = Registry(task)
    candidate = registry.get(version) if version else registry.challenger()
    if candidate is None:
        raise ConvoyError(f"{task}: no version waits to be promoted; run: convoy models {task}")
    number = str(candidate.version)
    decision = decide(recorded_metrics(candidate), None, params.gate)
    if not decision.accepted:
        raise ConvoyError(f"{task} version {number}: {'; '.join(decision.reasons)}")
    registry.promote(number, ["promoted by hand", *decision.reasons])
    return f"{task} version {number} is the champion"
