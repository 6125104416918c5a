"""A file a class with a text a line, as `rt-polarity.pos` and `rt-polarity.neg`.

This is the layout of the film sentences of Pang and Lee (2005).
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

from pydantic import Field, field_validator

from components.core.errors import ConvoyError
from components.core.faults import gather
from components.core.table import Record
from components.core.walking import list_folder, readable
from components.ingest.class_folders import NO_CLASS
from components.ingest.texts import TextSource
from components.samples.text import begins_like_text

BLANK = "a blank line"

DATA = frozenset(("csv", "json", "jsonl", "ndjson", "toml", "tsv", "xml", "yaml", "yml"))
PROSE = frozenset(("htm", "html", "ini", "log", "md", "pts", "py", "rst", "text", "txt"))
"""Endings of names that are those of formats, not of classes."""


class Line(NamedTuple):
    """A line of a file."""

    label: str
    file: Path
    number: int
    data: bytes

    @property
    def place(self) -> str:
        """What a message about it begins with."""
        return f"{self.file}: line {self.number}"


class Source(TextSource):
    """`path` is the folder of the files.

    Blank lines are left out.

    Attributes:
        classes: The file of each class; without, what the names end in where they begin alike.
    """

    gives: ClassVar = frozenset({"label"})

    classes: dict[str, Path] | None = Field(None, min_length=2)

    @field_validator("encoding")
    @classmethod
    def _has_lines(cls, encoding: str) -> str:
        if "\n".encode(encoding) != b"\n":
            raise ValueError(f"lines of {encoding} cannot be told apart; save the files as UTF-8")
        return encoding

    @classmethod
    def recognise(cls, path: Path) -> Mapping[str, Any] | None:
        """A folder with two files or more whose names begin alike and end in classes."""
        return {"path": path} if path.is_dir() and len(find_classes(path)) > 1 else None

    def read(self) -> Iterator[Record]:
        """Yields the lines, class by class.

        Raises:
            FaultsError: Naming each line that is not in the encoding.
            ConvoyError: When there is no such file.
        """
        classes = self.classes or find_classes(self.path)
        if len(classes) < 2:
            raise ConvoyError(
                f"{self.path}: no two files whose names begin alike and end in classes; "
                "source.classes names the file of each class"
            )
        files = {label: self.path / file for label, file in classes.items()}
        for found in self.entries(self.path)[1]:
            if found not in files.values():
                self.leave_out(found, NO_CLASS)
        lines = (line for label in sorted(files) for line in self._lines(label, files[label]))
        yield from gather(str(self.path), lines, self._read_line)

    def _lines(self, label: str, file: Path) -> Iterator[Line]:
        with self.open(file) as stream:
            for number, data in enumerate(stream, start=1):
                if data.strip():
                    yield Line(label, file, number, data)
                else:
                    self.leave_out(file / str(number), BLANK)

    def _read_line(self, line: Line) -> Record:
        text = self.encode(line.data.strip(b"\r\n"), line.place)
        return Record(text, f"{self.name(line.file)}:{line.number}", {"label": line.label})


def find_classes(folder: Path) -> dict[str, Path]:
    """The files of a folder by what their names end in, of those that begin alike.

    Raises:
        ConvoyError: When the folder may not be read.
    """
    by_stem: dict[str, dict[str, Path]] = {}
    for found in list_folder(folder, folder):
        label = readable(found.path.suffix.removeprefix("."))
        if label and not found.is_folder and not found.reason and _is_class(found.path):
            by_stem.setdefault(found.path.stem, {})[label] = Path(found.path.name)
    return max(by_stem.values(), key=len, default={})


def _is_class(file: Path) -> bool:
    """Whether a file is a text whose ending says of nothing but its class."""
    suffix = file.suffix.removeprefix(".").lower()
    return suffix not in DATA | PROSE and begins_like_text(file)
