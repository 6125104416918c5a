from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from components.core.block import parse_params
from pipelines.new.writing import add_block, add_plots

ROOT = Path(__file__).parents[3]
SHIPPED = (ROOT / "params.yaml").read_text()
PLOTS = (ROOT / "dvc.yaml").read_text()

WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1)
LEAVES = st.booleans() | st.integers() | WORDS | st.lists(WORDS, max_size=3)
BLOCKS = st.dictionaries(
    WORDS, LEAVES | st.dictionaries(WORDS, LEAVES, min_size=1, max_size=3), min_size=1, max_size=3
)


@given(BLOCKS)
@example({"no": "0o7", "a": {"on": "1:30", "x": ["yes", "null", "~", "- a", "# b"]}})
def test_what_is_added_is_read_alike_by_convoy_and_dvc(block: dict[str, Any]) -> None:
    text = add_block(SHIPPED, "toy", block, {})
    expected = yaml.safe_load(SHIPPED)
    expected["tasks"]["toy"] = block
    assert parse_params(text) == expected
    assert YAML(typ="safe").load(text) == expected


def test_nothing_else_changes() -> None:
    block = {"source": {"kind": "image_folder", "path": "a b"}, "gate": {"x": {"y": {"min": 1}}}}
    text = add_block(SHIPPED, "toy", block, {"source": "3 samples"})
    added = """
  toy:
    # 3 samples
    source: {kind: image_folder, path: a b}
    gate:
      x:
        y: {min: 1}
"""
    before, after = text.split(added)
    assert before + after == SHIPPED
    assert after.startswith("\n# Overrides by name")


@pytest.mark.parametrize(
    "text",
    [
        "tasks:\n  one: {a: 1}",
        "tasks: {one: {a: 1}}\n",
        "tasks:\n  one:\n    a: &x 1\n  two:\n    a: *x\n# the end\n",
        "tasks:\n  one:\n    a: |\n      text\n\n# the end\nrecipes: {}\n",
        "tasks:\n  one:\n    a:\n",
    ],
)
def test_files_of_any_layout_keep_what_they_say(text: str) -> None:
    after = add_block(text, "toy", {"b": {"c": 2}}, {})
    expected = yaml.safe_load(text)
    expected["tasks"]["toy"] = {"b": {"c": 2}}
    assert yaml.safe_load(after) == expected
    assert [line for line in text.splitlines() if "#" in line and line not in after] == []


def test_plots_are_added_once_after_the_others() -> None:
    text = add_plots(PLOTS, "toy")
    assert text.startswith(PLOTS)
    *others, last = yaml.safe_load(text)["plots"]
    assert others == yaml.safe_load(PLOTS)["plots"]
    curves = {"reports/toy/train/curves.csv": ["loss", "val_loss"]}
    assert last == {"toy, loss": {"x": "epoch", "y": curves}}
    assert add_plots(text, "toy") == text


@pytest.mark.parametrize("text", ["stages: {}\n", "plots: []\n", "plots:\n  loss: {x: epoch}\n"])
def test_a_file_without_a_list_of_plots_stays(text: str) -> None:
    assert add_plots(text, "toy") == text
