"""Random changes of images whose objects have a box and a mask each."""

from __future__ import annotations

from typing import ClassVar

from pipelines.tasks.instances.features import INSTANCES
from pipelines.tasks.shared.boxes.augmentation import BoxAugmentation


class InstanceAugmentation(BoxAugmentation):
    """Changes images, and moves boxes and masks along.

    The pixels of an object whose box is dropped are no object's.
    """

    maps: ClassVar = (INSTANCES,)
