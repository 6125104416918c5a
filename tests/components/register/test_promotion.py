from collections.abc import Callable
from pathlib import Path

import pytest

from components.register.promotion import promote_version
from components.register.registry import Registry
from pipelines.errors import ConvoyError

Register = Callable[..., tuple[Registry, str]]


def test_the_challenger_is_promoted(register: Register) -> None:
    registry, version = register(accuracy=0.9)
    assert promote_version("toy", None) == "toy version 1 is the champion"
    assert registry.aliases() == {"champion": version}
    assert registry.get(version).tags["reasons"] == (
        "promoted by hand; accuracy 0.9 meets the threshold 0.5; recall 0.2 meets the threshold 0.1"
    )


def test_a_former_champion_may_be_worse(register: Register) -> None:
    register(accuracy=0.9)
    promote_version("toy", None)
    registry, _ = register(accuracy=0.95)
    promote_version("toy", None)
    assert promote_version("toy", "1") == "toy version 1 is the champion"
    assert registry.aliases() == {"champion": "1"}


def test_a_version_outside_the_thresholds_is_refused(register: Register) -> None:
    registry, version = register(accuracy=0.25)
    with pytest.raises(
        ConvoyError, match=r"toy version 1: accuracy 0\.25 is below the threshold 0\.5"
    ):
        promote_version("toy", version)
    assert registry.champion() is None


def test_without_a_challenger_there_is_nothing_to_promote(project: Path) -> None:
    with pytest.raises(ConvoyError, match="no version waits"):
        promote_version("toy", None)


def test_an_unknown_version_is_named(register: Register) -> None:
    register()
    with pytest.raises(ConvoyError, match="7"):
        promote_version("toy", "7")
