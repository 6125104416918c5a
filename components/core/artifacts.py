"""Where the files of TFX's artifacts lie."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tfx.types.standard_artifacts import Examples, Model

SERVING_FOLDER = "Format-Serving"


def split_files(examples: Examples, split: str) -> list[str]:
    """The files of one split."""
    return [str(file) for file in Path(examples.path(split=split)).iterdir()]


def serving_folder(model: Model) -> Path:
    """The SavedModel of a model artifact."""
    return Path(model.uri) / SERVING_FOLDER
