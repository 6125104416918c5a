"""Leftovers in a store, made by registrations that fail and by a database that is lost."""

from pathlib import Path

import mlflow

from components.core.task import Spec
from components.register.orphans import orphans, remove_orphans
from components.register.registry import Registry, logged_model
from components.register.tracking import training_run
from tests.registered import Register


def test_a_task_without_a_registry_has_none(store: Path) -> None:
    assert not orphans("toy")


def test_what_versions_and_runs_need_is_kept(register: Register) -> None:
    registry, version = register()
    assert not remove_orphans("toy")
    assert registry.download(version).is_dir()


def test_a_logged_model_of_no_version_is_removed_with_its_folder(
    register: Register, spec: Spec, project: Path
) -> None:
    registry, version = register()
    with training_run(spec) as run_id:
        pass
    with mlflow.start_run(run_id):
        mlflow.initialize_logged_model("toy")  # and killed
        failed = mlflow.initialize_logged_model("toy")
        mlflow.finalize_logged_model(failed.model_id, "FAILED")
        mlflow.initialize_logged_model("my-own")
    (project / "mlartifacts/toy/models" / f"m-{'0' * 32}").mkdir()
    (project / "mlartifacts/toy/models/notes").mkdir()
    found = orphans("toy")
    assert len(found.models) == 2
    assert project / "mlartifacts/toy/models" / f"m-{'0' * 32}" in found.folders
    assert remove_orphans("toy") == found
    assert not orphans("toy")
    assert not any(folder.exists() for folder in found.folders)
    assert (project / "mlartifacts/toy/models/notes").is_dir()
    assert registry.download(version).is_dir()


def test_the_folders_of_a_lost_database_are_orphans(
    register: Register, project: Path, empty_database: Path
) -> None:
    registry, _ = register()
    (version,) = registry.versions()
    (project / "mlflow.db").write_bytes(empty_database.read_bytes())
    names = {folder.name for folder in remove_orphans("toy").folders}
    assert logged_model(version) in names
    assert names <= {logged_model(version), version.run_id}
    assert Registry("toy").versions() == []
