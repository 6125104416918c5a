from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from components.core.errors import ConvoyError
from components.core.served_model import ServedModel
from components.core.task import Spec
from components.explain import chapters
from components.explain.ascent import Ascent
from pipelines.explaining import explain_model, take_subject
from tests.browser import look_at
from tests.explained import picture


@pytest.fixture
def registered(monkeypatch: pytest.MonkeyPatch, exported: Path) -> None:
    """A registry whose every model is this one."""
    monkeypatch.setattr("components.core.store.download", lambda uri: exported)
    monkeypatch.setattr(chapters, "HOW", Ascent(steps=1, octaves=1))


@pytest.mark.usefixtures("registered", "shards")
def test_a_page_with_its_pictures(
    photo_spec: Spec,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = Path("photos")
    folder.mkdir()
    (folder / "a.png").write_bytes(picture(70, bright=True))
    (folder / "notes.txt").write_text("none")
    page = explain_model(photo_spec, [folder], Path("out"), "champion")
    assert page == Path("out/index.html")
    soup = BeautifulSoup(page.read_text(), "html.parser")
    headings = [each.get_text() for each in soup.select("section h2")]
    assert headings == [chapter.title for chapter in chapters.CHAPTERS]
    assert "could not be made" not in soup.get_text()
    assert "6 of them wrong" in soup.get_text()
    figures = soup.select("figure")
    for figure in figures:
        assert figure.select_one("figcaption p")
        assert len(str(figure.select("img")[0]["alt"])) > 8
        assert (page.parent / str(figure.select("a")[0]["href"])).is_file()
    assert len(list(page.parent.glob("*.png"))) == len(figures)
    assert "1 no image" in capsys.readouterr().out


def test_photos_of_the_split_when_none_are_named(
    photo_spec: Spec,
    exported: Path,
    shards: Path,
) -> None:
    subject = take_subject(photo_spec, exported, ServedModel.load(exported), [])
    assert len(subject.photos) == 4
    assert subject.samples is not None
    assert len(subject.samples.pixels) == 40


def test_photos_are_enough_without_a_split(
    photo_spec: Spec,
    exported: Path,
    project: Path,
) -> None:
    (project / "a.png").write_bytes(picture(0, bright=True))
    subject = take_subject(photo_spec, exported, ServedModel.load(exported), [Path("a.png")])
    assert [photo.name for photo in subject.photos] == ["a.png"]
    assert subject.samples is None


@pytest.mark.usefixtures("registered", "shards")
def test_a_chapter_that_fails_says_why_and_the_others_stay(
    photo_spec: Spec, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ValueError("no such filters")

    monkeypatch.setattr(chapters, "draw_filters", fail)
    page = explain_model(photo_spec, [], Path("out"), "champion").read_text()
    assert "This chapter could not be made: ValueError: no such filters" in page
    assert "Activation maps" in page


@pytest.mark.browser
@pytest.mark.usefixtures("registered", "shards")
def test_the_page_in_a_browser(photo_spec: Spec) -> None:
    page = explain_model(photo_spec, [], Path("out"), "champion")
    with look_at(page.resolve(), 390) as visit:
        assert (visit.complaints, visit.requests) == ([], [])
        loaded = "[...document.images].every(each => each.complete && each.naturalWidth > 0)"
        assert visit.page.evaluate(loaded)
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.usefixtures("registered", "project")
def test_neither_photos_nor_a_split(photo_spec: Spec) -> None:
    with pytest.raises(ConvoyError, match=r"data/toy: no test split .* convoy explain toy PHOTO"):
        explain_model(photo_spec, [], Path("out"), "champion")
    assert not Path("out").exists()


@pytest.mark.usefixtures("project")
def test_a_photo_that_is_none_is_named_before_anything_is_loaded(
    photo_spec: Spec,
) -> None:
    Path("a.png").write_bytes(b"broken")
    with pytest.raises(ConvoyError, match=r"a\.png: cannot be decoded"):
        explain_model(photo_spec, [Path("a.png")], Path("out"), "champion")
    with pytest.raises(ConvoyError, match=r"b\.png: not found"):
        explain_model(photo_spec, [Path("b.png")], Path("out"), "champion")
