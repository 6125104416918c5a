"""Compares two registered versions on the current test split."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image
from scipy.stats import bootstrap

from components.core.examples import read_raw
from components.core.parts import Evaluation, Prediction, Row
from components.core.pictures import TILE, contact_sheet, notice
from components.core.served_model import ServedModel
from components.core.store import download, model_uri
from components.core.task import Spec
from components.evaluate.measurement import example_files, gather
from components.evaluate.params import EvaluateParams, GateParams

CONFIDENCE = 0.95
RESAMPLES = 2_000
PICTURES = 8
PICTURE_FILE = "disagreements.png"

Interval = tuple[float, float]


@dataclass(frozen=True)
class Comparison:
    """What two versions come to on the same examples.

    Attributes:
        task: The task's name.
        names: How the versions A and B were asked for: by an alias or a number.
        metrics: Their metrics.
        intervals: The 95% interval of the difference, B minus A, of each metric of the gate.
        pictures: The picture of the examples on which they disagree most.
    """

    task: str
    names: tuple[str, str]
    metrics: tuple[Mapping[str, float], Mapping[str, float]]
    intervals: Mapping[str, Interval]
    pictures: Path


@dataclass(frozen=True)
class Side:
    """One of the two models.

    Attributes:
        name: How it was asked for: an alias or a version.
        served: The model.
        validation: The model on the validation split, where something is tuned on it.
    """

    name: str
    served: ServedModel
    validation: Evaluation | None

    def metrics(self, evaluation: Evaluation) -> dict[str, float]:
        """The metrics of an evaluation of this model, tuned."""
        if self.validation is not None:
            evaluation.tune(self.validation)
        return evaluation.metrics()

    def scores(self, spec: Spec, row: Row, outputs: Prediction) -> list[float]:
        """The metrics of the gate of a single example, in the gate's order."""
        evaluation = spec.evaluation.begin_one(self.served)
        evaluation.update([row], outputs)
        metrics = self.metrics(evaluation)
        return [metrics.get(name, np.nan) for name in _gate_metrics(spec)]


@dataclass(frozen=True)
class Example:
    """One example and what both models make of it.

    Attributes:
        row: The raw example.
        outputs: What each model returned, `[1, ...]` each.
        scores: The metrics of the gate, float `[2, metrics]`.
    """

    row: Row
    outputs: Sequence[Prediction]
    scores: np.ndarray

    @property
    def disagreement(self) -> tuple[float, ...]:
        """How far apart the scores are, in the gate's order."""
        return tuple(np.nan_to_num(np.abs(self.scores[1] - self.scores[0])).tolist())


def compare_versions(spec: Spec, first: str, second: str, out: Path) -> Comparison:
    """Measures two versions on the same examples and draws where they disagree most.

    Args:
        spec: The task.
        first: Alias or number of the version A.
        second: Alias or number of the version B.
        out: A folder `<task>-<A>-<B>` with `disagreements.png` is made in it.

    Raises:
        ConvoyError: When there is no such version, or no test split here.
    """
    models = [ServedModel.load(download(model_uri(spec.name, name))) for name in (first, second)]
    files = example_files(spec.name)
    sides = [
        Side(name, served, _validation(served, spec, files.val))
        for name, served in zip((first, second), models, strict=True)
    ]
    metrics, scores, worst = _measure(sides, spec, files.test)
    file = out / f"{spec.name}-{first}-{second}" / PICTURE_FILE
    file.parent.mkdir(parents=True, exist_ok=True)
    _draw(worst, sides, spec).save(file)
    return Comparison(
        spec.name, (first, second), (metrics[0], metrics[1]), _intervals(scores, spec), file
    )


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


def _gate_metrics(spec: Spec) -> list[str]:
    return list(spec.block("gate", GateParams).thresholds)


def _validation(served: ServedModel, spec: Spec, files: Sequence[str]) -> Evaluation | None:
    needed = spec.evaluation.begin(served).needs_validation
    return gather(served, spec, files) if needed else None


def _measure(
    sides: Sequence[Side], spec: Spec, files: Sequence[str]
) -> tuple[list[dict[str, float]], np.ndarray, list[Example]]:
    """Metrics of both, scores `[examples, 2, metrics]` and the examples they differ on most."""
    evaluations = [spec.evaluation.begin(side.served) for side in sides]
    scores: list[np.ndarray] = []
    worst: list[Example] = []
    batch_size = spec.block("evaluate", EvaluateParams).batch_size
    for rows in read_raw(files, spec.sample, spec.labels, batch_size):
        samples = [row[spec.sample.column] for row in rows]
        outputs = [side.served.predict(samples) for side in sides]
        for evaluation, predicted in zip(evaluations, outputs, strict=True):
            evaluation.update(rows, predicted)
        examples = list(_examples(sides, spec, rows, outputs))
        scores += [example.scores for example in examples]
        worst = sorted([*worst, *examples], key=lambda e: e.disagreement, reverse=True)[:PICTURES]
    pairs = zip(sides, evaluations, strict=True)
    return [side.metrics(evaluation) for side, evaluation in pairs], np.array(scores), worst


def _examples(
    sides: Sequence[Side], spec: Spec, rows: Sequence[Row], outputs: Sequence[Prediction]
) -> Iterator[Example]:
    for at, row in enumerate(rows):
        single = [{name: each[name][at : at + 1] for name in each} for each in outputs]
        pairs = zip(sides, single, strict=True)
        scores = np.array([side.scores(spec, row, predicted) for side, predicted in pairs])
        yield Example(row, single, scores)


def _intervals(scores: np.ndarray, spec: Spec) -> dict[str, Interval]:
    differences = scores[:, 1] - scores[:, 0]
    return {
        name: paired_interval(differences[:, at], spec.seed)
        for at, name in enumerate(_gate_metrics(spec))
    }


def _draw(worst: Sequence[Example], sides: Sequence[Side], spec: Spec) -> Image.Image:
    """Each sample as A and as B see it, a row a sample."""
    if not any(np.isfinite(each.scores).any() for each in worst):
        return notice("No metric of the gate is that of a single sample")
    worst = [each for each in worst if any(each.disagreement)]
    if not worst:
        return notice(f"{sides[0].name} and {sides[1].name} agree on every sample")
    return contact_sheet(
        [tile for each in worst for tile in _tiles(each, sides, spec)],
        columns=len(sides),
        tile_size=max(TILE, spec.sample.legible),
        row_titles=[_title(each.row, spec) for each in worst],
        headline="Where they differ most",
    )


def _tiles(each: Example, sides: Sequence[Side], spec: Spec) -> Iterator[tuple[Image.Image, str]]:
    picture = spec.sample.draw(each.row[spec.sample.column])
    for side, outputs in zip(sides, each.outputs, strict=True):
        prediction = {name: values[0] for name, values in outputs.items()}
        yield spec.view.draw(picture, prediction, side.served.classes), f"model {side.name}"


def _title(row: Row, spec: Spec) -> str:
    labels = {name: row[name] for name in spec.labels.columns()}
    named = [f"{name} {value}" for name, value in labels.items() if isinstance(value, str)]
    return "\n".join([row[spec.sample.path_column], *named])
