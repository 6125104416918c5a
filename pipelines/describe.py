"""What there is to choose from: tasks, sources and models, their options and what these mean."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt
from docstring_parser import DocstringStyle
from docstring_parser import parse as parse_docstring
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from components.core.block import PARAMS_FILE, read_blocks
from components.core.errors import ConvoyError
from components.core.names import describe_unknown

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

TASK, KIND, SOURCE, MODEL = "task of params.yaml", "task", "source", "model"

WORDS: Mapping[Any, str] = {
    NoneType: "null",
    str: "text",
    bool: "true | false",
    int: "integer",
    float: "number",
    Path: "path",
    Any: "any",
}
"""How types are called."""

BOUNDS: Mapping[type, tuple[str, str]] = {
    Ge: ("at least", "ge"),
    Gt: ("above", "gt"),
    Le: ("at most", "le"),
    Lt: ("below", "lt"),
}
"""How pydantic's bounds are worded, and where each has its value."""


@dataclass(frozen=True)
class Option:
    """Something that can be said of a task, a source or a model.

    Attributes:
        key: Its name; within blocks with dots, as on the command line.
        kind: Its type.
        default: What it is when nothing is said; None where something must be.
        meaning: What it does.
        value: What `params.yaml` makes of it; None where it is of no task of that file.
    """

    key: str
    kind: str
    default: str | None
    meaning: str
    value: str | None = None


@dataclass(frozen=True)
class Entry:
    """Something to choose.

    Attributes:
        name: What it is called.
        role: `TASK`, `KIND`, `SOURCE` or `MODEL`.
        summary: What it is, in a sentence.
    """

    name: str
    role: str
    summary: str


def list_entries() -> list[Entry]:
    """All that there is: the tasks of `params.yaml`, if there is one, then what convoy brings."""
    return [*_own_tasks(), *_task_kinds(), *_sources(), *_models()]


def find_entry(name: str) -> Entry:
    """What has a name; a task of `params.yaml` rather than anything else.

    Raises:
        ConvoyError: When nothing has it.
    """
    entries = {entry.name: entry for entry in reversed(list_entries())}
    if name not in entries:
        words = describe_unknown("task, source or model", name, sorted(entries))
        raise ConvoyError(f"convoy describe: {words}")
    return entries[name]


def options_of(entry: Entry) -> list[Option]:
    """All options of an entry.

    Raises:
        ConvoyError: When a task of `params.yaml` is not in order.
    """
    listed = {TASK: _options_of_own, KIND: _options_of_kind, SOURCE: _options_of_source}
    return listed.get(entry.role, _options_of_model)(entry.name)


def _own_tasks() -> Iterator[Entry]:
    if not PARAMS_FILE.is_file():
        return
    for name, block in read_blocks().items():
        source = block.get("source")
        kind = source.get("kind") if isinstance(source, dict) else None
        yield Entry(name, TASK, f"{block.get('task')}, from {kind}")


def _task_kinds() -> Iterator[Entry]:
    from pipelines.new.layouts import task_names

    folder = Path(__file__).parent / "tasks"
    for name in task_names():
        yield Entry(name, KIND, summary_of(folder / name / "__init__.py"))


def _sources() -> Iterator[Entry]:
    from components.ingest import sources
    from components.ingest.ingest import list_kinds

    (folder,) = sources.__path__
    for kind in list_kinds():
        yield Entry(kind, SOURCE, summary_of(Path(folder, f"{kind}.py")))


def _models() -> Iterator[Entry]:
    from models import __path__ as folders
    from models import model_names

    for name in model_names():
        yield Entry(name, MODEL, summary_of(Path(folders[0], f"{name}.py")))


def summary_of(file: Path) -> str:
    """The first sentence of a module, which is not imported."""
    text = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    return " ".join(text.partition("\n\n")[0].split())


def _options_of_own(name: str) -> list[Option]:
    from pipelines.params import complete_schema
    from pipelines.plan import complete
    from pipelines.project import load_task

    task, block = load_task(name)
    params = complete(name, block, task)
    schema = complete_schema(name, task, params["source"]["kind"])
    return [*list_options(schema, params), *_model_options(params["train"])]


def _model_options(train: Mapping[str, Any]) -> Iterator[Option]:
    given = train["options"]
    for each in _options_of_model(train["model"]):
        value = _word(given[each.key]) if each.key in given else each.default
        key = f"train.options.{each.key}"
        yield Option(key, each.kind, each.default, each.meaning, value)


