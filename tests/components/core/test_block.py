from pathlib import Path
from typing import Any, Literal

import pytest
from pydantic import Field, ValidationError, model_validator

from components.core.block import (
    Block,
    describe_errors,
    keys_at,
    parse_params,
    read_blocks,
    type_at,
)
from components.core.errors import ConvoyError


class Inner(Block):
    size: int = Field(gt=0)


class Outer(Block):
    inner: Inner
    name: str = "x"


def test_an_unknown_key_is_an_error_unless_chosen_from() -> None:
    values = {"size": 3, "colour": "red"}
    with pytest.raises(ValidationError, match="colour"):
        Inner.model_validate(values)
    assert Inner.choose(values) == {"size": 3}


def test_values_never_change() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Inner(size=1).size = 2  # type: ignore[misc]


class Range(Block):
    low: int
    high: int

    @model_validator(mode="after")
    def check(self) -> "Range":
        if self.low > self.high:
            raise ValueError(f"low ({self.low}) must be at most high ({self.high})")
        return self


def test_the_rules_of_our_own_checks_stand_as_they_are_written() -> None:
    with pytest.raises(ValidationError) as error:
        Range(low=3, high=2)
    assert describe_errors(error.value, "range") == "range: low (3) must be at most high (2)"


def test_errors_begin_with_the_path_of_their_key() -> None:
    with pytest.raises(ValidationError) as error:
        Outer.model_validate({"inner": {"size": 0}, "nome": "x"})
    assert describe_errors(error.value, "params.yaml: tasks.toy").splitlines() == [
        "params.yaml: tasks.toy.inner.size: Input should be greater than 0",
        "params.yaml: tasks.toy.nome: Extra inputs are not permitted",
    ]


class Choices(Block):
    inner: Inner | None = None
    each: dict[str, Inner] = Field(default_factory=dict)
    way: Literal["forward", "backward"] = "forward"


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ({"iner": {}}, "p.iner: Extra inputs are not permitted; did you mean inner?"),
        (
            {"inner": {"size": 1, "sice": 2}},
            "p.inner.sice: Extra inputs are not permitted; did you mean size?",
        ),
        (
            {"each": {"a": {"size": 1, "Size": 2}}},
            "p.each.a.Size: Extra inputs are not permitted; did you mean size?",
        ),
        ({"zzz": 1}, "p.zzz: Extra inputs are not permitted"),
        (
            {"way": "foward"},
            "p.way: Input should be 'forward' or 'backward'; did you mean forward?",
        ),
        ({"way": 3}, "p.way: Input should be 'forward' or 'backward'"),
    ],
)
def test_the_nearest_key_or_value_is_suggested(values: dict[str, Any], line: str) -> None:
    with pytest.raises(ValidationError) as error:
        Choices.model_validate(values)
    assert describe_errors(error.value, "p", Choices) == line


def test_of_many_errors_the_first_are_told() -> None:
    with pytest.raises(ValidationError) as error:
        Choices.model_validate({f"key {number}": 0 for number in range(500)})
    lines = describe_errors(error.value, "p").splitlines()
    assert len(lines) < 10
    assert lines[-1].startswith("and 49")


def test_a_schema_tells_keys_and_types_at_a_path() -> None:
    assert keys_at(Choices, ["inner"]) == ["size"]
    assert type_at(Choices, ["each", "a", "size"]) is int
    assert type_at(Choices, ["zzz", "size"]) is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("tasks: {a: {x: 1}, a: {x: 2}}", "line 1, column 20: the key 'a' stands twice in a block"),
        ("tasks:\n  a: {x: 1, 'x': 2}", "line 2, column 13: the key 'x' stands twice in a block"),
        ("tasks:\n\ta: 1", "line 2, column 1: found character '\\\\t' .* indent with blanks"),
        ("tasks: {? [1] : 2}", "line 1, column 11: a key must be a text"),
        ("tasks: *nowhere", "line 1, column 8: found undefined alias"),
        ("tasks: &a {b: *a}", "Circular"),
        ("tasks: 2024-99-99", "month must be in"),
        ("tasks: !!python/name:os.system {}", "line 1, column 8: could not determine"),
        ("tasks: \0", "unacceptable character"),
    ],
)
def test_what_is_no_yaml_is_told_with_its_line(text: str, message: str) -> None:
    with pytest.raises(ConvoyError, match=f"^params.yaml: not valid YAML: {message}") as error:
        parse_params(text)
    assert "\n" not in str(error.value)


def test_keys_may_override_those_of_an_alias() -> None:
    text = "a: &a {x: 1, y: 1}\nb: {<<: *a, x: 2}\nc: {<<: [*a, *a], y: 3}"
    content = parse_params(text)
    assert (content["b"], content["c"]) == ({"x": 2, "y": 1}, {"x": 1, "y": 3})


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"- a\n- b", "needs a mapping `tasks`"),
        (b"", "needs a mapping `tasks`"),
        (b"tasks: [a]", "needs a mapping `tasks`"),
        (b"tasks:\n  digits:\n", "tasks.digits: needs a block of parameters"),
        (b"tasks: {digits: 3}", "tasks.digits: needs a block of parameters"),
        (b"tasks: {no: {}}", "tasks.False: put the name in quotes"),
        (b"tasks: {7: {}}", "tasks.7: put the name in quotes"),
        (b"tasks: {\xe9: {}}", "not valid YAML: not UTF-8 at byte 8"),
    ],
)
def test_tasks_must_be_blocks_with_names(tmp_path: Path, content: bytes, message: str) -> None:
    file = tmp_path / "params.yaml"
    file.write_bytes(content)
    with pytest.raises(ConvoyError, match=message):
        read_blocks(file)
