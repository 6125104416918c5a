"""Lets the project's folder move although MLflow stores absolute paths."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

PATH_COLUMNS = {
    "experiments": "artifact_location",
    "runs": "artifact_uri",
    "logged_models": "artifact_location",
    "model_versions": "storage_location",
}
"""Where MLflow 3.17 keeps paths of artifacts, a column a table."""


def relocate(database: Path, artifacts: Path) -> None:
    """Corrects the paths in MLflow's SQLite file after its folder was moved or copied.

    MLflow makes the location of artifacts absolute. Without the correction a moved project
    loses its models, and a copied one writes into the original. Locations in folders of
    another name than that of `artifacts` are left alone.

    Args:
        database: MLflow's SQLite file; nothing happens while it is absent or empty.
        artifacts: The folder of all artifacts, absolute.

    Raises:
        sqlite3.DatabaseError: When the file is not a database or is locked.
    """
    if not database.is_file():
        return
    with closing(sqlite3.connect(database)) as connection, connection:
        for former in set(_former_folders(connection, artifacts)):
            for table, column in PATH_COLUMNS.items():
                connection.execute(
                    f"UPDATE {table} SET {column} = :new || substr({column}, length(:old) + 1) "
                    f"WHERE substr({column}, 1, length(:old) + 1) = :old || '/'",
                    {"old": former, "new": str(artifacts)},
                )


def _former_folders(connection: sqlite3.Connection, artifacts: Path) -> Iterator[str]:
    tables = connection.execute("SELECT name FROM sqlite_master WHERE name = 'experiments'")
    if not tables.fetchall():
        return
    for (location,) in connection.execute("SELECT artifact_location FROM experiments"):
        folder = Path(location).parent
        if folder.name == artifacts.name and folder != artifacts:
            yield str(folder)
