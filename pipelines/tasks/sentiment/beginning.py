"""What `convoy new` begins with."""

from typing import ClassVar

from pipelines.tasks.shared.beginning import Block, OneOfTwo, adamw


class Texts(OneOfTwo):
    """Texts of two classes."""

    recipe: ClassVar[Block] = {"optimizer": adamw(0.001), "early_stopping": 3}


BEGINNING = Texts()
