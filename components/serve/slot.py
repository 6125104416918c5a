"""The champion of one task, kept in step with the registry."""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus

import tensorflow as tf
from mlflow.entities.model_registry import ModelVersion

from components.core.errors import ConvoyError
from components.core.served_model import ServedModel
from components.core.store import CHAMPION, download, find_version, load_example, model_uri, remedy
from components.core.task import Spec
from components.core.text import message
from components.core.training_data import load_statistics
from components.serve.champion import Champion
from components.serve.meters import Meters
from components.serve.observer import Observer
from components.serve.params import ServeParams
from components.serve.refused import RETRY, RefusedError
from components.serve.window import Features, features_of

LOG = logging.getLogger("convoy.serve")
DRAINED = 0.05
"""Seconds between two looks at whether the last request on an old version has ended."""


@dataclass(frozen=True)
class Loaded:
    """A version that can be served.

    Attributes:
        model: The model, warm.
        known: Statistics of its training data; none where none were kept.
    """

    model: ServedModel
    known: Features


class Slot:
    """Where the champion of a task stands; another takes its place while requests come in.

    Attributes:
        spec: The task.
        observer: Looks at the inputs.
        fault: Why the champion of the registry is not the one that is served; empty when it is.
    """

    def __init__(self, spec: Spec, params: ServeParams, meters: Meters) -> None:
        """Takes the task; `refresh` loads its champion."""
        self.spec = spec
        self.fault = ""
        self._params = params
        self._meters = meters
        self.observer = Observer(spec, params, meters)
        self._champion: Champion | None = None
        self._known: Features = {}
        self._ending: set[asyncio.Task[None]] = set()

    @property
    def name(self) -> str:
        """The task's name."""
        return self.spec.name

    @property
    def version(self) -> str | None:
        """The number of the version that is served; None before the first one is."""
        return self._champion.version if self._champion else None

    def purpose(self) -> str:
        """What a prediction is, in a sentence."""
        return self.spec.view.purpose(self._champion.model.classes if self._champion else ())

    @contextmanager
    def lease(self, version: str | None = None) -> Iterator[Champion]:
        """Gives the champion for a request, which stays on it until its end.

        Args:
            version: The number or alias that the request names; None for any.

        Raises:
            RefusedError: When there is no champion yet, or the request names another version.
        """
        champion = self._champion
        if champion is None:
            reason = f"{self.name}: no version is loaded: {self.fault or 'it is being loaded'}"
            raise RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, reason, RETRY)
        if version not in (None, CHAMPION, champion.version):
            reason = f"{self.name}: served is version {champion.version}, the champion, alone"
            raise RefusedError(HTTPStatus.NOT_FOUND, reason)
        champion.users += 1
        try:
            yield champion
        finally:
            champion.users -= 1

    async def watch(self) -> None:
        """Keeps in step with the registry for as long as it is not cancelled."""
        while True:
            await asyncio.sleep(self._params.poll)
            await self.refresh()
            await asyncio.to_thread(self.observer.measure, self._known)

    async def refresh(self) -> None:
        """Loads the champion beside the one that is served, if it is another, and swaps them.

        Whatever goes wrong leaves the old one in place; `fault` and the log say so.
        """
        try:
            found = await asyncio.to_thread(_find, self.name)
            if str(found.version) != self.version:
                loaded = await asyncio.to_thread(_load, self.spec, found)
                self._put(str(found.version), loaded)
            self._note("")
        except ConvoyError as error:
            self._note(message(error))

    def _put(self, version: str, loaded: Loaded) -> None:
        old, sample = self._champion, self.spec.sample
        self._champion = Champion(version, loaded.model, sample, self._params, self._meters)
        self._known = loaded.known
        self._meters.version.labels(self.name).set(int(version))
        self._meters.loads.labels(self.name, "loaded").inc()
        LOG.info("%s: version %s is served", self.name, version)
        if old is not None:
            ending = asyncio.create_task(_end(old))
            self._ending.add(ending)
            ending.add_done_callback(self._ending.discard)

    def _note(self, fault: str) -> None:
        if fault and fault != self.fault:
            self._meters.loads.labels(self.name, "failed").inc()
            LOG.error("version %s of %s stays: %s", self.version, self.name, fault)
        self.fault = fault

    async def close(self) -> None:
        """Ends the champion, and waits for those before it."""
        champion, self._champion = self._champion, None
        if champion is not None:
            await _end(champion)
        await asyncio.gather(*self._ending)
        await asyncio.to_thread(self.observer.close)


def _find(name: str) -> ModelVersion:
    found = find_version(name)
    if found is None:
        raise ConvoyError(f"{name}: there is no champion; {remedy(name)}")
    return found


def _load(spec: Spec, version: ModelVersion) -> Loaded:
    """Loads a version and warms it.

    Raises:
        ConvoyError: When it cannot be loaded, or fails on its own example.
    """
    folder = download(model_uri(spec.name, version.version))
    try:
        model = ServedModel.load(folder)
        example = load_example(folder, model.input)
        if example is not None:
            spec.view.rows(_first(model, example), model.classes)
    except (OSError, KeyError, ValueError, tf.errors.OpError) as error:
        raise ConvoyError(
            f"{spec.name}: version {version.version} cannot be served: {error}"
        ) from None
    return Loaded(model, features_of(load_statistics(version)))


def _first(model: ServedModel, sample: bytes) -> dict[str, object]:
    return {name: values[0] for name, values in model.predict([sample]).items()}


async def _end(champion: Champion) -> None:
    while champion.users:
        await asyncio.sleep(DRAINED)
    await champion.close()
