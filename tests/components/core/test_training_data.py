"""What a run keeps of its training data."""

from collections.abc import Callable
from pathlib import Path

import mlflow
import numpy as np
import pytest
from mlflow.entities.model_registry import ModelVersion

from components.core.errors import ConvoyError
from components.core.images import encode_png
from components.core.store import configure
from components.core.training_data import (
    describe_samples,
    load_hashes,
    load_statistics,
    load_vocabulary,
    log_training_data,
    read_hashes,
)
from components.samples.text import TextSample
from tests.tables import LABELS, image_sample, make_row, write_shard

pytestmark = pytest.mark.slow  # imports TFDV

SAMPLE = image_sample()


@pytest.fixture
def shard(tmp_path: Path) -> Callable[..., Path]:
    """Writes images, each of one shade of grey, as a shard."""

    def write(name: str, *greys: int) -> Path:
        rows = [
            make_row(SAMPLE, encode_png(np.full((4, 4), grey, np.uint8)), f"{grey}.png", label="a")
            for grey in greys
        ]
        broken = make_row(SAMPLE, b"no image", "broken.png", label="b")
        return write_shard(tmp_path / f"{name}.parquet", SAMPLE, LABELS, [*rows, broken])

    return write


def test_what_is_described_are_samples_that_decode(shard: Callable[..., Path]) -> None:
    files = [shard("one", 0, 255), shard("two", 51)]
    (described,) = describe_samples(files, SAMPLE, LABELS).datasets
    features = {feature.path.step[0]: feature for feature in described.features}
    assert described.num_examples == 3
    assert features.keys() == {"brightness", "contrast", "width", "height", "label"}
    assert features["brightness"].num_stats.mean == pytest.approx((0 + 1 + 0.2) / 3)
    assert features["label"].string_stats.unique == 1


def test_there_must_be_something_to_describe(shard: Callable[..., Path]) -> None:
    with pytest.raises(ConvoyError, match=r".+: no image to describe"):
        describe_samples([shard("broken")], SAMPLE, LABELS)
    with pytest.raises(ConvoyError, match="the new data: no image to describe"):
        describe_samples([], SAMPLE, LABELS)


def test_a_run_keeps_statistics_of_training_and_hashes_of_all_that_was_seen(
    store: Path, shard: Callable[..., Path]
) -> None:
    seen = [shard("train-00000", 1, 2), shard("train-00001", 3), shard("val-00000", 4)]
    unseen = read_hashes([shard("test-00000", 5)]) - read_hashes(seen)
    configure()
    with mlflow.start_run() as run:
        log_training_data(store, SAMPLE, LABELS)
    version = ModelVersion("toy", "1", 0, run_id=run.info.run_id)
    statistics = load_statistics(version)
    assert statistics == describe_samples(seen[:2], SAMPLE, LABELS)
    hashes = load_hashes(version)
    assert hashes == read_hashes(seen)
    assert len(hashes) == 5  # a broken one among them
    assert unseen
    assert not unseen & hashes


def test_a_run_that_kept_nothing(store: Path) -> None:
    configure()
    with mlflow.start_run() as run:
        pass
    version = ModelVersion("toy", "1", 0, run_id=run.info.run_id)
    assert load_statistics(version) is None
    assert load_hashes(version) is None
    assert load_vocabulary(version) == ()


def test_a_run_keeps_the_words_that_its_model_knows(store: Path) -> None:
    sample, words = TextSample(name="toy"), ("good", "naïve", "film")
    rows = [make_row(sample, b"a good film", "a.txt", label="pos")]
    write_shard(store / "train-00000.parquet", sample, LABELS, rows)
    configure()
    with mlflow.start_run() as run:
        log_training_data(store, sample, LABELS, words)
    version = ModelVersion("toy", "1", 0, run_id=run.info.run_id)
    assert tuple(load_vocabulary(version)) == words
    (described,) = load_statistics(version).datasets
    features = {feature.path.step[0]: feature for feature in described.features}
    assert features["unknown_words"].num_stats.mean == pytest.approx(1 / 3)
