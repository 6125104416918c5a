from collections.abc import Callable
from pathlib import Path

import pytest

from components.core.errors import ConvoyError
from components.register.promotion import promote_version, roll_back
from components.register.registry import Registry

Register = Callable[..., tuple[Registry, str]]
TestSplit = Callable[..., list[str]]

EXAMPLES = [(10, "dark"), (250, "bright"), (20, "dark"), (230, "bright")]


@pytest.fixture(autouse=True)
def examples(test_split: TestSplit) -> None:
    test_split(EXAMPLES)


def test_the_challenger_is_promoted_on_the_current_test_data(register: Register) -> None:
    registry, version = register(accuracy=0.1)  # what was measured once does not count
    assert promote_version("toy") == "toy version 1 is the champion"
    assert registry.aliases() == {"champion": version}
    (record,) = registry.decisions(version)
    assert record["metrics"]["accuracy"] == 1
    assert record["reasons"] == [
        "accuracy 1 meets the threshold 0.5",
        "macro_f1 1 meets the threshold 0.1",
    ]


def test_a_version_outside_the_thresholds_is_refused(register: Register, wrong_model: Path) -> None:
    registry, version = register(model=wrong_model)
    with pytest.raises(ConvoyError, match=r"toy version 1: accuracy 0 is below the threshold 0\.5"):
        promote_version("toy", version)
    assert registry.champion() is None
    assert [record["action"] for record in registry.decisions(version)] == ["refuse"]


def test_a_worse_version_is_refused(
    register: Register, wrong_model: Path, test_split: TestSplit
) -> None:
    test_split([(100, "dark"), (100, "dark"), (100, "bright"), *EXAMPLES])
    registry, first = register()
    promote_version("toy", first)
    registry, second = register(model=wrong_model)
    with pytest.raises(ConvoyError, match="is worse than the champion's"):
        promote_version("toy", second)
    assert registry.aliases() == {"champion": first, "challenger": second}


def test_force_overrules_the_gate_and_is_recorded(register: Register, wrong_model: Path) -> None:
    registry, version = register(model=wrong_model)
    message = promote_version("toy", version, force=True)
    assert message.startswith("toy version 1 is the champion, by force although accuracy 0")
    (record,) = registry.decisions(version)
    assert record["forced"] is True
    assert registry.get(version).tags["forced"] == "true"


def test_force_that_was_not_needed_is_not_recorded(register: Register) -> None:
    registry, version = register()
    promote_version("toy", version, force=True)
    assert registry.get(version).tags["forced"] == "false"


def test_new_classes_need_a_flag(register: Register, wider_model: Path) -> None:
    registry, first = register()
    promote_version("toy", first)
    registry, second = register(model=wider_model)
    with pytest.raises(ConvoyError, match="the champion does not know medium"):
        promote_version("toy", second)
    assert registry.aliases()["champion"] == first
    promote_version("toy", second, allow_interface_change=True)
    assert registry.aliases() == {"champion": second}
    assert "allowed: the classes changed" in registry.get(second).tags["reasons"]


def test_a_champion_that_does_not_know_a_class_is_not_measured(
    register: Register, wider_model: Path, test_split: TestSplit
) -> None:
    registry, first = register()
    promote_version("toy", first)
    test_split([*EXAMPLES, (128, "medium")])
    registry, second = register(model=wider_model)
    with pytest.raises(ConvoyError, match="champion cannot be measured.*medium"):
        promote_version("toy", second)
    promote_version("toy", second, allow_interface_change=True)
    assert registry.decisions(second)[-1]["champion_metrics"] is None


def test_a_rollback_says_what_it_did(register: Register, wrong_model: Path) -> None:
    register()
    promote_version("toy")
    registry, _ = register(model=wrong_model)
    promote_version("toy", force=True)
    message = "toy version 1 is the champion again, in the place of version 2"
    assert roll_back("toy", "it is wrong") == message
    assert registry.aliases() == {"champion": "1"}
    assert registry.decisions("1")[-1]["reasons"] == ["it is wrong"]


def test_promoting_the_champion_again_completes_what_was_left_undone(register: Register) -> None:
    import mlflow

    registry, version = register()
    mlflow.MlflowClient().set_registered_model_alias("toy", "champion", version)  # and killed
    assert promote_version("toy", version) == "toy version 1 is the champion already"
    assert registry.aliases() == {"champion": version}
    assert registry.get(version).tags["stage"] == "champion"


def test_without_a_challenger_there_is_nothing_to_promote() -> None:
    with pytest.raises(ConvoyError, match="no version waits"):
        promote_version("toy")


def test_an_unknown_version_is_named(register: Register) -> None:
    register()
    with pytest.raises(ConvoyError, match="7"):
        promote_version("toy", "7")


def test_without_a_test_split_nothing_is_decided(register: Register, project: Path) -> None:
    (file,) = project.glob("artifacts/**/*.gz")
    file.unlink()
    _, version = register()
    with pytest.raises(ConvoyError, match="no examples of the split test"):
        promote_version("toy", version)
