"""Canonical tables for tests that need no ingest, and the parts of a toy task that reads them."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from components.core.describing import names
from components.core.parts import Labels, Sample
from components.core.table import table_schema
from components.samples.image import ImageSample

if TYPE_CHECKING:
    import pandas as pd
    from great_expectations.expectations import Expectation


class ToyLabels(Labels):
    """A word a sample, in the column `label`."""

    def columns(self) -> Mapping[str, pa.DataType]:
        return {"label": pa.string()}

    def rules(self) -> Sequence[Expectation]:
        return []

    def describe(self, rows: pd.DataFrame) -> pd.DataFrame:
        return names(rows["label"]).to_frame()


LABELS = ToyLabels(name="toy")


def image_sample(
    height: int = 4, width: int = 4, channels: int = 1, **blocks: Mapping[str, Any]
) -> ImageSample:
    """Images, the size that the network takes, and what is demanded of them."""
    size = {"height": height, "width": width, "channels": channels}
    return ImageSample.model_validate({"name": "toy", "checks": {}, "prepare": size, **blocks})


def make_row(
    sample: Sample, data: bytes, path: str, split: str = "train", **labels: Any
) -> dict[str, Any]:
    """A row of the canonical table, as ingest writes it."""
    inspected = dict(sample.inspect(data))
    digest = hashlib.sha256(inspected[sample.column]).hexdigest()
    known = {"sha256": digest, "split": split, "group": None}
    return {**inspected, sample.path_column: path, **known, **labels}


def write_shard(
    file: Path, sample: Sample, labels: Labels, rows: Sequence[Mapping[str, Any]]
) -> Path:
    """Writes rows as a shard; returns the file."""
    table = pa.Table.from_pylist(list(rows), table_schema(sample, labels))
    pq.write_table(table, file)
    return file


def read_rules(report: Path) -> dict[str, dict[str, Any]]:
    """What became of each rule, by its name: the table that the stage validate writes."""
    rows = csv.DictReader(io.StringIO((report / "rules.csv").read_text()))
    return {
        row["rule"]: {"success": row["success"] == "True", "unexpected": int(row["unexpected"])}
        for row in rows
    }
