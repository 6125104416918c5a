"""Rendered people: the same ones from photo to photo, and always."""

import io

import numpy as np
from PIL import Image

from components.core.table import Record
from components.ingest.sources.faces.render import render
from components.ingest.sources.rendered_identities import Source


def draw(**options: int) -> list[Record]:
    return list(Source(kind="rendered_identities", path="any", **options).read())


def test_photos_of_people() -> None:
    records = draw(people=2, photos=2)
    assert [(each.path, each.labels) for each in records] == [
        ("person-000/00.png", {"identity": "person-000"}),
        ("person-000/01.png", {"identity": "person-000"}),
        ("person-001/00.png", {"identity": "person-001"}),
        ("person-001/01.png", {"identity": "person-001"}),
    ]
    assert len({each.sample for each in records}) == 4
    assert Image.open(io.BytesIO(records[0].sample)).size == (96, 96)
    assert [each.sample for each in draw(people=1, photos=2)] == [r.sample for r in records[:2]]
    assert draw(people=1, photos=1, seed=1)[0].sample != records[0].sample


def test_traits_stay_while_the_moment_changes() -> None:
    """At one moment, with one pose and light, two people differ and one does not."""
    first, again, other = (
        render(np.random.default_rng(5), np.random.default_rng(traits)).image
        for traits in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()
