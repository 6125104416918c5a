import pytest
from pydantic import Field, ValidationError

from components.core.block import Block, describe_errors


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


def test_errors_begin_with_the_path_of_their_key() -> None:
    with pytest.raises(ValidationError) as error:
        Outer.model_validate({"inner": {"size": 0}, "nome": "x"})
    assert describe_errors(error.value, "params.yaml: tasks.toy").splitlines() == [
        "params.yaml: tasks.toy.inner.size: Input should be greater than 0",
        "params.yaml: tasks.toy.nome: Extra inputs are not permitted",
    ]
