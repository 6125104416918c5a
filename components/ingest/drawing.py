"""Draws images on all cores."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from joblib import Parallel, delayed

from components.core.table import Record

Seed = TypeVar("Seed")


def draw_in_parallel(draw: Callable[[Seed], Record], seeds: Iterable[Seed]) -> Iterator[Record]:
    """Draws an image for each seed, in processes of their own.

    Args:
        draw: What draws one; pickled together with the source that it belongs to.
        seeds: What it is called with.

    Yields:
        The images in the order of the seeds, each as soon as those before it are there.
    """
    yield from Parallel(n_jobs=-1, return_as="generator")(delayed(draw)(seed) for seed in seeds)
