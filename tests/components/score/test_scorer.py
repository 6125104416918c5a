import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from components.core.errors import ConvoyError
from components.core.facial_points import COLUMNS
from components.core.images import inspect_image
from components.core.served_model import ServedModel
from components.core.task import Spec, Task
from components.score.scorer import Scorer, load_scorer
from pipelines.tasks.binary import TASK as BINARY
from pipelines.tasks.classification import TASK as CLASSIFICATION
from pipelines.tasks.keypoints import TASK as KEYPOINTS
from tests.specs import make_spec

Encode = Callable[..., bytes]

ROTATED = 6
ORIENTATION = 0x0112
GREY = 51


@pytest.fixture
def scorer(spec: Spec, model: Path) -> Scorer:
    return load_scorer(spec.to_json(), model)


def two_frames(encode: Encode, kind: str) -> bytes:
    contents = io.BytesIO()
    first, second = (Image.new("RGB", (8, 6), (grey,) * 3) for grey in (GREY, 255))
    first.save(contents, kind, save_all=True, append_images=[second], lossless=True)
    return contents.getvalue()


def rotated(encode: Encode) -> bytes:
    """Bright but for its lower left, which is the upper left when it is shown upright."""
    contents = io.BytesIO()
    image = Image.new("RGB", (64, 48), (255, 255, 255))
    image.paste((GREY,) * 3, (0, 24, 32, 48))
    exif = Image.Exif()
    exif[ORIENTATION] = ROTATED
    image.save(contents, "JPEG", exif=exif, quality=95)
    return contents.getvalue()


def sixteen_bits(encode: Encode) -> bytes:
    contents = io.BytesIO()
    Image.fromarray(np.full((6, 8), GREY * 257, np.uint16)).save(contents, "PNG")
    return contents.getvalue()


UNUSUAL: Mapping[str, Callable[[Encode], bytes]] = {
    "grey": lambda encode: encode(GREY, "JPEG", "L"),
    "alpha": lambda encode: encode(GREY, "PNG", "RGBA"),
    "grey with alpha": lambda encode: encode(GREY, "PNG", "LA"),
    "palette": lambda encode: encode(GREY, "PNG", "P"),
    "16 bits": sixteen_bits,
    "print colours": lambda encode: encode(GREY, "JPEG", "CMYK"),
    "print colours, TIFF": lambda encode: encode(GREY, "TIFF", "CMYK"),
    "one pixel": lambda encode: encode(GREY, "PNG", size=(1, 1)),
    "progressive": lambda encode: encode(GREY, "JPEG", progressive=True),
    "BMP": lambda encode: encode(GREY, "BMP"),
    "animated GIF": lambda encode: two_frames(encode, "GIF"),
    "animated WebP": lambda encode: two_frames(encode, "WEBP"),
    "rotated by EXIF": rotated,
}


def make_scorer(model: Any, task: Task, batch_size: int = 1) -> Scorer:
    checks = {"classes": ["dark", "bright"]} if task is BINARY else {}
    spec = make_spec(task, checks=checks)
    return Scorer(model, spec.sample, spec.view, batch_size)


@pytest.mark.parametrize("name", UNUSUAL)
def test_unusual_images_are_scored(scorer: Scorer, encode: Encode, name: str) -> None:
    ((row,),) = scorer.score([UNUSUAL[name](encode)])
    assert "error" not in row
    assert row["probability"] == pytest.approx(GREY / 255, abs=0.01)


@pytest.mark.parametrize("name", UNUSUAL)
def test_what_is_scored_is_what_ingest_would_keep(
    scorer: Scorer, model: Path, encode: Encode, name: str
) -> None:
    kept = inspect_image(UNUSUAL[name](encode)).image
    (expected,) = ServedModel.load(model).predict([kept])["probability"]
    assert scorer.score([UNUSUAL[name](encode)])[0][0]["probability"] == expected


