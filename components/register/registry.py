"""The versions of a task's model in the MLflow registry."""

import logging
import re
import tempfile
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Any

import mlflow
import pandas as pd
from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import RESOURCE_ALREADY_EXISTS, ErrorCode

from components import core
from components.core.errors import ConvoyError
from components.core.files import folder_digest
from components.core.store import (
    ABSENT,
    CHAMPION,
    DIGEST_TAG,
    MODEL_ARTIFACT,
    configure,
    download,
    mlflow_errors,
    model_uri,
    remedy,
)
from components.register.card import HEADING
from components.register.lock import Held, registry_lock
from components.register.records import Decision, read_decisions, record_decision
from components.register.tracking import TEST, resumed_run

CHALLENGER = "challenger"
ARCHIVED = "archived"
REFUSED = "refused"
ROLLED_BACK = "rolled-back"
FORMER_METRIC_TAG = "metric."
"""What tags of metrics began with before their names told the split: `metric.accuracy`."""
STAGE_TAG = "stage"
IDENTITY_TAG = "model_identity"
"""A version's tag with the digest of what its model computes, by which it is known again."""
FORMER_TAG = "former_champion"
ROLLBACK_TAG = "rolling_back_to"
LOGGED_MODEL = re.compile(r"\bm-[0-9a-f]{32}\b")
SERVED_MODEL = Path(core.__file__).with_name("served_model.py")
REQUIREMENTS = ("mlflow", "numpy", "pandas", "tensorflow")

# it warns that an environment made by uv has no pip
logging.getLogger("mlflow.utils.environment").setLevel(logging.ERROR)


class OvertakenError(ConvoyError):
    """The champion is no longer the one that a decision was made against.

    Attributes:
        champion: The number of the version that is the champion now; None without one.
    """

    def __init__(self, name: str, judged: str | None, champion: str | None) -> None:
        self.champion = champion
        super().__init__(
            f"{name}: judged against {_champion(judged)}, but meanwhile there is "
            f"{_champion(champion)}"
        )


def _champion(version: str | None) -> str:
    return f"the champion {version}" if version else "no champion"


