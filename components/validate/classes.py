"""Expectations of classes that nobody has declared, which Great Expectations does not have.

They find sets of labels that cannot be meant. Who means them declares the classes.
"""

import unicodedata
from typing import Any

import pandas as pd
from great_expectations.execution_engine import PandasExecutionEngine
from great_expectations.expectations.expectation import (
    ColumnAggregateExpectation,
    ColumnMapExpectation,
)
from great_expectations.expectations.metrics import (
    ColumnAggregateMetricProvider,
    ColumnMapMetricProvider,
    column_aggregate_value,
    column_condition_partial,
)

from components.core.split_names import find_splits


class Classes(ColumnAggregateMetricProvider):
    """The distinct values, sorted."""

    metric_name = "column.classes"

    @column_aggregate_value(engine=PandasExecutionEngine)
    def _pandas(cls, column: pd.Series, **_: Any) -> list[str]:  # noqa: N805
        return sorted(column.dropna().unique())


class ExpectColumnClassesToBeSeveral(ColumnAggregateExpectation):
    """Expects two distinct values at least."""

    metric_dependencies = (Classes.metric_name,)
    args_keys = ("column",)

    def _validate(self, metrics: dict[str, Any], *_: Any, **__: Any) -> dict[str, Any]:
        classes = metrics[Classes.metric_name]
        observed = f"only {classes[0]}" if len(classes) == 1 else f"{len(classes):,} classes"
        return {"success": len(classes) > 1, "result": {"observed_value": observed}}


class ClassSpeltOnce(ColumnMapMetricProvider):
    """Whether a value is the commonest of those that differ from it in blanks or case only."""

    condition_metric_name = "column_values.class_spelt_once"

    @column_condition_partial(engine=PandasExecutionEngine)
    def _pandas(cls, column: pd.Series, **_: Any) -> pd.Series:  # noqa: N805
        counts = column.value_counts().sort_index().sort_values(ascending=False, kind="stable")
        usual: dict[str, str] = {}
        for label in counts.index:
            usual.setdefault(spelling(label), label)
        return column.map({label: usual[spelling(label)] == label for label in counts.index})


class ExpectColumnValuesToBeSpeltOnce(ColumnMapExpectation):
    """Expects no two distinct values that differ in blanks or case only."""

    map_metric = ClassSpeltOnce.condition_metric_name
    args_keys = ("column",)


class ClassIsNoSplit(ColumnMapMetricProvider):
    """Whether a value does not, together with others, mean a split; see `find_splits`."""

    condition_metric_name = "column_values.class_is_no_split"

    @column_condition_partial(engine=PandasExecutionEngine)
    def _pandas(cls, column: pd.Series, **_: Any) -> pd.Series:  # noqa: N805
        return ~column.isin(find_splits(column.unique()))


class ExpectColumnValuesToBeNoSplits(ColumnMapExpectation):
    """Expects no values such as `Training` and `Testing`."""

    map_metric = ClassIsNoSplit.condition_metric_name
    args_keys = ("column",)


def spelling(label: str) -> str:
    """What is the same for labels that one cannot tell apart but by blanks, case and encoding."""
    plain = unicodedata.normalize("NFKC", label)
    visible = "".join(letter for letter in plain if unicodedata.category(letter) != "Cf")
    return " ".join(visible.split()).casefold()
