"""The block `prepare`: what the model is fed with."""

from typing import Literal

from pydantic import Field

from components.core.block import Block


class PrepareParams(Block):
    """What the model is fed with.

    Attributes:
        height: Height of the model's input in pixels.
        width: Width of the model's input in pixels.
        channels: 1 (grey) or 3 (RGB).
        beam_args: Flags of Beam's runner, such as `--direct_num_workers=4`.
    """

    height: int = Field(gt=0)
    width: int = Field(gt=0)
    channels: Literal[1, 3]
    beam_args: tuple[str, ...] = ("--direct_running_mode=in_memory",)
