"""Keras architectures, one a module, each built by a function build."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from types import ModuleType
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError, validate_call

from components.core.block import describe_errors
from components.core.errors import ConvoyError

if TYPE_CHECKING:
    import keras


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
            the images are too small for the architecture.
    """
    build = validate_call(_load(name).build)
    try:
        return build(shape, units, **options)
    except ValidationError as error:
        raise ConvoyError(describe_errors(error, "train.options")) from None
    except ValueError as error:  # how Keras says that layers do not fit together
        raise ConvoyError(f"train.model: {name} does not fit images {shape}: {error}") from error


def takes_pixels(name: str) -> bool:
    """Whether a model wants pixels in 0..255: its module says `TAKES_PIXELS = True`.

    Pretrained backbones bring the preprocessing that they were trained with. Other models are
    fed with images normalised by the statistics of the training split.

    Raises:
        ConvoyError: When there is no such model.
    """
    return getattr(_load(name), "TAKES_PIXELS", False)


def _load(name: str) -> ModuleType:
    if name not in model_names():
        raise ConvoyError(f"train.model: no model {name!r}; there are {', '.join(model_names())}")
    return importlib.import_module(f"{__name__}.{name}")
