"""Mean IoU of the segmentation networks on CamVid's validation images.

    python -m benchmarks.segmentation /path/to/camvid --epochs 20

Protocol: 11 classes, void ignored, the 101 customary validation images as the test split, one
confusion matrix over all their pixels at the original 480x360. Networks are trained from scratch
on 347 of the 367 training images at 240x180; the other 20 are watched while training. First a
classifier of rendered things is registered, from whose backbone the transferred row starts.
"""

import argparse
import tempfile
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console

from benchmarks.rows import Report, Row
from benchmarks.workspace import Workspace

TASK = "segmentation"
CLASSES = ("sky", "building", "pole", "road", "pavement", "tree")
OBJECTS = ("sign", "fence", "car", "pedestrian", "bicyclist")
PUBLISHED = (
    "train.options.width=16",
    "train.options.depth=4",
    "train.options.stride=1",
    "train.options.up_convolutions=2",
)
"""U-Net as published, but for its width."""
METRICS = (
    "mean_iou",
    "frequency_weighted_iou",
    "pixel_accuracy",
    "mean_class_accuracy",
    *(f"iou/{name}" for name in CLASSES + OBJECTS),
)


def rows(camvid: Path, epochs: int) -> Iterator[Row]:
    """The rows of the table."""

    def row(name: str, *overrides: str, length: int = epochs) -> Row:
        words = ("recipe=camvid", f"source.path={camvid}", f"train.epochs={length}", *overrides)
        return Row(name, TASK, words)

    yield row("FCN-8s")
    yield row("FCN-32s", "train.options.stride=32")
    yield row("U-Net", "train.model=unet", *PUBLISHED)
    yield row("FCN-8s, not augmented", "augment.online=false")
    yield row("FCN-8s, class weights", "train.pixel_weights=median_frequency")
    yield Row("classifier of things", "objects", ("train.options.backbone=resnet18",))
    yield row("FCN-8s, transferred", "train.initial_weights=models:/objects/1")
    yield row("FCN-8s, longer", length=4 * epochs)


def main() -> None:
    """Prints a Markdown table, row by row."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("camvid", type=Path)
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--folder", type=Path, help="an empty folder to keep the runs in")
    options = parser.parse_args()
    camvid = options.camvid.resolve()
    console = Console(soft_wrap=True, highlight=False)
    with tempfile.TemporaryDirectory() as folder:
        report = Report(Workspace(options.folder or Path(folder)), METRICS, camvid)
        report.run(rows(camvid, options.epochs), console)


if __name__ == "__main__":
    main()
