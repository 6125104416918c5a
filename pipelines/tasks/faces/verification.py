"""Whether pairs of photos are of one person, told by a threshold on their distance.

Distances are cosine distances, 1 less the cosine: 0 to 2. A pair is accepted, taken for one person,
when its distance is at most the threshold. Pairs may be weighted, as in bootstraps over people.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Curve:
    """What every threshold would accept, from none to all pairs.

    Attributes:
        thresholds: The distances that occur, ascending, before them minus infinity.
        false: The share of the pairs of two people that each accepts.
        true: The share of the pairs of one person that each accepts.
    """

    thresholds: np.ndarray
    false: np.ndarray
    true: np.ndarray

    @classmethod
    def of(cls, distances: np.ndarray, same: np.ndarray, weights: np.ndarray) -> Curve:
        """The curve of some pairs.

        Args:
            distances: Ascending, float `[pairs]`.
            same: Whether each pair is of one person, bool `[pairs]`; both kinds occur.
            weights: How often each pair counts, `[pairs]`; some of both kinds above 0.
        """
        last = np.append(distances[1:] > distances[:-1], True)  # pairs of one distance go together
        false, true = (np.cumsum(weights * kind)[last] for kind in (~same, same))
        begin = np.zeros(1)
        return cls(
            np.append(-np.inf, distances[last]),
            np.append(begin, false / false[-1]),
            np.append(begin, true / true[-1]),
        )

    def area(self) -> float:
        """The area under the ROC curve."""
        heights = (self.true[1:] + self.true[:-1]) / 2
        return float((np.diff(self.false) * heights).sum())

    def equal_error(self) -> float:
        """The rate at which as many pairs of one person are refused as of two are accepted.

        Between two thresholds both rates are taken for straight lines.
        """
        gap = self.false + self.true - 1  # from -1 to 1
        after = int(np.argmax(gap >= 0))
        share = -gap[after - 1] / (gap[after] - gap[after - 1])
        return float(self.false[after - 1] + share * (self.false[after] - self.false[after - 1]))

    def true_accepts(self, false_accepts: float) -> float:
        """The share of the pairs of one person accepted where at most so many others are.

        Args:
            false_accepts: A share of the pairs of two people.
        """
        return float(self.true[self.false <= false_accepts].max())

    def threshold_of(self, false_accepts: float) -> float:
        """The greatest threshold, 0 at least, that accepts at most so many pairs of two people.

        Args:
            false_accepts: A share of them.
        """
        return max(float(self.thresholds[self.false <= false_accepts][-1]), 0.0)

    def best_threshold(self) -> float:
        """The threshold of the greatest accuracy, in the middle of a gap between two distances."""
        best = int(np.argmax(self.true - self.false))
        if not best:  # worse than chance: nothing is accepted
            return float(np.nextafter(self.thresholds[1], -np.inf))
        if best + 1 == len(self.thresholds):
            return float(self.thresholds[best])
        return float(self.thresholds[best : best + 2].mean())

    def accuracy(self, threshold: float) -> float:
        """The mean of the shares of both kinds of pairs that a threshold tells right.

        Where there are as many of one person as of two, that is the share of all pairs.
        """
        at = int(np.searchsorted(self.thresholds, threshold, side="right")) - 1
        return float((self.true[at] + 1 - self.false[at]) / 2)
