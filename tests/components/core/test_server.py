"""Servers that are not there: refusing, silent, or with an address that is none."""

import socket
from collections.abc import Iterator

import pytest

from components.core import server
from components.core.errors import ConvoyError
from components.core.server import check_server
from components.core.store import find_version

REFUSING = "http://alice:s3cr3t@127.0.0.1:9"


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Addresses are asked directly, whatever this machine's environment says."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,nowhere.invalid")
    check_server.cache_clear()
    yield
    check_server.cache_clear()


def fail(uri: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    with pytest.raises(ConvoyError) as info:
        find_version("toy")
    assert "s3cr3t" not in str(info.value)
    assert "\n" not in str(info.value)
    return str(info.value)


def test_a_server_that_refuses_is_tried_and_its_password_is_not_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1")
    message = fail(REFUSING, monkeypatch)
    assert message.startswith("MLflow at http://***@127.0.0.1:9: not reached, tried 2 times: ")
    assert "Connection refused" in message
    assert message.endswith("; is the server running, and the address right?")


def test_each_try_is_counted(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "2")
    fail(REFUSING, monkeypatch)
    first, second = capsys.readouterr().err.splitlines()
    assert first.startswith("MLflow not reached: ")
    assert first.endswith("Connection refused; tried 1 of 3 times, trying again")
    assert second.endswith("; tried 2 of 3 times, trying again")
    assert "s3cr3t" not in first + second


def test_a_name_that_nobody_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    message = fail("http://alice:s3cr3t@nowhere.invalid", monkeypatch)
    assert message.startswith("MLflow at http://***@nowhere.invalid: not reached, tried 1 time: ")


@pytest.mark.parametrize("password", ["s3cr3t/1", "s3cr3t#1", "s3cr3t?1"])
def test_a_password_that_breaks_the_address(password: str, monkeypatch: pytest.MonkeyPatch) -> None:
    message = fail(f"http://alice:{password}@127.0.0.1:9", monkeypatch)
    assert message == (
        "MLflow at http://***@127.0.0.1:9: the address is not valid; "
        "write special characters of a password as %XX"
    )


def test_an_address_of_no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "ftp://***@host" in fail("ftp://alice:s3cr3t@host", monkeypatch)


def test_a_server_that_is_silent(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One whose queue is full answers no more, like a machine that is off."""
    monkeypatch.setattr(server, "PATIENCE", 0.5)
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1")
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        address = listener.getsockname()
        waiting = [socket.socket() for _ in range(4)]
        for each in waiting:
            each.setblocking(False)
            each.connect_ex(address)
        message = fail(f"http://alice:s3cr3t@127.0.0.1:{address[1]}", monkeypatch)
        for each in waiting:
            each.close()
    assert (
        f"http://***@127.0.0.1:{address[1]}: no answer within 0.5 seconds, tried 2 times" in message
    )
    (line,) = capsys.readouterr().err.splitlines()
    assert line.endswith(": no answer within 0.5 seconds; tried 1 of 2 times, trying again")
    assert "s3cr3t" not in line


def test_a_server_behind_a_proxy_is_the_proxys_to_find(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_PROXY")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    check_server("http://192.0.2.1:5000")  # an address that is never given to a machine


@pytest.mark.parametrize("uri", ["sqlite:///mlflow.db", "databricks", "http://", "http://h:x"])
def test_what_is_no_server_is_not_asked(uri: str) -> None:
    check_server(uri)
