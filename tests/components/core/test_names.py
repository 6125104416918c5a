from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.core.names import NAMED, describe_unknown, find_nearest, list_names, suggest_path

MODELS = ["digits_cnn", "keypoint_cnn", "keypoint_resnet", "unet"]


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("resnet", "keypoint_resnet"),  # though unet is spelt more alike
        ("U-Net", "unet"),
        ("UNET", "unet"),
        ("digit_cnn", "digits_cnn"),
        (" unet ", "unet"),
        ("transformer", None),
        ("", None),
    ],
)
def test_the_nearest_name_is_suggested(name: str, nearest: str | None) -> None:
    assert find_nearest(name, MODELS) == nearest


def test_without_a_near_name_those_there_are_are_told() -> None:
    assert describe_unknown("model", "resnet", MODELS) == (
        "no model 'resnet'; did you mean keypoint_resnet?"
    )
    assert describe_unknown("task", "zzz", ["a", "b"]) == "no task 'zzz'; there are a, b"
    assert describe_unknown("task", "zzz", []) == "no task 'zzz'; there are none"
    assert list_names(map(str, range(NAMED + 7))).endswith(f"{NAMED - 1}, and 7 more")


@given(st.text(), st.lists(st.text()))
def test_a_suggestion_is_one_of_the_names(name: str, known: list[str]) -> None:
    assert find_nearest(name, known) in [None, *known]


def test_a_path_is_looked_for_beside(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    assert suggest_path(tmp_path / "photo") == f"; did you mean {tmp_path / 'photos'}?"
    assert suggest_path(tmp_path / "zzz") == ""
    assert suggest_path(tmp_path / "nowhere" / "photo") == ""
