"""Conditions of the machine, each brought about for real where this machine allows it."""

import errno
import os
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import mlflow
import pytest
from mlflow.exceptions import MlflowException

from components.core.conditions import explain
from components.core.errors import ConvoyError
from components.core.store import mlflow_errors

FREE = r"\([\d.,]+ \w+ of [\d.,]+ \w+ are free in /.*\); make space, then run the command again"


def caught(action: object, *arguments: object) -> BaseException:
    """The error that a call ends with."""
    with pytest.raises(Exception) as info:  # noqa: PT011 (which one is the question)
        action(*arguments)  # type: ignore[operator]
    return info.value


def write_to_a_full_device() -> None:
    Path("/dev/full").write_text("x")


def fill(database: Path) -> None:
    """A file of two pages that may not grow."""
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("CREATE TABLE t (x)")
        connection.execute("PRAGMA max_page_count = 2")
        connection.execute("INSERT INTO t VALUES (?)", ("x" * 100_000,))


def write_to_a_read_only(database: Path) -> None:
    sqlite3.connect(database).close()
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        connection.execute("CREATE TABLE t (x)")


def lock(database: Path) -> None:
    with (
        closing(sqlite3.connect(database)) as one,
        closing(sqlite3.connect(database, timeout=0)) as two,
    ):
        one.execute("BEGIN EXCLUSIVE")
        two.execute("CREATE TABLE t (x)")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
def test_a_full_disk_says_how_much_is_free_and_what_to_do(project: Path) -> None:
    text = explain(caught(write_to_a_full_device))
    assert text is not None
    assert re.fullmatch(rf"/.*: no space is left {FREE}", text)


def test_a_named_file_is_where_it_happened(tmp_path: Path) -> None:
    file = tmp_path / "gone/too/a.bin"
    error = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(file))
    text = explain(error)
    assert text is not None
    assert text.startswith(f"{file}: no space is left (")
    assert f"free in {tmp_path})" in text


def test_a_full_database(tmp_path: Path) -> None:
    text = explain(caught(fill, tmp_path / "a.db"), "the store")
    assert text is not None
    assert text.startswith("the store: no space is left (")


def test_a_read_only_database(tmp_path: Path) -> None:
    assert explain(caught(write_to_a_read_only, tmp_path / "a.db"), "the store") == (
        "the store: the database is read-only; let this user write the file and its folder"
    )


def test_a_database_in_no_folder(tmp_path: Path) -> None:
    text = explain(caught(sqlite3.connect, tmp_path / "none/a.db"), "the store")
    assert text is not None
    assert text.startswith("the store: the database cannot be opened; let this user write it")


def test_a_database_that_is_held(tmp_path: Path) -> None:
    text = explain(caught(lock, tmp_path / "a.db"), "the store")
    assert text is not None
    assert text.startswith("the store: another process holds the database; run the command again")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    (tmp_path / "a").touch(mode=0)
    text = explain(caught((tmp_path / "a").read_bytes))
    assert (
        text
        == f"{tmp_path / 'a'}: permission denied; let this user read and write it and its folder"
    )


@pytest.mark.parametrize(
    ("number", "rule"),
    [
        (errno.EACCES, "permission denied"),
        (errno.EPERM, "permission denied"),
        (errno.EROFS, "the file system is read-only"),
        (errno.EDQUOT, "the disk quota is used up"),
        (errno.EIO, "the disk fails"),
        (errno.EMFILE, "too many files are open"),
    ],
)
def test_what_the_system_says(number: int, rule: str) -> None:
    error = OSError(number, os.strerror(number), "a/b.bin")
    wrapped = RuntimeError(f"PermissionError: {error} [while running 'Write']")
    for each in (error, wrapped):
        text = explain(each)
        assert text is not None
        assert text.startswith(f"a/b.bin: {rule}")


def test_the_reason_is_found_behind_other_errors() -> None:
    def wrap() -> None:
        try:
            write_to_a_full_device()
        except OSError as error:
            raise MlflowException("no artifact was written") from error

    assert "no space is left" in str(explain(caught(wrap)))


def test_what_was_dealt_with_is_no_reason() -> None:
    def deal() -> None:
        try:
            write_to_a_full_device()
        except OSError:
            raise ValueError("another matter") from None

    assert explain(caught(deal)) is None


@pytest.mark.parametrize(
    "error",
    [KeyError("x"), FileNotFoundError(errno.ENOENT, "no", "a"), ConnectionError("[Errno 111] no")],
)
def test_other_errors_have_other_reasons(error: Exception) -> None:
    assert explain(error) is None


def test_mlflows_store_is_named_without_its_sql(store: Path) -> None:
    mlflow.set_tracking_uri(f"sqlite:///file:{store / 'mlflow.db'}?mode=ro&uri=true")
    with pytest.raises(ConvoyError) as info, mlflow_errors():
        mlflow.MlflowClient().create_registered_model("toy")
    assert str(info.value) == (
        f"MLflow at sqlite:///file:{store / 'mlflow.db'}?mode=ro&uri=true: the database is "
        "read-only; let this user write the file and its folder"
    )
