"""The optional columns of a table of samples that say what they belong to: `split` and `group`."""

from collections.abc import Collection, Mapping, Sequence

from components.core.errors import ConvoyError
from components.core.table import GROUP, SPLITS

SPLIT = "split"
ASSIGNED = (SPLIT, GROUP)


def parse_assigned(cells: Mapping[str, str], place: str) -> tuple[str | None, str | None]:
    """The split and the group of a row; None for an empty cell or an absent column.

    Args:
        cells: The row's cells by column.
        place: What an error message begins with.

    Raises:
        ConvoyError: When there is no such split.
    """
    split, group = (cells.get(name, "").strip() or None for name in ASSIGNED)
    if split not in (None, *SPLITS):
        raise ConvoyError(f"{place}: unknown split {split!r}; there are {', '.join(SPLITS)}")
    return split, group


def find_missing(found: Collection[str | None]) -> Sequence[str]:
    """The splits to be carved out of the training samples, where some rows have a split.

    Args:
        found: What `split` is in the rows.
    """
    named = set(found).intersection(SPLITS)
    return [name for name in SPLITS[1:] if named and name not in named]
