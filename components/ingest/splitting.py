"""Assigns samples to splits: stratified, reproducible, one sample at a time."""

import hashlib
import itertools
from collections.abc import Iterator, Mapping

import numpy as np

from components.core.errors import ConvoyError

LARGEST_BLOCK = 100
NEARLY_WHOLE = 0.01


class Splitter:
    """Cuts each stratum into blocks and shuffles the splits within a block.

    A block is the least number of samples that the shares divide without remainder: 10 for
    0.8, 0.1 and 0.1. So every stratum keeps the shares exactly, up to its last block, and
    samples that are appended later change no earlier assignment. A group counts as one sample of
    the stratum in which it is met first.
    """

    def __init__(
        self, shares: Mapping[str, float], seed: int, known: Mapping[str, str] | None = None
    ) -> None:
        """Takes the share of each split.

        Args:
            shares: Positive weights by split; they need not sum to 1.
            seed: Seed of the shuffle.
            known: The split of each group of which there are samples already.

        Raises:
            ConvoyError: When a share is too small to have a sample in a block.
        """
        self._block = divide_block(shares)
        self._groups = dict(known or {})
        self._seed = seed
        self._strata: dict[str, Iterator[str]] = {}

    def assign(self, stratum: str, group: str | None = None) -> str:
        """The split of the next sample of a stratum; of a group, that of its first sample."""
        if group in self._groups:
            return self._groups[group]
        split = next(self._strata.setdefault(stratum, self._splits(stratum)))
        if group is not None:
            self._groups[group] = split
        return split

    def _splits(self, stratum: str) -> Iterator[str]:
        for number in itertools.count():
            order = sorted(
                range(len(self._block)), key=lambda at: self._digest(number, at, stratum)
            )
            yield from (self._block[at] for at in order)

    def _digest(self, block: int, position: int, stratum: str) -> bytes:
        # a hash, unlike numpy's generators, is the same in every version of every library
        return hashlib.sha256(f"{self._seed}/{block}/{position}/{stratum}".encode()).digest()


def divide_block(shares: Mapping[str, float]) -> tuple[str, ...]:
    """The splits of one block, in order.

    Args:
        shares: Positive weights by split; they need not sum to 1.

    Returns:
        The smallest block of which every share is whole, within a hundredth of a sample;
        if none of up to 100 samples will do, 100 with the shares rounded.

    Raises:
        ConvoyError: When a share is too small to have a sample in a block.
    """
    weights = np.array(list(shares.values()))
    ends = np.cumsum(weights) / weights.sum()
    for size in range(1, LARGEST_BLOCK + 1):
        counts = np.diff(np.rint(ends * size), prepend=0).astype(int)
        error = np.abs(counts - weights / weights.sum() * size).max()
        if counts.min() > 0 and error <= NEARLY_WHOLE:
            break
    for split, count in zip(shares, counts, strict=True):
        if count == 0:
            raise ConvoyError(
                f"source.splits.{split}: {shares[split]:g} is too small; a split needs "
                f"at least one sample in {LARGEST_BLOCK}"
            )
    return tuple(np.repeat(list(shares), counts).tolist())
