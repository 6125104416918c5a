"""Decides whether a challenger may become the champion."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import mlflow
from mlflow.models import EvaluationResult, MetricThreshold
from mlflow.models.evaluation.validation import ModelValidationFailedException

from components.core.errors import ConvoyError
from components.evaluate.params import GateParams, Threshold

Metrics = Mapping[str, float]


@dataclass(frozen=True)
class Verdict:
    """What the gate says.

    Attributes:
        accepted: Whether the challenger may be promoted.
        reasons: A sentence for each check that was passed or, when refused, failed.
    """

    accepted: bool
    reasons: list[str]


@dataclass(frozen=True)
class _Check:
    passed: bool
    sentence: str


def decide(
    challenger: Metrics,
    champion: Metrics | None,
    params: GateParams,
    changes: Sequence[str] = (),
    shared: Metrics | None = None,
) -> Verdict:
    """Holds a challenger against the thresholds and against the champion.

    Args:
        challenger: The challenger's metrics.
        champion: The champion's metrics; without them only the thresholds count.
        params: The thresholds, and how much worse than the champion each metric may be.
        changes: Changes of the interface that users of the champion rely on; each refuses.
        shared: The challenger's metrics on the data that the champion was measured on; None
            when they are those of `challenger`.

    Raises:
        ConvoyError: When a metric that has a threshold was not measured.
    """
    pair = None if champion is None else (challenger if shared is None else shared, champion)
    checks = [
        check
        for metric, threshold in params.thresholds.items()
        for check in _checks(metric, threshold, challenger, pair, params.tolerance)
    ]
    checks += [_Check(False, change) for change in changes]
    accepted = all(check.passed for check in checks)
    return Verdict(accepted, [check.sentence for check in checks if check.passed == accepted])


def _checks(
    metric: str,
    threshold: Threshold,
    challenger: Metrics,
    pair: tuple[Metrics, Metrics] | None,
    tolerance: float,
) -> Iterator[_Check]:
    yield _against_threshold(metric, _value(challenger, metric, "challenger"), threshold)
    if pair is not None:
        value, best = _value(pair[0], metric, "challenger"), _value(pair[1], metric, "champion")
        yield _against_champion(metric, value, best, tolerance, threshold.min is not None)


def _value(metrics: Metrics, metric: str, model: str) -> float:
    if metric not in metrics:
        raise ConvoyError(
            f"params.yaml: gate.thresholds.{metric}: the evaluation of the {model} has no such "
            f"metric; it has {', '.join(sorted(metrics)) or 'none'}"
        )
    return float(metrics[metric])


def _against_threshold(metric: str, value: float, threshold: Threshold) -> _Check:
    greater_is_better = threshold.min is not None
    bound = threshold.min if threshold.min is not None else threshold.max
    passed = _meets(value, bound, greater_is_better)
    side = "below" if greater_is_better else "above"
    relation = "meets" if passed else f"is {side}"
    return _Check(passed, f"{metric} {value:.6g} {relation} the threshold {bound:.6g}")


def _against_champion(
    metric: str, value: float, best: float, tolerance: float, greater_is_better: bool
) -> _Check:
    # decimals, because 0.8 - 0.1 is more than 0.7 in binary
    margin = Decimal(str(-tolerance if greater_is_better else tolerance))
    passed = _meets(value, float(Decimal(str(best)) + margin), greater_is_better)
    relation = "is not worse" if passed else "is worse"
    sentence = f"{metric} {value:.6g} {relation} than the champion's {best:.6g}"
    return _Check(passed, f"{sentence} by more than {tolerance:.6g}" if tolerance else sentence)


def _meets(value: float, bound: float | None, greater_is_better: bool) -> bool:
    threshold = MetricThreshold(threshold=bound, greater_is_better=greater_is_better)
    try:
        mlflow.validate_evaluation_results(
            {"metric": threshold}, EvaluationResult({"metric": value}, {})
        )
    except ModelValidationFailedException:
        return False
    return True
