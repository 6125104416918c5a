"""Takes a look inside a registered model, and writes a page of what is to be seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import track

from components.core.errors import ConvoyError
from components.core.layout import data_folder
from components.core.task import Spec
from components.core.text import sentence
from components.core.walking import describe_left_out, readable
from components.explain.sizes import image_sides
from pipelines.prediction_inputs import check_file, find_files, read_file
from pipelines.reports.terminal import show

if TYPE_CHECKING:  # TensorFlow takes seconds to load, which a wrong file name need not wait for
    from components.core.served_model import ServedModel
    from components.explain.chapters import Chapter, Sheet
    from components.explain.subject import Photo, Subject

SPLIT = "test"
SAMPLES = 300
PHOTOS = 4


def explain_model(spec: Spec, photos: Sequence[Path], out: Path, model: str) -> Path:
    """Writes a page about a model, and its pictures beside it.

    Args:
        spec: The task, whose samples are images.
        photos: Images of any size, and folders of them; some of the test split when empty.
        out: Folder for `index.html` and the pictures.
        model: Alias or version of the registered model.

    Returns:
        The page.

    Raises:
        ConvoyError: When a photo is absent or cannot be decoded, there are neither photos nor
            data, or there is no such model of images.
    """
    image_sides(spec)  # before the files are looked at, and the model is loaded
    left_out: Counter[str] = Counter()
    files = [file for path in photos for file in find_files(path, spec.sample, left_out)]
    for file in files:
        check_file(file, spec.sample)
    from components.core.served_model import ServedModel
    from components.core.store import download, model_uri
    from components.explain.chapters import CHAPTERS
    from pipelines.reports.explain import write_explanation

    folder = download(model_uri(spec.name, model))
    subject = take_subject(spec, folder, ServedModel.load(folder), files)
    console = Console(stderr=True)
    chapters = track(
        CHAPTERS, "looking", console=console, transient=True, disable=not console.is_terminal
    )
    found = {chapter: _look(chapter, subject) for chapter in chapters}
    if left_out:
        show(describe_left_out(left_out))
    return write_explanation(out, f"{spec.name}, {model}", subject, found)


def _look(chapter: Chapter, subject: Subject) -> list[Sheet] | str:
    """The pictures of a chapter, or why there are none: one that fails costs no whole page."""
    try:
        return list(chapter.make(subject))
    except Exception as error:
        return f"This chapter could not be made: {type(error).__name__}: {sentence(error)}"


def take_subject(spec: Spec, folder: Path, served: ServedModel, files: Sequence[Path]) -> Subject:
    """What is looked into.

    Args:
        spec: The task.
        folder: Of the exported model.
        served: The same.
        files: The photos.

    Raises:
        ConvoyError: When there are neither photos nor data, or the samples are no images.
    """
    from components.explain.subject import Subject, choose_rows, open_model, take_samples

    inside = open_model(spec, folder)
    rows = choose_rows(sorted(data_folder(spec.name).glob(f"{SPLIT}-*.parquet")), spec, SAMPLES)
    photos = _take_photos(spec, files, rows)
    answers = partial(spec.view.answers, classes=served.classes)
    return Subject(inside, photos, take_samples(spec, served, rows) if rows else None, answers)


def _take_photos(spec: Spec, files: Sequence[Path], rows: Sequence[dict]) -> list[Photo]:
    from components.explain.subject import take_photo

    sample = spec.sample
    given = [(readable(file), sample.accept(read_file(file))) for file in files]
    drawn = [(row[sample.path_column], row[sample.column]) for row in rows[:PHOTOS]]
    if not (given or drawn):
        raise ConvoyError(
            f"{data_folder(spec.name)}: no {SPLIT} split to take photos of; name some: convoy "
            f"explain {spec.name} PHOTO"
        )
    return [take_photo(sample, *named) for named in given or drawn]
