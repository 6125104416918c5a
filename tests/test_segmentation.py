"""Segmentation, from drawn scenes to the masks of a photo of any size."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.staged import convoy, metrics, run_stages, shipped_block, staged_project

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(scope="module", autouse=True)
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A project whose network has seen a few scenes."""
    block = shipped_block(
        "segmentation",
        "source.counts={train: 48, val: 16, test: 16}",
        "train.model=fcn",
        "train.options.backbone=small",
        "train.epochs=2",
        "train.pixel_weights=median_frequency",
    )
    with staged_project(tmp_path_factory.mktemp("project")) as folder:
        run_stages("segmentation", block)
        yield folder


def test_masks_are_learnt_and_measured() -> None:
    measured = metrics("segmentation")
    assert measured["images"] == 16
    assert 0 < measured["mean_iou"] < measured["pixel_accuracy"] < 1
    evaluation = Path("reports/segmentation/evaluate")
    for name in ("best.png", "worst.png", "iou.png", "confusion.png", "classes.csv"):
        assert (evaluation / name).is_file()
    assert "mean_iou" in convoy("compare", "segmentation", "1", "1")


@pytest.mark.parametrize("options", [[], ["--tile", "96"]])
def test_a_mask_is_as_large_as_its_photo(options: list[str]) -> None:
    pixels = np.random.default_rng(0).integers(0, 255, (150, 201, 3), np.uint8)
    Image.fromarray(pixels).save("photo.png")
    convoy("predict", "segmentation", "photo.png", "--model", "1", *options)
    with Image.open("predictions/photo-mask.png") as mask:
        assert (mask.mode, mask.size) == ("P", (201, 150))
        assert np.array(mask).max() < 7
