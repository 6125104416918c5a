"""One function a stage of `dvc.yaml`; each loads only the packages it needs."""

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from components.core.errors import ConvoyError
from components.core.faults import faults_kept
from components.core.layout import (
    CARD_FILE,
    CURVES_FILE,
    FILTERS_FILE,
    LAYERS_FILE,
    METRICS_FILE,
    artifact_folder,
    data_folder,
    report_folder,
    speed_file,
)
from components.core.names import describe_unknown
from components.core.tabular import read_json, write_json
from components.core.task import Spec
from pipelines.reports.terminal import show

PLAN = "plan"


def run_stage(stage: str, name: str, spec: Path | None = None) -> None:
    """Runs one stage of one task.

    Args:
        stage: The stage's name.
        name: The task's name.
        spec: A file that the stage `plan` wrote; without one the parameters are checked and
            completed anew.

    Raises:
        ConvoyError: When there is no such stage or task, or the stage fails.
    """
    from pipelines.plan import make_specs, write_plan
    from pipelines.usage import noted

    if stage == PLAN:
        write_plan(name)
        return
    if stage not in STAGES:
        words = describe_unknown("stage", stage, (PLAN, *STAGES))
        raise ConvoyError(f"convoy stage: {words}")
    with noted(name, stage), faults_kept(report_folder(name, f"{stage}-failed")):
        STAGES[stage](Spec.from_json(spec.read_text()) if spec else make_specs(name)[stage])


def ingest(spec: Spec) -> None:
    """Reads the source into parquet shards."""
    from components.core.walking import describe_left_out
    from components.ingest.ingest import ingest as ingest_source
    from components.ingest.summary import describe_cleaned, describe_duplicates
    from pipelines.reports.ingest import ingest_table

    out = data_folder(spec.name)
    summary = ingest_source(spec, out, report_folder(spec.name, "ingest"))
    show(ingest_table(summary, str(out)))
    if left_out := describe_left_out(summary.left_out):
        show(left_out)
    if duplicates := describe_duplicates(summary):
        show(duplicates)
    if cleaned := describe_cleaned(summary):
        show(cleaned)


def validate(spec: Spec) -> None:
    """Checks the table; a broken rule stops the run."""
    from components.validate.validate import BrokenRulesError
    from components.validate.validate import validate as validate_table
    from pipelines.reports.validate import findings_table, rules_table

    data, report = data_folder(spec.name), report_folder(spec.name, "validate")
    try:
        checked = validate_table(spec, data, report)
    except BrokenRulesError as error:
        show(findings_table(error.outcomes, str(data)), stderr=True)
        raise
    if broken := [outcome for outcome in checked.outcomes if not outcome.success]:
        show(findings_table(broken, str(data)), stderr=True)
    docs = report / "data_docs" / "index.html"
    show(rules_table(checked.outcomes, checked.rows, docs))


def prepare(spec: Spec) -> None:
    """Turns shards into examples, checks them against the schema and transforms them."""
    from pipelines.reports.prepare import examples_table, proposal
    from pipelines.slices import run_slice

    folder = run_slice(spec, "prepare")
    transform = only_child(folder / "Transform/transform_graph")
    show(examples_table(transform, only_child(folder / "StatisticsGen/statistics")))
    if sentence := proposal(spec.name, folder):
        show(sentence)


def augment(spec: Spec) -> None:
    """Writes augmented copies of the training split and a sheet of them."""
    from components.augment.sheet import draw_sheet
    from pipelines.reports.augment import policy_table
    from pipelines.slices import run_slice

    run_slice(spec, "augment")
    prepared = artifact_folder(spec.name, "prepare") / "Transform"
    draw_sheet(
        spec,
        examples=only_child(prepared / "transformed_examples"),
        transform=only_child(prepared / "transform_graph"),
        file=_fresh_report(spec.name, "augment") / "copies.png",
    )
    show(policy_table(spec))


def train(spec: Spec) -> None:
    """Fits and exports the model."""
    from components.train.curves import plot_curves
    from pipelines.reports.train import epoch_table
    from pipelines.slices import run_slice

    folder = run_slice(spec, "train", _training_examples(spec))
    report = _fresh_report(spec.name, "train")
    fitted = only_child(folder / "Trainer/model_run")
    curves, _ = (shutil.copy(fitted / name, report) for name in (CURVES_FILE, LAYERS_FILE))
    if (filters := fitted / FILTERS_FILE).is_file():
        shutil.copy(filters, report)
    plot_curves(Path(curves), report / "curves.png")
    show(epoch_table(Path(curves), speed_file(spec.name)))


def evaluate(spec: Spec) -> None:
    """Measures the exported model on the test split."""
    from components.core.measures import overall
    from pipelines.reports.evaluate import metrics_table
    from pipelines.slices import run_slice

    evaluation = only_child(run_slice(spec, "evaluate") / "Evaluate/evaluation")
    report = shutil.copytree(evaluation, _fresh_report(spec.name, "evaluate"), dirs_exist_ok=True)
    (report / METRICS_FILE).unlink()  # DVC gives every number in such a file a column
    summary = overall(read_json(evaluation / METRICS_FILE), spec.params["gate"]["thresholds"])
    write_json(summary, report.parent / METRICS_FILE)
    show(metrics_table(evaluation))


def register(spec: Spec) -> None:
    """Puts the model into the registry; promotes it when the gate lets it."""
    from pipelines.registration import settle
    from pipelines.reports.register import registration_table
    from pipelines.slices import run_slice

    registered = only_child(run_slice(spec, "register") / "Register/registered")
    settle(spec.name, registered)
    shutil.copy(registered / CARD_FILE, report_folder(spec.name, "any").parent)
    show(registration_table(registered))


STAGES: Mapping[str, Callable[[Spec], None]] = {
    stage.__name__: stage
    for stage in (ingest, validate, prepare, augment, train, evaluate, register)
}


def only_child(folder: Path) -> Path:
    """The one entry of a folder: TFX numbers the outputs of each execution."""
    (child,) = folder.iterdir()
    return child


def _training_examples(spec: Spec) -> int:
    """The examples of an epoch, copies included, without reading one."""
    from components.augment.params import AugmentParams
    from components.prepare.counts import count_examples

    statistics = only_child(artifact_folder(spec.name, "prepare") / "StatisticsGen/statistics")
    copies = spec.block("augment", AugmentParams).copies
    return count_examples(statistics, "train") * (1 + copies)


def _fresh_report(name: str, stage: str) -> Path:
    folder = report_folder(name, stage)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
