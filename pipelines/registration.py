"""What follows the stage register: a gate that was overtaken, a registry that was lost."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from components.core.artifacts import SERVING_FOLDER
from components.core.errors import ConvoyError
from components.core.files import folder_digest
from components.core.layout import CURVES_FILE, REGISTRATION_FILE, artifact_folder, data_folder
from components.core.tabular import read_json, write_json
from components.core.task import Spec
from pipelines.project import load_spec

if TYPE_CHECKING:  # MLflow takes a second to load
    from mlflow.entities.model_registry import ModelVersion


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
    digest = noted.get("digest")  # earlier releases noted none; to compute it loads TensorFlow
    version = Registry(name).find(digest) if digest else registered_version(name)
    if version is None:
        missing = f"the registry has lost version {noted['version']} of {name}"
        return f"{missing}; registered again as {_restored(name)}"
    if not _has_files(name, version):
        missing = f"the registry has lost the files of version {version.version} of {name}"
        return f"{missing}; registered again as {_restored(name)}"
    return None


def register_last(name: str) -> str:
    """Registers the last model of a task that lies here, whoever has trained it.

    So a model that came with `dvc pull` gets into the registry of this project. One that is
    there already stays as it is.

    Args:
        name: The task's name.

    Returns:
        A sentence that says what was done.

    Raises:
        ConvoyError: When there is no such task, no whole model of it lies here, MLflow cannot be
            reached, or the model cannot be registered.
    """
    load_spec(name)  # raises where there is no such task
    _check_here(name)
    version = registered_version(name)
    if version is not None and _has_files(name, version):
        return f"{name}: this model is version {version.version} of the registry already"
    return f"{name}: registered as {_restored(name)}"


def registered_version(name: str) -> ModelVersion | None:
    """The version that a task's last model is in the registry; None when it is in none.

    It is known by what it computes, or by its files, never by a number that was noted elsewhere.

    Raises:
        ConvoyError: When MLflow cannot be reached, or no model lies here.
    """
    from components.core.digest import model_digest
    from components.register.registry import Registry

    model = _model(name)
    registry = Registry(name)
    return registry.find(model_digest(model)) or registry.find(folder_digest(model))


def _has_files(name: str, version: ModelVersion) -> bool:
    from components.register.registry import Registry

    return Registry(name).has_files(version)


def _restored(name: str) -> str:
    """Registers the last model, and says what it has become."""
    done = _register_again(load_spec(name))
    alias = "the champion" if done["accepted"] else "a challenger: " + "; ".join(done["reasons"])
    return f"version {done['version']}, {alias}"


def _check_here(name: str) -> None:
    """Checks that all that a registration reads is here."""
    folders = [artifact_folder(name, stage) for stage in ("prepare", "train", "evaluate")]
    for folder in (data_folder(name), *folders):
        if not folder.is_dir():
            raise ConvoyError(
                f"{folder}: not here; run: dvc pull, which brings what another has trained, or "
                f"convoy run {name}, which trains"
            )


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
    folder = artifact_folder(name, "train")
    models = list(folder.glob(f"Trainer/model/*/{SERVING_FOLDER}"))
    if not models:
        raise ConvoyError(f"{folder}: no model here; run: dvc pull, or convoy run {name}")
    return models[0]


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
