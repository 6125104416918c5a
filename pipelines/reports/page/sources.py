"""What the page reads: the files that stages wrote, each of which may not be there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from components.core.errors import ConvoyError
from components.core.layout import artifact_folder, report_folder
from components.core.tabular import read_json
from components.core.task import Spec
from pipelines.versioning import read_lock

INTO, OUT = "read by", "written by"


@dataclass(frozen=True)
class Sources:
    """All that is known of a task here, in the project's folder.

    Attributes:
        task: Its name.
    """

    task: str

    @property
    def folder(self) -> Path:
        """The folder of the page, to which its links are relative."""
        return Path("reports") / self.task

    def spec(self, stage: str) -> Spec:
        """What a stage of the last run was made of.

        Raises:
            ConvoyError: When there has been no run.
        """
        file = artifact_folder(self.task, "plan") / f"{stage}.json"
        if not file.is_file():
            raise ConvoyError(f"{file}: not found; run: convoy run {self.task}")
        return Spec.from_json(file.read_text())

    def report(self, stage: str, name: str) -> Path | None:
        """A file that a stage reported; None where it is not there."""
        file = report_folder(self.task, stage) / name
        return file if file.is_file() else None

    def content(self, stage: str, name: str) -> Any:
        """What a JSON file of a stage says; None where it is not there."""
        file = self.report(stage, name)
        return read_json(file) if file else None

    def table(self, stage: str, name: str, words: Sequence[str] = ()) -> pd.DataFrame | None:
        """A CSV file of a stage; None where it is not there, or empty.

        Args:
            stage: The stage.
            name: Of the file.
            words: The columns that stay text, even where all of it looks like numbers.
        """
        file = self.report(stage, name)
        return read_table(file, words) if file else None

    def files(self, stage: str, suffix: str) -> list[Path]:
        """The files of a stage's report by name."""
        return sorted(report_folder(self.task, stage).glob(f"*{suffix}"))

    def output(self, stage: str, pattern: str) -> Path | None:
        """What a node of a stage wrote; None where it is not there."""
        return next(iter(sorted(artifact_folder(self.task, stage).glob(pattern))), None)

    @cached_property
    def registration(self) -> Mapping[str, Any]:
        """The version that the last run registered; empty where it did not."""
        file = self.output("register", "Register/registered/*/registration.json")
        return read_json(file) if file else {}

    @cached_property
    def locked(self) -> Mapping[str, Mapping[str, Any]]:
        """What `dvc.lock` says of the task's stages, by stage."""
        stages = (yaml.safe_load(read_lock()) or {}).get("stages") or {}
        names = ((name.partition("@"), entry) for name, entry in stages.items())
        return {stage: entry for (stage, _, task), entry in names if task == self.task}

    def link(self, file: Path) -> str:
        """How the page refers to a file of the reports."""
        return file.relative_to(self.folder).as_posix()

    def hashes(self) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
        """Stage, way and entry of all that DVC keeps of the task."""
        for stage, entry in self.locked.items():
            for way, key in ((INTO, "deps"), (OUT, "outs")):
                yield from ((stage, way, each) for each in entry.get(key, ()))


def read_table(file: Path, words: Sequence[str] = ()) -> pd.DataFrame | None:
    """A CSV file, `NA` and the like as words; None when it has no row."""
    try:
        types: Any = dict.fromkeys(words, str)
        frame = pd.read_csv(file, keep_default_na=False, na_values=[""], dtype=types)
    except pd.errors.EmptyDataError:
        return None
    return frame if len(frame) else None
