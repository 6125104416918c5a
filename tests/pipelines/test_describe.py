from pathlib import Path

import pytest

from components.core.errors import ConvoyError
from components.ingest.ingest import list_kinds
from models import model_names
from pipelines.describe import Entry, find_entry, list_entries, options_of
from pipelines.new.layouts import task_names
from pipelines.reports.describe import describe_all, describe_one
from pipelines.reports.terminal import show

ROOT = Path(__file__).parents[2]


@pytest.fixture
def shipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


@pytest.mark.usefixtures("shipped")
def test_all_that_can_be_chosen_is_listed_with_a_sentence() -> None:
    entries = list_entries()
    names = {entry.name for entry in entries}
    assert {"digits", *task_names(), *list_kinds(), *model_names()} <= names
    assert [entry.name for entry in entries if not entry.summary.strip(".")] == []


@pytest.mark.usefixtures("shipped")
def test_every_option_has_a_type_and_a_meaning() -> None:
    unknown = [
        (entry.name, option.key)
        for entry in list_entries()
        for option in options_of(entry)
        if not option.meaning or not option.kind
    ]
    assert unknown == []


@pytest.mark.usefixtures("shipped")
def test_a_task_of_the_project_has_its_values() -> None:
    options = {option.key: option for option in options_of(find_entry("digits"))}
    epochs = options["train.epochs"]
    assert (epochs.value, epochs.default, epochs.kind) == ("20", "25", "integer, above 0")
    assert options["source.path"].default is None
    assert options["train.options.dropout"].value == "0.5"
    assert options["train.schedule.name"].value == "cosine"
    assert (options["train.fine_tune"].value, options["train.fine_tune.epochs"].value) == (
        "null",
        None,
    )


def test_without_a_project_there_is_what_convoy_brings(project: Path) -> None:
    assert "digits" not in {entry.name for entry in list_entries()}
    options = options_of(find_entry("classification"))
    assert {option.value for option in options} == {None}


@pytest.mark.parametrize(
    ("name", "near"),
    [("unett", "unet"), ("imagefolder", "image_folder"), ("clasification", "classification")],
)
def test_a_misspelt_name_gets_the_nearest(project: Path, name: str, near: str) -> None:
    with pytest.raises(ConvoyError, match=rf"no task, source or model '{name}'; .* {near}\?"):
        find_entry(name)


def test_a_model_that_takes_its_function_from_elsewhere_has_its_options(project: Path) -> None:
    keys = {option.key for option in options_of(find_entry("keypoint_heatmap"))}
    assert "width" in keys


@pytest.mark.usefixtures("shipped")
@pytest.mark.parametrize("name", ["person", "unet", "mask_folder", "random_features", "binary"])
def test_a_description_fits_80_columns_and_cuts_no_key(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    entry = find_entry(name)
    options = options_of(entry)
    show(*list(describe_one(entry, options))[1:])
    told = capsys.readouterr().out
    assert [option.key for option in options if option.key not in told] == []
    assert max(map(len, told.splitlines())) <= 80
    assert "…" not in told


def test_the_list_says_how_to_learn_more(capsys: pytest.CaptureFixture[str]) -> None:
    show(*describe_all([Entry("unet", "model", "A network.")]))
    assert "convoy describe NAME" in capsys.readouterr().out
