from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from components.samples.text import TextSample
from pipelines.reports.page import samples
from pipelines.reports.page.samples import describe_splits, draw_samples
from pipelines.tasks.segmentation.checks import MaskChecks
from pipelines.tasks.segmentation.labels import MaskLabels
from pipelines.tasks.shared.class_labels import ClassLabels
from tests.tables import image_sample, make_row, write_shard
from tests.toys import png

SAMPLE = image_sample()
LABELS = ClassLabels.model_validate({"name": "toy", "checks": {}})


def shard(folder: Path, name: str, greys: Sequence[int], labels: Sequence[str]) -> None:
    rows = [
        make_row(SAMPLE, png(grey), f"{at}.png", name.partition("-")[0], label=label)
        for at, (grey, label) in enumerate(zip(greys, labels, strict=True))
    ]
    write_shard(folder / f"{name}.parquet", SAMPLE, LABELS, rows)


def test_there_is_a_row_a_class_with_samples_of_it(tmp_path: Path) -> None:
    """Bright ones are `2`, dark ones `10`; numbers are sorted by size."""
    shard(tmp_path, "train-00000", range(0, 40), ["10"] * 40)
    shard(tmp_path, "train-00001", range(200, 203), ["2"] * 3)
    shard(tmp_path, "test-00000", [255], ["3"])
    sheet, caption = draw_samples(tmp_path, SAMPLE, LABELS)
    assert caption.alt == "11 samples of the training split, a row a class: 2, 10."
    pixels = np.asarray(sheet.convert("L"))
    half = len(pixels) // 2
    tiles = [np.isin(part, values).sum() // samples.TILE**2 for part, values in (
        (pixels[:half], [200, 201, 202]), (pixels[half:], range(40)))]  # fmt: skip
    assert tiles == [3, 8]


def test_the_same_samples_every_time_whatever_the_shards(tmp_path: Path) -> None:
    drawn = []
    for parts in (1, 4):
        folder = tmp_path / str(parts)
        folder.mkdir()
        for at, greys in enumerate(np.array_split(np.arange(100), parts)):
            shard(folder, f"train-{at:05}", greys.tolist(), ["a"] * len(greys))
        drawn.append(np.asarray(draw_samples(folder, SAMPLE, LABELS)[0]))
    np.testing.assert_array_equal(*drawn)


def test_of_many_classes_the_first_are_shown(tmp_path: Path) -> None:
    shard(tmp_path, "train-00000", range(60), [str(at) for at in range(60)])
    _, caption = draw_samples(tmp_path, SAMPLE, LABELS)
    assert caption.text.endswith("The first 20 of 60 classes.")


def test_broken_samples_are_left_out(tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [make_row(SAMPLE, png(7), "0.png", label="a")]
    rows.append(make_row(SAMPLE, b"no image", "1.png", label="b"))
    write_shard(tmp_path / "train-00000.parquet", SAMPLE, LABELS, rows)
    assert draw_samples(tmp_path, SAMPLE, LABELS)[1].alt.endswith("a row a class: a.")
    assert len(describe_splits(tmp_path, SAMPLE, LABELS)["train"].rows) == 1


def test_of_many_rows_the_same_share_of_every_part_is_described(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(samples, "DESCRIBED", 50)
    greys = [at % 256 for at in range(700)]
    shard(tmp_path, "train-00000", greys, [str(at // 100) for at in range(700)])
    described = describe_splits(tmp_path, SAMPLE, LABELS)["train"]
    assert described.every == 14
    assert len(described.rows) == 50
    assert described.rows["label"].value_counts().between(7, 8).all()


def test_masks_are_drawn_onto_their_images_and_their_values_are_named() -> None:
    labels = MaskLabels(name="toy", checks=MaskChecks(classes=("sky", "road"), void=9))
    mask = png(1)  # every pixel is road
    picture = SAMPLE.draw(png(0))
    assert np.asarray(labels.draw(picture, {"mask": mask})).max() > 0
    assert [labels.call("mask", value) for value in ("0", "1", "9", "5")] == [
        "sky",
        "road",
        "void",
        "5",
    ]


def test_texts_are_as_wide_as_they_must_be_to_be_read(tmp_path: Path) -> None:
    sample = TextSample(name="toy")
    rows = [
        make_row(sample, f"text {at}".encode(), f"{at}.txt", "train", label=label)
        for label in ("neg", "pos")
        for at in range(3)
    ]
    write_shard(tmp_path / "train-00000.parquet", sample, LABELS, rows)
    sheet, caption = draw_samples(tmp_path, sample, LABELS)
    assert caption.alt == "6 samples of the training split, a row a class: neg, pos."
    assert 2 * sample.legible < sheet.width < 3 * sample.legible
    (described,) = describe_splits(tmp_path, sample, LABELS).values()
    assert list(described.rows) == ["label", "words", "alphabet"]
