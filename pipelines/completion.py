"""What the shell offers when somebody presses tab; nothing where there is no project."""

from components.core.block import read_blocks
from components.core.errors import ConvoyError


def tasks(incomplete: str) -> list[str]:
    """The tasks of `params.yaml` that begin so."""
    try:
        return _beginning(incomplete, list(read_blocks()))
    except ConvoyError:
        return []


def kinds(incomplete: str) -> list[str]:
    """The kinds of sources that begin so."""
    from components.ingest.ingest import list_kinds

    return _beginning(incomplete, list_kinds())


def task_kinds(incomplete: str) -> list[str]:
    """The tasks that convoy brings and that begin so."""
    from pipelines.new.layouts import task_names

    return _beginning(incomplete, task_names())


def stages(incomplete: str) -> list[str]:
    """The stages that begin so."""
    from pipelines.stages import PLAN, STAGES

    return _beginning(incomplete, [PLAN, *STAGES])


def names(incomplete: str) -> list[str]:
    """The tasks, sources and models that begin so."""
    from pipelines.describe import list_entries

    try:
        return _beginning(incomplete, list(dict.fromkeys(each.name for each in list_entries())))
    except ConvoyError:
        return []


def _beginning(incomplete: str, known: list[str]) -> list[str]:
    return [name for name in known if name.startswith(incomplete)]
