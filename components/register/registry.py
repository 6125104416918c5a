"""The versions of a task's model in the MLflow registry."""

import logging
import warnings
from collections.abc import Mapping, Sequence
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Any

import mlflow
import pandas as pd
from mlflow.entities.model_registry import ModelVersion

from components.register.tracking import configure, mlflow_errors, resumed_run
from pipelines.errors import ConvoyError

CHAMPION = "champion"
CHALLENGER = "challenger"
ARCHIVED = "archived"
REFUSED = "refused"
METRIC_TAG = "metric."
STAGE_TAG = "stage"
MODEL_ARTIFACT = "model"
SERVED_MODEL = Path(__file__).with_name("served_model.py")
REQUIREMENTS = ("mlflow", "numpy", "pandas", "tensorflow")

# it warns that an environment made by uv has no pip
logging.getLogger("mlflow.utils.environment").setLevel(logging.ERROR)


class Registry:
    """The registered model of one task.

    A version is found by its number or by an alias: `challenger` is the newest version that
    waits, `champion` the one in use. The tag `stage` says what became of a version:
    `champion`, `archived` (a former champion) or `refused`.

    Attributes:
        name: The task's name.
    """

    def __init__(self, name: str) -> None:
        """Connects to the registry.

        Raises:
            ConvoyError: As every method does, when MLflow refuses or cannot be reached.
        """
        configure()
        self.name = name
        self._client = mlflow.MlflowClient()

    def register(
        self,
        run_id: str,
        model_folder: Path,
        metrics: Mapping[str, float],
        tags: Mapping[str, str],
        input_example: bytes,
    ) -> str:
        """Logs a model with its run and makes it the challenger.

        Args:
            run_id: The run that trained it; it must not be open.
            model_folder: The SavedModel; other files in it, such as `model.keras`, go along.
            metrics: Kept with the version as tags `metric.<name>`.
            tags: Further tags of the version.
            input_example: An encoded image; the model must be able to predict it.

        Returns:
            The number of the new version.

        Raises:
            ConvoyError: When the model fails on the example; then there is no new version.
        """
        with mlflow_errors():
            logged = self._log(run_id, model_folder, input_example)
            measured = {f"{METRIC_TAG}{name}": str(value) for name, value in metrics.items()}
            if self._find() is None:
                self._client.create_registered_model(self.name)
            version = self._client.create_model_version(
                self.name, logged.model_uri, run_id, {**tags, **measured}, model_id=logged.model_id
            ).version
            try:
                self._client.set_registered_model_alias(self.name, CHALLENGER, version)
            except BaseException:
                self._client.delete_model_version(self.name, version)
                raise
        return str(version)

    def _log(self, run_id: str, folder: Path, example: bytes) -> Any:
        """Logs the model; MLflow runs it on the example to infer the signature."""
        with resumed_run(run_id), warnings.catch_warnings():
            # the table has integers, and none is ever missing
            warnings.filterwarnings("ignore", "Hint: Inferred schema contains integer")
            logged = mlflow.pyfunc.log_model(
                name=self.name,
                python_model=SERVED_MODEL,
                artifacts={MODEL_ARTIFACT: str(folder)},
                input_example=pd.DataFrame({"image": [example]}),
                pip_requirements=[f"{name}=={installed_version(name)}" for name in REQUIREMENTS],
            )
        if logged.signature is None:
            self._client.delete_logged_model(logged.model_id)
            raise ConvoyError(f"{folder}: the model cannot predict the input example")
        return logged

    @mlflow_errors()
    def aliases(self) -> dict[str, str]:
        """The version that each alias stands for."""
        found = self._find()
        return {alias: str(version) for alias, version in found.aliases.items()} if found else {}

    @mlflow_errors()
    def get(self, version: str) -> ModelVersion:
        """The version of a number."""
        return self._client.get_model_version(self.name, version)

    def champion(self) -> ModelVersion | None:
        """The version in use."""
        return self._aliased(CHAMPION)

    def challenger(self) -> ModelVersion | None:
        """The newest version that waits to be promoted."""
        return self._aliased(CHALLENGER)

    @mlflow_errors()
    def versions(self) -> list[ModelVersion]:
        """All versions, the newest first."""
        versions = self._client.search_model_versions(f"name = '{self.name}'")
        return sorted(versions, key=lambda version: int(version.version), reverse=True)

    @mlflow_errors()
    def promote(self, version: str, reasons: Sequence[str]) -> None:
        """Makes a version the champion; the alias moves in one step.

        The former champion, which can be promoted again, is tagged `archived`.

        Args:
            version: The number of the version.
            reasons: Sentences, kept with the version as the tag `reasons`.
        """
        former = self.aliases().get(CHAMPION)
        self._client.set_registered_model_alias(self.name, CHAMPION, version)
        self._tag(version, CHAMPION, reasons)
        if former is not None and former != version:
            self._client.set_model_version_tag(self.name, former, STAGE_TAG, ARCHIVED)
        if self.aliases().get(CHALLENGER) == version:
            self._client.delete_registered_model_alias(self.name, CHALLENGER)

    @mlflow_errors()
    def refuse(self, version: str, reasons: Sequence[str]) -> None:
        """Notes why a version was not promoted; it stays the challenger.

        Args:
            version: The number of the version.
            reasons: Sentences, kept with the version as the tag `reasons`.
        """
        self._tag(version, REFUSED, reasons)

    def download(self, version: str | int) -> Path:
        """The folder of a version's SavedModel.

        Args:
            version: A number or an alias.
        """
        separator = "/" if str(version).isdecimal() else "@"
        return download(f"models:/{self.name}{separator}{version}")

    def _find(self) -> Any:
        found = self._client.search_registered_models(f"name = '{self.name}'")
        return found[0] if found else None

    def _aliased(self, alias: str) -> ModelVersion | None:
        version = self.aliases().get(alias)
        return self.get(version) if version else None

    def _tag(self, version: str, stage: str, reasons: Sequence[str]) -> None:
        for key, value in ((STAGE_TAG, stage), ("reasons", "; ".join(reasons))):
            self._client.set_model_version_tag(self.name, version, key, value)


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


def recorded_metrics(version: ModelVersion) -> dict[str, float]:
    """The metrics that a version was registered with."""
    return {
        tag.removeprefix(METRIC_TAG): float(value)
        for tag, value in version.tags.items()
        if tag.startswith(METRIC_TAG)
    }
