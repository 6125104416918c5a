"""The block `augment`, as far as it is the stage's own."""

from pydantic import Field

from components.core.block import Block


class AugmentParams(Block):
    """When training examples are changed at random; a task says how.

    Attributes:
        copies: Changed copies of each training example that the augment stage writes.
        online: Whether the training input changes examples again, anew each epoch.
    """

    copies: int = Field(0, ge=0)
    online: bool = False
