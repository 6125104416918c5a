import contextlib
import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.core.block import Block, read_blocks
from components.core.errors import ConvoyError
from components.core.task import Spec
from components.evaluate.params import Threshold
from components.ingest.params import Splits
from components.train.params import TrainParams
from models import check_model
from pipelines.overrides import apply_overrides
from pipelines.params import check_block, merge_blocks, read_recipe
from pipelines.project import load_task, read_task
from pipelines.runs import expand_recipes
from pipelines.tasks.classification import TASK

SHIPPED = Path(__file__).parents[2] / "params.yaml"


@pytest.fixture
def block() -> dict[str, Any]:
    return {
        "task": "toy.py",
        "source": {"kind": "image_folder", "path": "images"},
        "prepare": {"height": 8, "width": 8, "channels": 1},
        "train": {"model": "toy", "epochs": 1},
        "gate": {"thresholds": {"accuracy": {"min": 0.9}}},
    }


def test_defaults_fill_what_the_block_leaves_out(block: dict[str, Any]) -> None:
    params = check_block("toy", block, TASK)
    assert params["seed"] == 0
    assert params["source"]["splits"] == {"train": 0.8, "val": 0.1, "test": 0.1}
    assert params["source"]["split_seed"] == 0
    assert params["augment"]["copies"] == 0
    assert params["evaluate"]["pictures"] == 36


@pytest.mark.parametrize(
    ("keys", "value", "message"),
    [
        (("train", "epoch"), 3, "params.yaml: tasks.toy.train.epoch: Extra inputs"),
        (("train", "epochs"), "many", "params.yaml: tasks.toy.train.epochs: Input should be"),
        (("train", "optimizer"), {"name": "sdg"}, "params.yaml: tasks.toy.train.optimizer.name"),
        (("prepare", "channels"), 2, "params.yaml: tasks.toy.prepare.channels: Input should be"),
        (("checks", "hight"), 2, "params.yaml: tasks.toy.checks.hight: Extra inputs"),
        (("train", "schedule"), {"nam": 1}, "params.yaml: tasks.toy.train.schedule.nam: Extra"),
        (("augment", "rotation"), -1, "params.yaml: tasks.toy.augment.rotation: Input should be"),
        (("gate", "thresholds"), {}, "params.yaml: tasks.toy.gate.thresholds"),
        (("colour",), "red", "params.yaml: tasks.toy.colour: Extra inputs"),
    ],
)
def test_a_wrong_key_is_named_by_its_path(
    block: dict[str, Any], keys: tuple[str, ...], value: Any, message: str
) -> None:
    target = block
    for key in keys[:-1]:
        target = target.setdefault(key, {})
    target[keys[-1]] = value
    with pytest.raises(ConvoyError, match=message):
        check_block("toy", block, TASK)


def test_every_wrong_key_is_told_at_once(block: dict[str, Any]) -> None:
    block["train"] |= {"epochs": 0, "epoch": 1}
    with pytest.raises(ConvoyError) as error:
        check_block("toy", block, TASK)
    assert len(str(error.value).splitlines()) == 2


def test_splits_that_do_not_sum_to_one_are_refused() -> None:
    with pytest.raises(ValueError, match=r"must sum to 1, not 1\.1"):
        Splits(train=0.9, val=0.1, test=0.1)


@pytest.mark.parametrize(
    ("schedule", "message"),
    [
        ({"name": "plateau", "warmup_epochs": 1}, "plateau has no warm-up"),
        ({"name": "cosine", "warmup_epochs": 5}, r"warmup_epochs \(5\) must be below epochs \(5\)"),
    ],
)
def test_a_warm_up_must_have_an_end(schedule: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        TrainParams.model_validate({"model": "toy", "epochs": 5, "schedule": schedule})


@pytest.mark.parametrize("bounds", [{}, {"min": 0.1, "max": 0.2}])
def test_a_threshold_has_one_bound(bounds: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="either min"):
        Threshold(**bounds)


def test_keys_of_stage_and_parts_make_one_block(block: dict[str, Any]) -> None:
    class Stage(Block):
        copies: int = 0

    class Base(Block):
        shift: float = 0.0

    class Part(Base):
        blur: float = 1.0

    merged = merge_blocks("augment", [Stage, Base, Part, Base])
    assert merged().model_dump() == {"copies": 0, "shift": 0.0, "blur": 1.0}
    assert merge_blocks("augment", [Base, Part]) is Part
    with pytest.raises(ValueError, match="sharpen"):
        merged(sharpen=1)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "not found"),
        ("tasks: [", "not valid YAML"),
        ("other: 1", "needs a mapping `tasks`"),
        ("tasks: {}", "needs a mapping `tasks`"),
    ],
)
def test_an_unreadable_file_is_named(tmp_path: Path, content: str | None, message: str) -> None:
    file = tmp_path / "params.yaml"
    if content is not None:
        file.write_text(content)
    with pytest.raises(ConvoyError, match=f"{file}: {message}"):
        read_blocks(file)


