"""Makes MLflow's SQLite file whole or not at all.

MLflow makes its tables in some dozens of steps, in place. A process that is killed on the way, or
a full disk, leaves a file that MLflow can neither use nor mend.
"""

import sqlite3
from contextlib import closing
from functools import cache
from importlib import metadata
from pathlib import Path
from shlex import quote

from filelock import FileLock
from sqlalchemy.exc import SQLAlchemyError

from components.core.conditions import explain
from components.core.errors import ConvoyError
from components.core.scratch import scratch_folder

CONTENTS = ("experiments", "runs", "registered_models", "model_versions")
JOURNALS = ("-journal", "-wal", "-shm")


def ensure_database(file: Path) -> None:
    """Makes MLflow's tables unless they are there.

    They are made in a file beside, which then takes its name: nobody ever sees a part of them.
    A file that holds a part of them and no more, as earlier versions of convoy left one, is
    replaced.

    Args:
        file: MLflow's SQLite file.

    Raises:
        ConvoyError: When the file is half made but not empty, of another version of MLflow, or
            cannot be made.
        sqlite3.DatabaseError: When it is not a database or is locked.
    """
    if is_whole(file):
        check_version(file)
        return
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(file.with_name(f"{file.name}.lock")):
            if not is_whole(file):
                _replace(file)
    except (OSError, SQLAlchemyError) as error:
        raise ConvoyError(
            explain(error, str(file)) or f"{file}: cannot be made: {error}"
        ) from error


def is_whole(file: Path) -> bool:
    """Whether the file has all of MLflow's tables.

    MLflow makes the first experiment when all else is done.
    """
    if not file.is_file():
        return False
    with closing(sqlite3.connect(file)) as connection:
        return bool(_count(connection, "experiments"))


def check_version(file: Path) -> None:
    """Checks that the tables are those of the MLflow that is installed; changes nothing.

    Raises:
        ConvoyError: When they are of an older or a newer one.
        sqlite3.DatabaseError: When the file is locked.
    """
    with closing(sqlite3.connect(file)) as connection:
        found = _revision(connection)
    if found == _revisions()[0]:
        return
    ours = f"MLflow {metadata.version('mlflow')}"
    if found is not None and found not in _revisions():
        raise ConvoyError(
            f"{file}: is of a newer MLflow than the installed one, {ours}, which does not know its "
            f"revision {found}; install the MLflow that made it, or move the file away"
        )
    raise ConvoyError(
        f"{file}: is of an older MLflow than the installed one, {ours}; keep a copy of it and "
        f"upgrade it: cp {quote(str(file))} {quote(f'{file}.before')} && "
        f"mlflow db upgrade {quote(f'sqlite:///{file}')}"
    )


@cache
def _revisions() -> tuple[str, ...]:
    """The revisions of its tables that the installed MLflow knows, the newest first."""
    import mlflow
    from alembic.script import ScriptDirectory

    folder = Path(mlflow.__file__).parent / "store/db_migrations"
    return tuple(each.revision for each in ScriptDirectory(str(folder)).walk_revisions())


def _revision(connection: sqlite3.Connection) -> str | None:
    """That of the tables; None where none is noted, as MLflow did before its version 1.0."""
    if not _count(connection, "alembic_version"):
        return None
    (revision,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(revision)


def _count(connection: sqlite3.Connection, table: str) -> int:
    known = connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (table,)).fetchone()
    if known is None:
        return 0
    (rows,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(rows)


def _replace(file: Path) -> None:
    _check_empty(file)
    # a name of its own each time: SQLAlchemy keeps connections to files that are gone
    with scratch_folder(file.parent, f".{file.name}-") as folder:
        made = folder / file.name
        _make(made)
        for suffix in ("", *JOURNALS):  # SQLite would apply a journal to the new file
            file.with_name(f"{file.name}{suffix}").unlink(missing_ok=True)
        made.replace(file)


def _check_empty(file: Path) -> None:
    if not file.is_file():
        return
    with closing(sqlite3.connect(file)) as connection:
        for table in CONTENTS:
            if rows := _count(connection, table):
                raise ConvoyError(
                    f"{file}: MLflow's tables are half made, but {table} has {rows} rows; "
                    "bring the file back from a backup, or move it away and run it again"
                )


def _make(file: Path) -> None:
    from mlflow.store.tracking import DEFAULT_LOCAL_FILE_AND_ARTIFACT_PATH
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

    store = SqlAlchemyStore(f"sqlite:///{file}", DEFAULT_LOCAL_FILE_AND_ARTIFACT_PATH)
    store.engine.dispose()  # the file must not be open when it is renamed
