"""A folder of photos of three classes on its way to a champion and a page, as a user goes it."""

import os
import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from PIL import Image, ImageDraw

from benchmarks.workspace import Workspace
from tests.browser import look_at

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1200)]

CLASSES = {"disc": "ellipse", "block": "rectangle", "line": "line"}
EACH = 40
SIZE = (80, 60)


def draw_photos(folder: Path) -> None:
    """Draws shapes of some colours in some places."""
    for name, shape in CLASSES.items():
        (folder / name).mkdir(parents=True)
        for number in range(EACH):
            photo = Image.effect_noise(SIZE, 40).convert("RGB")
            left, top = 5 + number % 8 * 4, 5 + number % 5 * 4
            box = (left, top, left + 30, top + 30)
            options = {"width": 5} if shape == "line" else {}
            colour = (200, 40 + number, 30)
            getattr(ImageDraw.Draw(photo), shape)(box, fill=colour, **options)
            photo.save(folder / name / f"{number}.jpg")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A project with photos, and a task that convoy has made of them."""
    project = Workspace(tmp_path_factory.mktemp("project"))
    draw_photos(project.folder / "photos")
    assert "next: convoy run shapes" in project.run("convoy", "new", "shapes", "--data", "photos")
    told = project.run("convoy", "run", "shapes")
    assert "convoy schema shapes keeps it" in told
    return project


@pytest.fixture
def page(project: Workspace) -> Path:
    return project.folder / "reports/shapes/index.html"


def test_a_folder_of_photos_leads_to_a_champion_that_predicts(project: Workspace) -> None:
    assert "champion" in project.run("convoy", "models", "shapes")
    assert (project.folder / "reports/shapes/card.md").is_file()
    project.run("convoy", "predict", "shapes", "photos/disc/0.jpg")
    rows = (project.folder / "predictions/predictions.csv").read_text().splitlines()
    assert rows[0] == "image,label,probability"
    assert rows[1].split(",")[1] in CLASSES


def test_a_run_ends_with_the_page(page: Path) -> None:
    soup = BeautifulSoup(page.read_text(), "html.parser")
    headings = [heading.get_text() for heading in soup.select("h2")]
    assert headings == [
        "Decision of the gate",
        "Data",
        "Rules for the data",
        "Augmentation",
        "Model",
        "Training",
        "Results on the test split",
        "Time and memory",
        "Versions and hashes",
        "Do it again",
    ]
    text = " ".join(soup.get_text(" ").split())
    assert "could not be made" not in text
    assert re.search(r"parameters [1-9]", text)
    stages = ("ingest", "validate", "prepare", "augment", "train", "evaluate", "register")
    rows = soup.select('[aria-label="Stages"] tbody tr')
    assert [row.select("th")[0].get_text() for row in rows] == [*stages, "all"]
    assert page.stat().st_size < 2_000_000


def test_the_page_is_quiet_in_a_browser(page: Path) -> None:
    with look_at(page, 390) as visit:
        assert (visit.complaints, visit.requests) == ([], [])
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_page_is_no_output_of_dvc(project: Workspace) -> None:
    assert "index.html" not in (project.folder / "dvc.lock").read_text()
    status = project.run("dvc", "status", "--with-deps", "register@shapes")
    assert "up to date" in status


def test_commands_that_bring_everything_back_are_true(project: Workspace, page: Path) -> None:
    assert "dvc checkout" not in page.read_text()  # no commit knows these outputs yet
    project.commit("first model")
    project.run("convoy", "page", "shapes")
    found = re.search(r"git checkout (\w{40}) &amp;&amp; dvc checkout", page.read_text())
    assert found
    assert project.run("git", "rev-parse", "HEAD").strip() == found[1]


def test_open_shows_where_the_page_is(project: Workspace, page: Path) -> None:
    before = os.environ.pop("DISPLAY", None)
    try:
        assert str(page.resolve()) in project.run("convoy", "open", "shapes")
    finally:
        if before is not None:
            os.environ["DISPLAY"] = before


def test_the_schema_that_was_inferred_is_kept(project: Workspace) -> None:
    project.run("convoy", "schema", "shapes")
    assert (project.folder / "data/schemas/shapes.pbtxt").is_file()
