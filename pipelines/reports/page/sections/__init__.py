"""The sections of a page, in their order; each is made by a function of its sources.

A function returns None where there is nothing to tell: a stage has not run, or the task has none of
it. Sections ask the parts of the task for pictures and tables; they know no kind of sample.
"""

from collections.abc import Callable, Sequence

from pipelines.reports.page.content import Section
from pipelines.reports.page.sections.data import data
from pipelines.reports.page.sections.decision import decision
from pipelines.reports.page.sections.origin import origin
from pipelines.reports.page.sections.reproduce import reproduce
from pipelines.reports.page.sections.results import results
from pipelines.reports.page.sections.running import running
from pipelines.reports.page.sections.training import augmentation, model, training
from pipelines.reports.page.sections.validation import validation
from pipelines.reports.page.sources import Sources

Maker = Callable[[Sources], Section | None]

MAKERS: Sequence[Maker] = (
    decision,
    data,
    validation,
    augmentation,
    model,
    training,
    results,
    running,
    origin,
    reproduce,
)
