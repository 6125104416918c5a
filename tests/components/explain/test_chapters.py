"""Every chapter on an untrained network: what is drawn, and what is said of it."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import keras
import numpy as np
import pytest

from components.core.served_model import ServedModel
from components.core.task import Spec
from components.explain import chapters
from components.explain.ascent import Ascent
from components.explain.chapters import CHAPTERS, Chapter, show_evidence
from components.explain.network import lay_open
from components.explain.subject import Subject, open_model, take_photo, take_samples
from models import build_model
from tests.explained import SIDE, picture, rows

QUICK = Ascent(steps=1, octaves=1)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chapters, "HOW", QUICK)


@pytest.fixture
def subject(photo_spec: Spec, exported: Path) -> Subject:
    served = ServedModel.load(exported)
    photos = [
        take_photo(photo_spec.sample, f"{at}.png", picture(at, bright=True)) for at in (50, 51)
    ]
    answers = partial(photo_spec.view.answers, classes=served.classes)
    return Subject(
        open_model(photo_spec, exported),
        photos,
        take_samples(photo_spec, served, rows(40)),
        answers,
    )


SHEETS = {
    "filters": (1, "Krizhevsky"),
    "edges": (2, "Prewitt"),
    "activations": (1, ""),
    "exciting": (2, "Zeiler and Fergus"),
    "dreams": (2, "Olah"),
    "evidence": (1, "Selvaraju"),
    "fields": (1, "Luo"),
    "plane": (1, "van der Maaten"),
}
"""Of each chapter how many pictures there are, and whose idea the first of them was."""


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.key)
def test_a_chapter_says_how_its_pictures_were_made(chapter: Chapter, subject: Subject) -> None:
    sheets = list(chapter.make(subject))
    count, source = SHEETS[chapter.key]
    assert len(sheets) == count
    assert source in sheets[0].caption.text
    assert len({sheet.name for sheet in sheets}) == len(sheets)
    for sheet in sheets:
        assert len(sheet.caption.text) > 50
        assert sheet.caption.alt
        assert len(np.unique(np.asarray(sheet.image))) > 5


def test_a_network_without_maps_has_edges_and_embeddings(
    photo_spec: Spec, subject: Subject
) -> None:
    network = build_model("perceptron", (SIDE, SIDE, 1), 2, {})
    flat = replace(subject, inside=lay_open(network, (SIDE, SIDE, 1)))
    assert [chapter.key for chapter in CHAPTERS if list(chapter.make(flat))] == ["edges", "plane"]


def test_without_a_split_there_are_photos_alone(subject: Subject) -> None:
    alone = replace(subject, samples=None)
    keys = [chapter.key for chapter in CHAPTERS if list(chapter.make(alone))]
    assert keys == ["filters", "edges", "activations", "dreams", "evidence", "fields"]


def test_a_network_of_several_outputs_has_all_but_evidence(subject: Subject) -> None:
    pixels = keras.Input((SIDE, SIDE, 1))
    maps = keras.layers.Conv2D(4, 3, 2)(keras.layers.Conv2D(3, 3)(pixels))
    network = keras.Model(pixels, [maps, keras.layers.Flatten()(maps)])
    double = replace(subject, inside=lay_open(network, (SIDE, SIDE, 1)))
    keys = [chapter.key for chapter in CHAPTERS if list(chapter.make(double))]
    assert keys == [key for key in SHEETS if key != "evidence"]


def test_what_nothing_can_be_asked_about_has_no_evidence(subject: Subject) -> None:
    mute = replace(subject, answers=lambda outputs: {})
    assert not list(show_evidence(mute))


def test_photos_with_several_answers_have_pictures_of_their_own(subject: Subject) -> None:
    both = replace(subject, answers=lambda outputs: {"one": np.eye(2)[0], "other": np.eye(2)[1]})
    sheets = list(show_evidence(both))
    assert [sheet.caption.title for sheet in sheets] == ["Evidence in 50.png", "Evidence in 51.png"]
    (shared,) = show_evidence(subject)
    assert shared.caption.title == "Evidence in 50.png, 51.png"
