from pathlib import Path

import pytest

from components.core.errors import ConvoyError
from components.core.task import Spec
from pipelines.promotion import promote_version, roll_back
from pipelines.tasks.classification import TASK as CLASSIFICATION
from tests.registered import Register, TestSplit
from tests.specs import make_spec
from tests.tuned_task import TASK as TUNED

EXAMPLES = [(10, "dark"), (250, "bright"), (20, "dark"), (230, "bright")]


@pytest.fixture(autouse=True)
def examples(test_split: TestSplit) -> None:
    test_split(EXAMPLES)


def test_the_challenger_is_promoted_on_the_current_test_data(
    spec: Spec, register: Register
) -> None:
    registry, version = register(accuracy=0.1)  # what was measured once does not count
    assert promote_version(spec) == "toy version 1 is the champion"
    assert registry.aliases() == {"champion": version}
    (record,) = registry.decisions(version)
    assert record["metrics"]["accuracy"] == 1
    assert record["reasons"] == [
        "accuracy 1 meets the threshold 0.5",
        "macro_f1 1 meets the threshold 0.1",
    ]


def test_a_version_outside_the_thresholds_is_refused(
    spec: Spec, register: Register, wrong_model: Path
) -> None:
    registry, version = register(model=wrong_model)
    with pytest.raises(ConvoyError, match=r"toy version 1: accuracy 0 is below the threshold 0\.5"):
        promote_version(spec, version)
    assert registry.champion() is None
    assert [record["action"] for record in registry.decisions(version)] == ["refuse"]


def test_a_worse_version_is_refused(
    spec: Spec, register: Register, wrong_model: Path, test_split: TestSplit
) -> None:
    test_split([(100, "dark"), (100, "dark"), (100, "bright"), *EXAMPLES])
    registry, first = register()
    promote_version(spec, first)
    registry, second = register(model=wrong_model)
    with pytest.raises(ConvoyError, match="is worse than the champion's"):
        promote_version(spec, second)
    assert registry.aliases() == {"champion": first, "challenger": second}


def test_force_overrules_the_gate_and_is_recorded(
    spec: Spec, register: Register, wrong_model: Path
) -> None:
    registry, version = register(model=wrong_model)
    message = promote_version(spec, version, force=True)
    assert message.startswith("toy version 1 is the champion, by force although accuracy 0")
    (record,) = registry.decisions(version)
    assert record["forced"] is True
    assert registry.get(version).tags["forced"] == "true"


def test_force_that_was_not_needed_is_not_recorded(spec: Spec, register: Register) -> None:
    registry, version = register()
    promote_version(spec, version, force=True)
    assert registry.get(version).tags["forced"] == "false"


def test_new_classes_need_a_flag(spec: Spec, register: Register, wider_model: Path) -> None:
    registry, first = register()
    promote_version(spec, first)
    registry, second = register(model=wider_model)
    with pytest.raises(ConvoyError, match="the champion does not know medium"):
        promote_version(spec, second)
    assert registry.aliases()["champion"] == first
    promote_version(spec, second, allow_interface_change=True)
    assert registry.aliases() == {"champion": second}
    assert "allowed: the classes changed" in registry.get(second).tags["reasons"]


def test_a_champion_that_does_not_know_a_class_is_not_measured(
    spec: Spec, register: Register, wider_model: Path, test_split: TestSplit
) -> None:
    registry, first = register()
    promote_version(spec, first)
    test_split([*EXAMPLES, (128, "medium")])
    registry, second = register(model=wider_model)
    with pytest.raises(ConvoyError, match="champion cannot be measured.*medium"):
        promote_version(spec, second)
    promote_version(spec, second, allow_interface_change=True)
    assert registry.decisions(second)[-1]["champion_metrics"] is None


def test_a_rollback_says_what_it_did(spec: Spec, register: Register, wrong_model: Path) -> None:
    register()
    promote_version(spec)
    registry, _ = register(model=wrong_model)
    promote_version(spec, force=True)
    message = "toy version 1 is the champion again, in the place of version 2"
    assert roll_back("toy", "it is wrong") == message
    assert registry.aliases() == {"champion": "1"}
    assert registry.decisions("1")[-1]["reasons"] == ["it is wrong"]


