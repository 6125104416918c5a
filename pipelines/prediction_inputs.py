"""Files, folders and tables that are to be predicted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from components.core.errors import ConvoyError
from components.core.parts import SampleError
from components.core.reading import read_regular
from components.core.text_tables import encode_text, is_table, read_rows, read_text
from components.core.walking import readable, walk

if TYPE_CHECKING:
    from components.core.parts import Sample


@dataclass(frozen=True)
class Input:
    """A sample to be predicted.

    Attributes:
        name: What messages and the table call it.
        stem: What the names of its pictures begin with.
        data: The encoded sample.
    """

    name: str
    stem: str
    data: bytes


def find_files(path: Path, sample: Sample, left_out: Counter[str]) -> Iterator[Path]:
    """Yields a file that is named, or the samples in a folder and below it.

    Args:
        path: The file or the folder.
        sample: The kind of input.
        left_out: Counts, by reason, what is no sample in a folder.

    Raises:
        ConvoyError: When there is no sample in the folder.
    """
    if not path.is_dir():
        yield path
        return
    found = list(walk(path, path, sample.refuse))
    if all(each.reason for each in found):
        raise ConvoyError(f"{path}: no {sample.column} found in this folder or below")
    for each in found:
        if each.reason:
            left_out[each.reason] += 1
        else:
            yield each.path


def read_file(file: Path) -> bytes:
    """Reads a file as it is.

    Raises:
        ConvoyError: Naming the file and why it cannot be read.
    """
    try:
        return read_regular(file)
    except OSError as error:
        reason = "not found" if isinstance(error, FileNotFoundError) else error.strerror
        raise ConvoyError(f"{file}: {reason}") from None


def read_inputs(file: Path, sample: Sample) -> Iterator[Input]:
    """Yields the sample in a file or, of a table, the text in each row.

    Raises:
        ConvoyError: Naming the file, or its line, and why it cannot be read.
    """
    if not (sample.is_text and is_table(file)):
        yield Input(readable(file), file.stem, read_file(file))
        return
    for row in read_rows(file):
        data = encode_text(read_text(row, sample.column) or "")
        yield Input(f"{readable(file)}:{row.line}", f"{file.stem}-{row.line}", data)


def check_file(file: Path, sample: Sample) -> None:
    """Decodes a file in full, as ingest does.

    Raises:
        ConvoyError: Naming the file, or the line, and what is wrong with it.
    """
    for each in read_inputs(file, sample):
        if reason := sample.inspect(each.data)["decode_error"]:
            raise ConvoyError(f"{each.name}: cannot be decoded: {reason}")
        try:
            sample.accept(each.data)
        except SampleError as error:
            raise ConvoyError(f"{each.name}: cannot be predicted: {error}") from None
