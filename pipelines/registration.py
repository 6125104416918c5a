"""What follows the stage register: a gate that was overtaken, a registry that was lost."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from components.core.artifacts import SERVING_FOLDER
from components.core.files import folder_digest
from components.core.layout import CURVES_FILE, REGISTRATION_FILE, artifact_folder
from components.core.tabular import read_json, write_json
from components.core.task import Spec
from pipelines.project import load_spec


def settle(name: str, registered: Path) -> None:
    """Judges a version anew whose gate was overtaken, and notes what was decided.

    Args:
        name: The task's name.
        registered: The folder in which the stage register has noted what it did.
    """
    file = registered / REGISTRATION_FILE
    registration = read_json(file)
    if not registration["settled"]:
        write_json(_judge_anew(load_spec(name), registration), file)


def ensure_registered(name: str) -> str | None:
    """Registers a task's last model again where the registry has lost it.

    Nothing of the artifacts changes, and so nothing that DVC compares.

    Args:
        name: The task's name.

    Returns:
        A sentence that says what was missing and what was done; None when nothing was missing,
        or no model has been registered yet.

    Raises:
        ConvoyError: When MLflow cannot be reached, or the model cannot be registered.
    """
    from components.register.registry import Registry

    noted = _noted(name)
    if noted is None:
        return None
    registry = Registry(name)
    digest = noted.get("digest") or folder_digest(_model(name))
    version = registry.find(digest)
    if version is not None and registry.has_files(version):
        return None
    missing = (
        f"the registry has lost version {noted['version']} of {name}"
        if version is None
        else f"the registry has lost the files of version {version.version} of {name}"
    )
    done = _register_again(load_spec(name))
    alias = "the champion" if done["accepted"] else "a challenger: " + "; ".join(done["reasons"])
    return f"{missing}; registered again as version {done['version']}, {alias}"


def _noted(name: str) -> Mapping[str, Any] | None:
    """What the stage register noted last."""
    files = artifact_folder(name, "register").glob(f"Register/registered/*/{REGISTRATION_FILE}")
    content: Mapping[str, Any] | None = next(map(read_json, files), None)
    return content


def _register_again(spec: Spec) -> Mapping[str, Any]:
    """Does what the stage register does, with what the stages before have written."""
    from components.evaluate.measurement import example_files
    from components.register.registration import Results, register_model

    (curves,) = artifact_folder(spec.name, "train").glob(f"Trainer/model_run/*/{CURVES_FILE}")
    (evaluation,) = artifact_folder(spec.name, "evaluate").glob("Evaluate/evaluation/*")
    examples = example_files(spec.name).test
    registration = register_model(spec, Results(_model(spec.name), curves, evaluation, examples))
    return registration if registration["settled"] else _judge_anew(spec, registration)


def _model(name: str) -> Path:
    models = artifact_folder(name, "train").glob(f"Trainer/model/*/{SERVING_FOLDER}")
    (model,) = models
    return model


def _judge_anew(spec: Spec, registration: Mapping[str, Any]) -> Mapping[str, Any]:
    from components.evaluate.params import GateParams
    from components.register.registry import Registry
    from pipelines.promotion import judge_and_settle

    registry = Registry(spec.name)
    allowed = spec.block("gate", GateParams).allow_interface_change
    version = registry.get(registration["version"])
    decision = judge_and_settle(spec, registry, version, allow_interface_change=allowed)
    return {
        **registration,
        "accepted": decision.action == "promote",
        "reasons": [*registration["reasons"], *decision.reasons],
        "settled": True,
    }