class Registry:
    """The registered model of one task.

    A version is found by its number or by an alias: `challenger` is the newest version that
    waits, `champion` the one in use. The tag `stage` says what became of a version:
    `champion`, `archived` (a former champion), `rolled-back` or `refused`.

    The alias `champion` moves in one request, so there is exactly one champion at any time.
    Whatever a killed process left undone around that request, the next `register`,
    `promote`, `refuse` or `rollback` completes. The tag `rolling_back_to` names the target of a
    rollback from before the alias moves until all else is done, so that a rollback that was
    killed and is run again does not go back twice.

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
        self._held: Held | None = None

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keeps all others from changing this task's registry, also from other machines.

        Raises:
            ConvoyError: When another process holds it for too long.
        """
        if self._held is not None:
            yield
            return
        with mlflow_errors(), registry_lock(self._client, self.name) as held:
            self._held = held
            try:
                yield
            finally:
                self._held = None

    def register(
        self,
        run_id: str,
        model_folder: Path,
        metrics: Mapping[str, float],
        tags: Mapping[str, str],
        input_example: bytes | str,
        column: str,
    ) -> str:
        """Logs a model with its run and makes it the challenger.

        Args:
            run_id: The run that trained it; it must not be open.
            model_folder: The SavedModel; other files in it, such as `model.keras`, go along.
            metrics: Of the test split; kept with the version as tags `test_<name>`.
            tags: Further tags of the version.
            input_example: A sample, encoded or text; the model must be able to predict it.
            column: The name of the model's input.

        Returns:
            The number of the new version.

        Raises:
            ConvoyError: When the model fails on the example; then there is no new version.
        """
        with mlflow_errors():
            logged = self._log(run_id, model_folder, pd.DataFrame({column: [input_example]}))
            measured = {f"{TEST}{name}": str(value) for name, value in metrics.items()}
            self._ensure_model()
            version = self._client.create_model_version(
                self.name, logged.model_uri, run_id, {**tags, **measured}, model_id=logged.model_id
            ).version
            try:
                self._client.set_registered_model_alias(self.name, CHALLENGER, version)
            except BaseException:
                with suppress(MlflowException):  # if even that fails, `resume` finds it
                    self._client.delete_model_version(self.name, version)
                raise
        return str(version)

    @mlflow_errors()
    def resume(self, digest: str, metrics: Mapping[str, float]) -> ModelVersion | None:
        """Finds the version of a model and makes it the challenger again.

        So a registration that is repeated, or was killed, never registers a model twice.

        Args:
            digest: The tag `model_digest` that the version was registered with.
            metrics: They replace those that the version was registered with.

        Returns:
            The version; None when the model has not been registered.
        """
        found = self.find(digest)
        if found is None:
            return None
        for name, value in metrics.items():
            self._set_tag(found.version, f"{TEST}{name}", str(value))
        if self.aliases().get(CHAMPION) != str(found.version):
            self._client.set_registered_model_alias(self.name, CHALLENGER, found.version)
        return found

    @mlflow_errors()
    def describe(self, version: str, card: str) -> None:
        """Makes a model card the description of a version.

        Args:
            version: The number of the version.
            card: Markdown, no longer than `LONGEST` of `components.register.card`.
        """
        self._client.update_model_version(self.name, version, card)

    def find(self, digest: str) -> ModelVersion | None:
        """The newest version of a model.

        Args:
            digest: Of what it computes, or of its files: versions of earlier releases of convoy
                are known by these only.
        """
        for version in self.versions():
            if digest in (version.tags.get(IDENTITY_TAG), version.tags.get(DIGEST_TAG)):
                return version
        return None

    @mlflow_errors()
    def has_files(self, version: ModelVersion) -> bool:
        """Whether the files of a version are in the store; they are not read."""
        return bool(mlflow.artifacts.list_artifacts(model_uri(self.name, version.version)))

    @mlflow_errors()
    def restore(
        self, version: ModelVersion, model_folder: Path, input_example: bytes | str, column: str
    ) -> None:
        """Brings back the files of a version, which the store has lost.

        Args:
            version: The version.
            model_folder: A SavedModel that is the version's by what it computes.
            input_example: An encoded sample.
            column: The name of the model's input.
        """
        example = pd.DataFrame({column: [input_example]})
        with tempfile.TemporaryDirectory() as folder, _quiet():
            logged = logged_model(version)
            model = mlflow.models.Model(run_id=version.run_id, model_id=logged)
            mlflow.pyfunc.save_model(folder, mlflow_model=model, **_served(model_folder, example))
            self._client.log_model_artifacts(logged, folder)
        self._set_tag(version.version, DIGEST_TAG, folder_digest(model_folder))

    def _log(self, run_id: str, folder: Path, example: pd.DataFrame) -> Any:
        """Logs the model; MLflow runs it on the example to infer the signature."""
        if not folder.is_dir():
            raise ConvoyError(f"{folder}: there is no model; run the stage train first")
        with resumed_run(run_id), _quiet():
            logged = mlflow.pyfunc.log_model(name=self.name, **_served(folder, example))
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
        """The version of a number.

        Raises:
            ConvoyError: When there is none; says what to do.
        """
        try:
            return self._client.get_model_version(self.name, version)
        except MlflowException as error:
            if error.error_code not in ABSENT:
                raise
            raise ConvoyError(
                f"{self.name}: there is no version {version}; {remedy(self.name)}"
            ) from None

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

    def settle(self, version: str, decision: Decision, judged: str | None) -> None:
        """Promotes or refuses a version, unless the champion has changed since it was judged.

        No other process can change the champion between the look at it and the promotion.

        Args:
            version: The number of the version.
            decision: What the gate says of it.
            judged: The number of the champion that the decision was made against; None for none.

        Raises:
            OvertakenError: When another version than these two is the champion. Nothing changes.
        """
        with self.alone():
            champion = self.aliases().get(CHAMPION)
            if champion not in (judged, version):
                raise OvertakenError(self.name, judged, champion)
            act = self.promote if decision.action == "promote" else self.refuse
            act(version, decision)

    def promote(self, version: str, decision: Decision) -> None:
        """Makes a version the champion; the former one is archived.

        Args:
            version: The number of the version.
            decision: Recorded before the alias moves, so that no promotion lacks its record.
        """
        with mlflow_errors(), self.alone():
            former = self.aliases().get(CHAMPION)
            if former is not None and former != version and decision.action == "promote":
                self._set_tag(version, FORMER_TAG, former)
            record_decision(self._client, self.get(version), decision, former)
            self._check_held()
            self._client.set_registered_model_alias(self.name, CHAMPION, version)
            self.complete()

    def _check_held(self) -> None:
        if self._held is not None:
            self._held.check()

    @mlflow_errors()
    def refuse(self, version: str, decision: Decision) -> None:
        """Notes why a version was not promoted; it stays the challenger.

        Args:
            version: The number of the version.
            decision: Recorded with the version.
        """
        record_decision(self._client, self.get(version), decision, self.aliases().get(CHAMPION))
        self._set_tag(version, STAGE_TAG, REFUSED)
        self.complete()

    def rollback(self, decision: Decision) -> tuple[str, str]:
        """Makes the champion before this one the champion again.

        A rollback that was killed after the alias had moved is completed instead.

        Returns:
            The numbers of the version that was the champion and of the one that is now.

        Raises:
            ConvoyError: When no champion came before.
        """
        with self.alone():
            return self._roll_back(decision)

    def _roll_back(self, decision: Decision) -> tuple[str, str]:
        unfinished = self._unfinished_rollback()
        if unfinished is not None:
            self.complete()
            return unfinished
        champion = self.champion()
        former = champion.tags.get(FORMER_TAG) if champion else None
        if champion is None or former is None:
            raise ConvoyError(f"{self.name}: there is no former champion to go back to")
        with mlflow_errors():
            self._set_tag(champion.version, ROLLBACK_TAG, former)
        self.promote(former, decision)
        return str(champion.version), former

    def _unfinished_rollback(self) -> tuple[str, str] | None:
        champion = self.aliases().get(CHAMPION)
        for version in self.versions():
            if champion is not None and version.tags.get(ROLLBACK_TAG) == champion:
                return str(version.version), champion
        return None

    @mlflow_errors()
    def decisions(self, version: str) -> list[dict[str, Any]]:
        """The recorded decisions on a version, the oldest first."""
        return read_decisions(self._client, self.get(version))

    @mlflow_errors()
    def complete(self) -> None:
        """Makes the tags, the alias `challenger` and the model's card agree with the champion.

        They disagree after a promotion or a rollback that was killed in the middle.
        """
        champion = self.aliases().get(CHAMPION)
        versions = self.versions()
        for version in versions:
            stage = _stage(version, champion)
            if stage is not None and stage != version.tags.get(STAGE_TAG):
                self._set_tag(version.version, STAGE_TAG, stage)
        if champion is not None and self.aliases().get(CHALLENGER) == champion:
            self._client.delete_registered_model_alias(self.name, CHALLENGER)
        self._show_card(versions, champion)
        for version in versions:  # last of all: it tells that the rollback is not finished
            if ROLLBACK_TAG in version.tags and str(version.version) != champion:
                number = str(version.version)
                self._client.delete_model_version_tag(self.name, number, ROLLBACK_TAG)

    def _show_card(self, versions: Sequence[ModelVersion], champion: str | None) -> None:
        """Describes the model by the champion's card, or the newest; a person's words stay."""
        model = self._find()
        described = [each for each in versions if each.description]
        chosen = [each for each in described if str(each.version) == champion] or described
        if model is None or not chosen or not (model.description or HEADING).startswith(HEADING):
            return
        if model.description != chosen[0].description:
            self._client.update_registered_model(self.name, chosen[0].description)

    def download(self, version: str | int) -> Path:
        """The folder of a version's SavedModel.

        Args:
            version: A number or an alias.
        """
        return download(model_uri(self.name, version))

    def _ensure_model(self) -> None:
        try:
            self._client.create_registered_model(self.name)
        except MlflowException as error:  # one request: two that look first would both make it
            if error.error_code != ErrorCode.Name(RESOURCE_ALREADY_EXISTS):
                raise

    def _find(self) -> Any:
        found = self._client.search_registered_models(f"name = '{self.name}'")
        return found[0] if found else None

    def _aliased(self, alias: str) -> ModelVersion | None:
        version = self.aliases().get(alias)
        return self.get(version) if version else None

    def _set_tag(self, version: str | int, key: str, value: str) -> None:
        self._client.set_model_version_tag(self.name, str(version), key, value)


