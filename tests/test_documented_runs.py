"""What the documents tell to type after `convoy run` fits `params.yaml` as it is shipped."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from models import check_model
from pipelines.overrides import apply_overrides
from pipelines.params import check_block
from pipelines.project import load_task
from pipelines.runs import expand_recipes

ROOT = Path(__file__).parents[1]
RUN = re.compile(r"^convoy run (?:.*\\\n)*.*$", re.MULTILINE)


def documented() -> Iterator[tuple[str, ...]]:
    """The words after `convoy run`, of all commands that override something."""
    for file in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))):
        for command in RUN.findall(file.read_text(encoding="utf-8")):
            task, *words = shlex.split(command.replace("\\\n", " "), comments=True)[2:]
            overrides = [word for word in words if re.match(r"[a-z_.]+=", word)]
            if overrides:
                yield task, *overrides


COMMANDS = sorted(set(documented()))


def test_there_are_commands() -> None:
    assert {task for task, *_ in COMMANDS} >= {"digits", "segmentation", "detection", "faces"}


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_what_is_typed_fits_the_task(
    command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    name, *words = command
    task, block = load_task(name)
    params = check_block(name, apply_overrides(block, expand_recipes(name, words)), task)
    check_model(params["train"]["model"], params["train"]["options"])
