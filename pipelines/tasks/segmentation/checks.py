"""What the validate stage demands of masks."""

from pydantic import Field

from pipelines.tasks.segmentation.classes import MaskClasses


class MaskChecks(MaskClasses):
    """What the validate stage demands of masks.

    Attributes:
        max_void: The largest share of an image that may be void.
        min_share: What each class must have more than of a training image on average, as a
            share of all its pixels.
    """

    max_void: float = Field(1.0, ge=0, le=1)
    min_share: float = Field(0.0, ge=0, lt=1)
