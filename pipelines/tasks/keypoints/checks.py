"""What the validate stage demands of the points of faces."""

from pydantic import Field

from components.core.block import Block
from pipelines.tasks.shared.severity import Severity


class KeypointChecks(Block):
    """What the validate stage demands of the points of faces.

    Attributes:
        tolerance: How far outside the image a point may be, in pixels.
        outside: Whether a point farther out stops the run or is only told of.
        swapped: Whether a left point at a smaller x than its right counterpart stops the run.
        missing: The largest share of the rows in which one and the same point may be missing.
    """

    tolerance: float = Field(0.0, ge=0)
    outside: Severity = "error"
    swapped: Severity = "warning"
    missing: float = Field(1.0, ge=0, le=1)
