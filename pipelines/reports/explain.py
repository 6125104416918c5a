"""The page of a look inside a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from components.core.captions import save_picture
from components.core.layout import PAGE_FILE
from components.explain.chapters import Chapter, Sheet
from components.explain.subject import Subject
from pipelines.reports.page.content import (
    Badge,
    Block,
    Figure,
    Section,
    Sentences,
    Summary,
    Tile,
)
from pipelines.reports.page.pictures import embed_file
from pipelines.reports.page.write import render_page


def write_explanation(
    folder: Path, title: str, subject: Subject, found: Mapping[Chapter, Sequence[Sheet] | str]
) -> Path:
    """Writes the pictures, and a page of them.

    Args:
        folder: Where to; it is made.
        title: What the page is about.
        subject: What was looked into.
        found: The pictures of each chapter, or why there are none; one without any is left out.

    Returns:
        The page, one file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    blocks: dict[Chapter, Sequence[Block]] = {
        chapter: [Sentences([made])] if isinstance(made, str) else _figures(folder, made)
        for chapter, made in found.items()
    }
    sections = [Section(each.key, each.title, "", some) for each, some in blocks.items() if some]
    return render_page(folder / PAGE_FILE, title, _summary(subject), sections)


def _figures(folder: Path, sheets: Sequence[Sheet]) -> list[Figure]:
    """The pictures, written and put into the page."""
    figures = []
    for sheet in sheets:
        file = folder / f"{sheet.name}.png"
        save_picture(sheet.image, file, sheet.caption)
        figures.append(embed_file(file, file.name))
    return figures


def _summary(subject: Subject) -> Summary:
    inside, samples = subject.inside, subject.samples
    height, width, channels = inside.model.input_shape[1:]
    tiles = [
        Tile("input", f"{height} x {width} x {channels}", "pixels and channels"),
        Tile("parameters", f"{inside.model.count_params():,}"),
        Tile("photos", str(len(subject.photos))),
    ]
    if samples is not None:
        wrong = "" if samples.wrong is None else f"{int(samples.wrong.sum())} of them wrong"
        tiles.append(Tile("samples of the test split", str(len(samples.pixels)), wrong))
    return Summary(Badge("a look inside"), tiles)
