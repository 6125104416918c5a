"""The command line: `convoy <verb> <task>`."""

import re
import sys
import traceback
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from components.core.conditions import explain as explain_condition
from components.core.errors import ConvoyError
from components.core.text import mask
from pipelines import completion
from pipelines.reports.terminal import plain, show
from pipelines.temporary import temporary_files_kept

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="A production pipeline for convolutional computer vision.",
)

BEAM_STEP = re.compile(r" \[while running '[^']*'\]")
"""What Beam adds to the message of an error."""


def check_task(context: typer.Context, name: str) -> str:
    """Checks the name of a task before anything looks for what belongs to it."""
    if not context.resilient_parsing:  # as when the shell asks how to go on
        from pipelines.project import check_known

        check_known(name)
    return name


TaskName = Annotated[
    str,
    typer.Argument(
        help="A task of params.yaml.",
        show_default=False,
        autocompletion=completion.tasks,
        callback=check_task,
    ),
]


def show_version(wanted: bool) -> None:
    """Shows which convoy this is, and ends."""
    if wanted:
        from importlib.metadata import version

        show(f"convoy {version('convoy')}")
        raise typer.Exit


@app.callback()
def begin(
    context: typer.Context,
    version: Annotated[
        bool,
        typer.Option("--version", callback=show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Gives every command a folder of its own for temporary files."""
    context.with_resource(temporary_files_kept())


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="What the task is to be called.", show_default=False)],
    data: Annotated[
        Path, typer.Option(help="A file or folder of labelled samples.", show_default=False)
    ],
    kind: Annotated[
        str | None,
        typer.Option(
            help="The kind of source; what the data look like when left out.",
            autocompletion=completion.kinds,
        ),
    ] = None,
    task: Annotated[
        str | None,
        typer.Option(
            help="What learns from them, such as binary; the usual when left out.",
            autocompletion=completion.task_kinds,
        ),
    ] = None,
) -> None:
    """Makes a task of your data: looks at them and writes parameters that fit."""
    from pipelines.new.create import create
    from pipelines.reports.new import describe_new
    from pipelines.running import only_run

    with only_run():
        created = create(name, data, kind, task)
    show(*describe_new(created))


@app.command()
def describe(
    name: Annotated[
        str | None,
        typer.Argument(
            help="A task, source or model; all when left out.", autocompletion=completion.names
        ),
    ] = None,
    options: Annotated[
        list[str] | None,
        typer.Argument(metavar="[OPTION=VALUE]...", help="Of a model, such as depth=50."),
    ] = None,
    shape: Annotated[
        str | None, typer.Option(help="Of a model's input, such as 96x96x3.", show_default=False)
    ] = None,
    units: Annotated[
        int | None, typer.Option(min=1, help="Of a model's output.", show_default=False)
    ] = None,
) -> None:
    """Lists tasks, sources and models; of one of them every option, of a model its layers."""
    from pipelines.architectures import count_layers, takes_size
    from pipelines.describe import find_entry, list_entries, options_of
    from pipelines.reports.architecture import layers_table
    from pipelines.reports.describe import describe_all, describe_one

    if name is None:
        show(*describe_all(list_entries()))
        return
    entry = find_entry(name)
    layered = takes_size(entry, bool(options or shape or units))
    show(*describe_one(entry, options_of(entry)))
    if layered:
        show(layers_table(count_layers(name, options or [], shape, units)))


@app.command()
def schema(task: TaskName) -> None:
    """Keeps the schema that the stage prepare has inferred; what does not fit then stops a run."""
    from pipelines.curating import keep_schema

    show(f"written: {keep_schema(task)}; commit it with the task")


@app.command()
def run(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[TASK] [KEY=VALUE]...",
            help="For example: digits train.epochs=3",
            autocompletion=completion.tasks,
        ),
    ] = None,
    force: Annotated[bool, typer.Option(help="Run stages again that have not changed.")] = False,
    last: Annotated[str, typer.Option("--to", help="The stage that ends the run.")] = "register",
) -> None:
    """Runs every stage that has changed; with KEY=VALUE as an experiment, which DVC keeps."""
    from pipelines.runs import carry_out

    raise typer.Exit(carry_out(words or [], force, last))


@app.command()
def dag(task: TaskName) -> None:
    """Lists the stages of a task: what each waits for and reads, and whether it would run."""
    from pipelines.dag import task_dag
    from pipelines.reports.dag import dag_table

    show(dag_table(task, task_dag(task)))


@app.command()
def experiments(task: TaskName) -> None:
    """Lists the experiments of a task: what differs, and the metrics of the gate."""
    from pipelines.experiments import list_experiments
    from pipelines.project import load_spec
    from pipelines.reports.experiments import HELP, experiments_table

    spec = load_spec(task)
    found = list_experiments(task)
    show(experiments_table(spec, found), HELP if found else "")


@app.command("apply")
def apply_(
    task: TaskName,
    name: Annotated[str, typer.Argument(help="As convoy experiments lists it.")],
) -> None:
    """Brings an experiment back: parameters, code, data and models as they were."""
    from pipelines.applying import apply

    show(apply(task, name))


@app.command()
def sweep(
    task: TaskName,
    choices: Annotated[
        list[str],
        typer.Argument(
            metavar="KEY=VALUES...",
            help="For example: train.optimizer.learning_rate=0.001,0.003 "
            '"train.options.dropout=uniform(0,0.5)"',
        ),
    ],
    samples: Annotated[
        int | None, typer.Option(min=1, help="Draw so many combinations instead of taking all.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the draw.")] = 0,
    jobs: Annotated[int, typer.Option(min=1, help="So many at a time, in copies.")] = 1,
    register: Annotated[
        bool, typer.Option(help="Measure the best one on the test split and register it.")
    ] = True,
) -> None:
    """Trains every combination of values; only the best on validation data is registered."""
    from pipelines.sweep import Search, sweep

    raise typer.Exit(sweep(Search(task, choices, samples, seed), jobs, register))


@app.command()
def stage(
    name: Annotated[
        str,
        typer.Argument(
            help="A stage of dvc.yaml.", show_default=False, autocompletion=completion.stages
        ),
    ],
    task: TaskName,
    spec: Annotated[
        Path | None, typer.Option(help="What the stage plan noted; made anew when left out.")
    ] = None,
) -> None:
    """Runs one stage of one task, as dvc.yaml does."""
    from pipelines.forkserver import ask
    from pipelines.graph import TFX_STAGES
    from pipelines.refusal import refusals_noted
    from pipelines.stages import run_stage

    if name in TFX_STAGES and (code := ask(sys.argv[1:])) is not None:
        raise typer.Exit(code)
    with refusals_noted():
        run_stage(name, task, spec)


@app.command()
def ingest(task: TaskName) -> None:
    """Reads the source of a task into data/<task>."""
    from pipelines.stages import run_stage

    run_stage("ingest", task)


@app.command()
def models(
    task: Annotated[
        str | None,
        typer.Argument(help="All tasks when left out.", autocompletion=completion.tasks),
    ] = None,
) -> None:
    """Lists the registered versions with their aliases and metrics."""
    from components.core.block import read_blocks
    from pipelines.project import load_spec
    from pipelines.reports.register import versions_table

    for name in [task] if task else read_blocks():
        show(versions_table(load_spec(name)))


@app.command()
def register(task: TaskName) -> None:
    """Registers the last model that lies here, such as one that dvc pull has brought."""
    from pipelines.registration import register_last

    show(register_last(task))


@app.command()
def promote(
    task: TaskName,
    version: Annotated[
        str | None, typer.Argument(help="The challenger when left out.", show_default=False)
    ] = None,
    force: Annotated[bool, typer.Option(help="Overrule the gate; it is recorded.")] = False,
    allow_interface_change: Annotated[
        bool, typer.Option(help="Accept other inputs, outputs or classes than the champion's.")
    ] = False,
) -> None:
    """Makes a version the champion, if it passes the gate on the current test data."""
    from pipelines.project import load_spec
    from pipelines.promotion import promote_version

    show(promote_version(load_spec(task), version, force, allow_interface_change))


@app.command()
def rollback(
    task: TaskName,
    reason: Annotated[str, typer.Option(help="Recorded with the decision.")] = "by hand",
) -> None:
    """Makes the champion before this one the champion again."""
    from pipelines.promotion import roll_back

    show(roll_back(task, reason))


@app.command()
def compare(
    task: TaskName,
    a: Annotated[str, typer.Argument(help="Alias or version.", show_default=False)],
    b: Annotated[str, typer.Argument(help="Alias or version.", show_default=False)],
    out: Annotated[Path, typer.Option(help="Folder for the pictures.")] = Path("comparisons"),
) -> None:
    """Measures two versions on the current test data; shows where they disagree."""
    from components.evaluate.compare import compare_versions
    from pipelines.project import load_spec
    from pipelines.reports.evaluate import comparison_table

    comparison = compare_versions(load_spec(task), a, b, out)
    show(comparison_table(comparison), f"where they disagree: {comparison.pictures}")


@app.command()
def retrain(  # noqa: PLR0913, PLR0917 (an argument an option)
    task: TaskName,
    data: Annotated[Path | None, typer.Option(help="New labelled samples.")] = None,
    kind: Annotated[
        str,
        typer.Option(help="The kind of source they are.", autocompletion=completion.kinds),
    ] = "image_folder",
    policy: Annotated[str | None, typer.Option(help="Instead of the one in params.yaml.")] = None,
    days: Annotated[float | None, typer.Option(help="For the policy if-older-than.")] = None,
    test: Annotated[bool, typer.Option("--with-test", help="Let the test split grow.")] = False,
    dry_run: Annotated[bool, typer.Option(help="Only tell what would happen.")] = False,
    summary: Annotated[Path | None, typer.Option(help="Markdown file to write.")] = None,
) -> None:
    """Takes new data in, trains if the policy says so, and promotes what is better."""
    from components.ingest.params import SourceParams
    from pipelines.failure import failures_published
    from pipelines.outcome import publish
    from pipelines.reports.page.write import write_pages
    from pipelines.retraining import Request, retrain, settings

    source = SourceParams(kind=kind, path=data) if data else None
    with failures_published(task, summary):
        request = Request(task, settings(task, policy, days), source, test, dry_run)
        report = retrain(request)
    publish(report, summary)
    show(report.message())
    if report.version:
        show(*write_pages([task]))
    raise typer.Exit(report.outcome)


@app.command()
def predict(  # noqa: PLR0913, PLR0917 (an argument an option)
    task: TaskName,
    files: Annotated[list[Path], typer.Argument(help="Files, such as images.", show_default=False)],
    out: Annotated[Path, typer.Option(help="Folder for the table and the pictures.")] = Path(
        "predictions"
    ),
    model: Annotated[
        str, typer.Option(help="Alias or version of the registered model.")
    ] = "champion",
    tile: Annotated[
        int | None,
        typer.Option(min=32, help="Cut larger samples into tiles of this side, in pixels."),
    ] = None,
    against: Annotated[
        Path | None,
        typer.Option(help="A folder with a folder, or a file, for each name that is known."),
    ] = None,
    threshold: Annotated[
        float | None, typer.Option(help="From where on --against says unknown.")
    ] = None,
) -> None:
    """Predicts with a registered model; writes a CSV and pictures of each file."""
    from pipelines.known import Against
    from pipelines.prediction import predict_files
    from pipelines.project import load_spec

    known = None if against is None else Against(against, threshold)
    predict_files(load_spec(task), files, out, model, tile, known)


@app.command()
def explain(
    task: TaskName,
    photos: Annotated[
        list[Path] | None,
        typer.Argument(help="Images; some of the test split when left out.", show_default=False),
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder for the page and its pictures.")] = Path(
        "explanations"
    ),
    model: Annotated[
        str, typer.Option(help="Alias or version of the registered model.")
    ] = "champion",
) -> None:
    """Takes a look inside a registered model of images; writes a page of pictures."""
    from pipelines.explaining import explain_model
    from pipelines.project import load_spec

    show(str(explain_model(load_spec(task), photos or [], out, model)))


@app.command()
def score(
    task: TaskName,
    source: Annotated[
        Path,
        typer.Argument(help="A folder of files, parquet, or a table of texts.", show_default=False),
    ],
    out: Annotated[Path, typer.Option(help="Parquet file to write.")] = Path("scores.parquet"),
    model: Annotated[
        str, typer.Option(help="Alias or version of the registered model.")
    ] = "champion",
    plain: Annotated[bool, typer.Option("--plain", help="Only the column probability.")] = False,
) -> None:
    """Scores any number of files; those that cannot be are listed with the reason."""
    from pipelines.project import load_spec
    from pipelines.scoring import score_samples

    score_samples(load_spec(task), source, out, model, plain)


@app.command()
def serve(
    tasks: Annotated[
        list[str] | None,
        typer.Argument(
            help="Those that have a champion when left out.",
            show_default=False,
            autocompletion=completion.tasks,
        ),
    ] = None,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8080,
    workers: Annotated[int, typer.Option(min=1, help="Processes, each with all models.")] = 1,
) -> None:
    """Serves the champions over HTTP, with a page to try them; promotions reach it running."""
    from pipelines.serving import serve

    serve(tasks or [], host, port, workers)


@app.command()
def lineage(task: TaskName) -> None:
    """Prints the chain from the source's hash to the registered version."""
    from pipelines.lineage import lineage_tree

    show(lineage_tree(task))


@app.command()
def page(task: TaskName) -> None:
    """Writes reports/<task>/index.html: all that is known of a task, on one page."""
    from pipelines.reports.page.write import write_page

    show(str(write_page(task)))


@app.command("open")
def open_(task: TaskName) -> None:
    """Writes the page of a task and shows it in a browser, where there is a display."""
    from pipelines.reports.page.opening import open_page
    from pipelines.reports.page.write import write_page

    written = write_page(task)
    show(str(written.resolve()))
    open_page(written)


@app.command()
def clean(
    yes: Annotated[bool, typer.Option("--yes", help="Remove them.")] = False,
) -> None:
    """Shows what killed processes left behind and nothing needs; with --yes it is removed."""
    from pipelines import clean as cleaning
    from pipelines.reports.clean import describe_orphans
    from pipelines.running import only_run

    with only_run():
        for line in describe_orphans(cleaning.clean(remove=yes), removed=yes):
            show(line)


def main() -> None:
    """Entry point: an error becomes one message and exit code 1.

    So does a condition of the machine, such as a full disk. Whatever else goes wrong is a fault of
    convoy's own and keeps its traceback.
    """
    from pipelines.garbage import spare_libraries
    from pipelines.quiet import silence_libraries

    silence_libraries()
    spare_libraries()
    try:
        app()
    except ConvoyError as error:
        fail(BEAM_STEP.sub("", str(error)), error.exit_code)
    except Exception as error:
        sentence = explain_condition(error)
        if sentence is None:
            sys.stderr.write(mask(traceback.format_exc()))
            sys.exit(ConvoyError.exit_code)
        fail(sentence)


def fail(message: str, code: int = ConvoyError.exit_code) -> NoReturn:
    """Says what went wrong and exits."""
    show(plain("error", "bold red") + plain(f" {message}"), stderr=True)
    sys.exit(code)


if __name__ == "__main__":
    main()
