from dataclasses import replace

import pytest

from pipelines.policy import RetrainParams, Situation, should_train

POLICIES = ("always", "on-new-data", "on-drift", "if-older-than")
NEWS = Situation(champion_age=3, changed=True, new_data=True, drifted=["brightness"])


def decide(situation: Situation, policy: str, days: float = 30) -> tuple[bool, str]:
    return should_train(situation, RetrainParams.model_validate({"policy": policy, "days": days}))


@pytest.mark.parametrize("policy", POLICIES)
def test_without_a_change_nothing_is_trained(policy: str) -> None:
    train, reason = decide(replace(NEWS, changed=False, champion_age=400), policy)
    assert not train
    assert reason == "data, parameters and code are those of the last training"


@pytest.mark.parametrize("policy", POLICIES)
def test_without_a_champion_each_policy_trains(policy: str) -> None:
    situation = Situation(champion_age=None, changed=True, new_data=True, drifted=None)
    assert decide(situation, policy) == (True, "there is no champion yet")


def test_always_needs_only_a_change() -> None:
    assert decide(replace(NEWS, new_data=False, drifted=[]), "always")[0]


def test_on_new_data_looks_at_the_data() -> None:
    assert decide(replace(NEWS, drifted=[]), "on-new-data")[0]
    assert decide(replace(NEWS, new_data=False), "on-new-data") == (
        False,
        "policy on-new-data: the data are the champion's",
    )


def test_on_drift_names_what_has_drifted() -> None:
    situation = replace(NEWS, drifted=["brightness", "label"])
    assert decide(situation, "on-drift") == (True, "policy on-drift: drift in brightness, label")
    assert not decide(replace(NEWS, drifted=[]), "on-drift")[0]
    assert not decide(replace(NEWS, new_data=False), "on-drift")[0]


def test_many_columns_that_have_drifted_are_counted() -> None:
    situation = replace(NEWS, drifted=list("abcdefgh"))
    _, reason = decide(situation, "on-drift")
    assert reason == "policy on-drift: drift in a, b, c, d, e and 3 more columns"


def test_drift_that_cannot_be_measured_trains() -> None:
    train, reason = decide(replace(NEWS, drifted=None), "on-drift")
    assert train
    assert reason == "policy on-drift: drift cannot be measured"


def test_if_older_than_looks_at_the_champions_age() -> None:
    assert not decide(NEWS, "if-older-than", days=3)[0]
    assert decide(NEWS, "if-older-than", days=2.5) == (
        True,
        "policy if-older-than: the champion is older than 2.5 days",
    )
