"""What processes that were killed, and registries that were lost, have left in the store."""

import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import mlflow

from components.core.store import local_artifacts, mlflow_errors
from components.register.registry import Registry, logged_model

OWN_FOLDER = re.compile(r"[0-9a-f]{32}|m-[0-9a-f]{32}")
"""How MLflow names the folders of runs and of logged models."""
MODELS = "models"


@dataclass(frozen=True)
class Orphans:
    """What no version refers to.

    Attributes:
        models: The ids of logged models.
        folders: Folders of a local store, of these models and of models and runs that MLflow
            does not know.
    """

    models: Sequence[str]
    folders: Sequence[Path]

    def __bool__(self) -> bool:
        return bool(self.models or self.folders)


def orphans(name: str) -> Orphans:
    """Finds what a task's versions do not need.

    Runs stay, also those of no version: a registration that was killed goes on with its run.

    Args:
        name: The task's name.

    Raises:
        ConvoyError: When MLflow cannot be reached.
    """
    registry = Registry(name)
    with mlflow_errors(), registry.alone():  # else the model of a registration at work is one
        return _find(registry)


def remove_orphans(name: str) -> Orphans:
    """Removes what `orphans` finds, and returns it.

    A server keeps the files of logged models until its own `mlflow gc`.

    Args:
        name: The task's name.

    Raises:
        ConvoyError: When MLflow cannot be reached or a folder cannot be removed.
    """
    registry = Registry(name)
    with mlflow_errors(), registry.alone():
        found = _find(registry)
        client = mlflow.MlflowClient()
        for model in found.models:
            client.delete_logged_model(model)
        for folder in found.folders:
            shutil.rmtree(folder)
    return found


def _find(registry: Registry) -> Orphans:
    needed = {logged_model(version) for version in mlflow.search_model_versions()}
    experiment = mlflow.get_experiment_by_name(registry.name)
    if experiment is None:
        return Orphans([], _folders(registry.name, needed))
    found = [str(experiment.experiment_id)]
    logged = mlflow.search_logged_models(experiment_ids=found, output_format="list")
    needed |= {model.model_id for model in logged if model.name != registry.name}  # a person's
    models = sorted({model.model_id for model in logged} - needed)
    runs = mlflow.search_runs(experiment_ids=found, output_format="list")
    return Orphans(models, _folders(registry.name, needed | {run.info.run_id for run in runs}))


def _folders(name: str, needed: set[str | None]) -> list[Path]:
    artifacts = local_artifacts()
    if artifacts is None:
        return []
    folder = artifacts / name
    children = [*folder.glob("*"), *(folder / MODELS).glob("*")]
    return sorted(
        child for child in children if OWN_FOLDER.fullmatch(child.name) and child.name not in needed
    )
