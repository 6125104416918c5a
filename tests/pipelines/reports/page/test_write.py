"""What stands on a page, read as a browser would."""

import re
import time
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag

from components.core.errors import ConvoyError
from pipelines.reports.page.sections import MAKERS
from pipelines.reports.page.write import write_page, write_pages
from tests.pipelines.reports.page.conftest import CLASSES, IMAGE, SCRIPT, TASK

SECTIONS = [
    "decision",
    "data",
    "rules",
    "augmentation",
    "model",
    "training",
    "results",
    "running",
    "origin",
    "reproduce",
]


def parse(page: Path) -> BeautifulSoup:
    return BeautifulSoup(page.read_text(), "html.parser")


def text_of(element: Tag | None) -> str:
    assert element is not None
    return " ".join(element.get_text(" ").split())


def table_of(soup: BeautifulSoup, title: str) -> list[list[str]]:
    """The cells of the table with a title."""
    region = soup.find(attrs={"role": "region", "aria-label": title})
    assert isinstance(region, Tag)
    return [[text_of(cell) for cell in row.select("th, td")] for row in region.select("tr")]


def test_every_section_is_there_and_none_has_failed(page: Path) -> None:
    soup = parse(page)
    assert [section["id"] for section in soup.select("section")] == SECTIONS
    assert "could not be made" not in soup.get_text()
    linked = [str(link["href"]) for link in soup.select("nav a")]
    assert linked == [f"#{name}" for name in SECTIONS]


def test_names_from_the_data_are_text(page: Path) -> None:
    soup = parse(page)
    assert not soup.select("script")
    assert not soup.select("[onerror]")
    assert all(str(image["src"]).startswith("data:image/") for image in soup.select("img"))
    words = [row[0] for row in table_of(soup, "Counts of label")]
    assert set(CLASSES) <= set(words)
    assert SCRIPT in text_of(soup.select_one("#decision"))


def test_passwords_are_hidden(page: Path) -> None:
    assert "secret" not in page.read_text()
    assert "http://***@host/x" in page.read_text()


def test_nothing_is_fetched_from_anywhere(page: Path) -> None:
    soup = parse(page)
    policy = soup.find("meta", attrs={"http-equiv": "Content-Security-Policy"})
    assert isinstance(policy, Tag)
    assert str(policy["content"]).startswith("default-src 'none'")
    fetched = [str(each.get("src") or each["href"]) for each in soup.select("[src], link")]
    assert all(address.startswith("data:") for address in fetched)
    assert not re.search(r"url\(|@import", page.read_text())


def test_every_link_leads_somewhere(page: Path) -> None:
    links = [str(link["href"]) for link in parse(page).select("a") if link["href"][0] != "#"]
    assert "validate/data_docs/index.html" in links
    for link in links:
        assert (page.parent / link).is_file(), link


def test_every_picture_has_a_title_and_words_for_who_does_not_see_it(page: Path) -> None:
    figures = parse(page).select("figure")
    assert len(figures) >= 6
    for figure in figures:
        (image,) = figure.select("img")
        assert len(str(image["alt"])) > 8
        assert text_of(figure.select_one("figcaption h3"))
    (copies,) = (each for each in figures if "Copies" in each.get_text())
    assert text_of(copies.select_one("figcaption p")) == SCRIPT
    assert copies.select("img")[0]["alt"] == IMAGE


def test_metrics_stand_beside_their_intervals_and_the_champion(page: Path) -> None:
    heading, *rows = table_of(parse(page), "Metrics")
    assert heading == ["metric", "this model", "95% interval", "champion", "gate"]
    assert rows == [
        ["accuracy", "0.9", "0.8 to 0.97", "0.85", "at least 0.5"],
        ["log loss", "0.2", "", "0.3", "at most 0.1"],
        ["examples", "12", "", "", ""],
    ]
    heading, *rows = table_of(parse(page), "Metrics of each class")
    assert heading == ["class", "recall", "95% interval", "champion"]
    assert [row[0] for row in rows] == CLASSES
    assert rows[-1] == ["01", "0.8", "0.5 to 1", "0.75"]  # not the number 1
    assert ["brightness", "lowest third", "0.4"] in table_of(parse(page), "Slices")


