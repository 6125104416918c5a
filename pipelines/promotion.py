"""Promotes a registered version, and undoes a promotion."""

from mlflow.entities.model_registry import ModelVersion

from components.core.errors import ConvoyError
from components.core.store import CHAMPION
from components.core.task import Spec
from components.core.training_data import load_hashes
from components.evaluate.judgement import Challenger, Judgement, judge
from components.evaluate.measurement import example_files
from components.register.records import Decision
from components.register.registry import OvertakenError, Registry


def promote_version(
    spec: Spec,
    version: str | None = None,
    force: bool = False,
    allow_interface_change: bool = False,
) -> str:
    """Makes a version the champion if the gate lets it; the decision is recorded either way.

    The version and the champion are both measured on the current test split, without the
    samples that one of them has seen in training.

    Args:
        spec: The task.
        version: The number of the version; the challenger when None.
        force: Whether to overrule the gate; the record says so.
        allow_interface_change: Whether inputs, outputs and classes may change.

    Returns:
        A sentence that says what was done.

    Raises:
        ConvoyError: When there is no such version, or the gate refuses it.
    """
    task, registry = spec.name, Registry(spec.name)
    candidate = registry.get(version) if version else registry.challenger()
    if candidate is None:
        raise ConvoyError(f"{task}: no version waits to be promoted; run: convoy models {task}")
    number = str(candidate.version)
    if registry.aliases().get(CHAMPION) == number:
        registry.complete()
        return f"{task} version {number} is the champion already"
    decision = judge_and_settle(spec, registry, candidate, force, allow_interface_change)
    if decision.action == "refuse":
        raise ConvoyError(f"{task} version {number}: {'; '.join(decision.reasons)}")
    forced = ", by force although " + "; ".join(decision.reasons) if decision.forced else ""
    return f"{task} version {number} is the champion{forced}"


def judge_and_settle(
    spec: Spec,
    registry: Registry,
    candidate: ModelVersion,
    force: bool = False,
    allow_interface_change: bool = False,
) -> Decision:
    """Judges a version on the current test split, and promotes or refuses it.

    The champion that it is judged against is still the champion when it is promoted: when
    another has taken its place in the meantime, the version is judged anew, and all others wait.

    Args:
        spec: The task.
        registry: Its versions.
        candidate: The version.
        force: Whether to overrule the gate.
        allow_interface_change: Whether inputs, outputs and classes may change.

    Returns:
        What was decided.

    Raises:
        ConvoyError: When a model or the test split cannot be read.
    """
    number = str(candidate.version)
    challenger = Challenger(registry.download(number), load_hashes(candidate) or frozenset())

    def decide() -> Decision:
        judgement = judge(spec, challenger, example_files(spec.name), allow_interface_change)
        decision = _decision(judgement, force)
        registry.settle(number, decision, judgement.version)
        return decision

    try:
        return decide()
    except OvertakenError:
        with registry.alone():
            return decide()


def _decision(judgement: Judgement, force: bool) -> Decision:
    accepted = judgement.verdict.accepted
    return Decision(
        action="promote" if accepted or force else "refuse",
        reasons=judgement.verdict.reasons,
        forced=force and not accepted,
        metrics=judgement.metrics,
        champion_metrics=judgement.champion,
    )


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
