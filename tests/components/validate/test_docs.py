"""The Data Docs can be read without a network."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from PIL import Image

from components.core.errors import ConvoyError
from components.core.task import Spec
from components.validate.docs import SHOWN, write_index
from components.validate.findings import Finding, Outcome
from components.validate.validate import validate

ADDRESS = re.compile(r"(?:https?:)?//[^\s\"')]+")


@pytest.fixture
def site(tmp_path: Path, images: Path, spec: Callable[..., Spec], data: Callable[[], Path]) -> Path:
    """The Data Docs of a data set with a constant image."""
    Image.new("RGB", (8, 6)).save(images / "cat/0.png")
    with pytest.raises(ConvoyError):
        validate(spec(), data(), tmp_path / "reports/validate")
    return tmp_path / "reports/validate-failed/data_docs"


def test_no_page_needs_the_network_or_tells_where_it_was_made(site: Path, tmp_path: Path) -> None:
    assert {file.suffix for file in site.rglob("*") if file.is_file()} == {".html"}
    for page in site.rglob("*.html"):
        text = page.read_text()
        assert ADDRESS.findall(text) == []
        assert str(tmp_path) not in text


def test_every_link_leads_somewhere(site: Path) -> None:
    for page in site.rglob("*.html"):
        soup = BeautifulSoup(page.read_text(), "html.parser")
        for link in soup.select("[href]"):
            file, _, anchor = str(link["href"]).partition("#")
            assert (page.parent / file).exists()
            assert not anchor or file or soup.find(id=anchor)


def test_the_index_leads_to_the_results(site: Path) -> None:
    index = BeautifulSoup((site / "index.html").read_text(), "html.parser")
    results, suite, findings = (site / str(link["href"]) for link in index.select("a"))
    assert "cat/0.png" in results.read_text()
    assert "cat/0.png" in findings.read_text()
    assert "image is not constant" in suite.read_text()


def test_the_index_names_what_breaks_a_rule(site: Path) -> None:
    rows = BeautifulSoup((site / "index.html").read_text(), "html.parser").select("tr")
    texts = [" ".join(row.get_text(" ").split()) for row in rows]
    (broken,) = (text for text in texts if "error" in text)
    assert re.fullmatch(
        r"image is not constant error cat/0\.png \(\w+-00000\.parquet, row \d+\): 0", broken
    )


def test_names_are_text_and_many_findings_are_cut(tmp_path: Path) -> None:
    findings = [Finding("0", f"<b>{at}.png", "train-00000.parquet", at) for at in range(SHOWN + 2)]
    write_index("pets", [Outcome("no <i>", False, False, findings)], tmp_path)
    page = BeautifulSoup((tmp_path / "index.html").read_text(), "html.parser")
    assert page.find("b") is None
    assert page.find("i") is None
    assert "<b>0.png (train-00000.parquet, row 0): 0" in page.get_text()
    assert "and 2 more" in page.get_text()
    assert "warning" in page.get_text()


def test_great_expectations_pages_show_names_as_text(
    tmp_path: Path, images: Path, spec: Callable[..., Spec], data: Callable[[], Path]
) -> None:
    Image.new("RGB", (8, 6)).save(images / "cat/<img src=x onerror=alert(1)>.png")
    with pytest.raises(ConvoyError):
        validate(spec(), data(), tmp_path / "reports/validate")
    site = tmp_path / "reports/validate-failed/data_docs"
    pages = [page.read_text() for page in site.rglob("*.html")]
    assert all(BeautifulSoup(page, "html.parser").select("[onerror]") == [] for page in pages)
    texts = [BeautifulSoup(page, "html.parser").get_text() for page in pages]
    assert sum("cat/<img src=x onerror=alert(1)>.png" in text for text in texts) == 2


def test_a_long_label_shows_its_beginning_and_its_length(tmp_path: Path) -> None:
    findings = [Finding("<i>" + "L" * 10_000, "a.png", "train-00000.parquet", 1)]
    write_index("pets", [Outcome("label is known", True, False, findings)], tmp_path)
    page = (tmp_path / "index.html").read_text()
    assert "&lt;i&gt;LLLL" in page
    assert "… (10,003 characters)" in page
    assert len(page) < 5_000
