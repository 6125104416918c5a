"""What is checked before anything runs."""

import shutil
from pathlib import Path

import pytest
import yaml

from components.core.block import parse_params
from components.core.errors import ConvoyError
from components.core.git import git
from pipelines.runs import carry_out, describe_experiment, plan_run, split_words

PARAMS = """\
# by hand
tasks:
  cats: &cats
    task: toy.py
    source: {kind: csv_labels, path: labels.csv}
    checks: {classes: [a, b]}
    prepare: {height: 8, width: 8, channels: 1}
    train: &train {model: digits_cnn, epochs: 5} # shared
    gate: {thresholds: {accuracy: {min: 0.5}}}
  dogs:
    <<: *cats
    train: *train
recipes:
  cats:
    long: [train.epochs=60, "train.options={dropout: 0.1}"]
"""


@pytest.fixture(autouse=True)
def project(project: Path) -> Path:
    """A project with two tasks, committed."""
    (project / "params.yaml").write_text(PARAMS)
    (project / "toy.py").write_text("from pipelines.tasks.classification import TASK\n")
    (project / "labels.csv").write_text("path,label\n")
    git("init", "--quiet")
    git("config", "user.name", "convoy")
    git("config", "user.email", "convoy@example.org")
    git("add", "--all")
    git("commit", "--quiet", "--message", "begin")
    return project


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("cat", "params.yaml: no task 'cat'; did you mean cats?"),
        (
            "cats train.model=lenet",
            ".train.model: no model 'lenet'; did you mean lenet5?",
        ),
        (
            "cats train.modl=unet",
            ".train.modl: Extra inputs are not permitted; did you mean model?",
        ),
        ("cats trian.epochs=3", ".trian: Extra inputs are not permitted; did you mean train?"),
        ("cats train.optimizer.name=adm", "or 'muon'; did you mean adam?"),
        ("cats train.schedule.name=cosin", "or 'plateau'; did you mean cosine?"),
        ("cats train.options.drop=0", "no option of digits_cnn 'drop'; did you mean dropout?"),
        ("cats source.path=nowhere", ".source.path: nowhere not found"),
        ("cats source.path=label.csv", "label.csv not found; did you mean labels.csv?"),
        ("cats source.kind=csv_l", ".source.kind: no source 'csv_l'; did you mean csv_labels?"),
        ("cats source.pth=x", ".source.pth: Extra inputs are not permitted; did you mean path?"),
        ("cats train.initial_weights=a.keras", ".train.initial_weights: a.keras not found"),
        ("cats gate.thresholds.accuracy.mn=1", "Extra inputs are not permitted; did you mean min?"),
        ("cats task=toi.py", "toi.py: not a Python file"),
        ("cats recipe=lon", "recipes.cats: no recipe 'lon'; did you mean long?"),
        ("cats train.epochs=many", ".train.epochs: Input should be a valid integer"),
        ("cats train.epochs.x=1", "train.epochs.x: epochs is not a block of parameters"),
        ("train.epochs=3", "train.epochs=3: needs exactly one task"),
        ("cats dogs train.epochs=3", "train.epochs=3: needs exactly one task"),
    ],
)
def test_a_name_that_nothing_has_stops_before_anything_runs(words: str, message: str) -> None:
    with pytest.raises(ConvoyError) as error:
        plan_run(words.split())
    (line,) = str(error.value).splitlines()
    assert message in line
    assert Path("params.yaml").read_text() == PARAMS


def test_without_overrides_nothing_is_to_be_written() -> None:
    assert plan_run([]).tasks == ["cats", "dogs"]
    assert plan_run(["dogs"]).tasks == ["dogs"]
    assert plan_run(["dogs"]).params is None


@pytest.mark.parametrize("name", ["cats", "dogs"])
def test_the_block_that_was_checked_is_the_one_that_is_written(name: str) -> None:
    words = ["seed=3", "gate.thresholds={log_loss: {max: 1}}", "source.path=it's (1), [v2]=#a é"]
    Path("it's (1), [v2]=#a é").touch()
    plan = plan_run([name, *words])
    assert plan.params is not None
    before, after = (yaml.safe_load(text)["tasks"] for text in (PARAMS, plan.params))
    other = "dogs" if name == "cats" else "cats"
    assert after[other] == before[other]
    assert after[name] == before[name] | {
        "seed": 3,
        "gate": {"thresholds": {"log_loss": {"max": 1}}},
        "source": {"kind": "csv_labels", "path": "it's (1), [v2]=#a é"},
    }
    assert Path("params.yaml").read_text() == PARAMS


def test_a_recipe_stands_for_its_overrides() -> None:
    plan = plan_run(["cats", "recipe=long", "train.epochs=7"])
    assert plan.params is not None
    assert parse_params(plan.params)["tasks"]["cats"]["train"] == {
        "model": "digits_cnn",
        "epochs": 7,
        "options": {"dropout": 0.1},
    }


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("  birds@1: *cats", "tasks.birds@1: the name of a task must be"),
        ("  birds: {}", "tasks.birds.task: needs the file"),
        ("  birds:", "tasks.birds: needs a block of parameters"),
        ("  cats: {}", "the key 'cats' stands twice in a block"),
    ],
)
def test_a_block_that_dvc_could_not_read_stops_every_task(line: str, message: str) -> None:
    Path("params.yaml").write_text(PARAMS.replace("recipes:", f"{line}\nrecipes:"))
    with pytest.raises(ConvoyError, match=message):
        plan_run(["dogs"])


def test_an_experiment_needs_a_repository() -> None:
    shutil.rmtree(".git")
    with pytest.raises(ConvoyError, match="which git keeps on top of a commit"):
        plan_run(["cats", "train.epochs=3"])
    plan_run(["cats"])


def test_words_are_utf8() -> None:
    with pytest.raises(ConvoyError, match="must be UTF-8"):
        split_words(["cats", "source.path=caf\udce9"])


def test_it_is_told_how_an_experiment_comes_back() -> None:
    assert "convoy apply cats cats-1234567 " in describe_experiment("cats", "cats-1234567")


def test_a_run_cannot_end_with_what_is_no_stage() -> None:
    with pytest.raises(ConvoyError, match="--to trian: no stage 'trian'; did you mean train?"):
        carry_out(["cats"], force=False, last="trian")
