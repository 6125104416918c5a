"""What `convoy new` begins with."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from pipelines.tasks.shared.beginning import Beginning, Block, adamw

if TYPE_CHECKING:
    from pipelines.new.survey import Survey


class Instances(Beginning):
    """Objects with the pixels of each."""

    largest: ClassVar[int] = 256
    recipe: ClassVar[Block] = {"optimizer": {**adamw(0.002), "clipnorm": 5.0}, "batch_size": 8}

    def gate(self, found: Survey) -> tuple[Block, str]:
        """Some objects must be found."""
        why = "a model that finds nothing has an average precision of 0"
        return {"mask_ap50": {"min": 0.1}}, why


BEGINNING = Instances()
