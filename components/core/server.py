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

PATIENCE = 2.0
"""Seconds for a server to take a connection; the system asks it twice in them."""

PORTS = {"http": 80, "https": 443}


@cache
def check_server(uri: str) -> None:
    """Makes sure that somebody is there: requests would wait for minutes until they give up.

    A server that refuses says so itself, as does a proxy.

    Args:
        uri: Where MLflow keeps its store; nothing happens unless that is a server.

    Raises:
        ConvoyError: When it is silent.
    """
    try:
        address = urlsplit(uri)
        port = address.port or PORTS.get(address.scheme)
    except ValueError:  # MLflow says what is wrong with it
        return
    if address.scheme not in PORTS or not address.hostname or get_environ_proxies(uri):
        return
    try:
        socket.create_connection((address.hostname, port), PATIENCE).close()
    except TimeoutError:
        raise ConvoyError(
            f"MLflow at {uri}: no answer within {PATIENCE:g} seconds, tried once; "
            "is the server running, and the address right?"
        ) from None
    except OSError:
        return


def describe_refusal(error: Exception) -> str:
    """Why a request failed, in a sentence, and how often it was tried if it did not arrive."""
    chain = list(causes(error))
    if any(isinstance(each, InvalidURL) for each in chain):
        return "the address is not valid; write special characters of a password as %XX"
    unreached = [each for each in chain if isinstance(each, MaxRetryError)]
    if unreached:
        tries = MLFLOW_HTTP_REQUEST_MAX_RETRIES.get() + 1
        return (
            f"not reached, tried {tries} {'time' if tries == 1 else 'times'}: "
            f"{unreached[0].reason}; is the server running, and the address right?"
        )
    return str(error).partition("\n")[0]
