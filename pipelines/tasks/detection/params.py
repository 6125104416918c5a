"""What the blocks of `params.yaml` say of detection."""

from pydantic import Field

from components.core.block import Block


class Suppression(Block):
    """Which of the suggested boxes a served model gives; part of the model.

    Attributes:
        confidence: How sure the network must be of a box, at least.
        overlap: Of two boxes of one class with an intersection over union of at least so much,
            the one goes of which the network is less sure.
        most: The most boxes of an image.
    """

    confidence: float = Field(0.02, ge=0, le=1)
    overlap: float = Field(0.5, gt=0, le=1)
    most: int = Field(100, gt=0)


class Shown(Block):
    """Which boxes of a prediction are shown, and become rows.

    Attributes:
        confidence: How sure the model must be of them, at least.
    """

    confidence: float = Field(0.4, ge=0, le=1)
