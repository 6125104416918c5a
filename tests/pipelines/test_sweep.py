"""Which of some experiments is the best; `tests/test_sweep.py` runs a whole sweep."""

import math
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.core.task import Spec
from pipelines.experiments import Experiment
from pipelines.sweep import rank
from pipelines.tasks.classification import TASK
from tests.specs import make_spec

GREATER = {"accuracy": {"min": 0.5}, "log_loss": {"max": 1.0}}
LESS = {"log_loss": {"max": 1.0}, "accuracy": {"min": 0.5}}


def spec_of(thresholds: dict[str, Any]) -> Spec:
    return make_spec(TASK, gate={"thresholds": thresholds})


def made(name: str, **validation: float) -> Experiment:
    test = {metric: -value for metric, value in validation.items()}  # which says the opposite
    return Experiment(name, name, "0", datetime.now(UTC), {}, (), validation, test)


@pytest.mark.parametrize(("thresholds", "best"), [(GREATER, "b"), (LESS, "a")])
def test_the_gates_first_metric_on_the_validation_split_decides(
    thresholds: dict[str, Any], best: str
) -> None:
    found = [made("a", accuracy=0.8, log_loss=0.1), made("b", accuracy=0.9, log_loss=0.2)]
    for order in (found, found[::-1]):
        assert rank(spec_of(thresholds), order)[0].name == best


def test_of_equal_ones_the_first_is_the_best() -> None:
    found = [made("a", accuracy=0.8), made("b", accuracy=0.8)]
    assert [each.name for each in rank(spec_of(GREATER), found)] == ["a", "b"]


@pytest.mark.parametrize("thresholds", [GREATER, LESS])
@given(st.lists(st.none() | st.floats(allow_nan=True, allow_infinity=False), max_size=8))
def test_what_was_not_measured_comes_last(
    thresholds: dict[str, Any], values: list[float | None]
) -> None:
    (metric, bound), *_ = thresholds.items()
    found = [
        made(str(at), **({} if value is None else {metric: value}))
        for at, value in enumerate(values)
    ]
    ranked = [each.validation.get(metric, math.nan) for each in rank(spec_of(thresholds), found)]
    measured = [value for value in ranked if not math.isnan(value)]
    assert measured == sorted(measured, reverse="min" in bound)
    assert all(map(math.isnan, ranked[len(measured) :]))
