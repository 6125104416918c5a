"""The blocks `evaluate` and `gate`: how the model is measured, and when it is promoted."""

from typing import Self

from pydantic import Field, model_validator

from components.core.block import Block


class EvaluateParams(Block):
    """How the trained model is measured on the test split.

    Attributes:
        batch_size: Examples that are predicted at a time.
        pictures: How many examples the pictures of the report show.
    """

    batch_size: int = Field(256, gt=0)
    pictures: int = Field(36, gt=0)


class Threshold(Block):
    """A bound of one metric; a model outside of it is never promoted.

    Attributes:
        min: The least value, where greater is better.
        max: The largest value, where less is better.
    """

    min: float | None = None
    max: float | None = None

    @model_validator(mode="after")
    def _one_bound(self) -> Self:
        if (self.min is None) == (self.max is None):
            raise ValueError("give either min (greater is better) or max (less is better)")
        return self


class GateParams(Block):
    """When a challenger becomes the champion.

    Attributes:
        thresholds: Bounds by metric name; `min` says that greater is better. A task may bring
            some by which a model that has learnt nothing is refused.
        tolerance: How much worse than the champion, absolutely, a metric may be.
        allow_interface_change: Whether inputs, outputs and classes may differ from the
            champion's.
    """

    thresholds: dict[str, Threshold] = Field(min_length=1)
    tolerance: float = Field(0.0, ge=0)
    allow_interface_change: bool = False
