from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from components.core.errors import ConvoyError
from components.core.task import Spec
from components.evaluate.compare import Side, compare_versions, paired_interval
from tests.registered import Register, TestSplit
from tests.specs import make_spec
from tests.tuned_task import TASK as TUNED


def test_both_are_measured_on_the_same_examples(
    spec: Spec, register: Register, wrong_model: Path, test_split: TestSplit, project: Path
) -> None:
    test_split([(10, "dark"), (250, "bright"), (100, "bright"), (240, "bright")])
    register()
    register(model=wrong_model)
    comparison = compare_versions(spec, "1", "2", project / "out")
    assert (comparison.task, comparison.names) == ("toy", ("1", "2"))
    assert [metrics["accuracy"] for metrics in comparison.metrics] == [0.75, 0.25]
    assert list(comparison.intervals) == ["accuracy", "macro_f1"]
    low, high = comparison.intervals["accuracy"]
    assert -1 <= low <= -0.5 <= high <= 1
    assert comparison.pictures == project / "out/toy-1-2/disagreements.png"
    with Image.open(comparison.pictures) as picture:
        assert picture.height > 4 * 192  # a row for each of the four images


def test_equal_models_agree_everywhere(
    spec: Spec, register: Register, test_split: TestSplit, project: Path
) -> None:
    test_split([(10, "dark"), (250, "bright")])
    register()
    register()
    comparison = compare_versions(spec, "1", "challenger", project / "out")
    assert comparison.metrics[0] == comparison.metrics[1]
    assert comparison.intervals["accuracy"] == (0, 0)


def test_metrics_of_no_single_sample_show_no_disagreement(
    spec: Spec,
    register: Register,
    wrong_model: Path,
    test_split: TestSplit,
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    test_split([(10, "dark"), (250, "bright")])
    register()
    register(model=wrong_model)
    monkeypatch.setattr(Side, "scores", lambda *_: [np.nan, np.nan])
    comparison = compare_versions(spec, "1", "2", project / "out")
    assert np.isnan(comparison.intervals["accuracy"]).all()
    with Image.open(comparison.pictures) as picture:
        assert picture.height < 4 * 192


def test_what_is_tuned_is_tuned_for_the_whole_split_and_for_each_example(
    register: Register, wrong_model: Path, test_split: TestSplit, project: Path
) -> None:
    spec = make_spec(TUNED, gate={"thresholds": {"tuned_accuracy": {"min": 0.5}}})
    test_split(test=[(10, "dark"), (100, "bright")], val=[(90, "dark"), (95, "bright")])
    register()
    register(model=wrong_model)
    comparison = compare_versions(spec, "1", "2", project / "out")
    assert [metrics["tuned_accuracy"] for metrics in comparison.metrics] == [1, 0]
    assert comparison.intervals["tuned_accuracy"] == (-1, -1)


def test_an_unknown_version_is_named(spec: Spec, register: Register, project: Path) -> None:
    register()
    with pytest.raises(ConvoyError, match="9"):
        compare_versions(spec, "1", "9", project)


def test_the_interval_holds_the_mean_at_its_nominal_rate() -> None:
    generator = np.random.default_rng(1)
    hits = 0
    for _ in range(200):
        low, high = paired_interval(generator.normal(0.3, 1, 60))
        hits += low <= 0.3 <= high
    assert 0.89 <= hits / 200 <= 0.99


def test_the_interval_is_close_to_the_normal_one() -> None:
    values = np.random.default_rng(0).normal(1, 2, 2_000)
    half = 1.96 * values.std(ddof=1) / np.sqrt(len(values))
    assert paired_interval(values) == pytest.approx(
        (values.mean() - half, values.mean() + half), abs=0.02
    )


@given(st.lists(st.floats(-1, 1), min_size=1, max_size=20))
def test_missing_scores_are_left_out(values: list[float]) -> None:
    array = np.array(values)
    assert paired_interval(np.append(array, np.nan)) == paired_interval(array)


def test_without_scores_there_is_no_interval() -> None:
    assert np.isnan(paired_interval(np.array([np.nan]))).all()
