"""A real browser, for tests of pages: Chromium, driven by Playwright."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

NAMES = ("chromium", "chromium-browser", "google-chrome")

CONTRASTS = """() => {
  const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const rgba = colour => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, at) => sum + v * [0.2126, 0.7152, 0.0722][at], 0);
  const ground = element => {
    for (let e = element; e; e = e.parentElement) {
      const colour = rgba(getComputedStyle(e).backgroundColor);
      if (colour[3] === 255) return colour;
    }
    return [255, 255, 255, 255];
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !element.checkVisibility()) continue;
    const style = getComputedStyle(element);
    const pair = [light(rgba(style.color)), light(ground(element))].sort((a, b) => b - a);
    found.push([walker.currentNode.data.trim(), (pair[0] + 0.05) / (pair[1] + 0.05),
                parseFloat(style.fontSize)]);
  }
  return found;
}"""
"""Text, contrast ratio as WCAG 2.2 defines it, and size in pixels, of all that can be seen."""


@dataclass
class Visit:
    """What came of looking at a page.

    Attributes:
        page: The page, to be asked further.
        complaints: What stood on the console, and errors.
        requests: What it asked for, but for itself and data within it.
    """

    page: Page
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


@contextmanager
def look_at(place: Path | str, width: int = 1200, dark: bool = False) -> Iterator[Visit]:
    """Opens a page in Chromium; the test is skipped where there is none.

    Args:
        place: An HTML file, or an address.
        width: Of the window, in pixels.
        dark: Whether the reader prefers dark colours.
    """
    api = pytest.importorskip("playwright.sync_api")
    binary = next(filter(None, map(shutil.which, NAMES)), None)
    if binary is None:
        pytest.skip("there is no chromium here")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=binary, args=["--no-sandbox"])
        scheme = "dark" if dark else "light"
        page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
        visit = Visit(page)
        page.on("console", lambda said: visit.complaints.append(said.text))
        page.on("pageerror", lambda error: visit.complaints.append(str(error)))
        page.on("request", lambda asked: visit.requests.append(asked.url))
        page.goto(place if isinstance(place, str) else place.resolve().as_uri())
        visit.requests = [
            url for url in visit.requests if url != page.url and not url.startswith("data:")
        ]
        yield visit
        browser.close()