BROKEN: Mapping[str, tuple[Callable[[Encode], bytes], str]] = {
    "empty": (lambda encode: b"", "not an image"),
    "text": (lambda encode: b"no image at all", "not an image"),
    "JPEG's end missing": (lambda encode: encode(GREY, "JPEG", size=(99, 99))[:-4], "truncated"),
    "PNG's end missing": (lambda encode: encode(GREY)[:-12], "truncated"),
    "header alone": (lambda encode: encode(GREY, "JPEG")[:200], "OSError"),
    "corrupt": (lambda encode: encode(GREY).replace(b"IDAT", b"IDAT\xff", 1), "Error"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_images_are_listed_and_their_neighbours_scored(
    scorer: Scorer, encode: Encode, name: str
) -> None:
    make, reason = BROKEN[name]
    images = [encode(0), make(encode), encode(51), make(encode), encode(102)]
    rows = [row for (row,) in scorer.score(images)]
    assert [row.get("probability") for row in rows] == pytest.approx(
        [0.0, None, 0.2, None, 0.4], abs=1e-6
    )
    assert [set(row) for row in rows if "error" in row] == [{"error"}] * 2
    assert reason in rows[1]["error"]


def test_batches_in_flight_keep_their_order(model: Path, encode: Encode) -> None:
    greys = [*range(0, 250, 3), 7]
    scorer = make_scorer(ServedModel.load(model), BINARY, batch_size=4)
    rows = [row for (row,) in scorer.score([encode(grey) for grey in greys])]
    assert [row["probability"] for row in rows] == pytest.approx([g / 255 for g in greys], abs=1e-6)


def test_rows_are_those_of_single_images(scorer: Scorer, encode: Encode) -> None:
    broken = [make(encode) for make, _ in BROKEN.values()]
    images = [*broken[:3], encode(20), encode(40), *broken[3:], encode(60)]
    assert scorer.score(images) == [scorer.score([image])[0] for image in images]


@pytest.mark.parametrize("mode", ["CMYK", "RGB"])
def test_what_only_pillow_decodes_is_scored(
    spec: Spec, grey_model: Path, encode: Encode, mode: str
) -> None:
    scorer = load_scorer(spec.to_json(), grey_model)
    rows = [row for (row,) in scorer.score([encode(0), encode(GREY, "JPEG", mode)])]
    assert [row["probability"] for row in rows] == pytest.approx([0, 0.2], abs=0.01)


class Fixed:
    """Stands in for a served model with the outputs of other tasks."""

    classes = ("no", "yes")

    def __init__(self, **outputs: Any) -> None:
        self.outputs = outputs

    def predict(self, images: list[bytes]) -> dict[str, np.ndarray]:
        return {name: np.stack([value] * len(images)) for name, value in self.outputs.items()}


@pytest.mark.parametrize(
    ("task", "outputs", "expected"),
    [
        (
            CLASSIFICATION,
            {"probabilities": np.float32([0.25, 0.75])},
            {"label": "yes", "probability": 0.75},
        ),
        (
            KEYPOINTS,
            {"keypoints": np.arange(30, dtype=np.float32).reshape(15, 2)},
            {name: float(at) for at, name in enumerate(COLUMNS)},
        ),
    ],
)
def test_every_task_has_its_own_columns(
    encode: Encode, task: Task, outputs: dict[str, np.ndarray], expected: dict[str, Any]
) -> None:
    (row,), view = make_scorer(Fixed(**outputs), task).score([encode()])[0], make_spec(task).view
    assert row == expected
    assert view.columns(Fixed.classes).names == list(row)


def test_single_values_are_not_rounded(encode: Encode) -> None:
    tiny = np.float32(1.25e-9)
    ((row,),) = make_scorer(Fixed(probability=tiny), BINARY).score([encode()])
    assert row == {"label": "no", "probability": float(tiny)}


@pytest.mark.parametrize("spoiled", ["saved_model.pb", "variables"])
def test_a_model_that_cannot_be_read_is_an_error(
    spec: Spec, project: Path, model: Path, spoiled: str
) -> None:
    folder = project / "model"
    folder.mkdir()
    for name in {"saved_model.pb", "variables"} - {spoiled}:
        (folder / name).symlink_to(model / name)
    if spoiled == "saved_model.pb":
        (folder / spoiled).write_bytes(b"\xffgarbage")
    with pytest.raises(ConvoyError, match="model: not a model that can be served"):
        load_scorer(spec.to_json(), folder)
