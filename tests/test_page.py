"""The page of a task that has gone through all stages."""

import os
import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from benchmarks.workspace import Workspace
from tests.browser import look_at

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1200)]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A project whose task digits has run once, with few epochs."""
    project = Workspace(tmp_path_factory.mktemp("project"))
    params = project.params()
    digits = params["tasks"]["digits"]
    digits["train"] |= {"epochs": 3, "early_stopping": 2}
    digits["gate"]["thresholds"] = {"accuracy": {"min": 0.2}, "log_loss": {"max": 3}}
    project.write_params({"tasks": {"digits": digits}})
    project.run("convoy", "run", "digits")
    return project


@pytest.fixture
def page(project: Workspace) -> Path:
    return project.folder / "reports/digits/index.html"


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
    assert "34,826" in text  # parameters of the network
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
    status = project.run("dvc", "status", "--with-deps", "register@digits")
    assert "up to date" in status


def test_commands_that_bring_everything_back_are_true(project: Workspace, page: Path) -> None:
    assert "dvc checkout" not in page.read_text()  # no commit knows these outputs yet
    project.commit("first model")
    project.run("convoy", "page", "digits")
    found = re.search(r"git checkout (\w{40}) &amp;&amp; dvc checkout", page.read_text())
    assert found
    assert project.run("git", "rev-parse", "HEAD").strip() == found[1]


def test_open_shows_where_the_page_is(project: Workspace, page: Path) -> None:
    before = os.environ.pop("DISPLAY", None)
    try:
        assert str(page.resolve()) in project.run("convoy", "open", "digits")
    finally:
        if before is not None:
            os.environ["DISPLAY"] = before
