from pathlib import Path

import pytest

from pipelines.new import layouts
from pipelines.new.layouts import load_beginning, task_names
from pipelines.new.survey import Survey
from pipelines.tasks.shared.beginning import BETTER_THAN_CHANCE, Beginning, above


def survey(**counts: int) -> Survey:
    found = Survey("image_folder", Path(), samples=sum(counts.values()))
    found.counts.update({(name, None): count for name, count in counts.items()})
    return found


@pytest.mark.parametrize("task", task_names())
def test_a_task_without_data_of_its_kind_has_no_threshold_above_chance(task: str) -> None:
    thresholds, sentence = load_beginning(task).gate(survey())
    assert sentence
    assert all(0 < each["min"] <= 0.1 for each in thresholds.values())


def test_a_task_that_says_nothing_begins_as_others_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "many" / "added" / "silent").mkdir(parents=True)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(layouts, "TASKS", Path("many") / "added")
    beginning = load_beginning("silent")
    assert type(beginning) is Beginning
    assert beginning.gate(survey()) == BETTER_THAN_CHANCE
    assert beginning.can_learn(survey(cat=3, dog=4, owl=5))
    assert list(beginning.advice(["cat"])) == []


@pytest.mark.parametrize("task", ["binary", "sentiment"])
def test_of_two_classes_the_positive_one_is_the_last(task: str) -> None:
    beginning = load_beginning(task)
    assert beginning.can_learn(survey(cat=3, dog=4))
    assert not beginning.can_learn(survey(cat=3, dog=4, owl=5))
    assert "last" in next(beginning.advice(["cat", "dog"]))


def test_equal_classes_are_counted_and_unequal_ones_averaged() -> None:
    equal, unequal = survey(cat=30, dog=30), survey(cat=90, dog=10)
    assert Beginning().gate(equal)[0] == {"accuracy": {"min": 0.51}}
    assert Beginning().gate(unequal)[0] == {"macro_recall": {"min": 0.51}}
    train = load_beginning("classification").train
    assert "class_weights" not in train(equal, 96)
    assert train(unequal, 96)["class_weights"] == "balanced"


def test_small_images_need_no_backbone() -> None:
    train = load_beginning("classification").train
    assert [train(survey(), side).get("model") for side in (32, 33)] == ["digits_cnn", None]


def test_a_threshold_is_no_more_than_1() -> None:
    assert above("accuracy", 1.0) == {"accuracy": {"min": 1.0}}
