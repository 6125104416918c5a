import csv
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import yaml
from PIL import Image

from pipelines import cli

CONVOY = Path(sysconfig.get_path("scripts")) / "convoy"


def convoy(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(CONVOY), *arguments], capture_output=True, text=True, check=False)


def test_help_lists_the_verbs() -> None:
    result = convoy("--help")
    assert result.returncode == 0
    for verb in ("run", "ingest", "stage", "models", "promote", "predict", "explain", "lineage"):
        assert verb in result.stdout


def test_the_version_is_that_of_the_package() -> None:
    result = convoy("--version")
    assert (result.returncode, result.stdout.strip()) == (0, f"convoy {version('convoy')}")


def test_a_misspelt_verb_gets_the_nearest() -> None:
    result = convoy("descrbe")
    assert result.returncode == 2
    assert "Did you mean 'describe'" in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "digit"),
        ("models", "digit"),
        ("register", "digit"),
        ("promote", "digit"),
        ("rollback", "digit"),
        ("compare", "digit", "1", "2"),
        ("retrain", "digit"),
        ("predict", "digit", "a.png"),
        ("explain", "digit", "a.png"),
        ("score", "digit", "images"),
        ("lineage", "digit"),
        ("page", "digit"),
        ("open", "digit"),
        ("schema", "digit"),
        ("describe", "digit"),
        ("stage", "plan", "digit"),
    ],
    ids=" ".join,
)
def test_a_misspelt_task_gets_the_nearest(project: Path, arguments: tuple[str, ...]) -> None:
    declare(project, ["a", "b"], {"kind": "sklearn_digits", "path": "toy.py"})
    params = (project / "params.yaml").read_text().replace("toy:", "digits:")
    (project / "params.yaml").write_text(params)
    result = convoy(*arguments)
    assert result.returncode not in (0, 2)
    assert "'digit'; did you mean digits?" in result.stderr


def test_the_command_line_loads_no_heavy_package() -> None:
    code = (
        "import sys, pipelines.cli, pipelines.project\n"
        "heavy = {'tensorflow', 'keras', 'mlflow', 'tfx', 'apache_beam', 'great_expectations'}\n"
        "print(heavy & set(sys.modules) or 'light')"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "light"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("run",), "params.yaml: not found"),
        (("stage", "cook", "digits"), "no stage 'cook'; there are plan, ingest, validate, prepare"),
        (("lineage", "digits"), "run: dvc pull, or convoy run digits"),
        (("run", "train.epochs=3"), "needs exactly one task"),
    ],
)
def test_errors_are_one_message_and_exit_code_1(
    project: Path, arguments: tuple[str, ...], message: str
) -> None:
    result = convoy(*arguments)
    assert result.returncode == 1
    assert message in result.stderr
    assert "Traceback" not in result.stderr


def declare(folder: Path, classes: list[str], source: dict[str, Any]) -> None:
    """Makes a project with one task, `toy`, that classifies images."""
    (folder / "toy.py").write_text("from pipelines.tasks.classification import TASK\n")
    block = {
        "task": "toy.py",
        "source": source,
        "checks": {"classes": classes},
        "prepare": {"height": 8, "width": 8, "channels": 1},
        "train": {"model": "digits_cnn", "epochs": 1},
        "gate": {"thresholds": {"accuracy": {"min": 0.5}}},
    }
    (folder / "params.yaml").write_text(yaml.safe_dump({"tasks": {"toy": block}}))
    (folder / "data/incoming/toy").mkdir(parents=True)


def label(folder: Path, labels: list[str]) -> None:
    """Images and a CSV file with their labels, in turn."""
    with (folder / "labels.csv").open("w") as stream:
        writer = csv.writer(stream)
        writer.writerow(["path", "label"])
        for number in range(40):
            image = Image.effect_noise((8, 8), 60)
            image.save(folder / f"{number}.png")
            writer.writerow([f"{number}.png", labels[number % len(labels)]])


def test_labels_with_brackets_are_ingested_and_shown(project: Path) -> None:
    labels = ["[/b]", "[click]x", "\x1b[31mred"]
    declare(project, labels, {"kind": "csv_labels", "path": "labels.csv"})
    label(project, labels)
    result = convoy("stage", "ingest", "toy")
    assert (result.returncode, result.stderr) == (0, "")
    for shown in ("[/b]", "[click]x", r"\x1b[31mred"):
        assert f"│ {shown} " in result.stdout


def test_a_long_label_does_not_flood_the_terminal(project: Path) -> None:
    declare(project, ["a", "b"], {"kind": "csv_labels", "path": "labels.csv"})
    label(project, ["a", "b", "a", "b", "L" * 10_000])
    assert convoy("stage", "ingest", "toy").returncode == 0
    result = convoy("stage", "validate", "toy")
    assert result.returncode != 0
    printed = result.stdout + result.stderr
    assert "… (10,000 characters)" in printed
    assert len(printed) < 10_000


@pytest.fixture
def small_disk(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    """A file system of 100 kB, to which a mark adds options."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=100k", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("this user may not mount a file system")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def one_sentence(result: subprocess.CompletedProcess[str], *words: str) -> None:
    assert result.returncode == 1
    (line,) = result.stderr.splitlines()
    for each in ("error ", *words):
        assert each in line


def test_a_full_disk_is_one_sentence(small_disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(small_disk)
    declare(
        small_disk,
        [str(digit) for digit in range(10)],
        {"kind": "sklearn_digits", "path": "toy.py"},
    )
    space = ("no space is left (", f"are free in {small_disk}", "make space, then run the command")
    one_sentence(convoy("stage", "ingest", "toy"), *space)


def test_a_read_only_project_is_one_sentence(
    small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(small_disk)
    declare(
        small_disk,
        [str(digit) for digit in range(10)],
        {"kind": "sklearn_digits", "path": "toy.py"},
    )
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    for verb in (("stage", "ingest", "toy"), ("stage", "plan", "toy"), ("run", "toy")):
        one_sentence(convoy(*verb), ": the file system is read-only; mount it for writing")


def test_a_server_that_is_down_is_one_sentence_without_its_password(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    declare(project, ["a", "b"], {"kind": "sklearn_digits", "path": "toy.py"})
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://alice:s3cr3t@127.0.0.1:9")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    result = convoy("models", "toy")
    one_sentence(result, "MLflow at http://***@127.0.0.1:9: not reached, tried 1 time: ")
    assert "s3cr3t" not in result.stderr


def test_a_fault_of_convoys_own_keeps_its_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fault() -> None:
        raise KeyError("http://alice:s3cr3t@host")

    monkeypatch.setattr(cli, "app", fault)
    with pytest.raises(SystemExit, match="1"):
        cli.main()
    text = capsys.readouterr().err
    assert "Traceback" in text
    assert "KeyError: 'http://***@host'" in text
