"""One loaded version of a task's model, which predicts in batches."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import Any, NamedTuple

from async_batcher.batcher import AsyncBatcher
from async_batcher.exceptions import QueueFullException

from components.core.parts import Prediction, Sample, SampleError
from components.core.predicting import Predicted, predict_each
from components.core.served_model import ServedModel
from components.serve.meters import Meters
from components.serve.params import ServeParams
from components.serve.refused import RETRY, RefusedError

MOST_DECODED = 2**26
"""Bytes of pixels of the samples that are in the network together, unless it is one alone."""

Finish = Callable[[Prediction, Sequence[str]], Any]
"""Makes of a prediction, and the names of the classes, what a request wants of it."""


class Outcome(NamedTuple):
    """What a sample comes to.

    Attributes:
        predicted: The prediction, or why there is none.
        finished: What the request wants of it; None where there is no prediction.
    """

    predicted: Predicted
    finished: Any = None


class Waiting(NamedTuple):
    """A sample in the queue."""

    sample: bytes
    finish: Finish | None


class Champion:
    """A version that is served.

    Attributes:
        version: Its number.
        model: The model.
        users: Requests that are under way on it.
    """

    def __init__(
        self, version: str, model: ServedModel, sample: Sample, params: ServeParams, meters: Meters
    ) -> None:
        """Takes a loaded model; must be called where a loop runs."""
        self.version = version
        self.model = model
        self.users = 0
        self._threads = ThreadPoolExecutor(params.batches, f"{sample.name}-{version}")
        self._batcher = _Batcher(model, sample, params, meters, self._threads)

    async def predict(
        self, samples: Sequence[bytes], finish: Finish | None = None
    ) -> list[Outcome]:
        """Predicts some samples, each in whichever batch it comes into.

        Args:
            samples: Encoded samples.
            finish: Runs in the thread that has predicted, beside other requests.

        Raises:
            RefusedError: When the queue is full.
        """
        return await self._batcher.ask([Waiting(sample, finish) for sample in samples])

    async def close(self) -> None:
        """Lets go of the model once the last sample that waits has been predicted."""
        await self._batcher.stop()
        self._threads.shutdown(wait=False)


class _Batcher(AsyncBatcher[Waiting, Outcome]):
    """Makes batches of what many requests ask for."""

    def __init__(
        self,
        model: ServedModel,
        sample: Sample,
        params: ServeParams,
        meters: Meters,
        threads: ThreadPoolExecutor,
    ) -> None:
        super().__init__(
            max_batch_size=params.batch_size,
            max_queue_time=params.batch_wait,
            max_queue_size=params.queue,
            concurrency=params.batches,
            executor=threads,
        )
        self._model = model
        self._sample = sample
        self._size = meters.batch_size.labels(sample.name)
        self._length = meters.queue_length.labels(sample.name)

    async def ask(self, waiting: Sequence[Waiting]) -> list[Outcome]:
        """Waits for all samples of a request.

        A client that leaves must not cancel what the batcher waits for: its batch would be lost.

        Raises:
            RefusedError: When too many samples wait.
        """
        self._length.inc(len(waiting))
        asked = asyncio.gather(*map(self.process, waiting), return_exceptions=True)
        outcomes = await asyncio.shield(asked)
        refused = sum(isinstance(each, QueueFullException) for each in outcomes)
        self._length.dec(refused)
        if refused:
            reason = "too many samples wait; try again"
            raise RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, reason, RETRY)
        return [_whole(each) for each in outcomes]

    def process_batch(self, batch: list[Waiting]) -> list[Outcome | Exception]:
        """Predicts one batch in a thread; TensorFlow lets others run meanwhile."""
        self._size.observe(len(batch))
        self._length.dec(len(batch))
        parts = split_by_cost([each.sample for each in batch], self._sample.cost)
        predicted = [
            each for part in parts for each in predict_each(self._model, self._sample, part)
        ]
        return [self._finish(*each) for each in zip(batch, predicted, strict=True)]

    def _finish(self, waiting: Waiting, predicted: Predicted) -> Outcome | Exception:
        if waiting.finish is None or isinstance(predicted, SampleError):
            return Outcome(predicted)
        try:
            return Outcome(predicted, waiting.finish(predicted, self._model.classes))
        except Exception as error:  # is raised for its own request, not for the whole batch
            return error


def _whole(outcome: Outcome | BaseException) -> Outcome:
    if isinstance(outcome, BaseException):
        raise outcome
    return outcome


def split_by_cost(samples: Iterable[bytes], cost: Callable[[bytes], int]) -> Iterator[list[bytes]]:
    """Divides a batch so that no part takes much more memory than a large sample alone.

    Args:
        samples: Encoded samples, one at least.
        cost: The bytes that one takes once it is decoded.

    Yields:
        Samples that take no more than `MOST_DECODED` together, or a single one.
    """
    part: list[bytes] = []
    taken = 0
    for sample in samples:
        needed = cost(sample)
        if part and taken + needed > MOST_DECODED:
            yield part
            part, taken = [], 0
        part.append(sample)
        taken += needed
    yield part
