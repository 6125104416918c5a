"""MLflow's store in a file, with models registered by MLflow itself."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import mlflow
import pytest
import yaml
from mlflow.exceptions import MlflowException

from components.core.errors import ConvoyError
from components.core.files import folder_digest
from components.core.store import (
    configure,
    download,
    find_version,
    local_artifacts,
    mlflow_errors,
    model_uri,
)

Register = Callable[[bytes], str]


@pytest.fixture
def register(store: Path) -> Register:
    """Registers a version of the model `toy` with one file; returns the version."""

    def make(content: bytes) -> str:
        configure()
        client = mlflow.MlflowClient()
        experiment = client.create_experiment(f"toy {content!r}", str(local_artifacts()))
        flavors = {"python_function": {"artifacts": {"model": {"path": "artifacts/Serving"}}}}
        logged = store / "logged"
        (logged / "artifacts/Serving").mkdir(parents=True, exist_ok=True)
        (logged / "artifacts/Serving/saved_model.pb").write_bytes(content)
        (logged / "MLmodel").write_text(yaml.safe_dump({"flavors": flavors}))
        run = client.create_run(experiment)
        client.log_artifacts(run.info.run_id, str(logged), "model")
        if not client.search_registered_models("name = 'toy'"):
            client.create_registered_model("toy")
        source = f"{run.info.artifact_uri}/model"
        return str(client.create_model_version("toy", source, run.info.run_id).version)

    return make


def test_the_store_stands_in_the_current_folder_unless_told(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI")
    configure()
    assert mlflow.get_tracking_uri() == "sqlite:///mlflow.db"
    assert local_artifacts() == store / "mlartifacts"


def test_a_server_has_a_place_of_its_own(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:1")
    configure()
    assert local_artifacts() is None


def test_there_is_no_version_without_a_model_or_an_alias(register: Register) -> None:
    assert find_version("toy") is None
    register(b"one")
    assert find_version("toy") is None


def test_the_version_of_an_alias(register: Register) -> None:
    first, second = register(b"one"), register(b"two")
    client = mlflow.MlflowClient()
    client.set_registered_model_alias("toy", "champion", first)
    client.set_registered_model_alias("toy", "challenger", second)
    for alias, version in (("champion", first), ("challenger", second)):
        found = find_version("toy", alias)
        assert found is not None
        assert str(found.version) == version


def test_a_models_folder(register: Register) -> None:
    first, second = register(b"one"), register(b"two")
    mlflow.MlflowClient().set_registered_model_alias("toy", "champion", first)
    for version, content in ((first, b"one"), (second, b"two"), ("champion", b"one")):
        folder = download(model_uri("toy", version))
        assert folder.name == "Serving"
        assert (folder / "saved_model.pb").read_bytes() == content


def test_files_that_were_exchanged_are_refused(register: Register) -> None:
    version = register(b"one")
    folder = download(model_uri("toy", version))
    tag = ("toy", version, "model_digest")
    mlflow.MlflowClient().set_model_version_tag(*tag, folder_digest(folder))
    assert download(model_uri("toy", version)) == folder
    (folder / "saved_model.pb").write_bytes(b"other code")
    with pytest.raises(ConvoyError, match=r"toy/1: the files of version 1 are not those that were"):
        download(model_uri("toy", version))


def test_files_that_are_lost_are_named(register: Register, store: Path) -> None:
    version = register(b"one")
    shutil.rmtree(store / "mlartifacts")
    with pytest.raises(ConvoyError, match=r"toy/1: version 1 .* run: convoy register toy, which"):
        download(model_uri("toy", version))


def test_a_version_that_is_not_there_names_the_remedy(register: Register) -> None:
    register(b"one")
    for uri in ("models:/toy/7", "models:/toy@champion", "models:/other@champion"):
        with pytest.raises(
            ConvoyError, match=rf"{uri}: there is no .* convoy register (toy|other) reg"
        ):
            download(uri)
    with pytest.raises(ConvoyError, match="name a version or an alias"):
        download("models:/toy")


def test_addresses_of_models() -> None:
    assert model_uri("digits", 3) == "models:/digits/3"
    assert model_uri("digits", "3") == "models:/digits/3"
    assert model_uri("digits", "champion") == "models:/digits@champion"


def test_a_model_that_is_not_there(store: Path) -> None:
    with pytest.raises(ConvoyError, match=r"MLflow at sqlite:////.*/mlflow\.db: .*toy"):
        download("models:/toy/1")


def test_a_file_that_is_no_database(store: Path) -> None:
    (store / "mlflow.db").write_bytes(os.urandom(4096))
    with pytest.raises(
        ConvoyError, match=r"MLflow at sqlite:////.*/mlflow\.db: file is not a data"
    ):
        configure()


def test_errors_of_mlflow_alone_are_renamed() -> None:
    with pytest.raises(ConvoyError, match="refused"), mlflow_errors():
        raise MlflowException("refused")
    with pytest.raises(KeyError), mlflow_errors():
        raise KeyError("x")
