from pathlib import Path

import pytest

from components.core import store
from components.core.errors import ConvoyError
from components.core.task import Spec
from components.score.parts import Tally
from pipelines import scoring
from pipelines.scoring import score_samples
from pipelines.tasks.classification import TASK
from tests.specs import make_spec


@pytest.fixture
def spec() -> Spec:
    return make_spec(TASK)


@pytest.fixture
def scores(monkeypatch: pytest.MonkeyPatch) -> Tally:
    """What scoring comes to; the registry has every model."""
    tally = Tally(samples=1_200)
    monkeypatch.setattr(store, "download", Path)
    monkeypatch.setattr(scoring, "score", lambda *arguments: tally)
    return tally


def test_the_summary_names_the_first_failures(
    spec: Spec, scores: Tally, capsys: pytest.CaptureFixture[str]
) -> None:
    scores.failed = 3
    scores.failures = [("a[1].png", "truncated"), ("b.png", "not an image")]
    score_samples(spec, Path("images"), Path("scores.parquet"), "champion", plain=False)
    printed = capsys.readouterr().out
    for words in ("1,200", "1,197", "a[1].png: truncated", "b.png: not an image", "and 1 more"):
        assert words in printed


def test_some_failures_are_no_error_but_only_failures_are(spec: Spec, scores: Tally) -> None:
    scores.failed = 1_199
    score_samples(spec, Path("images"), Path("scores.parquet"), "champion", plain=False)
    scores.failed = 1_200
    with pytest.raises(ConvoyError, match="images: none of the 1,200 samples could be scored"):
        score_samples(spec, Path("images"), Path("scores.parquet"), "champion", plain=False)


def test_the_model_is_the_one_that_is_named(
    spec: Spec, scores: Tally, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []
    monkeypatch.setattr(scoring, "score", lambda *arguments: calls.append(arguments) or scores)
    score_samples(spec, Path("images"), Path("out.parquet"), "3", plain=True)
    assert calls == [(spec, Path("models:/toy/3"), Path("images"), Path("out.parquet"), True)]
