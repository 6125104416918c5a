"""The block `checks`: what the validate stage demands."""

from typing import Literal

from pydantic import Field

from components.core.block import Block


class CheckParams(Block):
    """What the validate stage demands of the table.

    Attributes:
        height: Declared height of every image in pixels; null for any.
        width: Declared width of every image in pixels; null for any.
        channels: Declared channels of every image (1, 3 or 4); null for any.
    """

    height: int | None = Field(None, gt=0)
    width: int | None = Field(None, gt=0)
    channels: Literal[1, 3, 4] | None = None
