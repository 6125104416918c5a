"""Sentences that praise or blame, composed by convoy itself; needs no network.

Negations and mixed clauses leave a bag of words in doubt, slips of the pen whoever reads them.
"""

from collections.abc import Iterator
from itertools import count
from typing import ClassVar

import numpy as np
from pydantic import Field

from components.core.parts import Sample
from components.core.table import Record
from components.ingest.sources import base
from components.samples.text import TextSample

LABELS = ("negative", "positive")


class Source(base.Source):
    """`path` is the folder of the grammar, `sentences`: what DVC can watch.

    Attributes:
        count: The number of sentences, no two of them the same.
        seed: Another seed composes other sentences.
    """

    gives: ClassVar = frozenset({"label"})
    brings: ClassVar[type[Sample]] = TextSample

    count: int = Field(6_000, gt=0)
    seed: int = Field(0, ge=0)

    def read(self) -> Iterator[Record]:
        """Yields `sentences/00000` onwards with `label`; each depends on those before it only."""
        from components.ingest.sources.sentences.grammar import compose

        composed: set[str] = set()
        for number in count():
            if len(composed) == self.count:
                return
            rng = np.random.default_rng((self.seed, number))
            positive = bool(rng.integers(2))
            sentence = compose(rng, positive)
            if sentence not in composed:
                path = f"sentences/{len(composed):05}"
                composed.add(sentence)
                yield Record(sentence.encode(), path, {"label": LABELS[positive]})
