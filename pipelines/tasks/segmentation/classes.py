"""The classes of pixels, as `checks` in `params.yaml` names them."""

from __future__ import annotations

from pydantic import Field, model_validator

from components.core.block import Block
from components.core.masks import VOID


class MaskClasses(Block):
    """Which classes there are.

    Attributes:
        classes: The classes; a pixel of a mask is the index of its class.
        void: The value of pixels that have none; they are left out of loss and metrics.
    """

    classes: tuple[str, ...] = Field(min_length=2, max_length=VOID)
    void: int = Field(VOID, ge=0, le=VOID)

    @model_validator(mode="after")
    def _values_differ(self) -> MaskClasses:
        if len(set(self.classes)) < len(self.classes):
            raise ValueError("two classes have the same name")
        if self.void < len(self.classes):
            raise ValueError(f"void ({self.void}) is the index of {self.classes[self.void]}")
        return self
