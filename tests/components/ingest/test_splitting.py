"""Splitting: exact shares, stability and independence of the strata."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.core.errors import ConvoyError
from components.ingest.splitting import Splitter, divide_block

SHARES = {"train": 0.8, "val": 0.1, "test": 0.1}

strata = st.lists(st.sampled_from("abc"), max_size=200)


def assign(names: list[str], seed: int = 0) -> list[str]:
    splitter = Splitter(SHARES, seed)
    return [splitter.assign(name) for name in names]


@pytest.mark.parametrize(
    ("shares", "counts"),
    [
        ((0.8, 0.1, 0.1), (8, 1, 1)),
        ((0.7, 0.15, 0.15), (14, 3, 3)),
        ((0.5, 0.25, 0.25), (2, 1, 1)),
        ((0.98, 0.01, 0.01), (98, 1, 1)),
        ((1 / 3, 1 / 3, 1 / 3), (1, 1, 1)),
        ((0.333, 0.333, 0.334), (1, 1, 1)),
        ((0.8, 0.1), (8, 1)),
        ((0.123, 0.456, 0.421), (12, 46, 42)),
        ((1.0,), (1,)),
    ],
)
def test_smallest_block(shares: tuple[float, ...], counts: tuple[int, ...]) -> None:
    names = ("train", "val", "test")[: len(shares)]
    block = divide_block(dict(zip(names, shares, strict=True)))
    assert block == tuple(
        name for name, count in zip(names, counts, strict=True) for _ in range(count)
    )


@given(st.lists(st.integers(1, 1000), min_size=1, max_size=3))
def test_shares_are_kept_to_a_hundredth(weights: list[int]) -> None:
    names = ("train", "val", "test")[: len(weights)]
    shares = {name: weight / sum(weights) for name, weight in zip(names, weights, strict=True)}
    if min(shares.values()) < 0.01:
        return
    block = divide_block(shares)
    assert len(block) <= 100
    for name, share in shares.items():
        assert block.count(name) / len(block) == pytest.approx(share, abs=0.01)


def test_a_share_too_small_for_a_block() -> None:
    with pytest.raises(ConvoyError, match=r"source\.splits\.val: 0\.001 is too small"):
        divide_block({"train": 0.8, "val": 0.001, "test": 0.199})


@given(strata, st.integers(0, 2**32))
def test_every_whole_block_of_a_stratum_has_the_exact_shares(names: list[str], seed: int) -> None:
    splits = assign(names, seed)
    for stratum in "abc":
        own = [split for name, split in zip(names, splits, strict=True) if name == stratum]
        for begin in range(0, len(own) - 9, 10):
            assert Counter(own[begin : begin + 10]) == {"train": 8, "val": 1, "test": 1}


@given(strata, strata)
def test_appending_changes_no_earlier_assignment(names: list[str], more: list[str]) -> None:
    assert assign(names + more)[: len(names)] == assign(names)


@given(strata)
def test_strata_do_not_influence_each_other(names: list[str]) -> None:
    together = assign(names)
    for stratum in "abc":
        alone = assign([name for name in names if name == stratum])
        assert alone == [s for name, s in zip(names, together, strict=True) if name == stratum]


def test_the_seed_and_the_stratum_change_the_order() -> None:
    orders = {tuple(assign([name] * 50, seed)) for name in "abc" for seed in range(5)}
    assert len(orders) == 15


def test_blocks_differ() -> None:
    splits = assign(["a"] * 100)
    assert len({tuple(splits[begin : begin + 10]) for begin in range(0, 100, 10)}) > 5


def test_assignments_never_change_between_versions() -> None:
    second_letters = "".join(split[1] for split in assign(["7"] * 20))
    assert second_letters == "arrerrrrrrrrrrrrarer"


members = st.lists(st.tuples(st.sampled_from("abc"), st.none() | st.integers(0, 20)), max_size=100)


@given(members)
def test_a_group_is_never_divided_and_counts_as_its_first_sample(
    samples: list[tuple[str, int | None]],
) -> None:
    splitter, alone = Splitter(SHARES, 0), Splitter(SHARES, 0)
    expected: dict[int, str] = {}
    for stratum, group in samples:
        split = splitter.assign(stratum, group if group is None else str(group))
        if group is None:
            assert split == alone.assign(stratum)
        elif group not in expected:
            expected[group] = alone.assign(stratum)
        if group is not None:
            assert split == expected[group]


def test_known_groups_stay_where_they_are() -> None:
    splitter = Splitter(SHARES, 0, {"anna": "test"})
    assert {splitter.assign("a", "anna") for _ in range(10)} == {"test"}
