from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure
from PIL import Image

from components.core.captions import Caption, read_caption, save_figure, save_picture

WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40)


@given(title=WORDS, text=WORDS, alt=WORDS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
def test_a_picture_keeps_its_caption(tmp_path: Path, title: str, text: str, alt: str) -> None:
    caption = Caption(title, text, alt)
    save_picture(Image.new("RGB", (2, 2)), tmp_path / "a.png", caption)
    assert read_caption(tmp_path / "a.png") == caption


def test_a_figure_keeps_its_caption(tmp_path: Path) -> None:
    caption = Caption("Kurven", "Straße → Baum", "two lines")
    save_figure(Figure(figsize=(1, 1)), tmp_path / "a.png", caption)
    assert read_caption(tmp_path / "a.png") == caption


def test_equal_pictures_with_equal_captions_are_equal_files(tmp_path: Path) -> None:
    for name in "ab":
        save_picture(Image.new("L", (3, 3), 7), tmp_path / name, Caption("t", "x", "y"))
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


@pytest.mark.parametrize(
    ("name", "title"), [("best.png", "Best"), ("error_cdf.png", "Error cdf"), ("x-y.png", "X y")]
)
def test_without_a_caption_the_name_is_the_title(tmp_path: Path, name: str, title: str) -> None:
    Image.new("RGB", (2, 2)).save(tmp_path / name)
    assert read_caption(tmp_path / name) == Caption(title, "", f"Picture: {title}")
