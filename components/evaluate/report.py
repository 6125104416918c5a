"""Measures a new model, judges it and writes all that follows."""

from pathlib import Path

import pandas as pd

from components.core.layout import (
    CHAMPION_FILE,
    DECISION_FILE,
    INTERVALS_FILE,
    METRICS_FILE,
    PER_CLASS_FILE,
    SLICES_FILE,
)
from components.core.measures import per_class
from components.core.parts import Evaluation
from components.core.tabular import write_csv, write_json
from components.core.task import Spec
from components.evaluate.intervals import bootstrap_intervals
from components.evaluate.judgement import Challenger, judge
from components.evaluate.measurement import Files, measure
from components.evaluate.params import GateParams
from components.evaluate.slices import measure_slices, read_conditions


def write_evaluation(spec: Spec, model: Path, files: Files, folder: Path) -> bool:
    """Writes the metrics, their intervals, the champion's, the decision, tables and pictures.

    `metrics.json` has every metric. Those of single classes stand also in `per_class.csv`, a row a
    class; `intervals.json` has the 95% bootstrap intervals; `slices.csv` the metrics of parts of
    the split, where the report of the task has not its own.

    Args:
        spec: The task.
        model: The SavedModel, which has seen no example of the test split.
        files: The raw examples.
        folder: A folder that exists.

    Returns:
        Whether the model may be promoted.
    """
    evaluation = measure(model, spec, files)
    evaluation.report(folder)
    evaluation.explain(model, folder)
    gate = spec.block("gate", GateParams)
    _write_tables(evaluation, read_conditions(spec, files.test), gate, folder)
    challenger = Challenger(model, metrics=evaluation.metrics())
    allowed = gate.allow_interface_change
    judgement = judge(spec, challenger, files, allowed)
    write_json(judgement.metrics, folder / METRICS_FILE)
    write_json(judgement.champion, folder / CHAMPION_FILE)
    decision = {**vars(judgement.verdict), "champion": judgement.version}
    write_json(decision, folder / DECISION_FILE)
    return judgement.verdict.accepted


def _write_tables(
    evaluation: Evaluation, conditions: pd.DataFrame, gate: GateParams, folder: Path
) -> None:
    write_json(bootstrap_intervals(evaluation), folder / INTERVALS_FILE)
    classes = per_class(evaluation.metrics())
    if len(classes):
        write_csv(classes, folder / PER_CLASS_FILE)
    if evaluation.examples and not (folder / SLICES_FILE).exists():
        slices = measure_slices(evaluation, conditions, gate.thresholds)
        write_csv(slices, folder / SLICES_FILE)
