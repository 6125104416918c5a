"""Makes the page of a task."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from components.core.errors import ConvoyError
from components.core.layout import page_file
from components.core.tabular import written_whole
from components.core.text import message, sentence
from pipelines.reports.page.content import Section, Sentences, Summary
from pipelines.reports.page.sections import MAKERS, Maker
from pipelines.reports.page.sections.decision import summary
from pipelines.reports.page.sources import Sources

HERE = Path(__file__).parent
STYLE = Markup((HERE / "page.css").read_text())


def write_page(task: str) -> Path:
    """Writes `reports/<task>/index.html` of what lies here of a task.

    Args:
        task: The task's name.

    Returns:
        The page, one file.

    Raises:
        ConvoyError: When the task has never run here.
    """
    sources = Sources(task)
    sources.spec("validate")  # raises where there has been no run
    sections = [section for make in MAKERS if (section := _make(make, sources))]
    return render_page(page_file(task), task, summary(sources), sections)


def render_page(file: Path, title: str, summary: Summary, sections: Sequence[Section]) -> Path:
    """Writes a page of sections.

    Args:
        file: Of the page; its folder is made.
        title: What it is about.
        summary: What is said first.
        sections: Its parts.

    Returns:
        The file.
    """
    page = _template().render(
        task=title,
        made=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        summary=summary,
        sections=sections,
        style=STYLE,
    )
    file.parent.mkdir(parents=True, exist_ok=True)
    with written_whole(file) as stream:
        stream.write(page)
    return file


def write_pages(tasks: Sequence[str]) -> Iterator[str]:
    """Writes the pages of some tasks; says for each where it is, or why there is none."""
    for task in tasks:
        try:
            yield f"the page of {task}: {write_page(task)}"
        except (ConvoyError, OSError) as error:  # what has been run stands nevertheless
            yield f"{page_file(task)}: not written: {sentence(error)}; run: convoy page {task}"


def _make(make: Maker, sources: Sources) -> Section | None:
    """A section; where it fails, why: a picture that a task cannot draw costs no whole page."""
    try:
        return make(sources)
    except Exception as error:
        reason = f"This section could not be made: {type(error).__name__}: {sentence(error)}"
        return Section(make.__name__, make.__name__.capitalize(), "", [Sentences([reason])])


def _template() -> Any:
    environment = Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        finalize=_bounded,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html.j2")


def _bounded(value: object) -> object:
    """Words from outside: secrets masked, codes escaped, cut where they are endless."""
    return message(value) if isinstance(value, str) and not hasattr(value, "__html__") else value
