"""Expectations of the training split that Great Expectations does not have."""

from typing import Any, Literal

import pandas as pd
from great_expectations.execution_engine import PandasExecutionEngine
from great_expectations.expectations.expectation import (
    ColumnAggregateExpectation,
    ColumnPairMapExpectation,
)
from great_expectations.expectations.metrics import (
    ColumnAggregateMetricProvider,
    column_aggregate_value,
)
from great_expectations.expectations.metrics.map_metric_provider import (
    ColumnPairMapMetricProvider,
    column_pair_condition_partial,
)


class ClassInTraining(ColumnPairMapMetricProvider):
    """Whether the class of each row occurs in the training split."""

    condition_metric_name = "column_pair_values.class_in_training"
    condition_domain_keys = (
        "batch_id",
        "table",
        "column_A",
        "column_B",
        "row_condition",
        "condition_parser",
        "ignore_row_if",
    )
    condition_value_keys = ()

    @column_pair_condition_partial(engine=PandasExecutionEngine)
    def _pandas(cls, labels: pd.Series, splits: pd.Series, **_: Any) -> pd.Series:  # noqa: N805
        return labels.isin(labels[splits == "train"])


class ExpectColumnPairClassToBeInTraining(ColumnPairMapExpectation):
    """Expects every class in `column_A` to occur where the split in `column_B` is train."""

    map_metric = ClassInTraining.condition_metric_name
    ignore_row_if: Literal["either_value_is_missing"] = "either_value_is_missing"
    success_keys = ("column_A", "column_B", "ignore_row_if", "mostly")
    args_keys = ("column_A", "column_B")


class ClassBalance(ColumnAggregateMetricProvider):
    """The count of the rarest value as a fraction of the commonest's, 0 to 1."""

    metric_name = "column.class_balance"

    @column_aggregate_value(engine=PandasExecutionEngine)
    def _pandas(cls, column: pd.Series, **_: Any) -> float:  # noqa: N805
        counts = column.value_counts()
        return float(counts.min() / counts.max())


class ExpectColumnClassBalanceToBeAtLeast(ColumnAggregateExpectation):
    """Expects the rarest value's count to be `min_value` of the commonest's, or more."""

    min_value: float
    metric_dependencies = (ClassBalance.metric_name,)
    success_keys = ("min_value",)
    args_keys = ("column", "min_value")

    def _validate(self, metrics: dict[str, Any], *args: Any, **kwargs: Any) -> dict[str, Any]:
        return self._validate_metric_value_between(
            ClassBalance.metric_name, metrics, *args, **kwargs
        )