def test_promoting_the_champion_again_completes_what_was_left_undone(
    spec: Spec, register: Register
) -> None:
    import mlflow

    registry, version = register()
    mlflow.MlflowClient().set_registered_model_alias("toy", "champion", version)  # and killed
    assert promote_version(spec, version) == "toy version 1 is the champion already"
    assert registry.aliases() == {"champion": version}
    assert registry.get(version).tags["stage"] == "champion"


def test_without_a_challenger_there_is_nothing_to_promote(spec: Spec) -> None:
    with pytest.raises(ConvoyError, match="no version waits"):
        promote_version(spec)


def test_an_unknown_version_is_named(spec: Spec, register: Register) -> None:
    register()
    with pytest.raises(ConvoyError, match="7"):
        promote_version(spec, "7")


def test_without_a_test_split_nothing_is_decided(
    spec: Spec, register: Register, project: Path
) -> None:
    (file,) = project.glob("artifacts/**/Split-test/*.gz")
    file.unlink()
    _, version = register()
    with pytest.raises(ConvoyError, match="no examples of the split test"):
        promote_version(spec, version)


def test_a_champion_does_not_win_by_test_images_that_it_was_trained_on(
    register: Register, wrong_model: Path, test_split: TestSplit
) -> None:
    """It is perfect there and worse elsewhere, and on the whole better than the challenger."""
    spec = make_spec(CLASSIFICATION, gate={"thresholds": {"accuracy": {"min": 0.4}}})
    memorised = [(at, "bright") for at in range(100, 105)]
    test_split([*EXAMPLES, *memorised])
    registry, first = register(model=wrong_model, seen=[grey for grey, _ in memorised])
    assert promote_version(spec, first, force=True).startswith("toy version 1 is the champion")
    registry, second = register(seen=[7, 77])
    assert promote_version(spec, second) == "toy version 2 is the champion"
    (record,) = registry.decisions(second)
    assert record["reasons"] == [
        "the champion has seen 5 of the 9 test samples; "
        "compared on the 4 that neither model has seen",
        "accuracy 0.444444 meets the threshold 0.4",
        "accuracy 1 is not worse than the champion's 0",
    ]


def test_what_a_version_has_seen_does_not_count_for_it_either(
    spec: Spec, register: Register, wrong_model: Path, test_split: TestSplit
) -> None:
    memorised = [(at, "bright") for at in range(100, 105)]
    test_split([*EXAMPLES, *memorised])
    _, version = register(model=wrong_model, seen=[grey for grey, _ in memorised])
    with pytest.raises(ConvoyError, match=r"measured on the 4 .* accuracy 0 is below"):
        promote_version(spec, version)


def test_a_version_that_has_seen_all_test_images_needs_force(
    spec: Spec, register: Register
) -> None:
    registry, version = register(seen=[grey for grey, _ in EXAMPLES])
    with pytest.raises(ConvoyError, match="none of the 4 test samples is left"):
        promote_version(spec, version)
    assert [record["action"] for record in registry.decisions(version)] == ["refuse"]
    promote_version(spec, version, force=True)
    assert registry.aliases() == {"champion": version}


def test_a_metric_at_a_tuned_threshold_may_be_the_gates(
    register: Register, wrong_model: Path, test_split: TestSplit
) -> None:
    spec = make_spec(TUNED, gate={"thresholds": {"tuned_accuracy": {"min": 0.5}}})
    test_split(test=[(10, "dark"), (100, "bright")], val=[(90, "dark"), (95, "bright")])
    register()
    promote_version(spec)
    register(model=wrong_model)
    with pytest.raises(ConvoyError, match="tuned_accuracy 0 is below the threshold"):
        promote_version(spec)


def test_a_champion_that_comes_while_a_version_is_judged_is_judged_against(
    spec: Spec, register: Register, wrong_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from components.register.records import Decision
    from components.register.registry import Registry
    from pipelines import promotion

    registry, better = register()
    _, worse = register(model=wrong_model)
    lenient = make_spec(CLASSIFICATION, gate={"thresholds": {"accuracy": {"min": 0.0}}})
    judge = promotion.judge

    def judge_slowly(*arguments: object) -> object:
        judgement = judge(*arguments)
        if judgement.version is None:  # another process, in the meantime
            Registry("toy").promote(better, Decision("promote", ["meanwhile"]))
        return judgement

    monkeypatch.setattr(promotion, "judge", judge_slowly)
    with pytest.raises(ConvoyError, match="accuracy 0 is worse than the champion's 1"):
        promote_version(lenient, worse)
    assert registry.aliases()["champion"] == better
