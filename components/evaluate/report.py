"""Measures a new model, judges it and writes all that follows."""

from pathlib import Path

from components.core.layout import CHAMPION_FILE, DECISION_FILE, METRICS_FILE
from components.core.tabular import write_json
from components.core.task import Spec
from components.evaluate.judgement import Challenger, judge
from components.evaluate.measurement import Files, measure
from components.evaluate.params import GateParams


def write_evaluation(spec: Spec, model: Path, files: Files, folder: Path) -> bool:
    """Writes the metrics, the champion's, the decision, plots and pictures.

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
    challenger = Challenger(model, metrics=evaluation.metrics())
    allowed = spec.block("gate", GateParams).allow_interface_change
    judgement = judge(spec, challenger, files, allowed)
    write_json(judgement.metrics, folder / METRICS_FILE)
    write_json(judgement.champion, folder / CHAMPION_FILE)
    decision = {**vars(judgement.verdict), "champion": judgement.version}
    write_json(decision, folder / DECISION_FILE)
    return judgement.verdict.accepted
