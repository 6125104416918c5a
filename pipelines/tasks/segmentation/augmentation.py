"""Random changes of images with masks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.core.masks import VOID
from components.core.parts import Tensors
from pipelines.tasks.shared.images.augmentation import ImageAugmentation
from pipelines.tasks.shared.images.params import WindowPolicy

if TYPE_CHECKING:
    import tensorflow as tf

    from pipelines.tasks.shared.images.geometry import Warp


class MaskAugmentation(ImageAugmentation):
    """Moves images and their masks together."""

    augment: WindowPolicy

    @property
    def window(self) -> tuple[int, int] | None:
        """What `augment.window` says."""
        return self.augment.window

    def move(self, features: Tensors, warp: Warp) -> dict[str, tf.Tensor]:
        """Moves the masks; what comes from outside the image is void."""
        return {**features, "mask": warp.masks(features["mask"], fill=VOID)}
