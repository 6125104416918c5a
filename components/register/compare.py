"""Compares two registered versions on the current test split."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from rich.console import Group, RenderableType
from rich.table import Table
from scipy.stats import bootstrap

from components.core.pictures import contact_sheet, notice, read_image
from components.core.served_model import ServedModel
from components.evaluate.evaluation import Row
from components.evaluate.measurement import example_files
from components.evaluate.rows import read_batches
from components.register.registry import Registry
from pipelines.params import TaskParams
from pipelines.project import load_task
from pipelines.tasks.base import Task

CONFIDENCE = 0.95
RESAMPLES = 2_000
PICTURES = 8
PICTURE_FILE = "disagreements.png"

Predictions = Mapping[str, np.ndarray]
Interval = tuple[float, float]


@dataclass(frozen=True)
class Side:
    """One of the two models.

    Attributes:
        name: How it was asked for: an alias or a version.
        served: The model.
    """

    name: str
    served: ServedModel

    def scores(self, task: Task, params: TaskParams, row: Row, outputs: Predictions) -> list[float]:
        """The metrics of the gate of a single example, in the gate's order."""
        evaluation = task.evaluation(self.served.classes, params)
        evaluation.update([row], outputs)
        metrics = evaluation.metrics()
        return [metrics.get(name, np.nan) for name in params.gate.thresholds]


@dataclass(frozen=True)
class Example:
    """One example and what both models make of it.

    Attributes:
        row: The raw example.
        outputs: What each model returned, `[1, ...]` each.
        scores: The metrics of the gate, float `[2, metrics]`.
    """

    row: Row
    outputs: Sequence[Predictions]
    scores: np.ndarray

    @property
    def disagreement(self) -> tuple[float, ...]:
        """How far apart the scores are, in the gate's order."""
        return tuple(np.nan_to_num(np.abs(self.scores[1] - self.scores[0])).tolist())


def compare_versions(name: str, first: str, second: str, out: Path) -> RenderableType:
    """Measures two versions on the same examples and draws where they disagree most.

    Args:
        name: The task's name.
        first: Alias or number of the version A.
        second: Alias or number of the version B.
        out: A folder `<task>-<A>-<B>` with `disagreements.png` is made in it.

    Returns:
        A table for the terminal: the metrics of the whole split, B minus A, and for those
        of the gate the bootstrap interval of that difference.

    Raises:
        ConvoyError: When there is no such version, or no test split here.
    """
    task, params = load_task(name)
    registry = Registry(name)
    sides = tuple(
        Side(version, ServedModel.load(registry.download(version))) for version in (first, second)
    )
    metrics, scores, worst = _measure(sides, task, params, example_files(name, "test"))
    file = out / f"{name}-{first}-{second}" / PICTURE_FILE
    file.parent.mkdir(parents=True, exist_ok=True)
    _draw(worst, sides, task).save(file)
    intervals = _intervals(scores, params)
    return Group(_table(name, sides, metrics, intervals), f"where they disagree: {file}")


def paired_interval(differences: np.ndarray, seed: int = 0) -> Interval:
    """The interval of a mean of paired differences, by the percentile bootstrap.

    Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13.

    Args:
        differences: One value an example, float `[examples]`; NaN is left out.
        seed: Seed of the resampling.

    Returns:
        The ends of the 95% interval; NaN when there are no values.
    """
    values = differences[~np.isnan(differences)]
    if not len(values) or np.ptp(values) == 0:  # resamples of one value are all alike
        constant = float(values[0]) if len(values) else np.nan
        return constant, constant
    interval = bootstrap(
        (values,),
        np.mean,
        n_resamples=RESAMPLES,
        batch=100,
        confidence_level=CONFIDENCE,
        method="percentile",
        random_state=seed,
    ).confidence_interval
    return float(interval.low), float(interval.high)


def _measure(
    sides: Sequence[Side], task: Task, params: TaskParams, files: Sequence[str]
) -> tuple[list[dict[str, float]], np.ndarray, list[Example]]:
    """Metrics of both, scores `[examples, 2, metrics]` and the examples they differ on most."""
    evaluations = [task.evaluation(side.served.classes, params) for side in sides]
    scores: list[np.ndarray] = []
    worst: list[Example] = []
    for rows in read_batches(files, task, params.evaluate.batch_size):
        outputs = [side.served.predict([row["image"] for row in rows]) for side in sides]
        for evaluation, predicted in zip(evaluations, outputs, strict=True):
            evaluation.update(rows, predicted)
        examples = list(_examples(sides, task, params, rows, outputs))
        scores += [example.scores for example in examples]
        worst = sorted([*worst, *examples], key=lambda e: e.disagreement, reverse=True)[:PICTURES]
    return [evaluation.metrics() for evaluation in evaluations], np.array(scores), worst


def _examples(
    sides: Sequence[Side],
    task: Task,
    params: TaskParams,
    rows: Sequence[Row],
    outputs: Sequence[Predictions],
) -> Iterator[Example]:
    for at, row in enumerate(rows):
        single = [{name: each[name][at : at + 1] for name in each} for each in outputs]
        pairs = zip(sides, single, strict=True)
        scores = np.array([side.scores(task, params, row, predicted) for side, predicted in pairs])
        yield Example(row, single, scores)


def _intervals(scores: np.ndarray, params: TaskParams) -> dict[str, Interval]:
    differences = scores[:, 1] - scores[:, 0]
    return {
        name: paired_interval(differences[:, at], params.seed)
        for at, name in enumerate(params.gate.thresholds)
    }


def _table(
    name: str,
    sides: Sequence[Side],
    metrics: Sequence[Mapping[str, float]],
    intervals: Mapping[str, Interval],
) -> Table:
    table = Table("metric", title=f"{name}: the current test split")
    for heading in (sides[0].name, sides[1].name, "difference", "95% interval, per image"):
        table.add_column(heading, justify="right")
    for metric in dict.fromkeys([*intervals, *metrics[0], *metrics[1]]):
        if "/" in metric:  # of single classes
            continue
        first, second = (each.get(metric, np.nan) for each in metrics)
        low, high = intervals.get(metric, (np.nan, np.nan))
        interval = "" if np.isnan(low) else f"{low:+.4f} to {high:+.4f}"
        table.add_row(metric, _show(first), _show(second), _show(second - first, "+"), interval)
    return table


def _show(value: float, sign: str = "") -> str:
    return "" if np.isnan(value) else f"{value:{sign}.4g}"


def _draw(worst: Sequence[Example], sides: Sequence[Side], task: Task) -> Image.Image:
    """Each image as A and as B see it, a row an image."""
    worst = [each for each in worst if any(each.disagreement)]
    if not worst:
        return notice(f"{sides[0].name} and {sides[1].name} agree on every image")
    return contact_sheet(
        [tile for each in worst for tile in _tiles(each, sides, task)],
        columns=len(sides),
        row_titles=[_title(each.row, task) for each in worst],
        headline="Where they differ most",
    )


def _tiles(each: Example, sides: Sequence[Side], task: Task) -> Iterator[tuple[Image.Image, str]]:
    image = read_image(each.row["image"])
    for side, outputs in zip(sides, each.outputs, strict=True):
        prediction = {name: values[0] for name, values in outputs.items()}
        yield task.draw(image, prediction, side.served.classes), f"model {side.name}"


def _title(row: Row, task: Task) -> str:
    labels: dict[str, Any] = {name: row[name] for name in task.label_columns()}
    named = [f"{name} {value}" for name, value in labels.items() if isinstance(value, str)]
    return "\n".join([row["image_path"], *named])
