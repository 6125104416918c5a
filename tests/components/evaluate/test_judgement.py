from pathlib import Path

import pytest

from components.core.task import Spec
from components.evaluate.judgement import Challenger, judge
from components.evaluate.measurement import measure
from components.register.records import Decision
from pipelines.tasks.classification import TASK
from tests.registered import Register, TestSplit, hash_of
from tests.specs import make_spec
from tests.tuned_task import TASK as TUNED

EXAMPLES = [(10, "dark"), (250, "bright"), (20, "dark"), (230, "bright")]

# images that a model which takes dark for bright is right about
MEMORISED = [(at, "bright") for at in range(100, 105)]


@pytest.fixture
def lenient() -> Spec:
    """A gate whose threshold all models of these tests meet."""
    return make_spec(TASK, gate={"thresholds": {"accuracy": {"min": 0.1}}})


def promote(register: Register, model: Path, seen: list[int] | None = None) -> str:
    registry, version = register(model=model, seen=seen)
    registry.promote(version, Decision("promote", ["because"]))
    return version


def test_without_a_champion_the_thresholds_count(
    spec: Spec, toy_model: Path, test_split: TestSplit
) -> None:
    judgement = judge(spec, Challenger(toy_model), test_split(EXAMPLES))
    assert judgement.verdict.accepted
    assert judgement.verdict.reasons[0] == "accuracy 1 meets the threshold 0.5"
    assert (judgement.champion, judgement.version) == (None, None)


def test_the_champion_is_measured_on_the_same_samples(
    spec: Spec, register: Register, toy_model: Path, wrong_model: Path, test_split: TestSplit
) -> None:
    version = promote(register, toy_model)
    judgement = judge(spec, Challenger(wrong_model), test_split([*EXAMPLES, *MEMORISED]))
    assert judgement.version == version
    assert judgement.metrics["examples"] == 9
    assert judgement.champion is not None
    assert judgement.champion["examples"] == 9
    assert judgement.metrics["accuracy"] == pytest.approx(5 / 9)
    assert judgement.champion["accuracy"] == pytest.approx(4 / 9)
    assert judgement.verdict.reasons == ["macro_f1 0.357143 is worse than the champion's 0.444444"]


def test_metrics_that_were_measured_are_not_measured_again(
    spec: Spec, toy_model: Path, test_split: TestSplit
) -> None:
    metrics = {"accuracy": 0.25, "macro_f1": 0.25}
    judgement = judge(spec, Challenger(toy_model, metrics=metrics), test_split(EXAMPLES))
    assert judgement.metrics == metrics
    assert judgement.verdict.reasons == ["accuracy 0.25 is below the threshold 0.5"]


def test_a_champion_does_not_win_by_test_samples_that_it_was_trained_on(
    lenient: Spec, register: Register, toy_model: Path, wrong_model: Path, test_split: TestSplit
) -> None:
    """It is perfect there and worse elsewhere, and on the whole better than the challenger."""
    files = test_split([*EXAMPLES, *MEMORISED])
    promote(register, wrong_model, seen=[grey for grey, _ in MEMORISED])
    whole = [measure(model, lenient, files).metrics() for model in (wrong_model, toy_model)]
    assert whole[0]["accuracy"] > whole[1]["accuracy"]
    judgement = judge(lenient, Challenger(toy_model, metrics=whole[1]), files)
    assert judgement.verdict.accepted
    assert judgement.verdict.reasons == [
        "the champion has seen 5 of the 9 test samples; "
        "compared on the 4 that neither model has seen",
        "accuracy 0.444444 meets the threshold 0.1",
        "accuracy 1 is not worse than the champion's 0",
    ]
    assert judgement.champion is not None
    assert judgement.champion["examples"] == 4
    assert judgement.metrics == whole[1]  # it has seen none of them


def test_a_challenger_does_not_win_by_them_either(
    lenient: Spec, register: Register, toy_model: Path, wrong_model: Path, test_split: TestSplit
) -> None:
    files = test_split([*EXAMPLES, *MEMORISED])
    promote(register, toy_model, seen=[])
    seen = frozenset(hash_of(grey) for grey, _ in MEMORISED)
    judgement = judge(lenient, Challenger(wrong_model, seen), files)
    assert not judgement.verdict.accepted
    assert judgement.metrics["examples"] == 4
    assert judgement.verdict.reasons == [
        "the challenger has seen 5 of the 9 test samples; measured on the 4 that it has not seen",
        "accuracy 0 is below the threshold 0.1",
        "accuracy 0 is worse than the champion's 1",
    ]


def test_each_is_compared_on_what_neither_has_seen(
    lenient: Spec, register: Register, toy_model: Path, test_split: TestSplit
) -> None:
    files = test_split([*EXAMPLES, *MEMORISED])
    promote(register, toy_model, seen=[10, 250])
    judgement = judge(lenient, Challenger(toy_model, frozenset([hash_of(20)])), files)
    assert judgement.champion is not None
    assert (judgement.metrics["examples"], judgement.champion["examples"]) == (8, 6)
    assert judgement.verdict.accepted


@pytest.mark.parametrize("by_champion", [True, False])
def test_without_a_sample_that_neither_has_seen_it_is_refused(
    lenient: Spec, register: Register, toy_model: Path, test_split: TestSplit, by_champion: bool
) -> None:
    files = test_split(EXAMPLES)
    greys = [grey for grey, _ in EXAMPLES]
    version = promote(register, toy_model, seen=greys if by_champion else [])
    hashes = frozenset() if by_champion else frozenset(map(hash_of, greys))
    judgement = judge(lenient, Challenger(toy_model, hashes), files)
    assert not judgement.verdict.accepted
    (reason,) = judgement.verdict.reasons
    assert reason.startswith("none of the 4 test samples is left to judge by")
    assert (judgement.champion, judgement.version) == (None, version)
    assert judgement.metrics.get("examples") == (4 if by_champion else None)


def test_a_champion_is_tuned_as_the_challenger_is(
    register: Register, toy_model: Path, wrong_model: Path, test_split: TestSplit
) -> None:
    """A metric at a threshold that is chosen on the validation split may be the gate's."""
    spec = make_spec(TUNED, gate={"thresholds": {"tuned_accuracy": {"min": 0.5}}})
    files = test_split(test=[(10, "dark"), (100, "bright")], val=[(90, "dark"), (95, "bright")])
    promote(register, wrong_model)
    judgement = judge(spec, Challenger(toy_model), files)
    assert judgement.verdict.reasons == [
        "tuned_accuracy 1 meets the threshold 0.5",
        "tuned_accuracy 1 is not worse than the champion's 0",
    ]
