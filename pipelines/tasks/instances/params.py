"""What blocks of `params.yaml` say of objects with masks."""

from __future__ import annotations

from pydantic import Field

from pipelines.tasks.shared.boxes.params import BoxChecks


class InstanceChecks(BoxChecks):
    """What the validate stage demands of objects with masks.

    Attributes:
        tolerance: How far outside the image a box may reach, and outside its box a region, in
            pixels. What is outside the image is not learnt.
    """

    tolerance: float = Field(1.0, ge=0)
