"""Mean IoU on a drive that a network has not seen: CamVid, one drive left out at a time.

    python -m benchmarks.drives CAMVID

CamVid's 101 customary validation images are frames of a drive of which 204 more are learnt from;
most of its test images are of no such drive. So recipes are judged here by the drives that the
images of `train` and `val` come from, which their names begin with: each is tested in turn by
networks that have learnt from the others alone. Last come the customary images. Eleven classes,
void ignored, one confusion matrix over all pixels at the original 480x360, 95% intervals over the
images. Rows are FCN-8s from scratch (`recipe=camvid`) and a feature pyramid over ImageNet's weights
(`recipe=pretrained` after it; make setup EXTRAS=pretrained).
"""

import argparse
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console

from benchmarks.rows import Report, Row
from benchmarks.segmentation import METRICS, TASK
from benchmarks.workspace import Workspace

DRIVE = re.compile(r"\w{6}")
CUSTOMARY = "customary"
VARIANTS = {
    "from scratch": ("recipe=camvid",),
    "ImageNet": ("recipe=camvid", "recipe=pretrained"),
}


def main() -> None:
    """Prints a Markdown table, row by row."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("camvid", type=Path)
    parser.add_argument("--only", nargs="+", choices=list(VARIANTS), default=list(VARIANTS))
    parser.add_argument("--test", nargs="+", help=f"drives, and {CUSTOMARY}; all when left out")
    options, overrides = parser.parse_known_args()  # such as augment.tint=0.2
    console = Console(soft_wrap=True, highlight=False)
    with tempfile.TemporaryDirectory() as scratch:
        project = Path(scratch, "project")
        project.mkdir()
        folder = Path(scratch, "drives")
        shutil.copytree(options.camvid, folder / CUSTOMARY)
        folds = [*leave_out(options.camvid, folder), folder / CUSTOMARY]
        chosen = choose(folds, options.test)
        report = Report(Workspace(project), METRICS, folder, told=METRICS[:1])
        report.run(rows(options.only, chosen, overrides), console)


def choose(folds: Sequence[Path], names: Sequence[str] | None) -> Sequence[Path]:
    """The folds of these names; all of them without names."""
    if unknown := {*(names or ())} - {fold.name for fold in folds}:
        raise SystemExit(f"no drive {', '.join(unknown)}; overrides go before --test")
    return [fold for fold in folds if not names or fold.name in names]


def rows(variants: Sequence[str], folds: Sequence[Path], overrides: Sequence[str]) -> Iterator[Row]:
    """A run a variant and drive."""
    for variant in variants:
        for fold in folds:
            words = (*VARIANTS[variant], f"source.path={fold}", *overrides)
            yield Row(f"{variant}, tested on {fold.name}", TASK, words)


def leave_out(camvid: Path, folder: Path) -> list[Path]:
    """Makes a folder a drive: its images are in `val`, and those of the others in `train`."""
    images = [image for image in sorted(camvid.glob("*/images/*")) if find_drive(image)]
    folds = [folder / drive for drive in sorted({find_drive(image) for image in images})]
    for fold in folds:
        for image in images:
            split = "val" if find_drive(image) == fold.name else "train"
            (mask,) = image.parents[1].glob(f"masks/{image.stem}.*")
            for file in (image, mask):
                target = fold / split / file.parent.name / file.name
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(file, target)
    return folds


def find_drive(image: Path) -> str:
    """The drive that an image is a frame of; nothing for other files."""
    found = DRIVE.match(image.name)
    return found[0] if found else ""


if __name__ == "__main__":
    main()
