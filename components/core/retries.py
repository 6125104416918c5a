"""Says that a server was not reached and is asked again."""

import logging
import os
import sys

from components.core.text import message

MAX_RETRIES = "MLFLOW_HTTP_REQUEST_MAX_RETRIES"


def tell_retry(fault: str, tried: int, tries: int) -> None:
    """Writes a line to standard error.

    Args:
        fault: What came of the last try.
        tried: How often it has been tried.
        tries: How often it is tried at most.
    """
    sys.stderr.write(f"{message(fault)}; tried {tried} of {tries} times, trying again\n")
    sys.stderr.flush()


class RetryCounter(logging.Handler):
    """Counts what urllib3 warns of: requests that did not arrive and are sent again."""

    def emit(self, record: logging.LogRecord) -> None:
        """Writes a line for a warning whose first arguments are a `Retry` and the reason."""
        retry, reason, *_ = record.args if isinstance(record.args, tuple) else (None, None)
        left = getattr(retry, "total", None)
        allowed = os.environ.get(MAX_RETRIES, "")
        if isinstance(left, int) and allowed.isdecimal():
            tell_retry(f"MLflow not reached: {reason}", int(allowed) - left, int(allowed) + 1)
