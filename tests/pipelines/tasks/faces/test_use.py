"""Who it is, of some people who are known; places in a parquet file."""

import csv
import io
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from components.core.errors import ConvoyError
from components.core.task import Spec
from pipelines.known import find_known, view_against
from pipelines.prediction import write_predictions
from pipelines.tasks.classification import TASK as CLASSIFICATION
from pipelines.tasks.faces import TASK
from tests.specs import make_spec

RED, GREEN, BLUE, PINK = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 120, 120)


class Colours:
    """The mean colour is the place."""

    classes = ()

    def predict(self, images: list[bytes]) -> dict[str, np.ndarray]:
        pixels = [np.asarray(Image.open(io.BytesIO(image)).convert("RGB")) for image in images]
        means = np.stack([each.mean(axis=(0, 1)) for each in pixels])
        return {"embedding": means / np.linalg.norm(means, axis=1, keepdims=True)}


SERVED: Any = Colours()


@pytest.fixture
def spec() -> Spec:
    return make_spec(TASK, source={"kind": "identity_folder"}, gate=None)


@pytest.fixture
def known(tmp_path: Path) -> Path:
    """A folder of two photos of Ada, and a photo of Bob."""
    folder = tmp_path / "known"
    (folder / "Ada").mkdir(parents=True)
    save(folder / "Ada/1.png", RED)
    save(folder / "Ada/2.png", PINK)
    save(folder / "Bob.png", GREEN)
    (folder / "notes.txt").write_text("no face")
    return folder


def save(file: Path, colour: tuple[int, int, int]) -> Path:
    Image.new("RGB", (8, 8), colour).save(file)
    return file


def predict(spec: Spec, known: Path, *colours: tuple[int, int, int]) -> list[dict[str, str]]:
    left_out: Counter[str] = Counter()
    found = find_known(known, spec.sample, left_out)
    assert left_out.total() == 1
    view = view_against(spec, SERVED, found, {"strict_threshold": 0.3})
    files = [save(known.parent / f"{at}.png", colour) for at, colour in enumerate(colours)]
    write_predictions(spec, SERVED, files, known.parent / "out", view=view)
    with (known.parent / "out/predictions.csv").open() as stream:
        return list(csv.DictReader(stream))


def test_who_it_is(spec: Spec, known: Path) -> None:
    rows = predict(spec, known, (250, 110, 110), (0, 250, 3), BLUE)
    assert [row["person"] for row in rows] == ["Ada", "Bob", "unknown"]
    assert float(rows[0]["distance"]) < 0.01
    assert float(rows[2]["distance"]) == pytest.approx(1 - 120 / np.sqrt(255**2 + 2 * 120**2), 1e-3)
    assert rows[2]["nearest"] == "Ada"
    assert (known.parent / "out/0.png").is_file()


def test_without_known_people_it_is_a_place(spec: Spec, tmp_path: Path) -> None:
    (row,) = write_predictions(spec, SERVED, [save(tmp_path / "a.png", GREEN)], tmp_path / "out")
    assert row["embedding"] == [0, 1, 0]


def test_a_threshold_is_needed(spec: Spec) -> None:
    place = {"embedding": np.array([0.0, 1.0])}
    with pytest.raises(ConvoyError, match="toy: the model has no strict_threshold; give --thr"):
        spec.view.against([("Ada", place)], {"roc_auc": 0.9})


def test_other_tasks_know_nobody() -> None:
    view = make_spec(CLASSIFICATION).view
    with pytest.raises(ConvoyError, match="are not held against known samples"):
        view.against([("Ada", {})], {"strict_threshold": 0.5})


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("Ada/1.png", b"broken", r"Ada/1\.png: cannot be decoded"),
        ("notes.txt", b"none", r"no image found in this folder or below"),
    ],
)
def test_what_is_known_must_be_photos(
    spec: Spec, tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    (tmp_path / "Ada").mkdir()
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ConvoyError, match=message):
        find_known(tmp_path, spec.sample, Counter())
    with pytest.raises(ConvoyError, match="not a folder"):
        find_known(tmp_path / name, spec.sample, Counter())


def test_what_it_is_for_is_said_in_the_card(spec: Spec) -> None:
    assert "must not decide about anybody" in spec.view.purpose(())
    assert spec.view.columns(()).names == ["embedding"]
