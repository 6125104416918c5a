import os
import shutil
import subprocess
import sysconfig
from pathlib import Path

import pytest

CONVOY = Path(sysconfig.get_path("scripts")) / "convoy"
ROOT = Path(__file__).parents[2]


def offered(words: str) -> set[str]:
    """What the shell offers after some words, of which the last one is not complete."""
    count = len(words.split(" ")) - 1
    asked = {"_CONVOY_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(count)}
    result = subprocess.run(
        [str(CONVOY)], env=os.environ | asked, capture_output=True, text=True, check=False
    )
    return set(result.stdout.split())


@pytest.fixture
def shipped(project: Path) -> None:
    shutil.copy(ROOT / "params.yaml", project)


@pytest.mark.usefixtures("shipped")
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("convoy des", {"describe"}),
        ("convoy run di", {"digits"}),
        ("convoy open per", {"person"}),
        ("convoy stage ev", {"evaluate"}),
        ("convoy describe une", {"unet", "unet_plus"}),
        ("convoy retrain digits --kind csv_l", {"csv_labels"}),
        ("convoy new toy --kind mnist", {"mnist_idx"}),
        ("convoy new toy --task seg", {"segmentation"}),
    ],
)
def test_the_shell_completes_names(words: str, expected: set[str]) -> None:
    assert offered(words) == expected


def test_without_a_project_no_task_is_offered(project: Path) -> None:
    assert offered("convoy run ") == set()
