"""Settles for libraries what they say and how TensorFlow computes; what the user has set stays."""

import logging
import os
import warnings

from components.core.errors import ConvoyError
from components.core.retries import MAX_RETRIES, RetryCounter
from pipelines import greeting

ENVIRONMENT = {
    "TF_CPP_MIN_LOG_LEVEL": "3",
    # TensorFlow itself leaves it off on some processors, which then take half as long again
    "TF_ENABLE_ONEDNN_OPTS": "1",
    "GX_ANALYTICS_ENABLED": "false",
    "GRPC_VERBOSITY": "ERROR",
    "MLFLOW_DISABLE_AGENT_HINTS": "true",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    # five tries in a quarter of a minute, the first of which is told of at once; else minutes
    "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "1",
    "MLFLOW_HTTP_REQUEST_BACKOFF_JITTER": "0",
    MAX_RETRIES: "4",
    "MLFLOW_LOGGING_LEVEL": "WARNING",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    "PYTHONWARNINGS": "ignore",  # for the processes that Beam starts
}

TFX_FAILED = "Execution %d failed."
"""TFX says so of a node, then raises the error."""


def silence_libraries() -> None:
    """Lets TensorFlow, TFX, Beam and Google's clients report errors only, and counts retries.

    Call before importing them: TensorFlow and MLflow read some of it once.
    """
    for name, value in ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    greeting.install()
    warnings.simplefilter("ignore")
    logging.basicConfig(level=logging.ERROR)
    for handler in logging.getLogger().handlers:
        handler.addFilter(_is_news)
    for name in ("absl", "apache_beam", "tensorflow"):
        logging.getLogger(name).setLevel(logging.ERROR)
    requests = logging.getLogger("urllib3.connectionpool")
    requests.setLevel(logging.WARNING)
    requests.propagate = False
    requests.handlers = [RetryCounter()]


def _is_news(record: logging.LogRecord) -> bool:
    """Whether a record says what the command line will not say itself in a sentence."""
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, ConvoyError) and record.msg != TFX_FAILED
