"""The metrics of the last release: `dvc metrics show` has them in a clone where nothing has run.

    python -m benchmarks.released            # what they are, and which stages have changed since
    python -m benchmarks.released --write    # after `dvc repro`: those of this commit

They stand in `docs/metrics`, with the plans by which they were made. No `dvc.lock` is committed
with them: floating-point sums differ among processors, so that on most machines it would call every
model changed, and each run of a user would change a file that the next release changes as well.
"""

import argparse
import shutil
import sys
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from components.core.block import read_blocks
from components.core.errors import ConvoyError
from components.core.git import git
from components.core.layout import METRICS_FILE, report_folder
from components.core.tabular import read_json, write_json
from pipelines.dvc import changed_stages
from pipelines.plan import make_specs
from pipelines.versioning import LOCK

FOLDER = Path("docs/metrics")
PLANS = Path("docs/metrics.json")
NAME = "benchmarks.released"
UNMEASURED = ("plan", "register")
"""Stages on which no metric depends."""

Plans = Mapping[str, str]  # by stage, the SHA-256 of what it was made of


def hash_plans(task: str) -> Plans:
    """What the stages that come to the metrics are made of now."""
    specs = make_specs(task)
    measured = {stage: spec for stage, spec in specs.items() if stage not in UNMEASURED}
    return {stage: sha256(spec.to_json().encode()).hexdigest() for stage, spec in measured.items()}


def find_changed(released: Plans, now: Plans) -> list[str]:
    """The stages that are made of something else than at the release, in their order."""
    return [stage for stage, value in now.items() if released.get(stage) != value]


def write() -> None:
    """Keeps the metrics of every task, which must be those of the commit.

    Raises:
        ConvoyError: When tracked files have changed, or a stage has not run since it changed.
    """
    if changed := git("diff", "--name-only", "HEAD", "--", f":!{LOCK}").splitlines():
        raise ConvoyError(f"{changed[0]}: has changed; commit it first")
    for task in read_blocks():
        if waiting := changed_stages(task) - set(UNMEASURED):
            raise ConvoyError(f"{task}: {min(waiting)} has not run since it changed; dvc repro")
    FOLDER.mkdir(parents=True, exist_ok=True)
    for task in read_blocks():
        metrics = report_folder(task, "evaluate").with_name(METRICS_FILE)
        shutil.copyfile(metrics, FOLDER / f"{task}.json")
    write_json(
        {
            "commit": git("rev-parse", "HEAD").strip(),
            "plans": {task: hash_plans(task) for task in read_blocks()},
        },
        PLANS,
    )


def read_release() -> Mapping[str, Any]:
    """What the last release has left.

    Raises:
        ConvoyError: When there has been none.
    """
    if not PLANS.is_file():
        raise ConvoyError(f"{PLANS}: not found; dvc repro, then python -m {NAME} --write")
    return dict(read_json(PLANS))


def rows(release: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Each task with its metrics and the stages that have changed since."""
    for task in read_blocks():
        file = FOLDER / f"{task}.json"
        metrics = read_json(file) if file.is_file() else {}
        told = ", ".join(f"{name} {value:.4g}" for name, value in metrics.items())
        changed = find_changed(release["plans"].get(task, {}), hash_plans(task))
        yield task, told, ", ".join(changed)


def main() -> None:
    """Shows them."""
    parser = argparse.ArgumentParser(description="The metrics of the last release")
    parser.add_argument("--write", action="store_true")
    try:
        if parser.parse_args().write:
            write()
        release = read_release()
    except ConvoyError as error:
        sys.exit(f"error {error}")
    table = Table("task", "metrics on the test split", "changed since", title=release["commit"][:7])
    for row in rows(release):
        table.add_row(*row)
    Console().print(table)


if __name__ == "__main__":
    main()
