"""Keras architectures, one a module, each built by a function build."""

from __future__ import annotations

import ast
import importlib
import pkgutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import ValidationError, validate_call

from components.core.block import describe_errors
from components.core.errors import ConvoyError
from components.core.names import describe_unknown

if TYPE_CHECKING:
    import keras


class Published(NamedTuple):
    """What the published figures of an architecture are for.

    Attributes:
        shape: Of one input: height, width and channels, or words and numbers of their vectors.
        units: The number of outputs.
    """

    shape: tuple[int, ...] = (96, 96, 3)
    units: int = 10


def model_names() -> list[str]:
    """The names of the modules of this package, sorted; what they share lies in `shared`."""
    names = (module.name for module in pkgutil.iter_modules(__path__) if not module.ispkg)
    return sorted(names)


def build_model(
    name: str, shape: tuple[int | None, ...], units: int, options: Mapping[str, Any]
) -> keras.Model:
    """Builds a model that gives raw outputs (logits).

    Args:
        name: A module of this package.
        shape: Of one input, such as height, width and channels of an image.
        units: The number of outputs.
        options: Keyword arguments of the module's `build`.

    Returns:
        A model from float `[batch, *shape]` to float `[batch, ...]`.

    Raises:
        ConvoyError: When there is no such model, an option is unknown or out of range, or
            the inputs are too small for the architecture or of another kind.
    """
    build = validate_call(_load(name).build)
    try:
        return build(shape, units, **options)
    except ValidationError as error:
        if any(each["loc"][:1] == (0,) for each in error.errors()):
            raise ConvoyError(f"train.model: {name} takes no inputs {shape}") from None
        raise ConvoyError(describe_errors(error, "train.options")) from None
    except ValueError as error:  # how Keras says that layers do not fit together
        side = smallest_side(name)
        least = f"; it takes {side} x {side} pixels at least" if side else ""
        raise ConvoyError(
            f"train.model: {name} does not fit inputs {shape}: {error}{least}"
        ) from error


def takes_pixels(name: str) -> bool:
    """Whether a model wants pixels in 0..255: its module says `TAKES_PIXELS = True`.

    Pretrained backbones bring the preprocessing that they were trained with. Other models are
    fed with images normalised by the statistics of the training split.

    Raises:
        ConvoyError: When there is no such model.
    """
    return getattr(_load(name), "TAKES_PIXELS", False)


def output_layout(name: str) -> str:
    """How a model's outputs are laid out where a task knows several: its module says `HEAD`.

    Returns:
        What it says; nothing where it says nothing.

    Raises:
        ConvoyError: When there is no such model.
    """
    layout: str = getattr(_load(name), "HEAD", "")
    return layout


def published(name: str) -> Published:
    """What an architecture's published figures are for: its module says `PUBLISHED = ...`.

    Raises:
        ConvoyError: When there is no such model.
    """
    return Published(*getattr(_load(name), "PUBLISHED", ()))


def smallest_side(name: str) -> int | None:
    """The least height and width that a model takes: its module says `SMALLEST = ...`.

    Raises:
        ConvoyError: When there is no such model.
    """
    return getattr(_load(name), "SMALLEST", None)


@contextmanager
def without_weights() -> Iterator[None]:
    """What is built within has the shapes of weights but not their values.

    So the largest networks are counted in a moment and in no memory. They compute nothing.
    """
    import keras

    try:
        with keras.StatelessScope(initialize_variables=False):
            yield
    finally:
        keras.utils.clear_session()  # or Keras would give them values after all, later


def check_model(name: str, options: Iterable[str], prefix: str = "train") -> None:
    """Checks the name of a model and of its options, without importing Keras.

    Args:
        name: A module of this package.
        options: Keywords of the module's `build`.
        prefix: Where a message says that both stand.

    Raises:
        ConvoyError: When there is no such model, or it has no such option.
    """
    if name not in model_names():
        raise ConvoyError(f"{prefix}.model: {describe_unknown('model', name, model_names())}")
    known = _option_names(name)
    for option in options:
        if known is not None and option not in known:
            words = describe_unknown(f"option of {name}", option, known)
            raise ConvoyError(f"{prefix}.options: {words}")


def _option_names(name: str) -> list[str] | None:
    """The keywords of a model's `build`; None when it takes any."""
    build = find_build(name)
    if build is None or build.args.kwarg:
        return None
    return [each.arg for each in build.args.kwonlyargs]


def find_build(name: str) -> ast.FunctionDef | None:
    """The function that builds a model, as it is written; None where it is no such function.

    Args:
        name: A module of this package, which is not imported: Keras takes seconds.
    """
    return _find_function(f"{__name__}.{name}", "build")


def _find_function(module: str, name: str) -> ast.FunctionDef | None:
    """A function of a module, or of that from which the module takes it."""
    file = Path(__file__).parents[1].joinpath(*module.split(".")).with_suffix(".py")
    if not file.is_file():
        return None
    for each in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(each, ast.FunctionDef) and each.name == name:
            return each
        if isinstance(each, ast.ImportFrom) and each.module:
            for alias in each.names:
                if (alias.asname or alias.name) == name:
                    return _find_function(each.module, alias.name)
    return None


def _load(name: str) -> ModuleType:
    check_model(name, ())
    return importlib.import_module(f"{__name__}.{name}")
