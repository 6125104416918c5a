"""Runs of the tasks in MLflow: one experiment a task, one run a training."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import mlflow
import pandas as pd
from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import RESOURCE_ALREADY_EXISTS, ErrorCode

from components.core.store import configure, local_artifacts, mlflow_errors
from components.core.task import Spec
from components.register.provenance import provenance, short_commit

EPOCH = "epoch"
TRAIN, VAL, TEST = "train_", "val_", "test_"
"""What the names of metrics begin with, by the split that they were measured on."""


def _experiment_id(task: str) -> str:
    found = mlflow.get_experiment_by_name(task)
    if found is not None:
        return str(found.experiment_id)
    artifacts = local_artifacts()
    try:
        return str(mlflow.create_experiment(task, artifacts and str(artifacts / task)))
    except MlflowException as error:
        made = mlflow.get_experiment_by_name(task)  # by another process, since
        if error.error_code != ErrorCode.Name(RESOURCE_ALREADY_EXISTS) or made is None:
            raise
        return str(made.experiment_id)


@contextmanager
def training_run(spec: Spec, tags: Mapping[str, str] | None = None) -> Iterator[str]:
    """Opens a run of the task's experiment, with its parameters and provenance.

    Args:
        spec: The task; its parameters are logged with the run.
        tags: Further tags that tell the run from others. When a run has them already, as
            after a process was killed, that one is opened again.

    Yields:
        The run's id, by which later stages re-open it.

    Raises:
        ConvoyError: When MLflow cannot be reached.
    """
    tags = tags or {}
    with mlflow_errors():
        configure()
        experiment = _experiment_id(spec.name)
        known = _find_run(experiment, tags) if tags else None
        origin = provenance(spec.name)
        name = None if known else _run_name(spec.name, origin["git_commit"])
        with mlflow.start_run(known, experiment, name, tags={**origin, **tags}) as run:
            values = flatten(spec.params)
            mlflow.log_params({k: v for k, v in values.items() if k not in run.data.params})
            yield run.info.run_id


def _run_name(task: str, commit: str) -> str:
    """Task, commit and time, by which a person finds a run."""
    return f"{task} {short_commit(commit)} {datetime.now(UTC):%Y-%m-%d %H:%M:%S}"


def _find_run(experiment: str, tags: Mapping[str, str]) -> str | None:
    wanted = " and ".join(f"tags.{key} = '{value}'" for key, value in tags.items())
    found = mlflow.search_runs([experiment], wanted, output_format="list")
    return str(found[0].info.run_id) if found else None


@contextmanager
def resumed_run(run_id: str) -> Iterator[str]:
    """Re-opens a run, also one that another process has begun.

    Yields:
        The run's id.

    Raises:
        ConvoyError: When there is no such run or MLflow cannot be reached.
    """
    with mlflow_errors():
        configure()
        with mlflow.start_run(run_id):
            yield run_id


def log_curves(file: Path) -> None:
    """Logs every column of a CSV file with a row an epoch as a curve of the open run.

    The names tell what was measured on: `val_` the validation split, `train_` all else.

    Args:
        file: As Keras's `CSVLogger` writes it; `epoch` is the horizontal axis.
    """
    curves = pd.read_csv(file).rename(columns=_of_training)
    for row in curves.to_dict("records"):
        epoch = int(row.pop(EPOCH))
        mlflow.log_metrics({key: value for key, value in row.items() if pd.notna(value)}, epoch)


def _of_training(name: str) -> str:
    return name if name == EPOCH or name.startswith(VAL) else f"{TRAIN}{name}"


def log_results(metrics: Mapping[str, float], report: Path) -> None:
    """Logs metrics of the test split, as `test_<name>`, and a folder of plots with the open run."""
    mlflow.log_metrics({f"{TEST}{name}": value for name, value in metrics.items()})
    mlflow.log_artifacts(str(report), "report")


def flatten(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Joins the keys of nested mappings with dots, as `params.yaml` is spoken of."""
    flat: dict[str, Any] = {}
    for key, value in values.items():
        if isinstance(value, Mapping):
            flat |= flatten(value, f"{prefix}{key}.")
        else:
            flat[f"{prefix}{key}"] = value
    return flat
