"""What is looked into: a network, photos, and samples of a split."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf
from PIL import Image

from components.core.parquet import read_batches
from components.core.parts import Sample
from components.core.pictures import as_picture
from components.core.served_model import ServedModel
from components.core.task import Spec
from components.explain.network import BATCH, Inside, lay_open
from components.explain.sizes import image_sides
from models.shared.loading import KERAS_FILE, load_network

ROWS = 64

Answers = Callable[[np.ndarray], Mapping[str, np.ndarray]]


class Photo(NamedTuple):
    """A photo to look at.

    Attributes:
        name: Where it came from.
        picture: The photo itself.
        pixels: What the network sees of it, uint8 `[height, width, channels]`.
    """

    name: str
    picture: Image.Image
    pixels: np.ndarray

    @property
    def seen(self) -> Image.Image:
        """What the network sees, as a picture."""
        return as_picture(self.pixels)


@dataclass(frozen=True)
class Samples:
    """Samples of a split.

    Attributes:
        pixels: uint8 `[samples, height, width, channels]`.
        groups: What each belongs to; empty texts where there are no groups.
        wrong: Whether the model is wrong about each; None where that has no meaning.
    """

    pixels: np.ndarray
    groups: Sequence[str]
    wrong: np.ndarray | None


@dataclass(frozen=True)
class Subject:
    """All that the chapters look at.

    Attributes:
        inside: The network.
        photos: Photos, one at least.
        samples: Samples of a split; None where there are none.
        answers: What of a sample's raw outputs is asked about, `View.answers`.
    """

    inside: Inside
    photos: Sequence[Photo]
    samples: Samples | None
    answers: Answers

    def pixels(self) -> np.ndarray:
        """Those of the samples or, without any, of the photos: `[any, height, width, channels]`."""
        if self.samples is not None:
            return self.samples.pixels
        return np.stack([photo.pixels for photo in self.photos])


def open_model(spec: Spec, model: Path) -> Inside:
    """Lays a registered model's network open.

    Args:
        spec: The task.
        model: The folder of the exported model.

    Raises:
        ConvoyError: When the task's samples are no images, or the network cannot be loaded.
    """
    return lay_open(load_network(model / KERAS_FILE), image_sides(spec))


def take_photo(sample: Sample, name: str, encoded: bytes) -> Photo:
    """A photo as the network is given it.

    Args:
        sample: The kind of input.
        name: Where it came from.
        encoded: As `Sample.accept` gives it.
    """
    pixels, _ = sample.serve(tf.constant([encoded]))
    return Photo(name, sample.draw(encoded), pixels.numpy()[0])


def choose_rows(files: Sequence[Path], spec: Spec, count: int) -> list[dict[str, Any]]:
    """Rows of the canonical table that decode, chosen by their hashes: at random, always the same.

    Args:
        files: Shards of a split.
        spec: The task.
        count: The most rows.
    """
    sample = spec.sample
    columns = ["sha256", "decode_error", sample.column, sample.path_column, *spec.labels.columns()]
    kept: list[dict[str, Any]] = []
    for file in files:
        for batch in read_batches(file, ROWS, columns):
            rows = [row for row in batch.to_pylist() if row["decode_error"] is None]
            kept = heapq.nsmallest(count, [*kept, *rows], key=lambda row: row["sha256"])
    return kept


def take_samples(spec: Spec, served: ServedModel, rows: Sequence[Mapping[str, Any]]) -> Samples:
    """Samples with their groups, and whether the model is wrong about them.

    A prediction can be wrong where it has a column of the labels' names, such as `label`.

    Args:
        spec: The task.
        served: The exported model.
        rows: Of the canonical table, one at least.
    """
    encoded = [row[spec.sample.column] for row in rows]
    batches = [encoded[start : start + BATCH] for start in range(0, len(encoded), BATCH)]
    pixels = [spec.sample.serve(tf.constant(batch))[0].numpy() for batch in batches]
    groups = [spec.labels.stratum(row) for row in rows]
    shared = [*set(spec.view.columns(served.classes).names) & set(spec.labels.columns())]
    if not shared:
        return Samples(np.concatenate(pixels), groups, None)
    wrong: list[bool] = []
    for start, batch in zip(range(0, len(rows), BATCH), batches, strict=True):
        outputs = served.predict(batch)
        for at, row in enumerate(rows[start : start + BATCH]):
            one = {name: values[at] for name, values in outputs.items()}
            (said,) = spec.view.rows(one, served.classes)
            wrong.append(any(said[name] != row[name] for name in shared))
    return Samples(np.concatenate(pixels), groups, np.array(wrong))
