"""The words that an exported model knows."""

from collections.abc import Sequence
from pathlib import Path

from components.core.lines import read_lines

VOCABULARY_FILE = Path("assets.extra") / "vocabulary.txt"
"""A word a line, within the folder of an exported model; absent where it knows none."""


def read_vocabulary(model: Path) -> Sequence[str]:
    """The words that an exported model knows, in the order of their indices; may be none.

    Args:
        model: The folder of a SavedModel.
    """
    file = model / VOCABULARY_FILE
    return read_lines(file) if file.is_file() else ()
