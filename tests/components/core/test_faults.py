"""Many faults at once: the first few in the message, all of them in a file."""

from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.core.errors import ConvoyError, DataError
from components.core.faults import (
    FAULTS_FILE,
    SHOWN,
    FaultsError,
    faults_kept,
    find_repeated,
    gather,
    list_some,
    stop_at,
)


def halve(number: int) -> int:
    if number % 2:
        raise ConvoyError(f"x: {number} is odd")
    return number // 2


@given(st.lists(st.integers(0, 9)))
def test_all_that_fail_are_told_and_nothing_follows_the_first(numbers: list[int]) -> None:
    odd = [f"x: {number} is odd" for number in numbers if number % 2]
    made: list[int] = []
    with pytest.raises(FaultsError) if odd else nullcontext() as error:
        made.extend(gather("x", numbers, halve))
    assert not odd or error.value.faults == odd
    before = next((at for at, number in enumerate(numbers) if number % 2), len(numbers))
    assert made == [number // 2 for number in numbers[:before]]


def test_faults_of_faults_and_of_items_that_end_early_are_among_them() -> None:
    def items() -> Iterator[int]:
        yield from (1, 2)
        raise ConvoyError("line 3: cannot be read")

    def several(_: int) -> None:
        raise FaultsError("x", ["a", "b"])

    with pytest.raises(FaultsError) as error:
        list(gather("x", items(), several))
    assert error.value.faults == ["a", "b", "a", "b", "line 3: cannot be read"]


def test_one_fault_is_the_message() -> None:
    assert str(FaultsError("a.csv", ["a.csv: line 3: is wrong"])) == "a.csv: line 3: is wrong"


def test_a_message_of_twenty_thousand_is_short() -> None:
    faults = [f"a.json: annotation {number}: area is missing" for number in range(20_000)]
    lines = str(FaultsError("a.json", faults, Path("reports/faults.txt"))).splitlines()
    assert lines[0] == "a.json: 20,000 faults; all of them are in reports/faults.txt"
    assert lines[1:] == [*(f"  {fault}" for fault in faults[:SHOWN]), "  and 19,995 more"]


def test_nothing_stops_at_no_fault() -> None:
    stop_at("x", [])
    assert list_some(["a"]) == ["a"]


def test_what_must_be_unique() -> None:
    assert find_repeated("a.json: images", "id", [3, 1, 3, 3, 2]) == [
        "a.json: images: the id 3 occurs 3 times; it must be unique"
    ]


def test_the_file_has_them_all_and_the_message_its_name(tmp_path: Path) -> None:
    folder = tmp_path / "reports/x/ingest-failed"
    faults = [f"line {number}: \x1b[31mwrong\nhttp://u:secret@h" for number in range(SHOWN + 1)]
    named = f"all of them are in {folder / FAULTS_FILE}"
    with pytest.raises(DataError, match=named), faults_kept(folder):
        stop_at("a.csv", faults)
    written = (folder / FAULTS_FILE).read_text()
    assert written.count("\n") == len(faults)
    assert "secret" not in written
    assert "\x1b" not in written


def test_a_run_without_many_faults_leaves_no_file(tmp_path: Path) -> None:
    (tmp_path / FAULTS_FILE).write_text("of the run before")
    with pytest.raises(FaultsError), faults_kept(tmp_path):
        stop_at("x", ["a", "b"])
    assert list(tmp_path.iterdir()) == []
    with faults_kept(tmp_path / "none"):
        pass
    assert list(tmp_path.iterdir()) == []
