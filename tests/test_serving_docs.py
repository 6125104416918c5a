"""The commands of docs/serving.md, as they stand there."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from components.core.task import Spec
from tests.serving import Running, loaded, running
from tests.toys import png

__all__ = ["loaded"]  # a fixture
DOCS = Path(__file__).parents[1] / "docs" / "serving.md"
ADDRESS = "http://127.0.0.1:8080"
BLOCKS = [
    block
    for block in re.findall(r"^```\n(.*?)^```$", DOCS.read_text(), re.DOTALL | re.MULTILINE)
    if "curl " in block
]
COMMANDS = [
    command
    for block in BLOCKS
    for command in re.split(r"\n(?=curl|printf)", block)  # one may take several lines
]


@pytest.fixture(scope="module")
def server(loaded: Spec) -> Iterator[Running]:
    with running(loaded) as server:
        yield server


def run(command: str, server: Running) -> str:
    if shutil.which("curl") is None:
        pytest.skip("there is no curl here")
    command = command.replace(ADDRESS, server.address)
    command = re.sub(r"\bcurl ", "curl --silent --show-error --fail-with-body ", command)
    done = subprocess.run(
        ["bash", "-ec", command], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def images(project: Path) -> Path:
    (project / "image.png").write_bytes(png(255))
    (project / "other.png").write_bytes(png(0))
    return project


def test_there_are_commands() -> None:
    assert len(COMMANDS) == 9


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_is_answered(server: Running, images: Path, command: str) -> None:
    told = run(command, server)
    if "-o overlay.png" in command:
        assert Image.open("overlay.png").format == "PNG"
    elif "/metrics" in command:
        assert "convoy_model_version" in told
    else:
        assert "error" not in json.loads(told)
