"""The size of what is looked into; nothing heavy is loaded to tell it."""

from components.core.errors import ConvoyError
from components.core.layout import report_folder
from components.core.task import Spec

IMAGE_RANK = 3


def image_sides(spec: Spec) -> list[int]:
    """Height, width and channels of what a task's network takes.

    Raises:
        ConvoyError: When its samples are no images, or are of any size.
    """
    shape = [side for side in spec.sample.shape if side is not None]
    if len(shape) != IMAGE_RANK:
        raise ConvoyError(
            f"convoy explain: {spec.name} takes no images, which it looks into; what its "
            f"evaluation says of the model is in {report_folder(spec.name, 'evaluate')}"
        )
    return shape
