import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

CONVOY = Path(sysconfig.get_path("scripts")) / "convoy"


def convoy(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(CONVOY), *arguments], capture_output=True, text=True, check=False)


def test_help_lists_the_verbs() -> None:
    result = convoy("--help")
    assert result.returncode == 0
    for verb in ("run", "ingest", "stage", "models", "promote", "predict", "score", "lineage"):
        assert verb in result.stdout


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
        (("lineage", "digits"), "run: convoy run digits"),
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
