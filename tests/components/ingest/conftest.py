"""What the tests of ingest share: a classification task, and how often samples are looked into."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from components.core.task import Spec
from components.samples.image import ImageSample
from pipelines.tasks.classification import TASK
from tests.specs import make_spec


@pytest.fixture
def spec() -> Callable[..., Spec]:
    """Makes the task `out` from its source's kind, path and further keys."""

    def make(kind: str, path: Path, seed: int = 0, **source: Any) -> Spec:
        return make_spec(TASK, "out", seed=seed, source={"kind": kind, "path": path, **source})

    return make


@pytest.fixture
def inspected(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Every sample that is looked into, as often as it is."""
    found: list[bytes] = []
    inspect = ImageSample.inspect

    def note(self: ImageSample, data: bytes) -> Mapping[str, Any]:
        found.append(data)
        return inspect(self, data)

    monkeypatch.setattr(ImageSample, "inspect", note)
    return found
