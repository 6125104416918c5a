"""Many faults of the data, told at once: the first few in the message, all of them in a file."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from components.core.errors import ConvoyError, DataError
from components.core.text import sentence

SHOWN = 5
"""Faults that a message shows; more than these go to a file."""

FAULTS_FILE = "faults.txt"

Item = TypeVar("Item")
Made = TypeVar("Made")


class FaultsError(DataError):
    """Data with one fault or many.

    The message is the fault itself or, of several, how many there are and the first few.

    Attributes:
        heading: What the faults are found in.
        faults: All of them; each names its place and the rule it breaks.
    """

    def __init__(self, heading: str, faults: Sequence[str], file: Path | None = None) -> None:
        """Words the message.

        Args:
            heading: What the faults are found in: a file, or the name of a task.
            faults: One at least.
            file: Where all of them stand, if anywhere.
        """
        super().__init__(_describe(heading, faults, file))
        self.heading = heading
        self.faults = faults


def _describe(heading: str, faults: Sequence[str], file: Path | None) -> str:
    if len(faults) == 1:
        return faults[0]
    where = f"; all of them are in {file}" if file else ""
    lines = (f"  {line}" for line in list_some(faults))
    return "\n".join([f"{heading}: {len(faults):,} faults{where}", *lines])


def list_some(lines: Sequence[str], shown: int = SHOWN) -> list[str]:
    """The first few lines, and one that says how many more there are."""
    more = [f"and {len(lines) - shown:,} more"] if len(lines) > shown else []
    return [*lines[:shown], *more]


def stop_at(heading: str, faults: Sequence[str]) -> None:
    """Stops at faults that were gathered.

    Raises:
        FaultsError: When there is one.
    """
    if faults:
        raise FaultsError(heading, faults)


def faults_of(check: Callable[[], object]) -> Sequence[str]:
    """What a check finds: the faults of the error that it raises, or none."""
    try:
        check()
    except ConvoyError as error:
        return _faults(error)
    return []


def _faults(error: ConvoyError) -> Sequence[str]:
    return error.faults if isinstance(error, FaultsError) else [str(error)]


def gather(heading: str, items: Iterable[Item], make: Callable[[Item], Made]) -> Iterator[Made]:
    """Yields what is made of each item; all items that nothing can be made of are told at once.

    From the first of them on nothing is yielded: what follows would be thrown away.

    Args:
        heading: What a message about several begins with: the file that they are in.
        items: The items, taken one at a time.
        make: Raises a `ConvoyError` that names the item's place.

    Raises:
        FaultsError: At the end, with all faults.
    """
    faults: list[str] = []
    try:
        for item in items:
            try:
                made = make(item)
            except ConvoyError as error:
                faults += _faults(error)
            else:
                if not faults:
                    yield made
    except ConvoyError as error:  # of the items themselves, which end there
        faults += _faults(error)
    stop_at(heading, faults)


def find_repeated(place: str, key: str, values: Iterable[Hashable]) -> list[str]:
    """A fault for each value that occurs more than once, where each must be unique.

    Args:
        place: What the values are in: a file and a list in it.
        key: What they are called there.
        values: The values, in order.
    """
    return [
        f"{place}: the {key} {value!r} occurs {count:,} times; it must be unique"
        for value, count in Counter(values).items()
        if count > 1
    ]


@contextmanager
def faults_kept(folder: Path) -> Iterator[None]:
    """Keeps the faults that are too many for a message in a file that the message then names.

    Args:
        folder: Gets `faults.txt`, a line a fault; an earlier one is removed.

    Raises:
        FaultsError: The one that was raised, with the file's name in its message.
    """
    file = folder / FAULTS_FILE
    file.unlink(missing_ok=True)
    try:
        yield
    except FaultsError as error:
        if len(error.faults) <= SHOWN:
            raise
        folder.mkdir(parents=True, exist_ok=True)
        lines = "".join(f"{sentence(fault)}\n" for fault in error.faults)
        file.write_text(lines, encoding="utf-8", errors="backslashreplace")
        raise FaultsError(error.heading, error.faults, file) from None
