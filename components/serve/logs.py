"""Where a server's logs go: what requests come to as JSON to stdout, all else to stderr."""

from typing import Any

LOGS: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "bare": {"format": "%(message)s"},
        "line": {"format": "%(asctime)s %(levelname)s %(message)s"},
    },
    "handlers": {
        "out": {
            "class": "logging.StreamHandler",
            "formatter": "bare",
            "stream": "ext://sys.stdout",
        },
        "error": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "stream": "ext://sys.stderr",
        },
    },
    "loggers": {
        "convoy.access": {"handlers": ["out"], "level": "INFO", "propagate": False},
        "convoy.serve": {"handlers": ["error"], "level": "INFO", "propagate": False},
        "uvicorn": {"handlers": ["error"], "level": "WARNING", "propagate": False},
    },
    "root": {"handlers": ["error"], "level": "WARNING"},
}
