"""What a person sees of experiments."""

from collections.abc import Mapping, Sequence
from typing import Any

from components.core.task import Spec
from components.core.text import word
from pipelines.experiments import Experiment, Metrics, belong_together, read_test_metrics
from pipelines.project import load_task
from pipelines.reports.terminal import PlainTable
from pipelines.versioning import read_lock

HERE = "(here)"
HELP = "convoy apply TASK NAME brings one back; dvc exp remove NAME deletes it"


def experiments_table(spec: Spec, experiments: Sequence[Experiment]) -> PlainTable:
    """What differs between experiments and the working tree, and the metrics of the gate.

    Args:
        spec: The task.
        experiments: In the order of the rows.

    Returns:
        A row for the working tree and one an experiment: the parameters that are not the same in
        all, and each metric of each split.
    """
    _, here = load_task(spec.name)
    blocks = [flatten(block) for block in (here, *(each.block for each in experiments))]
    keys = differing(blocks)
    metrics = list(spec.params["gate"]["thresholds"])
    table = PlainTable(title=spec.name, padding=0)  # two metrics on two splits fill 80 columns
    table.add_column("experiment", no_wrap=True)  # to be copied as a whole
    table.add_column("parameters", overflow="fold")
    for heading in (f"{split}\n{metric}" for split in ("val", "test") for metric in metrics):
        table.add_column(heading, justify="right", overflow="fold")
    measured: list[tuple[Metrics, Metrics]] = [({}, _measured_here(spec.name, here))]
    measured += [(each.validation, each.test) for each in experiments]
    names = [HERE, *(each.name for each in experiments)]
    for name, block, splits in zip(names, blocks, measured, strict=True):
        values = [f"{split[m]:.4g}" if m in split else "" for split in splits for m in metrics]
        named = zip(shorten(keys), keys, strict=True)
        parameters = " ".join(f"{short}={block[key]}" for short, key in named if key in block)
        table.add_row(word(name), word(parameters), *values)
    return table


def _measured_here(task: str, block: Mapping[str, Any]) -> Metrics:
    """The test metrics of the working tree; none when they are of other parameters."""
    return read_test_metrics(task) if belong_together(read_lock(), task, block) else {}


def flatten(block: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """The values of a block by their dotted keys, as text."""
    flat: dict[str, str] = {}
    for key, value in block.items():
        if isinstance(value, Mapping) and value:
            flat |= flatten(value, f"{prefix}{key}.")
        else:
            flat[f"{prefix}{key}"] = str(value)
    return flat


def differing(blocks: Sequence[Mapping[str, str]]) -> list[str]:
    """The keys that some have otherwise than others, or not at all."""
    keys = dict.fromkeys(key for block in blocks for key in block)
    return [key for key in keys if len({block.get(key) for block in blocks}) > 1]


def shorten(keys: Sequence[str]) -> list[str]:
    """Each key by as many of its last parts as tell it from the others."""
    return [_shortest(key, [other for other in keys if other != key]) for key in keys]


def _shortest(key: str, others: Sequence[str]) -> str:
    parts = key.split(".")
    endings = (".".join(parts[at:]) for at in range(len(parts) - 1, -1, -1))
    alone = (each for each in endings if not any(f".{o}".endswith(f".{each}") for o in others))
    return next(alone, key)
