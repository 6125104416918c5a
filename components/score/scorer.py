"""Scores image files of any kind with a served model, one row of a table an image."""

import atexit
import io
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import tensorflow as tf
from PIL import Image

from components.core.errors import ConvoyError
from components.core.images import KEPT_SIGNATURES, encode_png, inspect_image
from components.core.served_model import ServedModel
from components.prepare.params import PrepareParams
from components.score.parts import ERROR
from pipelines.project import load_task
from pipelines.tasks.base import Task

BATCHES_IN_FLIGHT = 4
"""One alone leaves cores idle while it is decoded and while it ends."""

Row = Mapping[str, Any]


class Scorer:
    """A served model and the task that describes its predictions.

    The model decodes PNG and JPEG files itself, as in training; what ingest would encode as
    PNG is encoded here, too. Only when the model refuses a batch are its images looked at one
    by one, so good images are decoded once.
    """

    def __init__(self, model: ServedModel, task: Task, batch_size: int) -> None:
        """Takes the most images that the model is given at once."""
        self._model = model
        self._task = task
        self._batch_size = batch_size

    def score(self, images: Sequence[bytes]) -> list[Row]:
        """Scores images batch by batch; some batches are decoded while others are in the network.

        Args:
            images: Image files; broken ones, too.

        Returns:
            A row an image: what `task.describe` says, and every served output that is one
            value an image, unrounded; only `error` where it cannot be scored.
        """
        rows = [_convert(image) for image in images]
        readable = [row for row in rows if isinstance(row, bytes)]
        starts = range(0, len(readable), self._batch_size)
        batches = (readable[start : start + self._batch_size] for start in starts)
        with ThreadPoolExecutor(BATCHES_IN_FLIGHT) as pool:
            scored = chain.from_iterable(pool.map(self._predict, batches))
            return [next(scored) if isinstance(row, bytes) else row for row in rows]

    def columns(self, params: PrepareParams) -> pa.Schema:
        """The columns that a scored image has, found by scoring a black one.

        Raises:
            ConvoyError: When the model cannot score it.
        """
        black = encode_png(np.zeros((params.height, params.width), np.uint8))
        row = self.score([black])[0]
        if ERROR in row:
            raise ConvoyError(f"the model cannot score a black image: {row[ERROR]}")
        types = {name: pa.infer_type([value]) for name, value in row.items()}
        return pa.schema(
            {name: pa.float32() if kind == pa.float64() else kind for name, kind in types.items()}
        )

    def _predict(self, images: Sequence[bytes]) -> list[Row]:
        """Predicts in one batch; one that the model refuses is halved until it is one image."""
        try:
            outputs = self._model.predict(images)
        except tf.errors.OpError:
            if len(images) == 1:
                return [self._predict_pixels(images[0])]
            half = len(images) // 2
            return self._predict(images[:half]) + self._predict(images[half:])
        return [
            self._describe({name: values[at] for name, values in outputs.items()})
            for at in range(len(images))
        ]

    def _predict_pixels(self, image: bytes) -> Row:
        """Predicts from the pixels as Pillow decodes them, or says why it does not either."""
        if reason := inspect_image(image).decode_error:
            return {ERROR: reason}
        try:
            outputs = self._model.predict([_encode_rgb(image)])
        except tf.errors.OpError as error:
            return {ERROR: f"the model refuses it: {error.message}"}
        return self._describe({name: values[0] for name, values in outputs.items()})

    def _describe(self, prediction: Mapping[str, np.ndarray]) -> Row:
        values = {
            name: value.item() if isinstance(value, np.generic) else value
            for name, value in prediction.items()
            if np.ndim(value) == 0
        }
        return {**self._task.describe(prediction, self._model.classes), **values}


@lru_cache(maxsize=1)  # Beam's local runner shares the process, and so the model, with its caller
def load_scorer(task: str, folder: Path) -> Scorer:
    """Loads a SavedModel and a task of `params.yaml`, once a process.

    Raises:
        ConvoyError: When the folder holds no SavedModel that takes encoded images.
    """
    try:
        model = ServedModel.load(folder)
    except (OSError, KeyError, ValueError, tf.errors.OpError) as error:
        raise ConvoyError(f"{folder}: not a model that can be served: {error}") from None
    loaded, params = load_task(task)
    return Scorer(model, loaded, params.evaluate.batch_size)


atexit.register(load_scorer.cache_clear)  # TensorFlow complains if it must free a model later


def _convert(image: bytes) -> bytes | Row:
    """PNG and JPEG files as they are, others as PNG; a row where it cannot be decoded."""
    if image.startswith(KEPT_SIGNATURES):
        return image
    inspected = inspect_image(image)
    return {ERROR: inspected.decode_error} if inspected.decode_error else inspected.image


def _encode_rgb(image: bytes) -> bytes:
    contents = io.BytesIO()
    with Image.open(io.BytesIO(image)) as opened:
        opened.convert("RGB").save(contents, "PNG")
    return contents.getvalue()
