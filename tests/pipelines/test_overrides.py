from typing import Any

import pytest

from components.core.errors import ConvoyError
from pipelines.overrides import apply_overrides, parse_override


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


@pytest.mark.parametrize("text", ["train.epochs", "=3"])
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
