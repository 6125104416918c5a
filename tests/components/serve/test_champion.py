import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.core.parts import Prediction
from components.core.served_model import ServedModel
from components.serve.champion import MOST_DECODED, Champion, Outcome, split_by_cost
from components.serve.meters import Meters
from components.serve.params import ServeParams
from tests.bombs import large_jpeg
from tests.tables import image_sample
from tests.toys import png

COSTS = st.integers(0, 2 * MOST_DECODED)


@given(st.lists(COSTS, min_size=1, max_size=40))
def test_no_part_of_a_batch_takes_more_than_is_allowed(costs: list[int]) -> None:
    samples = [at.to_bytes(2) for at in range(len(costs))]
    parts = list(split_by_cost(samples, lambda sample: costs[int.from_bytes(sample)]))
    assert [each for part in parts for each in part] == samples
    for part in parts:
        taken = sum(costs[int.from_bytes(each)] for each in part)
        assert len(part) == 1 or (len(part) > 0 and taken <= MOST_DECODED)


def test_what_an_image_takes_is_told_by_its_head() -> None:
    sample = image_sample()
    assert sample.cost(large_jpeg(4_000, 3_000)) == 36_000_000
    assert sample.cost(png(7)) == 48
    assert sample.cost(b"no image") == 8
    assert sample.cost(large_jpeg()) == len(large_jpeg())  # never decoded


def read_size(prediction: Prediction, classes: Sequence[str]) -> int:
    return int(prediction["bytes"])


def fail(prediction: Prediction, classes: Sequence[str]) -> None:
    raise KeyError("a fault")


def test_what_fails_for_one_request_fails_for_no_other(toy_model: Path) -> None:
    async def ask() -> list[list[Outcome] | BaseException]:
        model, params = ServedModel.load(toy_model), ServeParams(batch_wait=0.5)
        champion = Champion("1", model, image_sample(), params, Meters())
        finishes = (read_size, fail, None)
        asked = (champion.predict([png(255)], finish) for finish in finishes)
        outcomes = await asyncio.gather(*asked, return_exceptions=True)
        await champion.close()
        return outcomes

    good, bad, plain = asyncio.run(ask())
    assert isinstance(bad, KeyError)
    assert isinstance(good, list)
    assert isinstance(plain, list)
    assert [each.finished for each in good] == [len(png(255))]
    assert [each.finished for each in plain] == [None]
    assert plain[0].predicted["probabilities"] == pytest.approx([0, 1])
