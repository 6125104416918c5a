"""What `convoy run` was asked for."""

from collections.abc import Sequence

from components.core.block import read_blocks
from components.core.errors import ConvoyError
from pipelines.overrides import apply_overrides
from pipelines.params import check_block, read_recipe
from pipelines.project import load_task

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
    tasks = [word for word in words if "=" not in word]
    overrides = [word for word in words if "=" in word]
    if overrides and len(tasks) != 1:
        raise ConvoyError("key=value needs exactly one task: convoy run digits train.epochs=3")
    if overrides:
        overrides = expand_recipes(tasks[0], overrides)
    for name in tasks or read_blocks():
        task, block = load_task(name)
        check_block(name, apply_overrides(block, overrides), task)
    return tasks or list(read_blocks()), overrides


def expand_recipes(task: str, overrides: Sequence[str]) -> list[str]:
    """Puts the overrides of recipes before the others.

    Raises:
        ConvoyError: When the task has no such recipe.
    """
    recipes = [word.removeprefix(RECIPE) for word in overrides if word.startswith(RECIPE)]
    listed = [override for recipe in recipes for override in read_recipe(task, recipe)]
    return [*listed, *(word for word in overrides if not word.startswith(RECIPE))]
