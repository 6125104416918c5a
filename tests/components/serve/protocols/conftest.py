"""A server of a toy task, for all tests of a protocol."""

from collections.abc import Iterator

import pytest

from components.core.task import Spec
from tests.serving import Running, running


@pytest.fixture(scope="module")
def server(loaded: Spec) -> Iterator[Running]:
    with running(loaded) as server:
        yield server
