"""Fixtures for all tests."""

import contextlib
import os
import random
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings

from pipelines.garbage import spare_libraries
from pipelines.quiet import silence_libraries
from tests.toys import png, save_toy

silence_libraries()
spare_libraries()

for number in (signal.SIGINT, signal.SIGHUP):  # ignored where the suite runs in the background
    if signal.getsignal(number) is signal.SIG_IGN:
        signal.signal(number, signal.SIG_DFL)  # what tests start would ignore it, too

LONG = ("e2e", "slow")
"""The markers of long tests, the longest first."""

settings.register_profile("convoy", deadline=None)  # no test asserts a time
settings.load_profile("convoy")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts the longest files first, so that no process is left alone with one at the end."""
    items.sort(key=lambda item: [item.get_closest_marker(name) is None for name in LONG])


@pytest.fixture(autouse=True)
def _own_chance() -> None:
    """A network begins the same in a test whichever ran before; Keras asks Python for seeds."""
    random.seed(0)
    np.random.seed(0)
    if "keras" in sys.modules:
        import keras

        keras.utils.set_random_seed(0)


@pytest.fixture(autouse=True)
def _own_determinism() -> Iterator[None]:
    """What a training has asked of TensorFlow ends with the test."""
    yield
    if "tensorflow" in sys.modules:
        from tensorflow.python.framework import config

        config.disable_op_determinism()


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


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """MLflow's tables take seconds to make, so each test has a copy."""
    import mlflow

    file = tmp_path_factory.mktemp("store") / "mlflow.db"
    with contextlib.chdir(file.parent):  # where the first experiment puts its artifacts
        mlflow.MlflowClient(f"sqlite:///{file}").search_experiments()
    return file


@pytest.fixture
def store(project: Path, monkeypatch: pytest.MonkeyPatch, empty_database: Path) -> Path:
    """An empty MLflow store in the project's folder; returns the folder."""
    shutil.copy(empty_database, project / "mlflow.db")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{project / 'mlflow.db'}")
    return project


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
