"""A copy of the project in a git repository of its own, to run whole pipelines in."""

import json
import os
import re
import shutil
import subprocess
import sysconfig
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
SCRIPTS = sysconfig.get_path("scripts")

PATH = f"{SCRIPTS}{os.pathsep}{os.environ['PATH']}"


class Workspace:
    """Runs commands in a copy of the project's files, those not yet committed included.

    Attributes:
        folder: The copy's folder.
    """

    def __init__(self, folder: Path) -> None:
        """Copies the project into an empty folder and commits it there."""
        self.folder = folder
        listing = ("git", "ls-files", "--cached", "--others", "--exclude-standard")
        files = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=True)
        for name in files.stdout.splitlines():
            if (ROOT / name).is_file():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / name, folder / name)
        self.run("git", "init", "--quiet")
        self.run("git", "config", "user.name", "convoy")  # DVC reads files, not the environment
        self.run("git", "config", "user.email", "convoy@example.org")
        self.commit("begin")

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables that commands run with."""
        return os.environ | {"PATH": PATH, "PYTHONPATH": str(self.folder)}

    def run(self, *command: str) -> str:
        """Runs a command in the copy and returns what it printed.

        Raises:
            RuntimeError: When it fails; the message holds what it printed.
        """
        result = subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if result.returncode:
            raise RuntimeError(
                f"{' '.join(command)}: exit code {result.returncode}\n{result.stdout}"
            )
        return result.stdout

    def experiment(self, task: str, *overrides: str) -> str:
        """Runs a task with other parameters and brings back what came of it; returns the output.

        Raises:
            RuntimeError: When the run fails.
        """
        output = self.run("convoy", "run", task, *overrides)
        self.bring_back(output)
        return output

    def bring_back(self, output: str) -> None:
        """Makes the parameters and outputs of an experiment, which a run has named, the project's.

        Args:
            output: What the run printed; without an experiment in it nothing changes.

        Raises:
            RuntimeError: When DVC or git fail.
        """
        if kept := re.search(r"kept as the experiment (\S+);", output):
            ref = self.run("git", "for-each-ref", "--format=%(refname)", f"refs/exps/**/{kept[1]}")
            self.run("git", "checkout", ref.strip(), "--", "params.yaml", "dvc.lock")
            self.run("dvc", "checkout", "--quiet", "--force", "--allow-missing")

    def start(self, *command: str, log: Path) -> subprocess.Popen[bytes]:
        """Starts a command in the copy, in a process group of its own.

        Args:
            *command: The program and its arguments.
            log: What it prints is added to this file.
        """
        with log.open("ab") as stream:
            return subprocess.Popen(
                command,
                cwd=self.folder,
                env=self.environment,
                stdout=stream,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def commit(self, message: str) -> str:
        """Commits everything and returns the commit's hash."""
        self.run("git", "add", "--all")
        self.run("git", "commit", "--quiet", "--allow-empty", "--message", message)
        return self.run("git", "rev-parse", "HEAD").strip()

    def metrics(self, task: str) -> dict[str, Any]:
        """What the last run of a task measured, of single classes too."""
        return self._evaluation(task, "metrics.json")

    def intervals(self, task: str) -> dict[str, Any]:
        """The ends of the 95% intervals of those metrics over the test samples."""
        return self._evaluation(task, "intervals.json")

    def _evaluation(self, task: str, name: str) -> dict[str, Any]:
        folder = self.folder / "artifacts" / task / "evaluate/Evaluate/evaluation"
        (file,) = folder.glob(f"*/{name}")
        content: dict[str, Any] = json.loads(file.read_text())
        return content

    def params(self) -> dict[str, Any]:
        """The content of `params.yaml`."""
        content: dict[str, Any] = yaml.safe_load((self.folder / "params.yaml").read_text())
        return content

    def write_params(self, params: dict[str, Any]) -> None:
        """Replaces `params.yaml`."""
        (self.folder / "params.yaml").write_text(yaml.safe_dump(params, sort_keys=False))
