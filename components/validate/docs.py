"""Makes the Data Docs of Great Expectations readable where there is no network."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from bs4 import BeautifulSoup
from jinja2 import Environment, FileSystemLoader

from components.validate.findings import FINDINGS_FILE, Outcome

HERE = Path(__file__).parent
STYLE = (HERE / "docs.css").read_text()
SHOWN = 10

NEEDS_NETWORK = (
    "script",  # all of them build on jQuery
    "style",  # changes of Bootstrap's
    "link",
    "footer",  # a newsletter
    ".navbar-brand",  # a logo, fetched with an id that tells who looks at the page
    ".card:has(.btn-group)",  # buttons
)
"""What shows nothing without the network, as CSS selectors."""


def make_offline(site: Path) -> None:
    """Gives every page a style sheet of its own and takes out what it would fetch."""
    shutil.rmtree(site / "static")  # logos, animations and fonts; nothing else refers to them
    for file in site.rglob("*.html"):
        page = BeautifulSoup(file.read_text(), "html.parser")
        for element in page.select(", ".join(NEEDS_NETWORK)):
            element.decompose()
        style = page.new_tag("style")
        style.string = STYLE
        (page.head or page).append(style)
        file.write_text(str(page))


def write_index(name: str, outcomes: Sequence[Outcome], site: Path) -> None:
    """Replaces the site's first page by a table of the rules and what breaks them.

    Great Expectations' own is empty without its scripts.

    Args:
        name: The name of the suite.
        outcomes: The rules in order; the first 10 findings of each are shown.
        site: The folder of the pages, which are linked to.
    """
    templates = Environment(loader=FileSystemLoader(HERE), autoescape=True, trim_blocks=True)
    page = templates.get_template("index.html.j2").render(
        name=name,
        outcomes=outcomes,
        shown=SHOWN,
        findings=FINDINGS_FILE,
        style=STYLE,
        results=_pages(site, "validations"),
        suites=_pages(site, "expectations"),
    )
    (site / "index.html").write_text(page)


def _pages(site: Path, folder: str) -> list[str]:
    return [page.relative_to(site).as_posix() for page in sorted(site.glob(f"{folder}/**/*.html"))]
