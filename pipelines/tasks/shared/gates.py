"""Gates that several tasks share."""

from pydantic import Field

from components.evaluate.params import GateParams, Threshold
from pipelines.tasks.shared import confusion


class KappaGate(GateParams):
    """When a challenger becomes the champion.

    Attributes:
        thresholds: Bounds by metric name; `min` says that greater is better. By default a
            model must be better than chance.
    """

    thresholds: dict[str, Threshold] = Field(
        {"kappa": Threshold(min=confusion.SLIGHT)}, min_length=1
    )
