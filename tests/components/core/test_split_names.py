"""Names that mean splits, and names that only look so."""

import pytest

from components.core.errors import DataError
from components.core.split_names import check_class_folders, find_splits, is_split


@pytest.mark.parametrize(
    "names",
    [
        ["Testing", "Training"],
        ["Train", "Valid"],
        ["TEST", "TRAIN"],
        ["seg_test", "seg_train"],
        ["TestSet", "TrainSet"],
        ["train2017", "val2017"],
        ["test_images", "train_images"],
        ["1_train", "2_test"],
        ["cats-test", "cats-train", "dogs-test", "dogs-train"],
    ],
)
def test_splits(names: list[str]) -> None:
    assert find_splits([*names, "birds"]) == names


@pytest.mark.parametrize(
    "names",
    [
        ["cat", "dog"],
        ["bus", "train"],
        ["Train"],
        ["test_tube", "train_station"],
        ["contest", "restrain", "valley"],
        ["cats-test", "dogs-train"],
        [],
    ],
)
def test_classes(names: list[str]) -> None:
    assert find_splits(names) == []
    check_class_folders("in", names)


def test_the_message_says_how_splits_are_named() -> None:
    with pytest.raises(DataError) as error:
        check_class_folders("in", ["Training", "Testing", "Training"])
    assert str(error.value) == (
        "in: Testing, Training mean splits but would be taken for classes; "
        "folders and values of splits are named train, val, test"
    )


@pytest.mark.parametrize(
    "name", ["train", "Training", "VALID", "test_set", "TestSet", "val2017", "1_train"]
)
def test_a_word_for_a_split_alone(name: str) -> None:
    assert is_split(name)


@pytest.mark.parametrize("name", ["seg_train", "test_tube", "contest", "bus", "trainer", ""])
def test_a_word_for_a_split_among_others(name: str) -> None:
    assert not is_split(name)
