"""Metrics of a split of faces."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from sklearn.metrics import roc_auc_score

from components.core.errors import ConvoyError
from components.core.images import encode_picture
from components.evaluate.intervals import bootstrap_intervals
from pipelines.tasks.faces import TASK
from pipelines.tasks.faces.evaluation import FaceEvaluation
from tests.specs import make_spec

PHOTO = encode_picture(Image.new("L", (8, 8), 90))


def evaluate(
    people: list[str], noise: float = 0.6, seed: int = 0, pairs: dict[int, list[int]] | None = None
) -> FaceEvaluation:
    """Places that lie about those of their people, taken in by two batches."""
    rng = np.random.default_rng(seed)
    centres = {name: rng.normal(size=8) for name in sorted({*people})}
    places = np.stack([centres[name] + noise * rng.normal(size=8) for name in people])
    places = (places / np.linalg.norm(places, axis=1, keepdims=True)).astype(np.float32)
    rows = [
        {
            "image": PHOTO,
            "image_path": f"{at}.png",
            "identity": name,
            "pairs": [b"%d.png" % other for other in (pairs or {}).get(at, [])],
        }
        for at, name in enumerate(people)
    ]
    spec = make_spec(TASK, source={"kind": "identity_folder"}, gate=None)
    served: Any = SimpleNamespace(classes=())
    evaluation = spec.evaluation.begin(served)
    assert isinstance(evaluation, FaceEvaluation)
    for part in (slice(0, 7), slice(7, None)):
        evaluation.update(rows[part], {"embedding": places[part]})
    return evaluation


def many(people: int = 20, photos: int = 4) -> list[str]:
    return [f"p{at // photos:02}" for at in range(people * photos)]


def test_metrics_of_drawn_pairs(tmp_path: Path) -> None:
    evaluation = evaluate(many())
    evaluation.tune(evaluate(many(), seed=1))
    metrics = evaluation.metrics()
    assert (metrics["people"], metrics["examples"]) == (20, 80)
    evaluation.report(tmp_path)
    pairs = pd.read_csv(tmp_path / "pairs.csv")
    assert len(pairs) == metrics["pairs"]
    assert metrics["roc_auc"] == pytest.approx(
        roc_auc_score(pairs["same"], -pairs["distance"]), abs=1e-4
    )  # of rounded distances
    accepted = pairs["distance"] <= metrics["threshold"]
    hits = (accepted == pairs["same"]).groupby(pairs["same"]).mean()
    assert metrics["accuracy"] == pytest.approx(hits.mean(), abs=1e-3)
    assert 0.5 < metrics["accuracy"] < 1
    assert {"distances.png", "roc.png", "roc.csv", "mistakes.png"} <= {
        file.name for file in tmp_path.iterdir()
    }


def test_the_threshold_is_that_of_other_people() -> None:
    evaluation, others = evaluate(many()), evaluate(many(), noise=0.2, seed=1)
    evaluation.tune(others)
    others.tune(others)
    for name in ("threshold", "strict_threshold"):
        assert evaluation.metrics()[name] == others.metrics()[name]
    assert "accuracy" not in evaluate(many()).metrics()


def test_listed_pairs_alone_are_compared(tmp_path: Path) -> None:
    people = many(3, 3)
    evaluation = evaluate(people, pairs={0: [1, 3], 4: [8]})
    assert evaluation.metrics()["pairs"] == 3
    evaluation.report(tmp_path)
    pairs = pd.read_csv(tmp_path / "pairs.csv").sort_values(["first", "second"])
    named = pairs[["first", "second", "same"]].to_numpy().tolist()
    assert named == [["0.png", "1.png", True], ["0.png", "3.png", False], ["4.png", "8.png", False]]


def test_intervals_are_over_people() -> None:
    evaluation = evaluate(many())
    assert [len(each) for each in evaluation.clusters()] == [4] * 20
    metrics, intervals = evaluation.metrics(), bootstrap_intervals(evaluation)
    for name in ("roc_auc", "equal_error_rate", "rank_1"):
        low, high = intervals[name]
        assert low <= metrics[name] <= high
    assert "people" not in intervals
    twice = evaluate(many(20, 4) + many(20, 4))  # more photos of the same people say little more
    assert np.ptp(bootstrap_intervals(twice)["roc_auc"]) > 0.5 * np.ptp(intervals["roc_auc"])


def test_all_photos_chosen_once_give_the_metrics() -> None:
    evaluation = evaluate(many())
    everything = evaluation.metrics_of(np.arange(evaluation.examples))
    assert everything.items() <= evaluation.metrics().items()


@pytest.mark.parametrize("people", [["a"], ["a", "b", "c"], ["a", "a", "a"]])
def test_what_no_pair_defines_is_left_out(people: list[str], tmp_path: Path) -> None:
    evaluation = evaluate(people)
    evaluation.tune(evaluate(many(), seed=1))
    assert not {"accuracy", "roc_auc"} & evaluation.metrics().keys()
    evaluation.report(tmp_path)
    assert (tmp_path / "mistakes.png").is_file()


def test_nothing_to_measure() -> None:
    with pytest.raises(ConvoyError, match="no examples"):
        FaceEvaluation().metrics()


def test_a_place_that_is_not_finite_is_named() -> None:
    row = {"image": PHOTO, "image_path": "a.png", "identity": "a", "pairs": None}
    with pytest.raises(ConvoyError, match=r"^a\.png: its embedding is not finite$"):
        FaceEvaluation().update([row], {"embedding": np.full((1, 3), np.nan)})
