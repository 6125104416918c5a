"""A project that has the tasks which convoy ships, to add one to."""

import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.fixture
def shipped(project: Path) -> Path:
    """The shipped parameters, and the code that they name."""
    for name in ("components", "models", "pipelines"):
        (project / name).symlink_to(ROOT / name)
    for name in ("params.yaml", "dvc.yaml"):
        shutil.copy(ROOT / name, project)
    return project
