"""What is asked for anew until the work is done."""

import time
from threading import active_count

import pytest
from rich.progress import MofNCompleteColumn

from components.core.polling import polled


def wait_for(asked: list[int], times: int) -> None:
    end = time.monotonic() + 10
    while len(asked) < times and time.monotonic() < end:
        time.sleep(0.005)


@pytest.mark.parametrize("fails", [False, True])
def test_nobody_asks_once_the_block_has_ended(fails: bool) -> None:
    asked: list[int] = []

    def look() -> dict[str, int]:
        asked.append(0)
        return {"completed": len(asked)}

    before = active_count()
    try:
        with polled(MofNCompleteColumn(), look=look, seconds=0.001, name="score", total=9):
            wait_for(asked, 3)
            if fails:
                raise InterruptedError
    except InterruptedError:
        assert fails
    known = len(asked)
    assert known >= 3
    assert active_count() == before
    time.sleep(0.02)
    assert len(asked) == known
