"""Promotes a registered version, and undoes a promotion."""

from components.core.errors import ConvoyError
from components.evaluate.measurement import example_files, measure
from components.register.judgement import judge
from components.register.records import Decision
from components.register.registry import CHAMPION, Registry
from pipelines.project import load_task


def promote_version(
    task: str,
    version: str | None = None,
    force: bool = False,
    allow_interface_change: bool = False,
) -> str:
    """Makes a version the champion if the gate lets it; the decision is recorded either way.

    The version and the champion are both measured on the current test split.

    Args:
        task: The task's name.
        version: The number of the version; the challenger when None.
        force: Whether to overrule the gate; the record says so.
        allow_interface_change: Whether inputs, outputs and classes may change.

    Returns:
        A sentence that says what was done.

    Raises:
        ConvoyError: When there is no such version, or the gate refuses it.
    """
    definition, params = load_task(task)
    registry = Registry(task)
    candidate = registry.get(version) if version else registry.challenger()
    if candidate is None:
        raise ConvoyError(f"{task}: no version waits to be promoted; run: convoy models {task}")
    number = str(candidate.version)
    if registry.aliases().get(CHAMPION) == number:
        registry.complete()
        return f"{task} version {number} is the champion already"
    model, files = registry.download(number), example_files(task, "test")
    metrics = measure(model, definition, params, files).metrics()
    judgement = judge(task, model, metrics, files, allow_interface_change)
    decision = judgement.decision(force)
    if decision.action == "refuse":
        registry.refuse(number, decision)
        raise ConvoyError(f"{task} version {number}: {'; '.join(decision.reasons)}")
    registry.promote(number, decision)
    forced = ", by force although " + "; ".join(decision.reasons) if decision.forced else ""
    return f"{task} version {number} is the champion{forced}"


def roll_back(task: str, reason: str) -> str:
    """Makes the champion before this one the champion again.

    Args:
        task: The task's name.
        reason: Recorded with the version that is brought back.

    Returns:
        A sentence that says what was done.

    Raises:
        ConvoyError: When no champion came before.
    """
    left, back = Registry(task).rollback(Decision("rollback", [reason]))
    return f"{task} version {back} is the champion again, in the place of version {left}"
