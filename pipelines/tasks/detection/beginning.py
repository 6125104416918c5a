"""What `convoy new` begins with."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from pipelines.tasks.shared.beginning import Beginning, Block, adamw

if TYPE_CHECKING:
    from pipelines.new.survey import Survey


class Boxes(Beginning):
    """Objects with a box each."""

    largest: ClassVar[int] = 256
    recipe: ClassVar[Block] = {"optimizer": adamw(0.003), "batch_size": 16}

    def gate(self, found: Survey) -> tuple[Block, str]:
        """Some objects must be found."""
        return {"ap50": {"min": 0.1}}, "a model that finds nothing has an average precision of 0"


BEGINNING = Boxes()
