"""The data of a run, as MLflow knows data: by name, place and DVC's hash. None of it is read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import mlflow
from mlflow.data.meta_dataset import MetaDataset
from mlflow.data.sources import LocalArtifactDatasetSource

from components.register.facts import DataFacts

CONTEXTS = {"train": "training", "val": "validation", "test": "testing"}
SOURCE = "source"
LONGEST = 36
"""Characters of a digest that MLflow keeps; `<md5>.dir` has as many."""


class VersionedDataset(MetaDataset):
    """Data that DVC holds, of which MLflow keeps name, place, hash and counts."""

    def __init__(self, name: str, place: str, digest: str, counts: Mapping[str, int]) -> None:
        """Takes DVC's hash for the digest."""
        self._counts = dict(counts)
        super().__init__(LocalArtifactDatasetSource(place), name, digest[:LONGEST])

    @property
    def profile(self) -> Mapping[str, Any]:
        """The number of samples, by stratum where there are several."""
        several = {} if set(self._counts) <= {""} else {"strata": self._counts}
        return {"samples": sum(self._counts.values()), **several} if self._counts else {}

    def to_dict(self) -> dict[str, str]:
        """With the profile, as JSON."""
        return {**super().to_dict(), "profile": json.dumps(self.profile, ensure_ascii=False)}


def log_datasets(task: str, facts: DataFacts) -> None:
    """Logs source and splits as inputs of the open run.

    Args:
        task: The task's name.
        facts: What is known of the data.
    """
    source = VersionedDataset(f"{task}/{SOURCE}", facts.source, facts.source_digest, {})
    mlflow.log_input(source, SOURCE)
    for split, context in CONTEXTS.items():
        name, place = f"{task}/{split}", facts.folder.as_posix()
        data = VersionedDataset(name, place, facts.digest, facts.counts[split])
        mlflow.log_input(data, context)
