"""Tells what came of asking a server."""

import socket
from functools import cache
from urllib.parse import urlsplit

from mlflow.environment_variables import MLFLOW_HTTP_REQUEST_MAX_RETRIES
from requests.exceptions import InvalidURL
from requests.utils import get_environ_proxies
from urllib3.exceptions import MaxRetryError

from components.core.conditions import causes
from components.core.errors import ConvoyError
from components.core.retries import tell_retry

PATIENCE = 2.0
"""Seconds for a server to take a connection; the system asks it twice in them."""

PORTS = {"http": 80, "https": 443}
REMEDY = "is the server running, and the address right?"


@cache
def check_server(uri: str) -> None:
    """Makes sure that somebody is there: requests would wait for minutes until they give up.

    A server that refuses says so itself, as does a proxy.

    Args:
        uri: Where MLflow keeps its store; nothing happens unless that is a server.

    Raises:
        ConvoyError: When it stays silent.
    """
    try:
        address = urlsplit(uri)
        port = PORTS.get(address.scheme) and (address.port or PORTS[address.scheme])
    except ValueError:  # MLflow says what is wrong with it
        return
    if not port or not address.hostname or get_environ_proxies(uri):
        return
    tries = MLFLOW_HTTP_REQUEST_MAX_RETRIES.get() + 1
    place, silence = f"MLflow at {uri}", f"no answer within {PATIENCE:g} seconds"
    for tried in range(1, tries + 1):
        if not _is_silent(address.hostname, port):
            return
        if tried < tries:
            tell_retry(f"{place}: {silence}", tried, tries)
    raise ConvoyError(f"{place}: {silence}, {_times(tries)}; {REMEDY}")


def _is_silent(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), PATIENCE).close()
    except TimeoutError:
        return True
    except OSError:
        return False
    return False


def _times(tries: int) -> str:
    return f"tried {tries} {'time' if tries == 1 else 'times'}"


def describe_refusal(error: Exception) -> str:
    """Why a request failed, in a sentence, and how often it was tried if it did not arrive."""
    chain = list(causes(error))
    if any(isinstance(each, InvalidURL) for each in chain):
        return "the address is not valid; write special characters of a password as %XX"
    unreached = [each for each in chain if isinstance(each, MaxRetryError)]
    if unreached:
        tries = MLFLOW_HTTP_REQUEST_MAX_RETRIES.get() + 1
        return f"not reached, {_times(tries)}: {unreached[0].reason}; {REMEDY}"
    return str(error).partition("\n")[0]
