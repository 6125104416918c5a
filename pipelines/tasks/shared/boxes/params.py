"""What blocks of `params.yaml` say of boxes."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from components.core.block import Block
from pipelines.tasks.shared.images.params import ImagePolicy
from pipelines.tasks.shared.severity import Severity


class BoxClasses(Block):
    """Which classes there are.

    Attributes:
        classes: The classes of objects, in the order of the model's outputs.
        max_boxes: The most boxes that an image may have: what is learnt has so many places,
            whether they are filled or not.
    """

    classes: tuple[str, ...] = Field(min_length=1)
    max_boxes: int = Field(100, gt=0)

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        if len(set(self.classes)) < len(self.classes):
            raise ValueError("two classes have the same name")
        return self


class BoxChecks(BoxClasses):
    """What the validate stage demands of boxes.

    Attributes:
        tolerance: How far outside the image a box may reach, in pixels. What is outside is not
            learnt.
        without_boxes: The largest share of the images that may have no box.
        untrained: Whether a class without a box in training stops the run or is only told of.
    """

    tolerance: float = Field(1.0, ge=0)
    without_boxes: float = Field(1.0, ge=0, le=1)
    untrained: Severity = "error"


class BoxPolicy(ImagePolicy):
    """Random changes of an image with boxes.

    Attributes:
        kept: The least share of its area that a box must keep in the image; one that keeps less
            is dropped.
        mosaic: The share of the images that are put together of parts of four, when training
            augments online.
    """

    kept: float = Field(0.3, gt=0, le=1)
    mosaic: float = Field(0.0, ge=0, le=1)


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
