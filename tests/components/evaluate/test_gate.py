import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.core.errors import ConvoyError
from components.evaluate.gate import decide
from components.evaluate.params import GateParams

MORE = GateParams.model_validate({"thresholds": {"accuracy": {"min": 0.98}}, "tolerance": 0.01})
LESS = GateParams.model_validate({"thresholds": {"error": {"max": 2}}, "tolerance": 0.5})
BOTH = GateParams(thresholds=MORE.thresholds | LESS.thresholds)

thousandths = st.integers(0, 1000).map(lambda value: value / 1000)


def test_a_first_model_needs_only_the_thresholds() -> None:
    decision = decide({"accuracy": 0.99}, None, MORE)
    assert decision.accepted
    assert decision.reasons == ["accuracy 0.99 meets the threshold 0.98"]


def test_below_a_minimum_is_refused() -> None:
    decision = decide({"accuracy": 0.9711}, None, MORE)
    assert not decision.accepted
    assert decision.reasons == ["accuracy 0.9711 is below the threshold 0.98"]


def test_above_a_maximum_is_refused() -> None:
    decision = decide({"error": 2.25}, None, LESS)
    assert decision.reasons == ["error 2.25 is above the threshold 2"]


@pytest.mark.parametrize(("metrics", "params"), [({"accuracy": 0.98}, MORE), ({"error": 2}, LESS)])
def test_a_threshold_itself_is_accepted(metrics: dict[str, float], params: GateParams) -> None:
    assert decide(metrics, None, params).accepted


def test_worse_than_the_champion_is_refused_although_the_threshold_is_met() -> None:
    decision = decide({"accuracy": 0.981}, {"accuracy": 0.995}, MORE)
    assert not decision.accepted
    assert decision.reasons == [
        "accuracy 0.981 is worse than the champion's 0.995 by more than 0.01"
    ]


def test_better_than_the_champion_does_not_excuse_a_threshold() -> None:
    decision = decide({"accuracy": 0.97}, {"accuracy": 0.9}, MORE)
    assert decision.reasons == ["accuracy 0.97 is below the threshold 0.98"]


def test_less_is_better_under_a_maximum() -> None:
    assert decide({"error": 1.5}, {"error": 1.0}, LESS).accepted
    assert not decide({"error": 1.6}, {"error": 1.0}, LESS).accepted
    assert decide({"error": 0.1}, {"error": 1.0}, LESS).accepted


def test_every_failed_check_is_a_reason() -> None:
    decision = decide({"accuracy": 0.9, "error": 1}, {"accuracy": 0.99, "error": 0.5}, BOTH)
    assert decision.reasons == [
        "accuracy 0.9 is below the threshold 0.98",
        "accuracy 0.9 is worse than the champion's 0.99",
        "error 1 is worse than the champion's 0.5",
    ]


def test_every_passed_check_is_a_reason() -> None:
    decision = decide({"accuracy": 0.99, "error": 1}, {"accuracy": 0.99, "error": 1}, BOTH)
    assert decision.accepted
    assert decision.reasons == [
        "accuracy 0.99 meets the threshold 0.98",
        "accuracy 0.99 is not worse than the champion's 0.99",
        "error 1 meets the threshold 2",
        "error 1 is not worse than the champion's 1",
    ]


def test_not_a_number_is_refused() -> None:
    assert not decide({"accuracy": math.nan}, None, MORE).accepted
    assert not decide({"error": math.nan}, {"error": 1.0}, LESS).accepted


@pytest.mark.parametrize("champion", [None, {"accuracy": 0.99}])
def test_a_metric_that_was_not_measured_is_named(champion: dict[str, float] | None) -> None:
    with pytest.raises(ConvoyError, match=r"gate\.thresholds\.accuracy.*challenger.*it has error"):
        decide({"error": 1.0}, champion, MORE)


def test_a_metric_that_the_champion_lacks_is_named() -> None:
    with pytest.raises(ConvoyError, match=r"gate\.thresholds\.accuracy.*champion.*it has none"):
        decide({"accuracy": 0.99}, {}, MORE)


@given(challenger=thousandths, champion=thousandths, tolerance=thousandths)
def test_tolerance_is_exact_in_decimals(
    challenger: float, champion: float, tolerance: float
) -> None:
    loss = Decimal(str(champion)) - Decimal(str(challenger))
    more = GateParams.model_validate({"thresholds": {"m": {"min": 0}}, "tolerance": tolerance})
    less = GateParams.model_validate({"thresholds": {"m": {"max": 1}}, "tolerance": tolerance})
    allowed = Decimal(str(tolerance))
    assert decide({"m": challenger}, {"m": champion}, more).accepted == (loss <= allowed)
    assert decide({"m": challenger}, {"m": champion}, less).accepted == (-loss <= allowed)


@given(value=thousandths, champion=thousandths, small=thousandths, large=thousandths)
def test_more_tolerance_never_refuses_what_less_accepts(
    value: float, champion: float, small: float, large: float
) -> None:
    strict, lenient = (
        GateParams.model_validate({"thresholds": {"m": {"min": 0.5}}, "tolerance": tolerance})
        for tolerance in sorted((small, large))
    )
    if decide({"m": value}, {"m": champion}, strict).accepted:
        assert decide({"m": value}, {"m": champion}, lenient).accepted
