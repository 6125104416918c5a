"""The summary of a retraining that failed."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from components.core.block import PARAMS_FILE
from components.core.conditions import explain
from components.core.errors import ConvoyError
from components.core.text import markdown
from components.register.registry import Registry
from pipelines import versioning
from pipelines.dvc import StageError
from pipelines.outcome import Outcome, Report, publish


@contextmanager
def failures_published(task: str, summary: Path | None) -> Iterator[None]:
    """Publishes a summary of an error, which is then passed on.

    Args:
        task: The task's name.
        summary: The Markdown file to write, if any.
    """
    try:
        yield
    except Exception as error:
        publish(describe_failure(task, error), summary)
        raise


def describe_failure(task: str, error: Exception) -> Report:
    """The error, the end of the failed stage's output, and what things are like now."""
    first, _, rest = _describe(error).partition("\n")
    log = error.log if isinstance(error, StageError) else rest
    return Report(task, Outcome.FAILED, [first], log=log, state=list(_state(task)))


def _describe(error: Exception) -> str:
    if isinstance(error, ConvoyError):
        return str(error)
    return explain(error) or f"{type(error).__name__}: {error}"


def _state(task: str) -> Iterator[str]:
    if not PARAMS_FILE.is_file():  # not a project: to ask its registry would create one
        return
    for describe in (_describe_champion, _describe_changes):
        try:
            yield describe(task)
        except ConvoyError as error:
            yield f"unknown: {markdown(error)}"


def _describe_champion(task: str) -> str:
    champion = Registry(task).champion()
    return f"the champion is version {champion.version}" if champion else "there is no champion"


def _describe_changes(task: str) -> str:
    changes = versioning.own_changes()
    if not changes:
        return "data and `dvc.lock` are those of the last commit"
    return (
        f"not committed: {markdown(', '.join(changes))}; `convoy retrain {task}` goes on from there"
    )
