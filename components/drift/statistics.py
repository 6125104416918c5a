"""Statistics of labelled images that can be compared: of their labels and of their pixels."""

import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import tensorflow_data_validation as tfdv
from PIL import Image
from tensorflow_metadata.proto.v0.statistics_pb2 import DatasetFeatureStatisticsList

from components.core.errors import ConvoyError
from components.core.masks import MaskError, decode_mask
from components.validate.rows import NULLABLE
from pipelines.tasks.base import Task

ROWS = 256
WHITE = 255
SAMPLES = 16  # a side of a mask
IMAGE_COLUMNS = ("brightness", "contrast", "width", "height")


def describe_images(files: Sequence[Path], task: Task) -> DatasetFeatureStatisticsList:
    """Statistics of all images in parquet shards of the canonical table.

    Args:
        files: The shards.
        task: The task; see `label_columns` for what counts of its labels.

    Raises:
        ConvoyError: When no image can be decoded.
    """
    batches = [rows for file in files for rows in _read_rows(file, task) if len(rows)]
    if not batches:
        raise ConvoyError(f"{files[0].parent if files else 'the new data'}: no image to describe")
    return tfdv.generate_statistics_from_dataframe(pd.concat(batches, ignore_index=True))


def image_columns(encoded: bytes) -> dict[str, float]:
    """Mean and standard deviation of an image's grey values, in [0, 1], and its size in pixels."""
    with Image.open(io.BytesIO(encoded)) as image:
        grey = np.asarray(image.convert("L"))
    height, width = grey.shape
    values = (float(grey.mean() / WHITE), float(grey.std() / WHITE), float(width), float(height))
    return dict(zip(IMAGE_COLUMNS, values, strict=True))


def label_columns(rows: pd.DataFrame, task: Task) -> pd.DataFrame:
    """What can be compared of the labels.

    That is a string or a number an image; a sample of a mask's pixels; and for lists, such as
    points, the floats that the task derives from them. Whole numbers become strings: each
    value counts by itself, as a class does.

    Args:
        rows: Rows of the canonical table.
        task: The task.
    """
    columns: dict[str, Any] = {}
    for name, kind in task.label_columns().items():
        if pa.types.is_string(kind) or pa.types.is_integer(kind):
            columns[name] = rows[name].astype("string").astype(object)
        elif pa.types.is_floating(kind):
            columns[name] = _amounts(rows[name])
        elif pa.types.is_binary(kind):
            columns[name] = [mask and sample_mask(mask) for mask in rows[name]]
        else:
            derived = task.derive_columns(rows).drop(columns=rows.columns, errors="ignore")
            floats = derived.select_dtypes("floating").items()
            columns |= {str(column): _amounts(values) for column, values in floats}
    return pd.DataFrame(columns, rows.index)


def _amounts(values: pd.Series) -> pd.Series:
    """Takes 0 for missing: otherwise the many that have none would fill one bar of a histogram.

    How many have none and how much the others have is told apart.
    """
    return values.replace(0, np.nan)


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


def _read_rows(file: Path, task: Task) -> Iterator[pd.DataFrame]:
    for batch in pq.ParquetFile(file).iter_batches(ROWS):
        rows = batch.to_pandas(types_mapper=NULLABLE.get)
        rows = rows[rows["decode_error"].isna()].reset_index(drop=True)
        images = pd.DataFrame(map(image_columns, rows.pop("image")), columns=list(IMAGE_COLUMNS))
        yield images.join(label_columns(rows, task))
