"""Random changes of images, for every task of images."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.core.parts import Augmentation, Tensors
from pipelines.tasks.shared.images.params import ImagePolicy
from pipelines.tasks.shared.images.policy import augment

if TYPE_CHECKING:
    import tensorflow as tf

    from pipelines.tasks.shared.images.geometry import Warp


class ImageAugmentation(Augmentation):
    """Changes images as `augment` in `params.yaml` says; features move along by `move`.

    The images are in the column `image`: uint8 `[batch, height, width, channels]`, all but the
    batch static.
    """

    augment: ImagePolicy

    @property
    def window(self) -> tuple[int, int] | None:
        """Height and width of what is cut out of each image; None, all of it, by default."""
        return None

    def __call__(self, batch: Tensors, seeds: tf.Tensor) -> dict[str, tf.Tensor]:
        """Changes images, and with them the features that depend on where things are."""
        features = {name: value for name, value in batch.items() if name != "image"}
        policy = (self.augment, self.move, self.window)
        images, moved = augment(batch["image"], features, seeds, *policy)
        return {"image": images, **moved}

    def move(self, features: Tensors, warp: Warp) -> dict[str, tf.Tensor]:
        """Moves features along with the images; unchanged by default.

        Args:
            features: The unpacked features, `[batch, ...]` each; called where images move.
            warp: How the images move.
        """
        return dict(features)
