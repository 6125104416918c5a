"""Text files with a word a line, in UTF-8."""

from collections.abc import Sequence
from pathlib import Path


def write_lines(file: Path, lines: Sequence[str]) -> None:
    """Writes lines, none of which holds a line break; each is ended by one."""
    file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def read_lines(file: Path) -> Sequence[str]:
    """The lines that `write_lines` has written, whatever other separators are in them."""
    return file.read_text(encoding="utf-8").split("\n")[:-1]
