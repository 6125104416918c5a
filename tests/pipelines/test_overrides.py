from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from components.core.block import parse_params
from components.core.errors import ConvoyError
from pipelines.overrides import apply_overrides, parse_override, rewrite
from pipelines.params import complete_schema
from pipelines.tasks.classification import TASK

SCHEMA = complete_schema("toy", TASK, "csv_labels")
SHIPPED = Path(__file__).parents[2] / "params.yaml"
ANCHORS = """\
# by hand
tasks:
  one: # the first
    source: {path: in}
    train: &t {model: digits_cnn, epochs: 5} # shared
  two:
    source: {path: in} # its own
    train: *t
  three:
    source: {path: in}
    train: {<<: *t, epochs: 6}
"""
TEXTS = st.text(st.characters(codec="utf-8"))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXTS,
    lambda each: st.lists(each, max_size=3) | st.dictionaries(TEXTS, each, max_size=3),
    max_leaves=6,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("train.epochs=3", ("train.epochs", 3)),
        ("train.optimizer.learning_rate=0.01", ("train.optimizer.learning_rate", 0.01)),
        ("source.path=/data/a=b", ("source.path", "/data/a=b")),
        ("train.early_stopping=null", ("train.early_stopping", None)),
        ("augment.online=true", ("augment.online", True)),
    ],
)
def test_values_are_read_as_yaml(text: str, expected: tuple[str, Any]) -> None:
    assert parse_override(text) == expected


@pytest.mark.parametrize(
    "path",
    [
        "données", "set (1)", "a,b", "it's", "x=1", "v[2]", "[v2]", "{a}", "a: b", "a #1", "@a",
        "*a", "&a", "!a", "%a", "`a", "|", "2024-11-26", "12:30", "2024", "1e3", "0x1f", "on", "no",
        "-", "- a", "? a", " a ", "a\\b", "$a", "${a}", "'", '"', "a'b\"c", "true", "кошки",
    ],
)  # fmt: skip
def test_a_path_is_the_text_as_it_stands(path: str) -> None:
    block = {"source": {"kind": "csv_labels", "path": "in"}}
    changed = apply_overrides(block, [f"source.path={path}"], SCHEMA)
    assert changed["source"]["path"] == path
    text = rewrite(ANCHORS, "two", changed)
    assert parse_params(text)["tasks"]["two"] == changed
    assert YAML(typ="safe").load(text)["tasks"]["two"] == changed  # as DVC reads it


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("train.model=2024", "2024"),
        ("train.initial_weights='1e3'", "1e3"),
        ("train.options.base=a #b", "a #b"),  # of any type
        ("train.options.base=[x", "[x"),
        ("train.options={width: 8}", {"width": 8}),
        ("train.early_stopping=null", None),
        ("train.epochs=3", 3),
        ("gate.thresholds.accuracy={max: 1}", {"max": 1}),
    ],
)
def test_other_values_are_read_as_yaml(text: str, expected: Any) -> None:
    assert parse_override(text, SCHEMA)[1] == expected


@pytest.mark.parametrize("text", ["train.epochs", "=3", "train..epochs=3", ".=3", "train.=3"])
def test_anything_but_key_and_value_is_refused(text: str) -> None:
    with pytest.raises(ConvoyError, match="expected key=value"):
        parse_override(text)


def test_overrides_go_into_a_copy() -> None:
    block = {"train": {"epochs": 1, "optimizer": {"name": "adam"}}}
    changed = apply_overrides(block, ["train.epochs=3", "train.optimizer.name=sgd", "seed=7"])
    assert changed == {"train": {"epochs": 3, "optimizer": {"name": "sgd"}}, "seed": 7}
    assert block["train"]["epochs"] == 1


def test_a_key_through_a_value_is_refused() -> None:
    with pytest.raises(ConvoyError, match="epochs is not a block"):
        apply_overrides({"train": {"epochs": 1}}, ["train.epochs.first=3"])


def test_a_value_replaces_a_block() -> None:
    block = {"gate": {"thresholds": {"accuracy": {"min": 0.9}, "log_loss": {"max": 1}}}}
    changed = apply_overrides(block, ["gate.thresholds={accuracy: {max: 0.5}}"])
    assert changed == {"gate": {"thresholds": {"accuracy": {"max": 0.5}}}}


def test_an_empty_block_can_be_filled() -> None:
    assert apply_overrides({"evaluate": None}, ["evaluate.batch_size=3"]) == {
        "evaluate": {"batch_size": 3}
    }


@pytest.mark.parametrize("task", ["one", "two", "three"])
def test_an_anchor_neither_loses_nor_spreads_an_override(task: str) -> None:
    before = yaml.safe_load(ANCHORS)["tasks"]
    changed = apply_overrides(before[task], ["train.epochs=7"])
    text = rewrite(ANCHORS, task, changed)
    assert parse_params(text)["tasks"] == before | {task: changed}
    assert changed["train"]["epochs"] == 7
    assert text.startswith("# by hand\n")


def test_an_alias_within_a_block_is_a_copy() -> None:
    block = yaml.safe_load("{prepare: &p {height: 8}, checks: *p}")
    changed = apply_overrides(block, ["prepare.height=9"])
    assert changed == {"prepare": {"height": 9}, "checks": {"height": 8}}


def test_comments_and_layout_stay() -> None:
    before = SHIPPED.read_text()
    block = yaml.safe_load(before)["tasks"]["digits"]
    after = rewrite(before, "digits", apply_overrides(block, ["train.epochs=7"]))
    # The first task's epochs, and no other's, of which some have as many.
    assert after == before.replace("      epochs: 20\n", "      epochs: 7\n", 1)


def test_a_truth_is_no_number() -> None:
    text = "tasks: {t: {a: true, b: 1}}\n"
    after = rewrite(text, "t", {"a": 1, "b": 1.0})
    assert repr(parse_params(after)["tasks"]["t"]) == "{'a': 1, 'b': 1.0}"


@given(st.dictionaries(TEXTS, VALUES, max_size=4))
def test_whatever_a_block_says_is_what_runs(block: dict[str, Any]) -> None:
    for task in ("one", "two"):
        text = rewrite(ANCHORS, task, block)
        expected = yaml.safe_load(ANCHORS)["tasks"] | {task: block}
        assert repr(parse_params(text)["tasks"]) == repr(expected)
