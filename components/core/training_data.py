"""What a model's run keeps of the data that it was trained on."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import mlflow
import pandas as pd
from mlflow.entities.model_registry import ModelVersion

from components.core.errors import ConvoyError
from components.core.lines import read_lines, write_lines
from components.core.parquet import read_batches
from components.core.store import mlflow_errors
from components.core.table import NULLABLE, described_columns, read_hashes

if TYPE_CHECKING:
    from tensorflow_metadata.proto.v0.statistics_pb2 import DatasetFeatureStatisticsList

    from components.core.parts import Labels, Sample

STATISTICS = "statistics/training.pbtxt"
HASHES = "training/sha256.txt"
VOCABULARY = "training/vocabulary.txt"
SEEN_SPLITS = ("train", "val")
ROWS = 256


def log_training_data(
    data: Path, sample: Sample, labels: Labels, vocabulary: Sequence[str] = ()
) -> None:
    """Logs with the open run what its model was trained on.

    Those are the statistics of the training split, the hashes of all samples that the training
    saw, those it was stopped and chosen by included, and the words that the model knows.

    Args:
        data: The folder of the shards.
        sample: The kind of input.
        labels: The label columns.
        vocabulary: The words that the model knows.
    """
    import tensorflow_data_validation as tfdv

    shards = sorted(data.glob("train-*.parquet"))
    statistics = describe_samples(shards, sample.knowing(vocabulary), labels)
    hashes = read_hashes(file for split in SEEN_SPLITS for file in data.glob(f"{split}-*.parquet"))
    with tempfile.TemporaryDirectory() as folder:
        for name in (STATISTICS, HASHES):
            (Path(folder) / name).parent.mkdir()
        tfdv.write_stats_text(statistics, str(Path(folder) / STATISTICS))
        write_lines(Path(folder) / HASHES, sorted(hashes))
        if vocabulary:
            write_lines(Path(folder) / VOCABULARY, vocabulary)
        mlflow.log_artifacts(folder)


def load_statistics(version: ModelVersion) -> DatasetFeatureStatisticsList | None:
    """The statistics of a version's training split; None when none were logged with it."""
    from google.protobuf import text_format
    from tensorflow_metadata.proto.v0.statistics_pb2 import DatasetFeatureStatisticsList

    file = _fetch(version, STATISTICS)
    if file is None:
        return None
    return text_format.Parse(file.read_text(encoding="utf-8"), DatasetFeatureStatisticsList())


def load_hashes(version: ModelVersion) -> frozenset[str] | None:
    """SHA-256 of the samples that a version has seen; None when none were logged with it."""
    file = _fetch(version, HASHES)
    return frozenset(file.read_text().split()) if file else None


def load_vocabulary(version: ModelVersion) -> Sequence[str]:
    """The words that a version knows; none where none were logged with it."""
    file = _fetch(version, VOCABULARY)
    return read_lines(file) if file else ()


def describe_samples(
    files: Sequence[Path], sample: Sample, labels: Labels
) -> DatasetFeatureStatisticsList:
    """Statistics of all samples of some shards: of what sample and labels describe.

    Raises:
        ConvoyError: When no sample decodes.
    """
    import tensorflow_data_validation as tfdv

    batches = [rows for file in files for rows in _describe(file, sample, labels) if len(rows)]
    if not batches:
        place = files[0].parent if files else "the new data"
        raise ConvoyError(f"{place}: no {sample.column} to describe")
    return tfdv.generate_statistics_from_dataframe(pd.concat(batches, ignore_index=True))


def _describe(file: Path, sample: Sample, labels: Labels) -> Iterator[pd.DataFrame]:
    for batch in read_batches(file, ROWS, described_columns(sample, labels)):
        rows = batch.to_pandas(types_mapper=NULLABLE.get)
        rows = rows[rows["decode_error"].isna()].reset_index(drop=True)
        yield sample.describe(rows).join(labels.describe(rows))


@mlflow_errors()
def _fetch(version: ModelVersion, name: str) -> Path | None:
    folder = str(Path(name).parent)
    kept = mlflow.MlflowClient().list_artifacts(version.run_id, folder)
    if name not in {each.path for each in kept}:
        return None
    return Path(mlflow.artifacts.download_artifacts(f"runs:/{version.run_id}/{name}"))
