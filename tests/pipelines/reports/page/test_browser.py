"""The page in a real browser."""

from pathlib import Path

import pytest

from tests.browser import CONTRASTS, look_at

pytestmark = pytest.mark.browser

PHONE, DESK = 390, 1200


@pytest.mark.parametrize("width", [PHONE, DESK])
@pytest.mark.parametrize("dark", [False, True])
def test_the_page_is_quiet_and_asks_for_nothing(page: Path, width: int, dark: bool) -> None:
    with look_at(page, width, dark) as visit:
        assert visit.complaints == []
        assert visit.requests == []
        assert visit.page.evaluate("window.hacked") is None
        loaded = "[...document.images].every(each => each.complete && each.naturalWidth > 0)"
        assert visit.page.evaluate(loaded)


@pytest.mark.parametrize("width", [320, PHONE, DESK])
def test_nothing_sticks_out_of_the_window(page: Path, width: int) -> None:
    with look_at(page, width) as visit:
        visit.page.evaluate(
            "document.querySelectorAll('details').forEach(each => each.open = true)"
        )
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("dark", [False, True])
def test_all_text_is_large_and_dark_enough(page: Path, dark: bool) -> None:
    with look_at(page, PHONE, dark) as visit:
        visit.page.evaluate(
            "document.querySelectorAll('details').forEach(each => each.open = true)"
        )
        found = visit.page.evaluate(CONTRASTS)
        ground = visit.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert len(found) > 100
    assert [text for text, contrast, _ in found if contrast < 4.5] == []
    assert [text for text, _, size in found if size < 13] == []
    assert (max(map(int, ground[4:-1].split(","))) < 60) == dark


def test_pictures_stay_legible_on_a_phone(page: Path) -> None:
    """A wide sheet of samples is scrolled within its frame, not shrunk to a stamp."""
    with look_at(page, PHONE) as visit:
        picture = visit.page.locator("#augmentation img").first
        assert picture.evaluate("each => each.getBoundingClientRect().width") == 900
        frame = visit.page.locator("#augmentation .scroll").first
        assert frame.evaluate("each => each.scrollWidth > each.clientWidth")


def test_what_is_folded_opens_by_the_keyboard(page: Path) -> None:
    with look_at(page) as visit:
        summary = visit.page.locator("summary", has_text="Counts of label")
        table = visit.page.get_by_role("region", name="Counts of label")
        assert not table.is_visible()
        summary.focus()
        visit.page.keyboard.press("Enter")
        assert table.is_visible()


def test_a_link_leads_to_the_data_docs(page: Path) -> None:
    with look_at(page) as visit:
        visit.page.locator("#rules a").click()
        assert "toy" in visit.page.inner_text("h1")
        assert visit.complaints == []
