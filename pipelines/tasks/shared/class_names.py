"""The names of classes, which rules, features and outputs go by."""

from pydantic import Field, field_validator

from components.core.block import Block

LABEL = "label"
"""The column of a sample's class."""


class ClassNames(Block):
    """Which classes there are.

    Attributes:
        classes: The classes, in the order of the model's outputs; null takes those of the
            training split, the most frequent first.
    """

    classes: tuple[str, ...] | None = Field(None, min_length=2)

    @field_validator("classes")
    @classmethod
    def _name_once(cls, classes: tuple[str, ...] | None) -> tuple[str, ...] | None:
        if classes and len(set(classes)) < len(classes):
            raise ValueError("each of the classes must have a name of its own")
        return classes
