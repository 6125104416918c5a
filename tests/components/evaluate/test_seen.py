import pytest

from components.core.task import Spec
from components.evaluate.seen import Seen, find_seen
from tests.registered import TestSplit, hash_of

SAMPLES = [f"{at}" for at in range(10)]


def seen(challenger: str = "", champion: str = "") -> Seen:
    return Seen(SAMPLES, frozenset(challenger), frozenset(champion))


def test_the_test_samples_are_looked_for_by_their_bytes(spec: Spec, test_split: TestSplit) -> None:
    files = test_split([(10, "dark"), (250, "bright"), (10, "dark")])
    found = find_seen(
        spec, files.test, frozenset([hash_of(7)]), frozenset([hash_of(7), hash_of(10)])
    )
    assert found.samples == [hash_of(10), hash_of(250), hash_of(10)]
    assert (found.challenger, found.champion) == (set(), {hash_of(10)})
    assert found.left(found.champion) == 1  # both copies are left out


def test_nothing_is_said_where_nothing_was_seen() -> None:
    assert seen().notes == []
    assert seen().refusal is None


@pytest.mark.parametrize(
    ("models", "notes"),
    [
        (
            {"champion": "12"},
            ["the champion has seen 2 of the 10 test samples; "
             "compared on the 8 that neither model has seen"],
        ),
        (
            {"challenger": "1"},
            ["the challenger has seen 1 of the 10 test samples; "
             "measured on the 9 that it has not seen"],
        ),
        (
            {"challenger": "123", "champion": "34"},
            ["the challenger has seen 3 of the 10 test samples; "
             "measured on the 7 that it has not seen",
             "the champion has seen 2 of the 10 test samples; "
             "compared on the 6 that neither model has seen"],
        ),
    ],
)  # fmt: skip
def test_what_is_left_out_is_said(models: dict[str, str], notes: list[str]) -> None:
    assert seen(**models).notes == notes
    assert seen(**models).refusal is None


def test_without_a_sample_that_neither_has_seen_there_is_no_comparison() -> None:
    assert seen("01234", "456789").refusal == (
        "none of the 10 test samples is left to judge by: the challenger has seen 5, the champion 6"
    )
