"""What `convoy run` was asked for, and how it is done."""

from collections.abc import Sequence

from components.core.block import read_blocks
from components.core.errors import ConvoyError
from pipelines import dvc, unfinished
from pipelines.overrides import apply_overrides
from pipelines.params import check_block, read_recipe
from pipelines.project import load_task
from pipelines.reports.terminal import show
from pipelines.running import only_run, put_back_when_stopped
from pipelines.versioning import read_lock

RECIPE = "recipe="


def plan_run(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """Tells tasks from overrides and checks the parameters of all before anything runs.

    Args:
        words: Names of tasks and `key=value`, as typed; `recipe=name` stands for the
            overrides that `params.yaml` lists under that name, and others win over them.

    Returns:
        The tasks (every task when none is named) and the overrides.

    Raises:
        ConvoyError: When a task or a parameter is wrong, or overrides come without exactly
            one task.
    """
    tasks, overrides = split_words(words)
    if overrides:
        overrides = expand_recipes(tasks[0], overrides)
    for name in tasks or read_blocks():
        task, block = load_task(name)
        check_block(name, apply_overrides(block, overrides), task)
    return tasks or list(read_blocks()), overrides


def split_words(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """Tells tasks from overrides.

    Raises:
        ConvoyError: When overrides come without exactly one task.
    """
    tasks = [word for word in words if "=" not in word]
    overrides = [word for word in words if "=" in word]
    if overrides and len(tasks) != 1:
        raise ConvoyError("key=value needs exactly one task: convoy run digits train.epochs=3")
    return tasks, overrides


def expand_recipes(task: str, overrides: Sequence[str]) -> list[str]:
    """Puts the overrides of recipes before the others.

    Raises:
        ConvoyError: When the task has no such recipe.
    """
    recipes = [word.removeprefix(RECIPE) for word in overrides if word.startswith(RECIPE)]
    listed = [override for recipe in recipes for override in read_recipe(task, recipe)]
    return [*listed, *(word for word in overrides if not word.startswith(RECIPE))]


def carry_out(words: Sequence[str], force: bool) -> int:
    """Runs what has changed, and looks whether the registry still has what was made before.

    After an error the outputs are those of the last run of each stage. An experiment, and what
    was killed, leaves everything as it was before.

    Args:
        words: Names of tasks and `key=value`, as typed.
        force: Whether to run stages again that have not changed.

    Returns:
        DVC's exit code.

    Raises:
        ConvoyError: When a task or a parameter is wrong, another run is at work, or a lost model
            cannot be registered again.
    """
    split_words(words)
    with only_run():
        tasks, overrides = plan_run(words)  # of a params.yaml that nobody left half written
        with put_back_when_stopped(tasks, overrides):
            return _reproduce(tasks, overrides, force)


def _reproduce(tasks: Sequence[str], overrides: Sequence[str], force: bool) -> int:
    before = read_lock()
    code = dvc.run_experiment(tasks[0], overrides) if overrides else dvc.reproduce(tasks, force)
    if code:
        undo(tasks, code, experiment=bool(overrides))
    elif read_lock() == before:
        show(*ensure_registered(tasks))
    return code


def undo(tasks: Sequence[str], code: int, experiment: bool = False) -> None:
    """Brings the outputs back after `dvc repro` ended with an error.

    Args:
        tasks: The tasks.
        code: DVC's exit code. When DVC itself was killed, `dvc.lock` may be cut short.
        experiment: Whether parameters were overridden.
    """
    if experiment or dvc.was_killed(code):
        unfinished.put_back()
    else:
        unfinished.restore(tasks)


def ensure_registered(tasks: Sequence[str]) -> list[str]:
    """Registers again what the registry has lost; a sentence for each task of which it has."""
    from pipelines import registration

    found = (registration.ensure_registered(task) for task in tasks)
    return [sentence for sentence in found if sentence]
