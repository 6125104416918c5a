"""Fixtures that the tests of several stages share."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.toys import png, save_toy


@pytest.fixture(scope="session")
def image() -> Callable[[int], bytes]:
    """Makes a PNG of one shade of grey, 0 to 255."""
    return png


@pytest.fixture(scope="session")
def toy_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that tells dark from bright images."""
    return save_toy(tmp_path_factory.mktemp("toy") / "Format-Serving", ("dark", "bright"))


@pytest.fixture(scope="session")
def wrong_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that takes bright images for dark ones."""
    folder = tmp_path_factory.mktemp("wrong") / "Format-Serving"
    return save_toy(folder, ("dark", "bright"), inverted=True)


@pytest.fixture(scope="session")
def wider_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that knows one more class."""
    folder = tmp_path_factory.mktemp("wider") / "Format-Serving"
    return save_toy(folder, ("dark", "medium", "bright"))
