"""What all protocols share: the tasks that are served, and how a request is predicted."""

import binascii
from base64 import b64decode
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from fastapi import Request

from components.core.names import describe_unknown
from components.core.parts import Prediction, SampleError
from components.core.predicting import Predicted
from components.serve.bodies import check_number
from components.serve.champion import Finish
from components.serve.meters import Meters
from components.serve.params import ServeParams
from components.serve.refused import RefusedError
from components.serve.slot import Slot

VERSION = "X-Model-Version"
NOTES = "convoy"
"""Where the scope of a request holds what the access log is to say of it."""


@dataclass(frozen=True)
class Answer:
    """What a request comes to.

    Attributes:
        version: The number of the version that has answered.
        classes: The names of its classes.
        predicted: For each sample its prediction, or why there is none.
        finished: For each prediction what the request wants of it.
    """

    version: str
    classes: Sequence[str]
    predicted: Sequence[Predicted]
    finished: Sequence[Any]

    def only(self) -> Prediction:
        """The prediction for the only sample.

        Raises:
            RefusedError: When there is none.
        """
        (each,) = self.predicted
        if isinstance(each, SampleError):
            raise RefusedError(HTTPStatus.UNPROCESSABLE_ENTITY, str(each))
        return each

    def all(self, place: str) -> list[Prediction]:
        """The predictions, where a protocol knows none but whole answers.

        Args:
            place: Where the samples stand in the request.

        Raises:
            RefusedError: Naming the first sample that could not be predicted.
        """
        for at, each in enumerate(self.predicted):
            if isinstance(each, SampleError):
                reason = f"{place}[{at}]: {each}"
                raise RefusedError(HTTPStatus.UNPROCESSABLE_ENTITY, reason)
        return [each for each in self.predicted if not isinstance(each, SampleError)]


class Service:
    """The tasks that are served.

    Attributes:
        slots: By the name of the task.
        params: How the server works.
        meters: What Prometheus is told.
    """

    def __init__(self, slots: Sequence[Slot], params: ServeParams, meters: Meters) -> None:
        """Takes the tasks, loaded or not."""
        self.slots = {slot.name: slot for slot in slots}
        self.params = params
        self.meters = meters

    def slot(self, name: str) -> Slot:
        """Where a task stands.

        Raises:
            RefusedError: When it is not served.
        """
        if name not in self.slots:
            raise RefusedError(HTTPStatus.NOT_FOUND, describe_unknown("task", name, self.slots))
        return self.slots[name]

    async def predict(
        self,
        request: Request,
        name: str,
        samples: Sequence[bytes],
        version: str | None = None,
        finish: Finish | None = None,
    ) -> Answer:
        """Predicts what a request has sent, all of it on one version.

        Args:
            request: The request; what is known of it goes to the log.
            name: The task's name.
            samples: Encoded samples.
            version: The number or alias that the request names.
            finish: Makes of a prediction and the names of the classes what the request wants of
                it, beside other requests.

        Raises:
            RefusedError: When there is no such task or version, the queue is full or there are too
                many samples.
        """
        check_number(samples, self.params)
        slot = self.slot(name)
        with slot.lease(version) as champion:
            note(request, task=name, version=champion.version, samples=len(samples))
            classes = champion.model.classes
            outcomes = await champion.predict(samples, finish)
        predicted, finished = zip(*outcomes, strict=True)
        slot.observer.see(samples, predicted, classes)
        return Answer(champion.version, classes, predicted, finished)


def note(request: Request, **words: Any) -> None:
    """Gives the access log something to say of a request."""
    request.scope.setdefault(NOTES, {}).update(words)


def decode(text: object, place: str) -> bytes:
    """Reads Base64.

    Raises:
        RefusedError: When it is none.
    """
    try:
        return b64decode(str(text), validate=True)
    except (binascii.Error, ValueError) as error:
        raise RefusedError(HTTPStatus.BAD_REQUEST, f"{place}: not Base64: {error}") from None
