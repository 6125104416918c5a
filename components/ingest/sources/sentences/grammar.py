"""Composes sentences that praise or blame, so that no word alone says which.

A clause praises or blames a thing, plainly or by the negation of the contrary. A sentence is one
clause, or two that contradict each other, of which the one that `but` leads to counts and the one
that `although` begins does not; or two that agree. Some adjectives are misspelt, which leaves the
reader in doubt.
"""

from components.ingest.draws import Rng, chance, pick
from components.ingest.sources.sentences.lexicon import (
    CONCESSIONS,
    CONTRASTS,
    COPULAS,
    FRAMES,
    INTENSIFIERS,
    NEGATIONS,
    NEGATIVE,
    POSITIVE,
    THINGS,
)

ADJECTIVES = frozenset((*POSITIVE, *NEGATIVE))

NEGATED = 0.3
INTENSIFIED = 0.3
MISSPELT = 0.08
SHAPES = {"one": 0.3, "agreeing": 0.2, "contrast": 0.25, "concession": 0.25}
"""How often each kind of sentence is."""


def compose(rng: Rng, positive: bool) -> str:
    """A sentence in small letters, punctuation parted by blanks as a tokeniser leaves it.

    Args:
        rng: Where chance comes from.
        positive: Whether it praises, all told.
    """
    first, second = (THINGS[at] for at in rng.choice(len(THINGS), 2, replace=False))
    counts = compose_clause(rng, first, positive)
    shape = pick(rng, tuple(SHAPES), tuple(SHAPES.values()))
    if shape == "agreeing":
        sentence = f"{counts} and {compose_clause(rng, second, positive)}"
    elif shape == "contrast":
        sentence = f"{compose_clause(rng, second, not positive)} , {pick(rng, CONTRASTS)} {counts}"
    elif shape == "concession":
        sentence = _concede(rng, counts, compose_clause(rng, second, not positive))
    else:
        sentence = counts
    return f"{pick(rng, FRAMES).format(_mistype(rng, sentence))} ."


def compose_clause(rng: Rng, thing: str, positive: bool) -> str:
    """A clause that praises or blames a thing."""
    negated = chance(rng, NEGATED)
    verb = pick(rng, NEGATIONS if negated else COPULAS)
    adjective = pick(rng, POSITIVE if positive != negated else NEGATIVE)
    intensifier = f"{pick(rng, INTENSIFIERS)} " if chance(rng, INTENSIFIED) else ""
    return f"the {thing} {verb} {intensifier}{adjective}"


def misspell(rng: Rng, word: str) -> str:
    """A word two neighbouring letters of which have changed places."""
    at = int(rng.integers(len(word) - 1))
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def _concede(rng: Rng, counts: str, conceded: str) -> str:
    """Both clauses, the one that does not count before or after the other."""
    word = pick(rng, CONCESSIONS)
    if chance(rng, 0.5):
        return f"{word} {conceded} , {counts}"
    return f"{counts} , {word} {conceded}"


def _mistype(rng: Rng, sentence: str) -> str:
    """The sentence with some of its adjectives misspelt."""
    return " ".join(
        misspell(rng, word) if word in ADJECTIVES and chance(rng, MISSPELT) else word
        for word in sentence.split(" ")
    )
