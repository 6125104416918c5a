"""Sound masks pass; each kind of bad mask stops the run and is named."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from components.core.errors import ConvoyError
from components.core.masks import encode_mask
from components.ingest.ingest import ingest
from components.validate.validate import BrokenRulesError, validate
from pipelines.tasks.segmentation import TASK
from pipelines.tasks.segmentation.rules import only
from tests.specs import make_spec
from tests.tables import read_rules

CLASSES = ("sky", "road", "car")
VOID = 9
HEIGHT, WIDTH = 6, 8


def encode(pixels: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Splits of 4, 2 and 2 images; 5 of the 48 pixels of each mask are car, 1 is void."""
    generator = np.random.default_rng(0)
    indices = np.ones((HEIGHT, WIDTH), np.uint8)
    indices[: HEIGHT // 2] = 0
    indices[:, 0] = 2
    indices[0, 0] = VOID
    for split, count in {"train": 4, "val": 2, "test": 2}.items():
        for kind in ("images", "masks"):
            (tmp_path / "data" / split / kind).mkdir(parents=True)
        for number in range(count):
            pixels = generator.integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)
            folder = tmp_path / "data" / split
            (folder / f"images/{number}.png").write_bytes(encode(pixels))
            (folder / f"masks/{number}.png").write_bytes(encode_mask(indices))
    return tmp_path / "data"


@pytest.fixture
def run(tmp_path: Path, data: Path) -> Callable[..., dict]:
    """Ingests and validates; returns the figures."""

    def both(**checks: Any) -> dict:
        spec = make_spec(
            TASK,
            "roads",
            source={"kind": "mask_folder", "path": str(data)},
            checks={"classes": CLASSES, "void": VOID} | checks,
            prepare={"height": 8, "width": 8, "channels": 3},
            train={"model": "unet"},
            gate={"thresholds": {"mean_iou": {"min": 0.5}}},
        )
        ingest(spec, tmp_path / "table")
        validate(spec, tmp_path / "table", tmp_path / "reports/validate")
        figures = json.loads((tmp_path / "reports/validation.json").read_text())
        return {**figures, "rules": read_rules(tmp_path / "reports/validate")}

    return both


Run = Callable[..., dict]


def test_sound_masks(run: Run) -> None:
    metrics = run(max_void=1 / 48, min_share=0.1)
    assert metrics["success"] is True
    assert list(metrics["rules"])[-8:] == [
        "mask is present",
        "mask decodes to one byte a pixel",
        "mask has the size of its image",
        "mask has only values from 0 to 2 and 9 for void",
        "at most 2.08333% of a mask is void",
        *(f"{name} is more than 10% of the training masks" for name in CLASSES),
    ]


def fail(run: Run, *rules: str, **checks: Any) -> None:
    """Expects these rules, and no others, to be broken."""
    with pytest.raises(ConvoyError) as error:
        run(**checks)
    assert str(error.value).splitlines()[1:] == [f"  {rule}" for rule in rules]


SIXTEEN = np.ones((HEIGHT, WIDTH), np.uint16)
BAD = {
    "16 bits": (encode(SIXTEEN), "PNG of mode I;16; must be a PNG with one byte a pixel"),
    "RGBA": (
        encode(np.ones((HEIGHT, WIDTH, 4), np.uint8)),
        "PNG of mode RGBA; must be a PNG with one byte a pixel",
    ),
    "RGB": (
        encode(np.ones((HEIGHT, WIDTH, 3), np.uint8)),
        "PNG of mode RGB; must be a PNG with one byte a pixel",
    ),
    "corrupt": (b"\x89PNG\r\n\x1a\n and then nonsense", "not an image of a known format"),
    "truncated": (
        encode_mask(np.eye(HEIGHT, WIDTH, dtype=np.uint8))[:50],
        "OSError: image file is truncated",
    ),
}


@pytest.mark.parametrize(("content", "fault"), BAD.values(), ids=BAD)
def test_a_mask_that_cannot_be_read(run: Run, data: Path, content: bytes, fault: str) -> None:
    (data / "val/masks/1.png").write_bytes(content)
    rule = '"mask decodes to one byte a pixel" is broken by'
    fail(run, f"{rule} val/images/1.png (val-00000.parquet, row 1): {fault}")


def test_a_missing_mask(run: Run, data: Path) -> None:
    (data / "train/masks/2.png").unlink()
    fail(
        run,
        '"mask is present" is broken by train/images/2.png (train-00000.parquet, row 2): no mask',
    )


