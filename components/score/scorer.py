"""Scores samples of any encoding with a served model."""

import atexit
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any

import tensorflow as tf

from components.core.errors import ConvoyError
from components.core.parts import Sample, SampleError, View
from components.core.predicting import Predicted, predict_accepted
from components.core.served_model import ServedModel
from components.core.task import Spec
from components.score.parts import ERROR

BATCHES_IN_FLIGHT = 4
"""One alone leaves cores idle while it is decoded and while it ends."""

Rows = Sequence[Mapping[str, Any]]
"""What a sample comes to: as many rows as its view gives, or one with `error`."""


class Scorer:
    """A served model, the kind of its samples and what is shown of its predictions."""

    def __init__(self, model: ServedModel, sample: Sample, view: View, batch_size: int) -> None:
        """Takes the most samples that the model is given at once."""
        self.classes = model.classes
        self._model = model
        self._sample = sample
        self._view = view
        self._batch_size = batch_size

    def score(self, samples: Sequence[bytes]) -> list[Rows]:
        """Scores samples batch by batch; some are decoded while others are in the network.

        Args:
            samples: Encoded samples; broken ones, too.

        Returns:
            For each sample the rows of its view, or one row with `error` alone where it cannot
            be scored.
        """
        accepted = [self._accept(sample) for sample in samples]
        readable = [each for each in accepted if isinstance(each, bytes)]
        starts = range(0, len(readable), self._batch_size)
        batches = (readable[start : start + self._batch_size] for start in starts)
        with ThreadPoolExecutor(BATCHES_IN_FLIGHT) as pool:
            scored = chain.from_iterable(pool.map(self._predict, batches))
            return [next(scored) if isinstance(each, bytes) else each for each in accepted]

    def _accept(self, sample: bytes) -> bytes | Rows:
        try:
            return self._sample.accept(sample)
        except SampleError as error:
            return _failed(error)

    def _predict(self, samples: Sequence[bytes]) -> list[Rows]:
        return [self._show(each) for each in predict_accepted(self._model, self._sample, samples)]

    def _show(self, predicted: Predicted) -> Rows:
        if isinstance(predicted, SampleError):
            return _failed(predicted)
        return self._view.rows(predicted, self.classes)


@lru_cache(maxsize=1)  # Beam's local runner shares the process, and so the model, with its caller
def load_scorer(spec: str, folder: Path) -> Scorer:
    """Loads a SavedModel and the parts of a task, once a process.

    Args:
        spec: The task, as JSON.
        folder: The SavedModel.

    Raises:
        ConvoyError: When the folder holds no SavedModel that takes encoded samples.
    """
    try:
        model = ServedModel.load(folder)
    except (OSError, KeyError, ValueError, tf.errors.OpError) as error:
        raise ConvoyError(f"{folder}: not a model that can be served: {error}") from None
    task = Spec.from_json(spec)
    return Scorer(model, task.sample, task.view, task.params["evaluate"]["batch_size"])


atexit.register(load_scorer.cache_clear)  # TensorFlow complains if it must free a model later


def _failed(error: SampleError) -> Rows:
    return [{ERROR: str(error)}]
