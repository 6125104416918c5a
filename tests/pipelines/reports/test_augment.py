from typing import Any

from rich.console import Console

from components.core.task import Spec
from pipelines.reports.augment import policy_table
from pipelines.tasks import segmentation
from pipelines.tasks.classification import TASK
from pipelines.tasks.sentiment import TASK as SENTIMENT
from tests.specs import make_spec


def spec_of(**augment: Any) -> Spec:
    return make_spec(TASK, checks={"classes": ["cat", "dog"]}, augment=augment)


def rows(spec: Spec) -> list[list[str]]:
    console = Console(width=100)
    with console.capture() as capture:
        console.print(policy_table(spec))
    lines = [line for line in capture.get().splitlines() if line.startswith("│")]
    return [[cell.strip() for cell in line.strip("│").split("│")] for line in lines]


def test_only_what_changes_is_listed() -> None:
    assert rows(spec_of(copies=3, rotation=15, horizontal_flip=True)) == [
        ["rotation", "15"],
        ["horizontal_flip", "half of them"],
        ["copies of each", "3"],
        ["anew in every epoch", "no"],
    ]


def test_it_says_what_changes_while_training() -> None:
    assert ["anew in every epoch", "yes"] in rows(spec_of(online=True))


def test_what_an_augmentation_reads_of_other_blocks_is_no_change() -> None:
    spec = make_spec(SENTIMENT, checks={"classes": ["neg", "pos"]}, augment={"word_swap": 0.1})
    assert rows(spec)[0] == ["word_swap", "0.1"]
    assert len(rows(spec)) == 3


def test_a_window_is_told_by_its_sides() -> None:
    spec = make_spec(
        segmentation.TASK,
        checks={"classes": ["sky", "road"]},
        augment={"window": [256, 320], "scale": 0.5, "online": True},
    )
    assert rows(spec) == [
        ["scale", "0.5"],
        ["window", "256 x 320"],
        ["copies of each", "0"],
        ["anew in every epoch", "yes"],
    ]
