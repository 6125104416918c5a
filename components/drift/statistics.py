"""Statistics of labelled images that can be compared: labels, brightness, contrast, size."""

import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import tensorflow_data_validation as tfdv
from PIL import Image
from tensorflow_metadata.proto.v0.statistics_pb2 import DatasetFeatureStatisticsList

from components.ingest.masks import MaskError, decode_mask
from pipelines.errors import ConvoyError
from pipelines.tasks.base import Task

ROWS = 256
WHITE = 255
SAMPLES = 16  # a side of a mask
IMAGE_COLUMNS = ("brightness", "contrast", "width", "height")


def describe_images(files: Sequence[Path], task: Task) -> DatasetFeatureStatisticsList:
    """Statistics of all images in parquet shards of the canonical table.

    Args:
        files: The shards.
        task: The task; label columns that hold one string or number an image count, and
            masks, of which an evenly spaced sample of the pixels does.

    Raises:
        ConvoyError: When no image can be decoded.
    """
    rows = [row for file in files for row in _read_rows(file, task)]
    if not rows:
        raise ConvoyError(f"{files[0].parent if files else 'the new data'}: no image to describe")
    return tfdv.generate_statistics_from_dataframe(pd.DataFrame(rows))


def image_columns(encoded: bytes) -> dict[str, float]:
    """Mean and standard deviation of an image's grey values, in [0, 1], and its size in pixels."""
    with Image.open(io.BytesIO(encoded)) as image:
        grey = np.asarray(image.convert("L"))
    height, width = grey.shape
    values = (float(grey.mean() / WHITE), float(grey.std() / WHITE), float(width), float(height))
    return dict(zip(IMAGE_COLUMNS, values, strict=True))


def label_columns(task: Task) -> list[str]:
    """The task's labels that are one string or number an image, or a mask."""
    comparable = (pa.types.is_string, pa.types.is_integer, pa.types.is_floating, pa.types.is_binary)
    kinds = task.label_columns().items()
    return [name for name, kind in kinds if any(matches(kind) for matches in comparable)]


def sample_mask(encoded: bytes) -> list[str] | None:
    """The values of 16x16 pixels in the middles of a mask's equal parts; None if unreadable.

    Their frequencies estimate the share of an image that each class has on average, and are
    compared like those of labels.
    """
    try:
        indices = decode_mask(encoded)
    except MaskError:
        return None
    rows, columns = ((np.arange(SAMPLES) + 0.5) * side // SAMPLES for side in indices.shape)
    return [str(value) for value in indices[np.ix_(rows.astype(int), columns.astype(int))].flat]


def _read_rows(file: Path, task: Task) -> Iterator[Mapping[str, Any]]:
    labels = label_columns(task)
    columns = ["image", "decode_error", *labels]
    for batch in pq.ParquetFile(file).iter_batches(ROWS, columns=columns):
        for row in batch.to_pylist():
            if row["decode_error"] is None:
                described = {label: _describe_label(row[label]) for label in labels}
                yield image_columns(row["image"]) | described


def _describe_label(value: Any) -> Any:
    return sample_mask(value) if isinstance(value, bytes) else value
