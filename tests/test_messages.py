"""The form of every message that a person is meant to read: `place: rule[; remedy]`.

The place is a file, a key, a row or whatever else the message is about; most are known only when
the message is made. A message that is made elsewhere is looked at there.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from components.core.errors import ConvoyError

ROOT = Path(__file__).parents[1]
PACKAGES = ("components", "models", "pipelines")
VALUE = "\0"
"""Stands for what is known only when the message is made."""
FORM = re.compile(r"(?P<place>[^:]{1,80}): (?P<rule>\S.*\S|\0)", re.DOTALL)
LITERAL = re.compile(r"[\w./=-]+(?: [\w./=-]+){0,2}")
"""A place that is always the same: a key of `params.yaml`, a command, a file."""
MADE_ELSEWHERE = re.compile(r"_?describe_\w+|explain|str|join")
"""Functions whose result is a message already, or the lines of one."""


class Message(NamedTuple):
    """Where a message is made, and how it reads; None when a function has made it."""

    place: str
    text: str | None


def error_names(trees: list[ast.Module]) -> set[str]:
    """The classes that take a message; other constructors make it themselves."""
    nodes = (node for tree in trees for node in ast.walk(tree))
    classes = [node for node in nodes if isinstance(node, ast.ClassDef) and takes_message(node)]
    names = {ConvoyError.__name__}
    while True:
        found = {each.name for each in classes if names & {ast.unparse(b) for b in each.bases}}
        if found <= names:
            return names
        names |= found


def takes_message(kind: ast.ClassDef) -> bool:
    functions = [each for each in kind.body if isinstance(each, ast.FunctionDef)]
    made = [each.args.args for each in functions if each.name == "__init__"]
    return all([each.arg for each in names[1:2]] in ([], ["message"]) for names in made)


def read_text(node: ast.expr) -> str | None:
    """What an expression reads like, values being `VALUE`; None when it is not a text."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(read_text(value) or VALUE for value in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return (read_text(node.left) or VALUE) + (read_text(node.right) or VALUE)
    return None


def messages() -> Iterator[Message]:
    """Every message of the project."""
    files = [file for package in PACKAGES for file in sorted((ROOT / package).rglob("*.py"))]
    trees = {file: ast.parse(file.read_text()) for file in files}
    names = error_names(list(trees.values()))
    for file, tree in trees.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in names and node.args:
                place = f"{file.relative_to(ROOT)}:{node.lineno}"
                yield from (Message(place, text) for text in read_argument(node.args[0]))


def read_argument(node: ast.expr) -> Iterator[str | None]:
    """The texts that an argument may be."""
    if isinstance(node, ast.BoolOp):
        for value in node.values:
            yield from read_argument(value)
    elif isinstance(node, ast.Call):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else ast.unparse(node.func)
        yield None if MADE_ELSEWHERE.fullmatch(name) else VALUE
    else:
        yield read_text(node) or VALUE


ALL = list(messages())


def test_there_are_messages() -> None:
    assert len(ALL) > 150
    assert sum(message.text is None for message in ALL) < 20


@pytest.mark.parametrize("message", ALL, ids=[message.place for message in ALL])
def test_a_message_names_its_place_and_a_rule(message: Message) -> None:
    if message.text is None:
        return
    form = FORM.fullmatch(message.text)
    assert form, f"not `place: rule`: {message.text!r}"
    place = form["place"]
    assert VALUE in place or LITERAL.fullmatch(place), f"no place before the colon: {place!r}"
    assert not message.text.endswith((".", "!")), f"a sentence has no full stop: {message.text!r}"


@pytest.mark.parametrize(
    "text", ["no place", ": none", "a whole sentence is no place: x", f"{VALUE}: ", f"{VALUE} x"]
)
def test_what_has_no_such_form_is_seen(text: str) -> None:
    form = FORM.fullmatch(text)
    assert form is None or not (VALUE in form["place"] or LITERAL.fullmatch(form["place"]))
