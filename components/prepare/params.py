"""The block `prepare`, as far as it is the stage's own."""

from components.core.block import Block


class PrepareParams(Block):
    """How the examples are made.

    Attributes:
        beam_args: Flags of Beam's runner, such as `--direct_num_workers=4`.
    """

    beam_args: tuple[str, ...] = ("--direct_running_mode=in_memory",)