def _served(folder: Path, example: pd.DataFrame) -> dict[str, Any]:
    """How a model is kept: with the code that serves it, and an example of its input."""
    return {
        "python_model": SERVED_MODEL,
        "artifacts": {MODEL_ARTIFACT: str(folder)},
        "input_example": example,
        "pip_requirements": [f"{name}=={installed_version(name)}" for name in REQUIREMENTS],
    }


@contextmanager
def _quiet() -> Iterator[None]:
    with warnings.catch_warnings():
        # the table has integers, and none is ever missing
        warnings.filterwarnings("ignore", "Hint: Inferred schema contains integer")
        yield


def _stage(version: ModelVersion, champion: str | None) -> str | None:
    """What a version's tag `stage` must be, given the champion; None when it has none."""
    if str(version.version) == champion:
        return CHAMPION
    if champion is not None and version.tags.get(ROLLBACK_TAG) == champion:
        return ROLLED_BACK
    stage = version.tags.get(STAGE_TAG)
    return ARCHIVED if stage == CHAMPION else stage


def logged_model(version: ModelVersion) -> str | None:
    """The id of the logged model that a version is; None when it was registered otherwise."""
    found = LOGGED_MODEL.search(version.source or "")
    return found[0] if found else None


def recorded_metrics(version: ModelVersion) -> dict[str, float]:
    """The metrics of the test split that a version was registered with, by name."""
    return _tagged(version, FORMER_METRIC_TAG) | _tagged(version, TEST)


def _tagged(version: ModelVersion, prefix: str) -> dict[str, float]:
    tags = version.tags.items()
    return {key.removeprefix(prefix): float(value) for key, value in tags if key.startswith(prefix)}
