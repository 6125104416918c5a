"""From which distance on data count as drifted."""

from pydantic import Field

from components.core.block import Block


class DriftParams(Block):
    """From which distance on data count as drifted; each lies between 0 and 1.

    Attributes:
        labels: L-infinity distance between the frequencies of classes; Jensen-Shannon
            divergence of numbers and points; change of the share that is missing.
        samples: The same distances of what the samples are like, such as brightness.
    """

    labels: float = Field(0.1, gt=0, le=1)
    samples: float = Field(0.2, gt=0, le=1)
