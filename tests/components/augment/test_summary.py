from rich.console import Console

from components.augment.params import AugmentParams
from components.augment.summary import policy_table


def rows(params: AugmentParams) -> list[list[str]]:
    console = Console(width=100)
    with console.capture() as capture:
        console.print(policy_table(params))
    lines = [line for line in capture.get().splitlines() if line.startswith("│")]
    return [[cell.strip() for cell in line.strip("│").split("│")] for line in lines]


def test_only_what_changes_is_listed() -> None:
    assert rows(AugmentParams(copies=3, rotation=15, horizontal_flip=True)) == [
        ["rotation", "15"],
        ["horizontal_flip", "half of them"],
        ["copies of each", "3"],
        ["anew in every epoch", "no"],
    ]


def test_it_says_what_changes_while_training() -> None:
    assert ["anew in every epoch", "yes"] in rows(AugmentParams(online=True))
