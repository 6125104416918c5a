"""What `convoy run` was asked for, and how it is done."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from components.core.block import PARAMS_FILE, read_blocks
from components.core.errors import ConvoyError
from components.core.names import describe_unknown
from pipelines import dvc, experiments, unfinished
from pipelines.overrides import apply_overrides, rewrite
from pipelines.params import complete_schema, read_recipe
from pipelines.plan import complete
from pipelines.project import load_task, read_task
from pipelines.reports.terminal import PlainTable, show
from pipelines.reports.usage import usage_table
from pipelines.running import only_run, put_back_when_stopped
from pipelines.stages import STAGES
from pipelines.surroundings import check_surroundings
from pipelines.usage import used_since
from pipelines.validation import validation_metrics
from pipelines.versioning import LOCK, read_lock
from pipelines.watching import check_source

RECIPE = "recipe="


@dataclass(frozen=True)
class Plan:
    """What a run does.

    Attributes:
        tasks: What it runs.
        params: The content of `params.yaml` for it; None for that which is there.
        overrides: `key=value` each, those of recipes included.
    """

    tasks: Sequence[str]
    params: str | None = None
    overrides: Sequence[str] = ()


def plan_run(words: Sequence[str]) -> Plan:
    """Tells tasks from overrides and checks the parameters of all before anything runs.

    Args:
        words: Names of tasks and `key=value`, as typed; `recipe=name` stands for the
            overrides that `params.yaml` lists under that name, and others win over them.

    Returns:
        The tasks, every one when none is named, and the parameters that were checked.

    Raises:
        ConvoyError: When a task or a parameter is wrong, or overrides come without exactly
            one task.
    """
    tasks, overrides = split_words(words)
    for name in tasks:  # before the others, which DVC reads, too
        load_task(name)
    check_surroundings()
    if overrides:
        return _plan_experiment(tasks[0], expand_recipes(tasks[0], overrides))
    names = tasks or list(read_blocks())
    for name in names:
        task, block = load_task(name)
        check_source(name, complete(name, block, task))
    return Plan(names)


def _plan_experiment(name: str, overrides: Sequence[str]) -> Plan:
    experiments.check_repository()
    _, block = load_task(name)
    meant = apply_overrides(block, overrides)  # as far as it tells of which types values must be
    task, source = read_task(meant), meant.get("source")
    kind = source.get("kind") if isinstance(source, dict) else source
    changed = apply_overrides(block, overrides, complete_schema(name, task, str(kind)))
    check_source(name, complete(name, changed, task))
    params = rewrite(PARAMS_FILE.read_text(encoding="utf-8"), name, changed)
    return Plan([name], params, overrides)


def split_words(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """Tells tasks from overrides.

    Raises:
        ConvoyError: When overrides come without exactly one task, or a word is not UTF-8.
    """
    for word in words:
        try:
            word.encode()
        except UnicodeEncodeError:
            raise ConvoyError(f"{word!r}: must be UTF-8, as params.yaml is; rename it") from None
    tasks = [word for word in words if "=" not in word]
    overrides = [word for word in words if "=" in word]
    if overrides and len(tasks) != 1:
        raise ConvoyError(f"{overrides[0]}: needs exactly one task, as in convoy run digits seed=3")
    return tasks, overrides


def expand_recipes(task: str, overrides: Sequence[str]) -> list[str]:
    """Puts the overrides of recipes before the others.

    Raises:
        ConvoyError: When the task has no such recipe.
    """
    recipes = [word.removeprefix(RECIPE) for word in overrides if word.startswith(RECIPE)]
    listed = [override for recipe in recipes for override in read_recipe(task, recipe)]
    return [*listed, *(word for word in overrides if not word.startswith(RECIPE))]


def carry_out(words: Sequence[str], force: bool, last: str = dvc.LAST_STAGE) -> int:
    """Runs what has changed, and looks whether the registry still has what was made before.

    After an error the outputs are those of the last run of each stage. An experiment, and what
    was killed, leaves everything as it was before.

    Args:
        words: Names of tasks and `key=value`, as typed.
        force: Whether to run stages again that have not changed.
        last: The stage that the run ends with.

    Returns:
        An exit code, as `dvc.reproduce` gives it.

    Raises:
        ConvoyError: When a task, a parameter or the stage is wrong, another run is at work, the
            registry cannot be used, or a lost model cannot be registered again.
    """
    split_words(words)
    if last not in STAGES:
        raise ConvoyError(f"--to {last}: {describe_unknown('stage', last, STAGES)}")
    with only_run():
        plan = plan_run(words)  # of a params.yaml that nobody left half written
        check_registry()
        with put_back_when_stopped(plan.tasks, plan.params):
            code, kept = _reproduce(plan, force, last)
        if kept:
            show(describe_experiment(plan.tasks[0], kept))
        elif not code:
            show(*_write_pages(plan.tasks))
        return code


def _reproduce(plan: Plan, force: bool, last: str) -> tuple[int, str | None]:
    """The exit code, and the name of the experiment that was kept."""
    before, begin = read_lock(), datetime.now(UTC)
    code = dvc.reproduce(plan.tasks, force, last)
    if code:
        if plan.params is None:
            undo(plan.tasks, code)
        return code, None
    if last == dvc.LAST_STAGE and read_lock() == before:
        show(*ensure_registered(plan.tasks))
    kept = None if plan.params is None else _keep(plan, last)
    show(*_describe_time(plan.tasks, begin))
    return code, kept


def _keep(plan: Plan, last: str) -> str:
    """Keeps an experiment with what is known of its model; returns its name."""
    (task,) = plan.tasks
    reached = list(STAGES)[: list(STAGES).index(last) + 1]
    dvc.forget_stages(task, [stage for stage in STAGES if stage not in reached])
    return experiments.keep(
        task,
        plan.overrides,
        validation_metrics(task) if "train" in reached else {},
        experiments.read_test_metrics(task) if "evaluate" in reached else {},
    )


def _describe_time(tasks: Sequence[str], begin: datetime) -> Iterator[PlainTable]:
    """What the stages that ran took; nothing when none did."""
    used = {task: used_since(task, begin) for task in tasks}
    named = {
        stage if len(tasks) == 1 else f"{task}: {stage}": usage
        for task, stages in used.items()
        for stage, usage in stages.items()
    }
    if named:
        yield usage_table(named, (datetime.now(UTC) - begin).total_seconds())


def _write_pages(tasks: Sequence[str]) -> Iterator[str]:
    from pipelines.reports.page.write import write_pages

    return write_pages(tasks)


def describe_experiment(task: str, name: str) -> str:
    """Says where an experiment is, and what things are like."""
    return (
        f"kept as the experiment {name}; {PARAMS_FILE}, {LOCK} and the outputs are as before\n"
        f"  convoy apply {task} {name}  brings it back; convoy experiments {task} lists all"
    )


def undo(tasks: Sequence[str], code: int) -> None:
    """Brings the outputs back after `dvc repro` ended with an error.

    Args:
        tasks: The tasks.
        code: DVC's exit code. When DVC itself was killed, `dvc.lock` may be cut short.
    """
    if dvc.was_killed(code):
        unfinished.put_back()
    else:
        unfinished.restore(tasks)


def check_registry() -> None:
    """Checks that the registry can be used, and makes it where there is none."""
    from components.core.store import configure

    configure()


def ensure_registered(tasks: Sequence[str]) -> list[str]:
    """Registers again what the registry has lost; a sentence for each task of which it has."""
    from pipelines import registration

    found = (registration.ensure_registered(task) for task in tasks)
    return [sentence for sentence in found if sentence]
