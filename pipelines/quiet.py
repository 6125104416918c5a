"""Silences what libraries say at start-up and a person cannot act on."""

import logging
import os
import warnings

ENVIRONMENT = {
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "GX_ANALYTICS_ENABLED": "false",
    "GRPC_VERBOSITY": "ERROR",
    "MLFLOW_DISABLE_AGENT_HINTS": "true",
    "PYTHONWARNINGS": "ignore",  # for the processes that Beam starts
}


def silence_libraries() -> None:
    """Lets TensorFlow, TFX, Beam and Google's clients report errors only.

    Call before importing them: TensorFlow reads its level once.
    """
    for name, value in ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    warnings.simplefilter("ignore")
    logging.basicConfig(level=logging.ERROR)
    for name in ("absl", "apache_beam", "tensorflow"):
        logging.getLogger(name).setLevel(logging.ERROR)