def test_the_verdict_is_said_first(page: Path) -> None:
    soup = parse(page)
    assert text_of(soup.select_one("h1")) == "toy refused by the gate"
    tiles = [text_of(tile) for tile in soup.select(".tiles li")]
    assert tiles == [
        "accuracy 0.9 at least 0.5; champion 0.85",
        "log loss 0.2 at most 0.1; champion 0.3",
    ]
    assert "the champion, version 3" in text_of(soup.select_one("#decision"))


def test_what_went_in_is_counted(page: Path) -> None:
    soup = parse(page)
    splits = {row[0]: int(row[1]) for row in table_of(soup, "Samples of each split")[1:]}
    assert splits["all"] == 120 == splits["train"] + splits["val"] + splits["test"]
    counts = table_of(soup, "Counts of label")[1:]
    assert sum(int(cell) for row in counts for cell in row[1:]) == 120
    ranges = {row[0]: row[1:] for row in table_of(soup, "Ranges over all splits")}
    assert ranges["height"][0] == "8"
    assert ranges["height"][3] == "9"


def test_stages_tell_what_they_took(page: Path) -> None:
    rows = table_of(parse(page), "Stages")
    assert [row[0] for row in rows] == ["stage", "ingest", "validate", "all"]
    assert all(row[1].endswith(" s") for row in rows[1:])


def test_hashes_are_those_of_this_task_alone(page: Path) -> None:
    rows = table_of(parse(page), "Files")[1:]
    assert [row[:2] for row in rows] == [
        ["labels.csv", "read by ingest"],
        ["data/toy", "written by ingest"],
    ]
    assert rows[1][3] == "bbb222.dir"


def test_rules_are_listed(page: Path) -> None:
    rows = table_of(parse(page), "Rules")[1:]
    assert ["image decodes", "kept", "0"] in rows


def test_a_section_that_fails_says_why_and_the_others_stay(page: Path) -> None:
    layers = page.parent / "train/layers.csv"
    kept = layers.read_text()
    try:
        layers.write_text("layer\n1\n")
        soup = parse(write_page(TASK))
        assert "This section could not be made: KeyError" in text_of(soup.select_one("main"))
        assert len(soup.select("section")) == len(MAKERS)
    finally:
        layers.write_text(kept)
        write_page(TASK)


def test_a_task_that_never_ran_has_no_page(project: Path) -> None:
    with pytest.raises(ConvoyError, match="run: convoy run cats"):
        write_page("cats")
    assert list(write_pages(["cats"])) == [
        "reports/cats/index.html: not written: artifacts/cats/plan/validate.json: not found; run: "
        "convoy run cats; run: convoy page cats"
    ]
    assert not (project / "reports").exists()


def test_the_same_page_again_but_for_its_time(page: Path) -> None:
    before = page.read_text()
    time.sleep(0.01)
    write_page(TASK)
    made = re.compile(r"convoy, [^<]*")
    assert made.sub("", page.read_text()) == made.sub("", before)


@pytest.mark.parametrize(
    ("address", "link"),
    [
        (
            "https://me:pass@mlflow.example:5000/base/",
            "https://mlflow.example:5000/base/#/models/toy",
        ),
        ("javascript:alert(1)", None),
    ],
)
def test_a_server_of_mlflow_is_linked_to_without_its_password(
    page: Path, monkeypatch: pytest.MonkeyPatch, address: str, link: str | None
) -> None:
    kept = page.read_text()
    monkeypatch.setenv("MLFLOW_TRACKING_URI", address)
    try:
        links = [str(each["href"]) for each in parse(write_page(TASK)).select("#reproduce a")]
    finally:
        page.write_text(kept)
    assert (link in links) if link else all(each.endswith(".html") for each in links)
