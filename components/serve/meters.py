"""What Prometheus is told."""

import os
from pathlib import Path
from typing import Any

import psutil
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

WORKERS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""Where several workers put their figures together; it must be set before this is imported."""

SECONDS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
SIZES = (1, 2, 4, 8, 16, 32, 64, 128)
TASK = ["task"]


class Meters:
    """The figures of one server, by the names that Prometheus knows them by."""

    content_type = CONTENT_TYPE_LATEST

    def __init__(self) -> None:
        """Begins at nothing."""
        self._registry = CollectorRegistry()
        self.requests = self._make(
            Counter, "convoy_requests", "Requests by route and status.", ["route", "status"]
        )
        self.errors = self._make(Counter, "convoy_errors", "Errors by kind.", ["kind"])
        self.seconds = self._make(
            Histogram,
            "convoy_request_seconds",
            "From a request's head to the end of its answer.",
            ["route"],
            buckets=SECONDS,
        )
        self.batch_size = self._make(
            Histogram, "convoy_batch_size", "Samples a batch.", TASK, buckets=SIZES
        )
        self.queue_length = self._make(
            Gauge, "convoy_queue_length", "Samples that wait.", TASK, multiprocess_mode="livesum"
        )
        self.version = self._make(
            Gauge, "convoy_model_version", "The version served.", TASK, multiprocess_mode="liveall"
        )
        self.loads = self._make(
            Counter, "convoy_model_loads", "Versions loaded, and not.", ["task", "outcome"]
        )
        self.drift = self._make(
            Gauge,
            "convoy_input_distance",
            "How far the inputs are from the champion's training data, 0 to 1.",
            ["task", "column"],
            multiprocess_mode="livemax",
        )
        self.means = self._make(
            Gauge,
            "convoy_input_mean",
            "Mean of what the last inputs are like.",
            ["task", "column"],
            multiprocess_mode="liveall",
        )
        self.predicted = self._make(
            Counter, "convoy_predicted", "Predictions by label.", ["task", "label"]
        )

    def _make(self, kind: Any, name: str, words: str, labels: list[str], **options: Any) -> Any:
        return kind(name, words, labels, registry=self._registry, **options)

    def text(self) -> bytes:
        """All figures in Prometheus' format; of all workers where there are several.

        Sums, but for the distances, of which the largest counts, and for the version and the means,
        which have a line a worker, labelled `pid`.
        """
        if WORKERS_FOLDER not in os.environ:
            return generate_latest(self._registry)
        _forget_dead(Path(os.environ[WORKERS_FOLDER]))
        registry = CollectorRegistry()
        MultiProcessCollector(registry)
        return generate_latest(registry)


def _forget_dead(folder: Path) -> None:
    """Lets go of what workers that have died said of themselves; what they have counted stays."""
    for file in folder.glob("gauge_live*_*.db"):
        worker = int(file.stem.rpartition("_")[2])
        if not psutil.pid_exists(worker):
            mark_process_dead(worker)