def _options_of_kind(name: str) -> list[Option]:
    from pipelines.new.layouts import load_kind
    from pipelines.params import schema_of

    return list(list_options(schema_of(load_kind(name))))


def _options_of_source(kind: str) -> list[Option]:
    from components.ingest.ingest import find_source

    return list(list_options(find_source(kind, "convoy describe")))


def _options_of_model(name: str) -> list[Option]:
    from models import find_build

    build = find_build(name)
    if build is None:
        return []
    meanings = _meanings(ast.get_docstring(build))
    pairs = zip(build.args.kwonlyargs, build.args.kw_defaults, strict=True)
    return [
        Option(
            each.arg,
            ast.unparse(each.annotation) if each.annotation else "",
            _written(default),
            meanings.get(each.arg, ""),
        )
        for each, default in pairs
    ]


def list_options(
    schema: type[BaseModel], values: Mapping[str, Any] | None = None, prefix: str = ""
) -> Iterator[Option]:
    """Yields the keys of a schema, those of its blocks with dots.

    Args:
        schema: The schema.
        values: What a block of parameters makes of the keys, if there is one.
        prefix: What each key begins with.
    """
    for key, field in schema.model_fields.items():
        value = None if values is None else values.get(key)
        block = _block_of(field.annotation)
        if block is None or block is not field.annotation:  # one that may be left out is no block
            shown = None if values is None else _word(value)
            meaning = meaning_of(schema, key)
            yield Option(f"{prefix}{key}", _kind(field), _default(field), meaning, shown)
        if block is not None:
            inner = value if isinstance(value, Mapping) else None
            yield from list_options(block, inner, f"{prefix}{key}.")


def meaning_of(schema: type[BaseModel], key: str) -> str:
    """What a key does, as the docstring of the class says, or of the base, that declares it."""
    for each in schema.__mro__:
        if meaning := _meanings(each.__dict__.get("__doc__")).get(key):
            return meaning
    return ""


def _meanings(docstring: str | None) -> dict[str, str]:
    parsed = parse_docstring(inspect.cleandoc(docstring or ""), DocstringStyle.GOOGLE)
    return {each.arg_name: " ".join((each.description or "").split()) for each in parsed.params}


def _block_of(annotation: Any) -> type[BaseModel] | None:
    """The block that a value is, or is when it is not null."""
    if get_origin(annotation) in (Union, UnionType):
        return next(filter(None, map(_block_of, get_args(annotation))), None)
    return annotation if inspect.isclass(annotation) and issubclass(annotation, BaseModel) else None


def _kind(field: FieldInfo) -> str:
    return ", ".join([describe_type(field.annotation), *_bounds(field.metadata)])


def describe_type(annotation: Any) -> str:
    """A type as somebody who writes YAML thinks of it."""
    origin, parts = get_origin(annotation), get_args(annotation)
    if annotation in WORDS:
        return WORDS[annotation]
    if origin is Literal:
        return " | ".join(map(_word, parts))
    if origin is Annotated:
        return describe_type(parts[0])
    if origin in (Union, UnionType):
        return " | ".join(map(describe_type, parts))
    if origin in (tuple, list, dict):
        inner = (describe_type(part) for part in parts if part is not Ellipsis)
        return f"{'mapping' if origin is dict else 'list'} of {', '.join(dict.fromkeys(inner))}"
    return "block" if _block_of(annotation) else str(getattr(annotation, "__name__", annotation))


def _bounds(metadata: Sequence[Any]) -> Iterator[str]:
    for each in metadata:
        if type(each) in BOUNDS:
            words, name = BOUNDS[type(each)]
            yield f"{words} {getattr(each, name):,}"


def _default(field: FieldInfo) -> str | None:
    default = field.get_default(call_default_factory=True)
    return None if default is PydanticUndefined else _word(default)


def _written(default: ast.expr | None) -> str | None:
    """A default as code says it."""
    if default is None:
        return None
    try:
        return _word(ast.literal_eval(default))
    except ValueError:  # the name of a constant
        return ast.unparse(default)


def _word(value: Any) -> str:
    """A value as YAML has it, in one line."""
    if value == "":
        return "''"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, BaseModel):
        return _word(value.model_dump(exclude_none=True))
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_word(each)}" for key, each in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(map(_word, value)) + "]"
    return str(value)
