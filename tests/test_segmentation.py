"""Segmentation, from drawn scenes to the masks of a photo of any size."""

import numpy as np
import pytest
from PIL import Image

from benchmarks.workspace import Workspace

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1200)]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return Workspace(tmp_path_factory.mktemp("project"))


def test_masks_are_learnt_measured_and_predicted(project: Workspace) -> None:
    project.experiment(
        "segmentation",
        "source.counts={train: 48, val: 16, test: 16}",
        "train.model=fcn",
        "train.options.backbone=small",
        "train.epochs=2",
        "train.pixel_weights=median_frequency",
    )
    metrics = project.metrics("segmentation")
    assert metrics["images"] == 16
    assert 0 < metrics["mean_iou"] < metrics["pixel_accuracy"] < 1
    evaluation = project.folder / "reports/segmentation/evaluate"
    for name in ("best.png", "worst.png", "iou.png", "confusion.png", "classes.csv"):
        assert (evaluation / name).is_file()
    assert "mean_iou" in project.run("convoy", "compare", "segmentation", "1", "1")


@pytest.mark.parametrize("options", [[], ["--tile", "96"]])
def test_a_mask_is_as_large_as_its_photo(project: Workspace, options: list[str]) -> None:
    pixels = np.random.default_rng(0).integers(0, 255, (150, 201, 3), np.uint8)
    Image.fromarray(pixels).save(project.folder / "photo.png")
    project.run("convoy", "predict", "segmentation", "photo.png", "--model", "1", *options)
    with Image.open(project.folder / "predictions/photo-mask.png") as mask:
        assert (mask.mode, mask.size) == ("P", (201, 150))
        assert np.array(mask).max() < 7
