"""Fixtures for all tests."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

from components.core.quiet import silence_libraries

silence_libraries()

settings.register_profile("convoy", deadline=None)  # no test asserts a time
settings.load_profile("convoy")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts the longest files first, so that no process is left alone with one at the end."""
    items.sort(key=lambda item: item.get_closest_marker("e2e") is None)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project folder that is the current one."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real data that `CONVOY_DATA` names; the test is skipped without it."""
    folder = os.environ.get("CONVOY_DATA")
    if not folder:
        pytest.skip("CONVOY_DATA names no folder of real data")
    return Path(folder)
