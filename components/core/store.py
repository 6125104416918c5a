"""MLflow's store, as all stages read it."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import mlflow
from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException
from requests import RequestException

from components.core.errors import ConvoyError
from components.core.relocate import relocate

EMBEDDED_STORE = "sqlite:///mlflow.db"
ARTIFACTS = "mlartifacts"
SQLITE = "sqlite:///"
CHAMPION = "champion"
MODEL_ARTIFACT = "model"


@contextmanager
def mlflow_errors() -> Iterator[None]:
    """Turns MLflow's errors into ones that name the store; also a decorator.

    Raises:
        ConvoyError: When MLflow refuses a request or cannot be reached. It retries by itself
            with back-off, `MLFLOW_HTTP_REQUEST_MAX_RETRIES` times.
    """
    try:
        yield
    except (MlflowException, RequestException, sqlite3.DatabaseError) as error:
        raise ConvoyError(f"MLflow at {mlflow.get_tracking_uri()}: {error}") from error


@mlflow_errors()
def configure() -> None:
    """Points MLflow at `MLFLOW_TRACKING_URI`, or at `mlflow.db` in the current folder."""
    mlflow.set_tracking_uri(os.environ.get("MLFLOW_TRACKING_URI") or EMBEDDED_STORE)
    artifacts = local_artifacts()
    if artifacts is not None:
        relocate(Path(mlflow.get_tracking_uri().removeprefix(SQLITE)), artifacts)


def local_artifacts() -> Path | None:
    """The folder `mlartifacts` next to a SQLite store; a server has a place of its own."""
    uri = mlflow.get_tracking_uri()
    if not uri.startswith(SQLITE):
        return None
    return Path(uri.removeprefix(SQLITE)).resolve().with_name(ARTIFACTS)


@mlflow_errors()
def find_version(name: str, alias: str = CHAMPION) -> ModelVersion | None:
    """The version of a registered model that an alias stands for; None when there is none."""
    configure()
    client = mlflow.MlflowClient()
    found = client.search_registered_models(f"name = '{name}'")
    version = found[0].aliases.get(alias) if found else None
    return client.get_model_version(name, str(version)) if version else None


def model_uri(name: str, version: str | int) -> str:
    """The address of a version by its number or an alias, such as `models:/digits@champion`."""
    return f"models:/{name}{'/' if str(version).isdecimal() else '@'}{version}"


@mlflow_errors()
def download(uri: str) -> Path:
    """The folder of a registered model's SavedModel and what was registered along with it.

    A local store's own folder is returned; a server's is copied into a temporary one.

    Args:
        uri: Such as `models:/digits@champion` or `models:/digits/3`.

    Raises:
        ConvoyError: When there is no such model or MLflow cannot be reached.
    """
    configure()
    folder = Path(mlflow.artifacts.download_artifacts(uri))
    artifacts = mlflow.models.Model.load(folder).flavors["python_function"]["artifacts"]
    return folder / artifacts[MODEL_ARTIFACT]["path"]
