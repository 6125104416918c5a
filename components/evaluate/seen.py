"""Test samples that a model has seen in training: by those it must not win."""

from collections.abc import Sequence
from dataclasses import dataclass

from components.core.examples import read_raw
from components.core.task import Spec
from components.evaluate.measurement import sample_hash
from components.evaluate.params import EvaluateParams

Hashes = frozenset[str]
"""SHA-256 of encoded samples."""


@dataclass(frozen=True)
class Seen:
    """The test samples, and which of them two models have seen.

    Attributes:
        samples: The hash of each test sample.
        challenger: What the challenger has seen of them.
        champion: What the champion has seen of them.
    """

    samples: Sequence[str]
    challenger: Hashes
    champion: Hashes

    @property
    def either(self) -> Hashes:
        """What at least one of them has seen."""
        return self.challenger | self.champion

    def left(self, seen: Hashes) -> int:
        """How many samples are left without some."""
        return sum(sample not in seen for sample in self.samples)

    @property
    def refusal(self) -> str | None:
        """Why the models cannot be compared; None when they can."""
        if not self.either or self.left(self.either):
            return None
        total = len(self.samples)
        return (
            f"none of the {total} test samples is left to judge by: the challenger has seen "
            f"{total - self.left(self.challenger)}, the champion {total - self.left(self.champion)}"
        )

    @property
    def notes(self) -> list[str]:
        """A sentence for each model that has seen samples: these are left out."""
        return [
            *self._note("challenger", self.challenger, self.challenger, "measured", "it has not"),
            *self._note("champion", self.champion, self.either, "compared", "neither model has"),
        ]

    def _note(self, model: str, seen: Hashes, left_out: Hashes, done: str, who: str) -> list[str]:
        total, left = len(self.samples), self.left(left_out)
        sentence = f"the {model} has seen {total - self.left(seen)} of the {total} test samples"
        return [f"{sentence}; {done} on the {left} that {who} seen"] if seen else []


def find_seen(spec: Spec, files: Sequence[str], challenger: Hashes, champion: Hashes) -> Seen:
    """Looks for the test samples among those that two models were trained and chosen by.

    Args:
        spec: The task.
        files: The raw examples of the test split.
        challenger: What the challenger has seen.
        champion: What the champion has seen.
    """
    batch_size = spec.block("evaluate", EvaluateParams).batch_size
    batches = read_raw(files, spec.sample, spec.labels, batch_size)
    samples = [sample_hash(row, spec) for rows in batches for row in rows]
    return Seen(samples, challenger.intersection(samples), champion.intersection(samples))
