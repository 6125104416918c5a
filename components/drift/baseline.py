"""Keeps the statistics of a model's training images with its run in MLflow."""

import tempfile
from pathlib import Path

import mlflow
import tensorflow_data_validation as tfdv
from mlflow.entities.model_registry import ModelVersion
from tensorflow_metadata.proto.v0.statistics_pb2 import DatasetFeatureStatisticsList

from components.core.layout import data_folder
from components.drift.statistics import describe_images
from components.register.tracking import mlflow_errors
from pipelines.project import load_task

FOLDER = "statistics"
FILE = "training.pbtxt"


def log_baseline(name: str) -> None:
    """Logs the statistics of a task's training split with the open run."""
    task, _ = load_task(name)
    statistics = describe_images(sorted(data_folder(name).glob("train-*.parquet")), task)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / FILE
        tfdv.write_stats_text(statistics, str(file))
        mlflow.log_artifact(str(file), FOLDER)


@mlflow_errors()
def load_baseline(version: ModelVersion) -> DatasetFeatureStatisticsList | None:
    """The statistics of a version's training images; None when none were logged with it."""
    logged = mlflow.MlflowClient().list_artifacts(version.run_id, FOLDER)
    if not logged:
        return None
    uri = f"runs:/{version.run_id}/{FOLDER}/{FILE}"
    return tfdv.load_stats_text(mlflow.artifacts.download_artifacts(uri))
