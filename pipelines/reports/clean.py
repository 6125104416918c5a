"""What `convoy clean` says."""

from collections.abc import Iterable, Iterator

from rich.filesize import decimal

from pipelines.clean import Orphan


def describe_orphans(orphans: Iterable[Orphan], removed: bool) -> Iterator[str]:
    """A line for each as it is found, so that names can be copied, and one for all.

    Args:
        orphans: What was found.
        removed: Whether it has been removed.
    """
    count = size = 0
    for orphan in orphans:
        yield f"{orphan.name}: {orphan.what}, {decimal(orphan.size)}"
        count, size = count + 1, size + orphan.size
    done = "removed" if removed else "left over; `convoy clean --yes` removes it"
    yield f"{decimal(size)} {done}" if count else "nothing is left over"
