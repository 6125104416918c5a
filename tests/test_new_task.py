"""A folder of photos of three classes on its way to a champion, as a user takes it there."""

from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from benchmarks.workspace import Workspace

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


def test_four_commands_lead_from_photos_to_a_prediction(tmp_path: Path) -> None:
    project = Workspace(tmp_path)
    draw_photos(tmp_path / "photos")
    told = project.run("convoy", "new", "shapes", "--data", "photos")
    assert "next: convoy run shapes" in told
    told = project.run("convoy", "run", "shapes")
    assert "convoy schema shapes keeps it" in told
    assert "champion" in project.run("convoy", "models", "shapes")
    assert "reports/shapes/index.html" in project.run("convoy", "open", "shapes")
    assert (tmp_path / "reports/shapes/card.md").is_file()
    project.run("convoy", "predict", "shapes", "photos/disc/0.jpg")
    rows = (tmp_path / "predictions/predictions.csv").read_text().splitlines()
    assert rows[0] == "image,label,probability"
    assert rows[1].split(",")[1] in CLASSES
    project.run("convoy", "schema", "shapes")
    assert (tmp_path / "data/schemas/shapes.pbtxt").is_file()
