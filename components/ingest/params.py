"""The block `source`: where the samples come from."""

import re
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from components.core.block import Block


class Splits(Block):
    """Shares of the examples in each split; they sum to 1.

    Attributes:
        train: Of those that are learnt from.
        val: Of those that tell when to stop.
        test: Of those that the gate decides by.
    """

    train: float = Field(0.8, gt=0, le=1)
    val: float = Field(0.1, gt=0, le=1)
    test: float = Field(0.1, gt=0, le=1)

    @model_validator(mode="after")
    def _sum_to_one(self) -> Self:
        total = self.train + self.val + self.test
        if abs(total - 1) > 1e-6:
            raise ValueError(f"train, val and test must sum to 1, not {total:g}")
        return self


class SourceParams(BaseModel):
    """Where the samples come from; each kind of source adds its own keys.

    Attributes:
        kind: A module of `components/ingest/sources`.
        path: The file or folder the source reads; DVC watches it.
        splits: Used when the source brings no split of its own.
        split_seed: Another seed makes another split; `seed`, of training, does not.
        group: A regular expression that finds the group of a sample in its path, in its first
            parentheses if it has some. Samples of a group are never divided among splits, and
            shares are then those of groups. Null for a source that names groups, or has none.
        rows_per_shard: Samples in one parquet file.
    """

    model_config = ConfigDict(extra="allow", frozen=True)

    kind: str
    path: Path
    splits: Splits = Splits()
    split_seed: int = Field(0, ge=0)
    group: re.Pattern[str] | None = None
    rows_per_shard: int = Field(5_000, gt=0)


class IngestChecks(Block):
    """What becomes of samples that are the same, byte for byte, and of labels that are broken.

    Attributes:
        duplicates: `stop` leaves them to validation, which stops the run and names them;
            `keep_first` keeps the first of those that have the same labels, and lists the others.
        broken_labels: What becomes of parts of labels that nothing can be learnt from, such as
            boxes without an area: `stop` leaves them to validation, which stops the run and names
            them; `drop` leaves them out, and lists them.
    """

    duplicates: Literal["stop", "keep_first"] = "stop"
    broken_labels: Literal["stop", "drop"] = "stop"
