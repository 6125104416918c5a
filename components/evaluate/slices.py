"""Metrics of parts of the test split: where a model is better and where it is worse."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from components.core.examples import read_raw
from components.core.measures import overall
from components.core.task import Spec
from components.evaluate.params import EvaluateParams

if TYPE_CHECKING:
    from components.core.parts import Evaluation

SLICE, VALUE, EXAMPLES = "slice", "value", "examples"
THIRDS = ("lowest third", "middle third", "highest third")


def read_conditions(spec: Spec, files: Sequence[str]) -> pd.DataFrame:
    """What the kind of sample says of each example, such as its brightness.

    Args:
        spec: The task.
        files: Raw examples.

    Returns:
        A row an example, in order, and a column a condition.
    """
    batch_size = spec.block("evaluate", EvaluateParams).batch_size
    batches = read_raw(files, spec.sample, spec.labels, batch_size)
    column = spec.sample.column
    return pd.DataFrame([spec.sample.conditions(row[column]) for rows in batches for row in rows])


def measure_slices(
    evaluation: Evaluation, conditions: pd.DataFrame, named: Collection[str] = ()
) -> pd.DataFrame:
    """Measures all examples, and the thirds of them by each condition.

    Args:
        evaluation: Examples that it can measure some of.
        conditions: A row an example, in order, and a column a condition.
        named: Metrics of single classes that are wanted, too.

    Returns:
        A row a slice, that of all examples first: `slice` (the condition), `value` (which third),
        `examples`, and the metrics. A condition that is nearly the same for all has no rows.
    """
    everything = np.arange(evaluation.examples)
    groups = [("", "", everything), *_thirds(conditions)]
    rows = [_measure(evaluation, *group, named) for group in groups]
    return pd.DataFrame(rows)


def _thirds(conditions: pd.DataFrame) -> Iterator[tuple[str, str, np.ndarray]]:
    for name, values in conditions.items():
        third = np.digitize(values, values.quantile([1 / 3, 2 / 3]), right=True)
        groups = [np.flatnonzero(third == at) for at in range(len(THIRDS))]
        if all(map(len, groups)):
            yield from zip([str(name)] * len(THIRDS), THIRDS, groups, strict=True)


def _measure(
    evaluation: Evaluation, name: str, value: str, chosen: np.ndarray, named: Collection[str]
) -> Mapping[str, Any]:
    metrics = overall(evaluation.metrics_of(chosen), named)
    measured = {key: each for key, each in metrics.items() if key != EXAMPLES}
    return {SLICE: name, VALUE: value, EXAMPLES: len(chosen), **measured}
