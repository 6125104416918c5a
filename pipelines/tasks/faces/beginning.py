"""What `convoy new` begins with."""

from typing import ClassVar

from pipelines.tasks.shared.beginning import Beginning, Block, adamw


class People(Beginning):
    """Photos of people."""

    recipe: ClassVar[Block] = {"optimizer": adamw(0.003), "batch_size": 64}


BEGINNING = People()