def test_a_mask_of_another_size(run: Run, data: Path) -> None:
    turned = np.zeros((WIDTH, HEIGHT), np.uint8)
    (data / "test/masks/0.png").write_bytes(encode_mask(turned))
    rule = '"mask has the size of its image" is broken by test/images/0.png'
    upright = "masks must be drawn on it upright, as EXIF says"
    fail(run, f"{rule} (test-00000.parquet, row 0): 6x8; the image is 8x6; {upright}")


def test_an_unknown_value(run: Run, data: Path) -> None:
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    mask[3, 3] = 255
    (data / "train/masks/3.png").write_bytes(encode_mask(mask))
    rule = '"mask has only values from 0 to 2 and 9 for void" is broken by train/images/3.png'
    fail(run, f"{rule} (train-00000.parquet, row 3): 0, 255")


def test_too_much_void(run: Run, data: Path) -> None:
    mask = np.full((HEIGHT, WIDTH), VOID, np.uint8)
    mask[:2] = 1
    (data / "test/masks/1.png").write_bytes(encode_mask(mask))
    rule = '"at most 60% of a mask is void" is broken by test/images/1.png'
    fail(run, f"{rule} (test-00000.parquet, row 1): 0.666666667", max_void=0.6)


def test_a_class_that_is_not_in_training(run: Run) -> None:
    rule = '"bus is more than 0% of the training masks" is broken by found: 0'
    fail(run, rule, classes=(*CLASSES, "bus"))


def test_masks_of_0_and_255(run: Run, data: Path) -> None:
    for file in data.glob("*/masks/*.png"):
        white = np.where(np.eye(HEIGHT, WIDTH) > 0, 255, 0).astype(np.uint8)
        file.write_bytes(encode_mask(white))
    fail(
        run,
        '"no class is missing where 255 is void" is broken by found: no mask has polyp, and 255 '
        "was read as void; where 255 is a class, source.colours says which",
        '"polyp is more than 0% of the training masks" is broken by found: 0',
        classes=("skin", "polyp"),
        void=255,
    )


def test_void_beside_all_classes_hides_none(run: Run, data: Path) -> None:
    for file in data.glob("*/masks/*.png"):
        mask = np.eye(HEIGHT, WIDTH, dtype=np.uint8)
        mask[0] = 255
        file.write_bytes(encode_mask(mask))
    assert run(classes=("skin", "polyp"), void=255)["success"] is True


def test_a_class_that_is_rare_in_training(run: Run, data: Path) -> None:
    for number in range(3):
        (data / f"train/masks/{number}.png").write_bytes(
            encode_mask(np.eye(HEIGHT, WIDTH, dtype=np.uint8))
        )
    rule = '"car is more than 5% of the training masks" is broken by found: 0.02604'  # 5 / 48 / 4
    fail(run, rule, min_share=0.05)


def test_a_broken_image_is_not_said_to_have_another_size(run: Run, data: Path) -> None:
    (data / "val/images/0.png").write_bytes(b"no image")
    rule = '"image decodes" is broken by val/images/0.png (val-00000.parquet, row 0)'
    fail(run, f"{rule}: not an image of a known format")


def test_all_bad_masks_are_named_at_once(run: Run, data: Path) -> None:
    (data / "train/masks/0.png").unlink()
    (data / "val/masks/0.png").write_bytes(encode(SIXTEEN))
    (data / "val/masks/1.png").write_bytes(b"no image")
    (data / "test/masks/1.png").write_bytes(encode_mask(np.full((1, 1), 77, np.uint8)))
    with pytest.raises(BrokenRulesError) as error:
        run()
    assert len(str(error.value).splitlines()) == 5
    assert "row 0): PNG of mode I;16; must be a PNG with one byte a pixel and 1 more" in str(
        error.value
    )
    assert sum(outcome.critical for outcome in error.value.outcomes) == 4


def test_no_mask_in_training_can_be_read(run: Run, data: Path) -> None:
    for file in (data / "train/masks").iterdir():
        file.unlink()
    with pytest.raises(ConvoyError, match=r'"mask is present" is broken by .* and 3 more'):
        run()


@given(st.sets(st.integers(0, 255), min_size=1), st.sets(st.integers(0, 255), min_size=1))
def test_a_list_matches_where_all_its_values_are_known(known: set[int], found: set[int]) -> None:
    text = pd.Series([", ".join(map(str, sorted(found)))])
    assert text.str.contains(only(known)).item() == (found <= known)
