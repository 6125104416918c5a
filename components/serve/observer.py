"""Looks at some of the inputs of a task beside the requests, and keeps some."""

import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pandas as pd

from components.core.parts import Prediction, SampleError
from components.core.predicting import Predicted
from components.core.task import Spec
from components.serve.keeping import Keeper
from components.serve.meters import Meters
from components.serve.params import ServeParams
from components.serve.window import Features, Window

LOG = logging.getLogger("convoy.serve")
MOST_WAITING = 64
"""What comes in faster than can be looked at is not looked at."""


class Observer:
    """Tells Prometheus what the inputs and predictions of a task are like."""

    def __init__(self, spec: Spec, params: ServeParams, meters: Meters) -> None:
        """Begins with nothing seen."""
        self._spec = spec
        self._seconds = params.watch.seconds
        self._meters = meters
        self._window = Window(params.watch.samples)
        self._keeper = Keeper(params.keep, spec.name)
        self._thread = ThreadPoolExecutor(1, f"{spec.name}-observer")
        self._waiting = 0
        self._next = 0.0

    def see(
        self, samples: Sequence[bytes], predicted: Sequence[Predicted], classes: Sequence[str]
    ) -> None:
        """Takes notice of what was predicted; returns at once.

        Args:
            samples: Encoded samples.
            predicted: For each its prediction, or why there is none.
            classes: The names of the model's classes.
        """
        for sample, each in zip(samples, predicted, strict=True):
            if isinstance(each, SampleError):
                continue
            if self._keeper.keeps:
                self._later(partial(self._keeper.keep, sample))
            if time.monotonic() >= self._next:
                self._next = time.monotonic() + self._seconds
                self._later(partial(self._look, sample, each, classes))

    def measure(self, known: Features) -> None:
        """Tells Prometheus how far the last inputs are from the training data.

        Args:
            known: The champion's training statistics.
        """
        for column, mean in self._window.means().items():
            self._meters.means.labels(self._spec.name, column).set(mean)
        for column, distance in self._window.distances(known):
            self._meters.drift.labels(self._spec.name, column).set(distance)

    def close(self) -> None:
        """Looks at nothing more."""
        self._thread.shutdown(wait=True, cancel_futures=True)

    def _later(self, look: Callable[[], None]) -> None:
        if self._waiting < MOST_WAITING:
            self._waiting += 1
            self._thread.submit(self._run, look)

    def _run(self, look: Callable[[], None]) -> None:
        try:
            look()
        except Exception:  # what looks on must not stop looking
            LOG.exception("%s: an input could not be looked at", self._spec.name)
        finally:
            self._waiting -= 1

    def _look(self, sample: bytes, prediction: Prediction, classes: Sequence[str]) -> None:
        kind = self._spec.sample
        described = kind.describe(pd.DataFrame([kind.inspect(sample)])).iloc[0].to_dict()
        rows = self._spec.view.rows(prediction, classes)
        for row in rows:
            self._count(row)
        self._window.add({**described, **(rows[0] if len(rows) == 1 else {})})

    def _count(self, row: dict[str, Any]) -> None:
        for value in row.values():
            if isinstance(value, str):
                self._meters.predicted.labels(self._spec.name, value).inc()