def test_the_recipes_of_the_shipped_file_fit_their_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(SHIPPED.parent)
    for name, recipes in yaml.safe_load(SHIPPED.read_text())["recipes"].items():
        task, block = load_task(name)
        for recipe in recipes:
            overrides = expand_recipes(name, [f"recipe={recipe}", "train.epochs=7"])
            assert overrides == [*recipes[recipe], "train.epochs=7"]
            params = check_block(name, apply_overrides(block, overrides), task)
            assert params["train"]["epochs"] == 7
            check_model(params["train"]["model"], params["train"]["options"])


def test_an_unknown_recipe_is_told_the_known_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(SHIPPED.parent)
    with pytest.raises(ConvoyError, match="recipes.keypoints: no recipe 'quick'; there are full"):
        read_recipe("keypoints", "quick")


@pytest.mark.parametrize("recipes", ["[a]", "{toy: {r: 3}}", "{toy: {r: [1]}}", "{toy: r}"])
def test_a_recipe_is_a_list_of_texts(project: Path, recipes: str) -> None:
    Path("params.yaml").write_text(f"tasks: {{}}\nrecipes: {recipes}\n")
    with pytest.raises(
        ConvoyError, match=r"params.yaml: recipes.toy(: no recipe|.r: needs a list)"
    ):
        read_recipe("toy", "r")


def test_the_shipped_file_names_files_that_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(SHIPPED.parent)
    for name in read_blocks():
        task, block = load_task(name)
        assert (SHIPPED.parent / block["task"] / "__init__.py").is_file()
        model = check_block(name, block, task)["train"]["model"]
        assert (SHIPPED.parent / "models" / f"{model}.py").is_file()


@pytest.mark.parametrize(
    ("task", "checks", "metric"),
    [
        ("classification", {}, "kappa"),
        ("binary", {"classes": ["no", "yes"]}, "roc_auc"),
        ("segmentation", {"classes": ["sky", "road"]}, "kappa"),
        ("keypoints", {}, "nme_eyes"),
    ],
)
def test_a_block_needs_to_say_only_what_the_user_alone_can_know(
    monkeypatch: pytest.MonkeyPatch, task: str, checks: dict[str, Any], metric: str
) -> None:
    monkeypatch.chdir(SHIPPED.parent)
    block = {
        "task": f"pipelines/tasks/{task}",
        "source": {"kind": "image_folder", "path": "images"},
        "checks": checks,
    }
    params = check_block("toy", block, read_task(block))
    assert list(params["gate"]["thresholds"]) == [metric]
    assert (SHIPPED.parent / "models" / f"{params['train']['model']}.py").is_file()
    assert Spec("toy", read_task(block).references(), params, {}).sample.shape == (112, 112, 3)


def test_of_a_key_in_several_blocks_the_one_with_a_default_counts() -> None:
    class Stage(Block):
        model: str

    class Part(Block):
        model: str = "small"

    for kinds in ([Stage, Part], [Part, Stage]):
        assert merge_blocks("train", kinds)().model_dump() == {"model": "small"}


def leaves(block: dict[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The paths of all values of a block."""
    for key, value in block.items():
        if isinstance(value, dict):
            yield from leaves(value, (*path, key))
        else:
            yield (*path, key)


def without(block: dict[str, Any], path: tuple[str, ...]) -> dict[str, Any]:
    """A copy of a block that lacks one value."""
    changed = copy.deepcopy(block)
    target = changed
    for key in path[:-1]:
        target = target[key]
    del target[path[-1]]
    return changed


def test_the_shipped_file_says_only_what_differs_from_the_defaults(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(SHIPPED.parent)
    repeated = []
    for name, block in read_blocks().items():
        task, _ = load_task(name)
        params = check_block(name, block, task)
        for path in leaves(dict(block)):
            with contextlib.suppress(ConvoyError):  # it has no default
                if check_block(name, without(dict(block), path), task) == params:
                    repeated.append(".".join((name, *path)))
    assert repeated == []
