import subprocess
import sys

import numpy as np
import tensorflow as tf

from components.augment.seeds import example_seeds
from components.core.parts import Tensors
from pipelines.tasks.shared.images.augmentation import ImageAugmentation
from pipelines.tasks.shared.images.geometry import Warp

PATHS = [f"{index}.png" for index in range(8)]
BATCH = {
    "image": tf.constant(np.random.default_rng(0).integers(0, 256, (8, 6, 5, 3), np.uint8)),
    "image_path": tf.constant(PATHS),
    "mirrored": tf.constant([False] * 8),
}
SEEDS = example_seeds(BATCH["image_path"], copy=0, seed=0)


class Mirrored(ImageAugmentation):
    def move(self, features: Tensors, warp: Warp) -> dict[str, tf.Tensor]:
        return {**features, "mirrored": warp.mirrored}


def test_features_move_along_with_the_image() -> None:
    augmentation = Mirrored(name="toy", augment={"horizontal_flip": True, "copies": 2})
    changed = augmentation(BATCH, SEEDS)
    assert changed.keys() == BATCH.keys()
    mirrored = changed["mirrored"].numpy()
    assert 0 < mirrored.sum() < len(PATHS)
    flipped = tf.reverse(BATCH["image"], [2])
    expected = np.where(mirrored[:, None, None, None], flipped, BATCH["image"])
    np.testing.assert_array_equal(changed["image"], expected)
    assert changed["image_path"] is BATCH["image_path"]


def test_features_stay_by_default() -> None:
    changed = ImageAugmentation(name="toy", augment={"horizontal_flip": True})(BATCH, SEEDS)
    assert not changed["mirrored"].numpy().any()


def test_nothing_moves_where_only_values_change() -> None:
    changed = Mirrored(name="toy", augment={"brightness": 0.2})(BATCH, SEEDS)
    assert changed["mirrored"] is BATCH["mirrored"]


def test_parts_load_without_tensorflow() -> None:
    module = "pipelines.tasks.shared.images.augmentation"
    code = f"import sys, {module}; sys.exit('tensorflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
