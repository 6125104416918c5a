"""What a person sees after the augment stage."""

from collections.abc import Iterator

from components.augment.params import AugmentParams
from components.core.parts import Augmentation
from components.core.task import Spec
from pipelines.reports.terminal import PlainTable

Amount = float | bool | tuple[int, int]
"""How far a change goes, whether half of the examples are changed, or height and width."""


def policy_table(spec: Spec) -> PlainTable:
    """What is changed in training examples and how far, for the terminal."""
    table = PlainTable("change", "at most", title="training examples")
    for name, amount in _amounts(spec.augmentation):
        if amount:
            table.add_row(name, _describe(amount))
    params = spec.block("augment", AugmentParams)
    table.add_section()
    table.add_row("copies of each", str(params.copies))
    table.add_row("anew in every epoch", "yes" if params.online else "no")
    return table


def _describe(amount: Amount) -> str:
    if isinstance(amount, tuple):
        return " x ".join(map(str, amount))
    return "half of them" if amount is True else f"{amount:g}"


def _amounts(augmentation: Augmentation) -> Iterator[tuple[str, Amount]]:
    """What the block `augment` says of an augmentation: how far, then whether at all.

    What the stage itself reads of it is left out.
    """
    own = getattr(augmentation, "augment", ())
    amounts = [pair for pair in own if pair[0] not in AugmentParams.model_fields]
    yield from sorted(amounts, key=lambda pair: isinstance(pair[1], bool))
