"""One function a stage of `dvc.yaml`; each loads only the packages it needs."""

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from rich.console import Console

from components.core.layout import (
    CURVES_FILE,
    METRICS_FILE,
    artifact_folder,
    data_folder,
    report_folder,
)
from pipelines.project import load_task


def ingest(name: str) -> None:
    """Reads the source into parquet shards."""
    from components.ingest.ingest import ingest as ingest_source

    task, params = load_task(name)
    ingest_source(task, params, data_folder(name))


def validate(name: str) -> None:
    """Checks the table; a broken rule stops the run."""
    from components.validate.validate import validate as validate_table

    task, params = load_task(name)
    validate_table(name, task, params, data_folder(name), report_folder(name, "validate"))


def prepare(name: str) -> None:
    """Turns shards into examples, checks them against the schema and transforms them."""
    from components.prepare.proposal import propose_schema
    from components.prepare.summary import examples_table
    from pipelines.slices import run_slice

    folder = run_slice(name, "prepare")
    transform = only_child(folder / "Transform/transform_graph")
    statistics = only_child(folder / "StatisticsGen/statistics")
    Console().print(examples_table(transform, statistics))
    propose_schema(name, folder)


def augment(name: str) -> None:
    """Writes augmented copies of the training split and a sheet of them."""
    from components.augment.sheet import draw_sheet
    from components.augment.summary import policy_table
    from pipelines.slices import run_slice

    run_slice(name, "augment")
    prepared = artifact_folder(name, "prepare") / "Transform"
    task, params = load_task(name)
    draw_sheet(
        task,
        params,
        examples=only_child(prepared / "transformed_examples"),
        transform=only_child(prepared / "transform_graph"),
        file=_fresh_report(name, "augment") / "copies.png",
    )
    Console().print(policy_table(params.augment))


def train(name: str) -> None:
    """Fits and exports the model."""
    from components.evaluate.curves import plot_curves
    from components.train.summary import epoch_table
    from pipelines.slices import run_slice

    folder = run_slice(name, "train")
    report = _fresh_report(name, "train")
    curves = shutil.copy(only_child(folder / "Trainer/model_run") / CURVES_FILE, report)
    plot_curves(Path(curves), report / "curves.png")
    Console().print(epoch_table(Path(curves)))


def evaluate(name: str) -> None:
    """Measures the exported model on the test split."""
    from components.evaluate.summary import metrics_table
    from pipelines.slices import run_slice

    evaluation = only_child(run_slice(name, "evaluate") / "Evaluate/evaluation")
    report = shutil.copytree(evaluation, _fresh_report(name, "evaluate"), dirs_exist_ok=True)
    (report / METRICS_FILE).replace(report.parent / METRICS_FILE)  # DVC wants it on its own
    Console().print(metrics_table(evaluation))


def register(name: str) -> None:
    """Puts the model into the registry; promotes it when the gate lets it."""
    from components.evaluate.summary import registration_table
    from pipelines.slices import run_slice

    registered = only_child(run_slice(name, "register") / "Register/registered")
    Console().print(registration_table(registered))


STAGES: Mapping[str, Callable[[str], None]] = {
    stage.__name__: stage
    for stage in (ingest, validate, prepare, augment, train, evaluate, register)
}


def only_child(folder: Path) -> Path:
    """The one entry of a folder: TFX numbers the outputs of each execution."""
    (child,) = folder.iterdir()
    return child


def _fresh_report(name: str, stage: str) -> Path:
    folder = report_folder(name, stage)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
