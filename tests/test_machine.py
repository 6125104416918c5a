"""`machine.sh` chooses the Python and names what a machine lacks, before anything is downloaded."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from benchmarks.workspace import ROOT

PYTHON = """#!/bin/sh
case "$2" in
*version_info*) echo {version} ;;
*include*) echo {headers} ;;
*ensurepip*) exit {venv} ;;
esac
"""


class Machine:
    """A machine that has only what a test gives it."""

    def __init__(self, folder: Path, glibc: str, *pythons: str) -> None:
        self.folder, self.headers = folder, folder / "include"
        self.headers.mkdir()
        (self.headers / "Python.h").touch()
        (folder / "sed").symlink_to(shutil.which("sed") or "")
        self.script("getconf", f"echo {glibc}")
        for tool in ("git", "c++"):
            self.script(tool, "")
        for version in pythons:
            self.python(f"python{version}", version)
        self.python("python3", pythons[0] if pythons else "3.10")

    def script(self, name: str, text: str) -> None:
        file = self.folder / name
        file.write_text(text if text.startswith("#!") else f"#!/bin/sh\n{text}\n")
        file.chmod(0o755)

    def python(self, name: str, version: str, venv: bool = True) -> None:
        text = PYTHON.format(version=version, headers=self.headers, venv=int(not venv))
        self.script(name, text)

    def choose(self, **wishes: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["/bin/sh", ROOT / "machine.sh"],
            cwd=self.folder,
            env={"PATH": str(self.folder), **wishes},
            capture_output=True,
            text=True,
            check=False,
        )

    def chosen(self, **wishes: str) -> str:
        result = self.choose(**wishes)
        assert result.returncode == 0, result.stderr
        assert result.stderr.count("\n") == 1
        return result.stdout.strip()

    def error(self, **wishes: str) -> str:
        result = self.choose(**wishes)
        assert (result.returncode, result.stdout) == (1, "")
        (line,) = result.stderr.splitlines()
        return line.removeprefix("error setup: ")


def test_the_newest_that_is_here(tmp_path: Path) -> None:
    machine = Machine(tmp_path, "glibc 2.41", "3.11", "3.12", "3.13", "3.14")
    assert machine.chosen() == "python3.13"
    assert "Python 3.13, the newest here" in machine.choose().stderr


def test_what_is_named_but_does_not_run_is_not_here(tmp_path: Path) -> None:
    machine = Machine(tmp_path, "glibc 2.41", "3.11", "3.12")
    machine.script("python3.13", "echo 'python3.13: command not found' >&2; exit 127")
    assert machine.chosen() == "python3.12"


def test_an_old_glibc_takes_an_old_python(tmp_path: Path) -> None:
    machine = Machine(tmp_path, "glibc 2.36", "3.11", "3.13")
    assert machine.chosen() == "python3.11"
    assert "as 3.12 and 3.13 need glibc 2.39, this machine has 2.36" in machine.choose().stderr


def test_another_on_request(tmp_path: Path) -> None:
    machine = Machine(tmp_path, "glibc 2.39", "3.11", "3.13")
    assert machine.chosen(PYTHON="python3.11") == "python3.11"
    assert machine.chosen(PYTHON=f"{tmp_path}/python3.13") == f"{tmp_path}/python3.13"


@pytest.mark.parametrize(
    ("wish", "line"),
    [
        (
            "python3.13",
            "PYTHON=python3.13 is Python 3.13, whose packages need glibc 2.39, this machine has "
            "2.38; take Python 3.11",
        ),
        (
            "python3.14",
            "convoy runs on Python 3.11, 3.12 and 3.13, python3.14 is 3.14; leave PYTHON out",
        ),
        ("sed", "PYTHON=sed is no Python; leave it out"),
    ],
)
def test_a_wrong_pair_is_one_sentence(wish: str, line: str, tmp_path: Path) -> None:
    assert Machine(tmp_path, "glibc 2.38", "3.13", "3.14").error(PYTHON=wish) == line


def test_uv_may_download_a_python_if_the_user_says_so(tmp_path: Path) -> None:
    machine = Machine(tmp_path, "glibc 2.41", "3.10", "3.14")
    assert machine.error().endswith("install one, or let uv download it: make setup FETCH=yes")
    assert machine.chosen(FETCH="yes") == "3.13"


def test_uv_downloads_one_that_fits(tmp_path: Path) -> None:
    assert Machine(tmp_path, "glibc 2.35", "3.10").chosen(FETCH="yes") == "3.11"


@pytest.mark.parametrize("glibc", ["glibc 2.30", "", "musl 1.2"])
def test_a_machine_that_is_too_old(glibc: str, tmp_path: Path) -> None:
    machine = Machine(tmp_path, glibc, "3.11")
    assert machine.error() == "convoy needs Linux with glibc 2.31 or later"


def test_all_that_is_missing_is_one_sentence(tmp_path: Path) -> None:
    machine = Machine(tmp_path, "glibc 2.41", "3.13")
    for file in ("git", "c++", "include/Python.h"):
        (tmp_path / file).unlink()
    machine.python("python3", "3.13", venv=False)
    assert machine.error() == (
        "missing: git, a C++ compiler, Python's headers, Python's venv; "
        "on Debian or Ubuntu: apt-get install git g++ python3.13-dev python3-venv"
    )
    machine.script("uv", "")
    machine.script("g++", "")
    assert machine.error() == (
        "missing: git, Python's headers; on Debian or Ubuntu: apt-get install git python3.13-dev"
    )


def test_what_readme_names_is_what_a_fresh_machine_gets() -> None:
    script = (ROOT / ".ci/fresh").read_text()
    needed = re.search(r"NEEDED=\((.*)\)", script)
    assert needed is not None
    assert f"apt-get install {needed[1]}" in (ROOT / "README.md").read_text()
