"""Decides whether a task is trained again."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from components.core.block import Block
from components.drift.params import DriftParams

NAMED = 5


class RetrainParams(Block):
    """When `convoy retrain` trains again.

    Attributes:
        policy: `always`: when data, parameters or code changed; `on-new-data`: when the
            data did; `on-drift`: when new data have drifted from those that the champion
            was trained on; `if-older-than`: when something changed and the champion is
            older than `days`. Without a champion each trains.
        days: Age in days that `if-older-than` waits for.
        drift: The thresholds of drift.
    """

    policy: Literal["always", "on-new-data", "on-drift", "if-older-than"] = "on-new-data"
    days: float = Field(30, gt=0)
    drift: DriftParams = DriftParams()


@dataclass(frozen=True)
class Situation:
    """What the decision stands on.

    Attributes:
        champion_age: Days since the champion was registered; None without a champion.
        changed: Whether anything has changed since the last training: data, parameters, code.
        new_data: Whether the data are others than the champion's.
        drifted: The columns that have drifted; None when it cannot be measured, as when the
            champion has no statistics or a changed source has not been read.
    """

    champion_age: float | None
    changed: bool
    new_data: bool
    drifted: Sequence[str] | None


def should_train(situation: Situation, params: RetrainParams) -> tuple[bool, str]:
    """Whether to train, and why.

    Training needs a change: the same data, parameters and code give the same model.
    """
    if not situation.changed:
        return False, "data, parameters and code are those of the last training"
    if situation.champion_age is None:
        return True, "there is no champion yet"
    verdicts = {
        "always": (True, "data, parameters or code changed"),
        "on-new-data": _on_new_data(situation),
        "on-drift": _on_drift(situation),
        "if-older-than": _if_older(situation.champion_age, params.days),
    }
    train, reason = verdicts[params.policy]
    return train, f"policy {params.policy}: {reason}"


def _on_new_data(situation: Situation) -> tuple[bool, str]:
    if situation.new_data:
        return True, "the data are others than the champion's"
    return False, "the data are the champion's"


def _on_drift(situation: Situation) -> tuple[bool, str]:
    if not situation.new_data:
        return False, "the data are the champion's"
    if situation.drifted is None:
        return True, "drift cannot be measured"
    if situation.drifted:
        more = len(situation.drifted) - NAMED
        others = f" and {more} more columns" if more > 0 else ""
        return True, f"drift in {', '.join(situation.drifted[:NAMED])}{others}"
    return False, "the new data have not drifted"


def _if_older(age: float, days: float) -> tuple[bool, str]:
    relation = "older" if age > days else "not older"
    return age > days, f"the champion is {relation} than {days:g} days"
