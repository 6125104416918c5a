"""MLflow's SQLite file, made whole or not at all."""

import os
import signal
import sqlite3
import subprocess
import sys
import sysconfig
import time
from contextlib import closing
from pathlib import Path

import mlflow
import pytest

from components.core.database import ensure_database, is_whole
from components.core.errors import ConvoyError
from components.core.store import configure

MAKE = """
import sys
from pathlib import Path
from components.core.database import ensure_database
import mlflow.store.tracking.sqlalchemy_store
print("begin", flush=True)
ensure_database(Path("mlflow.db"))
"""

HALF = """
import sqlalchemy, sys
from mlflow.store.db.base_sql_model import Base
from mlflow.store.tracking.dbmodels.initial_models import Base as InitialBase
InitialBase.metadata.create_all(sqlalchemy.create_engine("sqlite:///mlflow.db"))
"""


def tables(file: Path) -> int:
    with closing(sqlite3.connect(file)) as connection:
        (count,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    return int(count)


def make_half() -> None:
    """MLflow's first tables, as a killed process of an earlier version left them."""
    subprocess.run([sys.executable, "-c", HALF], check=True, capture_output=True)


def test_the_file_is_made_with_its_folder(project: Path) -> None:
    file = project / "deep" / "mlflow.db"
    assert not is_whole(file)
    ensure_database(file)
    assert is_whole(file)
    assert {each.name for each in file.parent.iterdir()} <= {"mlflow.db", "mlflow.db.lock"}
    before = file.stat()
    ensure_database(file)
    assert file.stat().st_mtime_ns == before.st_mtime_ns
    assert file.stat().st_ino == before.st_ino


@pytest.mark.slow  # a process for each moment
def test_a_process_that_is_killed_leaves_none_or_a_whole_one(project: Path) -> None:
    file = project / "mlflow.db"
    for delay in (0.05, 0.3, 0.8, 1.5):
        process = subprocess.Popen([sys.executable, "-c", MAKE], stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(delay)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()
        assert not file.exists() or is_whole(file)
    ensure_database(file)
    assert is_whole(file)
    assert list(project.glob(".mlflow.db-*")) == []


@pytest.mark.slow  # imports MLflow in a process of its own
def test_a_half_made_one_that_holds_nothing_is_replaced(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    make_half()
    assert 0 < tables(project / "mlflow.db") < 30
    configure()
    assert [each.name for each in mlflow.search_experiments()] == ["Default"]


@pytest.mark.slow  # imports MLflow in a process of its own
def test_a_half_made_one_that_holds_something_is_named(project: Path) -> None:
    make_half()
    with closing(sqlite3.connect("mlflow.db")) as connection, connection:
        connection.execute("INSERT INTO runs (run_uuid, experiment_id) VALUES ('a', 1)")
    with pytest.raises(ConvoyError, match=r"mlflow\.db: .* half made, but runs has 1 rows; bring"):
        ensure_database(project / "mlflow.db")
    assert tables(project / "mlflow.db") > 0


def test_an_empty_file_is_replaced(project: Path) -> None:
    (project / "mlflow.db").touch()
    ensure_database(project / "mlflow.db")
    assert is_whole(project / "mlflow.db")


def test_a_place_that_cannot_be_written_is_named(project: Path) -> None:
    (project / "file").touch()
    with pytest.raises(ConvoyError, match=r"file/mlflow\.db: cannot be made: .*"):
        ensure_database(project / "file" / "mlflow.db")


def test_without_space_nothing_is_left(project: Path) -> None:
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, before[1]))
    try:
        with pytest.raises(ConvoyError, match=r"mlflow\.db: .*disk"):
            ensure_database(project / "mlflow.db")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    assert list(project.glob(".mlflow.db-*")) == []
    ensure_database(project / "mlflow.db")
    assert is_whole(project / "mlflow.db")


OLDER = """
import sqlalchemy
from alembic import command
from mlflow.store.db.utils import _get_alembic_config
from mlflow.store.tracking.dbmodels.initial_models import Base
uri = "sqlite:///mlflow.db"
engine = sqlalchemy.create_engine(uri)
Base.metadata.create_all(engine)
command.upgrade(_get_alembic_config(uri), "cc1f77228345")
with engine.begin() as connection:
    connection.execute(sqlalchemy.text(
        "INSERT INTO experiments (experiment_id, name, artifact_location, lifecycle_stage) "
        "VALUES (0, 'Default', 'mlruns/0', 'active')"))
"""
"""Makes the tables of MLflow 1.28."""


@pytest.mark.slow  # dozens of migrations
@pytest.mark.usefixtures("project")
def test_the_file_of_an_older_mlflow_is_left_alone_and_the_remedy_works(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATH", f"{sysconfig.get_path('scripts')}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    subprocess.run([sys.executable, "-c", OLDER], check=True, capture_output=True)
    before = Path("mlflow.db").read_bytes()
    with pytest.raises(ConvoyError, match="is of an older MLflow than the installed one") as error:
        configure()
    assert Path("mlflow.db").read_bytes() == before
    remedy = str(error.value).partition("upgrade it: ")[2]
    subprocess.run(remedy, shell=True, check=True, capture_output=True)
    assert Path("mlflow.db.before").read_bytes() == before
    configure()
    assert [each.name for each in mlflow.search_experiments()] == ["Default"]


@pytest.mark.parametrize(
    ("revision", "message"),
    [
        ("ffffffffffff", "is of a newer MLflow than the installed one, .* or move the file away"),
        (None, "is of an older MLflow than the installed one"),
    ],
)
def test_the_file_of_another_mlflow_is_told(
    store: Path, revision: str | None, message: str
) -> None:
    with closing(sqlite3.connect(store / "mlflow.db")) as connection, connection:
        connection.execute("DELETE FROM alembic_version")
        if revision:
            connection.execute("INSERT INTO alembic_version VALUES (?)", (revision,))
    with pytest.raises(ConvoyError, match=message) as error:
        configure()
    assert "\n" not in str(error.value)
