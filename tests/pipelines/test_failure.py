import subprocess
from pathlib import Path

import pytest

from components.core.errors import ConvoyError
from pipelines.dvc import StageError
from pipelines.failure import failures_published

PARAMS = "tasks:\n  toy: {}\n"
SUMMARY = Path("deep/summary.md")


@pytest.fixture
def repository(project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a `dvc.lock` nobody committed; its registry is a server that is down."""
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(project.parent))
    subprocess.run(["git", "init", "--quiet"], check=True)
    (project / "params.yaml").write_text(PARAMS)
    (project / "dvc.lock").write_text("stages: {}\n")
    return project


def fail(error: Exception) -> str:
    with pytest.raises(type(error)), failures_published("toy", SUMMARY):
        raise error
    return SUMMARY.read_text()


def test_the_summary_names_the_error_and_how_things_stand(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{repository / 'mlflow.db'}")
    text = fail(ConvoyError("images/a.png: not found"))
    assert text.splitlines() == [
        "## Retrain toy: an error",
        "",
        "- images/a.png: not found",
        "",
        "How things stand:",
        "",
        "- there is no champion",
        "- not committed: dvc.lock; `convoy retrain toy` goes on from there",
    ]


def test_a_failed_stage_shows_the_end_of_its_output(repository: Path) -> None:
    text = fail(StageError("dvc repro of toy failed", "epoch 3\nout of memory"))
    assert "- dvc repro of toy failed\n" in text
    assert "```\nepoch 3\nout of memory\n```" in text


def test_an_unexpected_error_is_named_by_its_type(repository: Path) -> None:
    assert "- OSError: no space left" in fail(OSError("no space left"))


def test_what_cannot_be_found_out_is_said(repository: Path) -> None:
    text = fail(ConvoyError("MLflow is down"))
    assert "- unknown: MLflow at http://127.0.0.1:9: not reached, tried 1 time: " in text
    assert "- not committed: dvc.lock" in text


def test_outside_a_project_nothing_is_created(project: Path) -> None:
    text = fail(ConvoyError("params.yaml: not found"))
    assert text == "## Retrain toy: an error\n\n- params.yaml: not found\n"
    assert [file.name for file in project.iterdir()] == ["deep"]


def test_without_an_error_nothing_is_written(project: Path) -> None:
    with failures_published("toy", SUMMARY):
        pass
    assert not SUMMARY.exists()


def test_the_password_of_the_server_is_on_no_page(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://alice:s3cr3t@127.0.0.1:9")
    errors = (
        ConvoyError("MLflow at http://alice:s3cr3t@127.0.0.1:9: no"),
        StageError("dvc repro of toy failed", "at http://alice:s3cr3t@127.0.0.1:9"),
        OSError("http://alice:s3cr3t@127.0.0.1:9 is down"),
    )
    for error in errors:
        text = fail(error)
        assert "s3cr3t" not in text
        assert "http://\\*\\*\\*@127.0.0.1:9: not reached, tried 1 time: " in text


def test_names_of_files_are_escaped(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = repository / "data/incoming/toy"
    folder.mkdir(parents=True)
    (folder / "[x](http:evil) `a`.dvc").touch()
    text = fail(ConvoyError("no"))
    assert r"data/incoming/toy/\[x\](http:evil) \`a\`.dvc" in text


def test_a_condition_of_the_machine_is_one_sentence(repository: Path) -> None:
    with pytest.raises(OSError, match="No space") as info:
        Path("/dev/full").write_text("x")
    assert "no space is left (" in fail(info.value)
