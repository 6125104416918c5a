"""MLflow's store, as all stages read it."""

import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import mlflow
from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import (
    INVALID_PARAMETER_VALUE,
    RESOURCE_DOES_NOT_EXIST,
    ErrorCode,
)
from requests import RequestException

from components.core.conditions import explain
from components.core.database import ensure_database
from components.core.errors import ConvoyError
from components.core.files import folder_digest
from components.core.home import home_folder
from components.core.relocate import relocate
from components.core.server import check_server, describe_refusal

SQLITE = "sqlite:///"
DATABASE = "mlflow.db"
ARTIFACTS = "mlartifacts"
TRACKING_URI = "MLFLOW_TRACKING_URI"
CHAMPION = "champion"
MODEL_ARTIFACT = "model"
MLMODEL = "MLmodel"
"""The file that makes a folder one of MLflow's models."""
DIGEST_TAG = "model_digest"
"""A version's tag with the digest of its files, by which they are checked."""
MODEL_URI = re.compile(r"models:/([^/@]+)(?:/(\d+)|@([^/@]+))")
ABSENT = {ErrorCode.Name(RESOURCE_DOES_NOT_EXIST), ErrorCode.Name(INVALID_PARAMETER_VALUE)}
"""What MLflow answers about versions and aliases that are not there."""
SHOWN = 12


@contextmanager
def mlflow_errors() -> Iterator[None]:
    """Turns MLflow's errors into ones that name the store; also a decorator.

    Raises:
        ConvoyError: When MLflow refuses a request, its disk is full or not to be written, or it
            cannot be reached. It tries again by itself with back-off,
            `MLFLOW_HTTP_REQUEST_MAX_RETRIES` times.
    """
    try:
        yield
    except (MlflowException, RequestException, sqlite3.DatabaseError) as error:
        store = f"MLflow at {mlflow.get_tracking_uri()}"
        raise ConvoyError(explain(error, store) or f"{store}: {describe_refusal(error)}") from error


@mlflow_errors()
def configure() -> None:
    """Points MLflow at `MLFLOW_TRACKING_URI`, or at `mlflow.db` where the project is at home.

    Worktrees, and the copies in which DVC runs experiments, share the registry of the project
    that they are of, also one that is named by a relative path.

    Raises:
        ConvoyError: When there is no such place, the store is no database or a server is silent.
    """
    mlflow.set_tracking_uri(_shared(os.environ.get(TRACKING_URI) or f"{SQLITE}{DATABASE}"))
    database = local_database()
    if database is None:
        check_server(mlflow.get_tracking_uri())
    else:
        ensure_database(database)
        relocate(database, database.with_name(ARTIFACTS))


def embedded_database() -> Path:
    """The SQLite file that is the registry where no other is named.

    Raises:
        ConvoyError: When the current folder's worktree has no such place.
    """
    return home_folder(Path.cwd()) / DATABASE


def _shared(uri: str) -> str:
    """The address of a store, its file being the home's where it is relative."""
    name = uri.removeprefix(SQLITE)
    if not uri.startswith(SQLITE) or name.startswith(("/", "file:", ":")):
        return uri
    here, home = Path.cwd(), home_folder(Path.cwd())
    if home == here.resolve():
        return uri
    if (here / name).is_file():
        raise ConvoyError(
            f"{here / name}: a registry of this folder's own, which is a worktree or a copy of "
            f"{home} and shares the registry there; move it away with its {ARTIFACTS}, or name "
            f"it: export {TRACKING_URI}={SQLITE}{here / name}"
        )
    return f"{SQLITE}{home / name}"


def local_database() -> Path | None:
    """MLflow's SQLite file; None for a server."""
    uri = mlflow.get_tracking_uri()
    return Path(uri.removeprefix(SQLITE)).resolve() if uri.startswith(SQLITE) else None


def local_artifacts() -> Path | None:
    """The folder `mlartifacts` next to a SQLite store; a server has a place of its own."""
    database = local_database()
    return database.with_name(ARTIFACTS) if database else None


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

    A local store's own folder is returned; a server's is copied into a temporary one. A
    SavedModel is code that whoever loads it runs: its files must be those that were registered.

    Args:
        uri: Such as `models:/digits@champion` or `models:/digits/3`.

    Raises:
        ConvoyError: When there is no such model, its files are lost or are others than those
            that were registered, or MLflow cannot be reached.
    """
    configure()
    version = resolve(uri)
    try:
        folder = Path(mlflow.artifacts.download_artifacts(model_uri(version.name, version.version)))
        artifacts = mlflow.models.Model.load(folder).flavors["python_function"]["artifacts"]
        model = folder / artifacts[MODEL_ARTIFACT]["path"]
        found = folder_digest(model)
    except (OSError, MlflowException) as error:
        raise _named(
            uri,
            f"version {version.version} is registered, but its files cannot be read: {error}; "
            f"run: convoy register {version.name}, which registers the last model again",
        ) from error
    registered = version.tags.get(DIGEST_TAG)
    if registered not in (None, found):
        raise _named(
            uri,
            f"the files of version {version.version} are not those that were registered: their "
            f"digest is {found[:SHOWN]}, not {registered[:SHOWN]}; a model is code, so this one "
            "is not loaded: bring its files back from a backup, or register another",
        )
    return model


def load_example(folder: Path, column: str) -> bytes | None:
    """The encoded sample that a model was registered with; None when there is none.

    Args:
        folder: The SavedModel, as `download` gives it.
        column: The name of the model's input.
    """
    roots = [each for each in folder.parents if (each / MLMODEL).is_file()]
    if not roots:
        return None
    example = mlflow.models.Model.load(roots[0]).load_input_example(str(roots[0]))
    return None if example is None else bytes(example[column].iloc[0])


def resolve(uri: str) -> ModelVersion:
    """The version that an address such as `models:/digits@champion` names.

    Raises:
        ConvoyError: When there is none.
    """
    match = MODEL_URI.fullmatch(uri)
    if match is None:
        raise _named(uri, "name a version or an alias: models:/NAME/3 or models:/NAME@champion")
    name, number, alias = match.groups()
    client = mlflow.MlflowClient()
    try:
        if number:
            return client.get_model_version(name, number)
        return client.get_model_version_by_alias(name, alias)
    except MlflowException as error:
        if error.error_code not in ABSENT:
            raise
        raise _named(
            uri,
            f"there is no {f'version {number}' if number else alias} of {name}; {remedy(name)}",
        ) from None


def remedy(name: str) -> str:
    """What to do where the registry has not the version of a model that was asked for."""
    return (
        f"convoy models {name} lists what there is, convoy register {name} registers the last "
        f"model here where it is missing, as after dvc pull, and convoy promote {name} makes it "
        "the champion"
    )


def _named(uri: str, message: str) -> ConvoyError:
    return ConvoyError(f"MLflow at {mlflow.get_tracking_uri()}: {uri}: {message}")
