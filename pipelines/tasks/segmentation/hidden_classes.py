"""Tells of classes that were read as void: in masks of 0 and 255, white is often the class."""

from typing import Any

import pandas as pd
from great_expectations.execution_engine import PandasExecutionEngine
from great_expectations.expectations.expectation import ColumnAggregateExpectation
from great_expectations.expectations.metrics import (
    ColumnAggregateMetricProvider,
    column_aggregate_value,
)


class MaskValues(ColumnAggregateMetricProvider):
    """The values that occur in masks, of texts such as `0, 255`."""

    metric_name = "column.mask_values"

    @column_aggregate_value(engine=PandasExecutionEngine)
    def _pandas(cls, column: pd.Series, **_: Any) -> list[int]:  # noqa: N805
        return sorted(
            {int(value) for text in column.dropna().unique() for value in text.split(",")}
        )


class ExpectColumnVoidToHideNoClass(ColumnAggregateExpectation):
    """Expects masks in which no class is missing throughout while there is void.

    Attributes:
        classes: The classes, in the order of their indices.
        void: The value of void.
    """

    classes: list[str]
    void: int
    metric_dependencies = (MaskValues.metric_name,)
    args_keys = ("column", "classes", "void")

    def _validate(self, metrics: dict[str, Any], *_: Any, **__: Any) -> dict[str, Any]:
        values = metrics[MaskValues.metric_name]
        missing = [name for index, name in enumerate(self.classes) if index not in values]
        observed = (
            f"no mask has {', '.join(missing)}, and {self.void} was read as void; where "
            f"{self.void} is a class, source.colours says which"
        )
        hidden = bool(missing) and self.void in values
        return {"success": not hidden, "result": {"observed_value": observed if hidden else "none"}}
