"""`convoy sweep`: trains many combinations, and registers the best of them.

The best is the one with the best value of the gate's first metric on the validation split. The
test split is measured for that one alone: the largest of many measurements on the same test
samples is too good by chance, and the gate would promote the chance.
"""

import math
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from components.core.errors import ConvoyError
from components.core.git import git
from components.core.task import Spec
from components.evaluate.params import GateParams
from pipelines import experiments
from pipelines.combinations import combinations
from pipelines.experiments import Experiment, list_experiments
from pipelines.jobs import Job, run_jobs
from pipelines.processes import signals_raised
from pipelines.project import load_spec
from pipelines.project_copies import project_copies
from pipelines.reports.experiments import HELP, experiments_table
from pipelines.reports.terminal import show
from pipelines.running import only_run
from pipelines.runs import carry_out, plan_run

LAST = "train"
"""The stage that a combination ends with: those after it read the test split."""


@dataclass(frozen=True)
class Search:
    """Which combinations are tried.

    Attributes:
        task: The task's name.
        choices: `key=value,value` each.
        samples: How many combinations are drawn; None for all.
        seed: Of the draw.
    """

    task: str
    choices: Sequence[str]
    samples: int | None = None
    seed: int = 0


def sweep(search: Search, jobs: int = 1, register: bool = True) -> int:
    """Trains each combination as an experiment, and registers the best.

    Args:
        search: What is tried.
        jobs: How many at a time; each has a copy of the project where there are several.
        register: Whether the best one is measured on the test split and registered.

    Returns:
        The exit code of the run that registers; 0 where none was asked for.

    Raises:
        ConvoyError: When a combination is wrong, which is known before the first one runs, or
            none of them could be trained.
    """
    tried = combinations(search.choices, search.samples, search.seed)
    with signals_raised():
        with only_run():  # a params.yaml that nobody has left half written
            plans = [plan_run([search.task, *each]) for each in tried]
        show(f"{len(tried):,} combinations, {min(jobs, len(tried))} at a time")
        _train(search.task, tried, min(jobs, len(tried)))
        trained = _trained(search.task, [plan.overrides for plan in plans])
    spec = load_spec(search.task)
    ranked = rank(spec, trained)
    if not ranked:
        raise ConvoyError(f"{search.task}: none of the combinations could be trained; see above")
    show(experiments_table(spec, ranked), HELP, *_tell(spec, ranked, len(tried)))
    return _register(search.task, ranked[0]) if register else 0


def rank(spec: Spec, found: Sequence[Experiment]) -> list[Experiment]:
    """The best on the validation split by the gate's first metric first.

    Those without a value come last; of equal ones the first stays before the second.
    """
    metric, sign = _criterion(spec)

    def cost(experiment: Experiment) -> float:
        value = experiment.validation.get(metric, math.nan)
        return math.inf if math.isnan(value) else sign * value

    return sorted(found, key=cost)


def _criterion(spec: Spec) -> tuple[str, int]:
    """The gate's first metric, and -1 where greater is better."""
    metric, threshold = next(iter(spec.block("gate", GateParams).thresholds.items()))
    return metric, 1 if threshold.min is None else -1


def _train(task: str, tried: Sequence[Sequence[str]], count: int) -> None:
    """Runs each combination up to the model, in this folder or in copies of it."""
    commands = [
        [sys.executable, "-m", "pipelines.cli", "run", task, *each, "--to", LAST] for each in tried
    ]
    with ExitStack() as stack:
        if count == 1:
            places: Sequence[Path] = [Path.cwd()]
        else:
            places = stack.enter_context(project_copies(task, count))
        for job in run_jobs(commands, places):
            show(_describe(job, tried))


def _describe(job: Job, tried: Sequence[Sequence[str]]) -> str:
    outcome = f"has failed with exit code {job.code}" if job.code else "is trained"
    said = f":\n{job.said}" if job.code and job.said else ""
    return f"{job.number + 1} of {len(tried)}: {' '.join(tried[job.number])} {outcome}{said}"


def _trained(task: str, tried: Sequence[Sequence[str]]) -> list[Experiment]:
    """The newest experiment on this commit of each combination that has one."""
    head = git("rev-parse", "HEAD")
    newest: dict[tuple[str, ...], Experiment] = {}
    for each in list_experiments(task):
        if each.base == head and each.validation:
            newest.setdefault(tuple(each.overrides), each)
    return [newest[key] for key in map(tuple, tried) if key in newest]


def _tell(spec: Spec, ranked: Sequence[Experiment], tried: int) -> Iterator[str]:
    """Which one is the best, by what, and what is missing."""
    metric, _ = _criterion(spec)
    best = ranked[0]
    value = best.validation.get(metric, math.nan)
    yield (
        f"best of {len(ranked)} by {metric} on the validation split, {value:.4g}: "
        f"{' '.join(best.overrides)}"
    )
    if len(ranked) < tried:
        yield f"{tried - len(ranked)} of {tried} combinations failed; what they said stands above"


def _register(task: str, best: Experiment) -> int:
    """Runs the best one to its end; the full experiment takes the place of the trained one."""
    code = carry_out([task, *best.overrides], force=False)
    if not code:
        experiments.remove(best)
    return code
