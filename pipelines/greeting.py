"""Keeps TensorFlow's greeting from standard error.

From 2.17 on TensorFlow says what it is and has not while it is loaded, before it reads
`TF_CPP_MIN_LOG_LEVEL`.
"""

import os
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from importlib.util import spec_from_file_location
from types import ModuleType

LEVEL = "TF_CPP_MIN_LOG_LEVEL"
PACKAGE = "tensorflow"
SEVERITIES = b"IWEF"
"""The first letters of a record, by the level that still lets it through."""
RECORD = re.compile(rb"([IWEF])\d{4} \d\d:|WARNING: All log messages before absl")


class GreetingFinder(MetaPathFinder):
    """Finds TensorFlow as Python would, and has it loaded by `QuietLoader`."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Where TensorFlow is; None for every other module."""
        if fullname != PACKAGE:
            return None
        found = PathFinder.find_spec(fullname, path, target)
        if found is None or found.origin is None:
            return None
        loader = QuietLoader(fullname, found.origin)
        return spec_from_file_location(fullname, found.origin, loader=loader)


class QuietLoader(SourceFileLoader):
    """Loads a package and passes on what it says at `TF_CPP_MIN_LOG_LEVEL` or above."""

    def exec_module(self, module: ModuleType) -> None:
        """Runs the package's code."""
        with held_back(int(os.environ.get(LEVEL, "0"))):
            super().exec_module(module)


def install() -> None:
    """Has TensorFlow loaded without its greeting, unless the user asks for all levels."""
    if os.environ.get(LEVEL, "0") != "0":
        sys.meta_path.insert(0, GreetingFinder())


@contextmanager
def held_back(level: int) -> Iterator[None]:
    """Holds standard error back, then writes what is no record below a level.

    Args:
        level: 0 for all records, 1 without information, 2 without warnings, 3 without errors.
    """
    sys.stderr.flush()
    own = os.dup(2)
    with tempfile.TemporaryFile() as said:
        os.dup2(said.fileno(), 2)
        try:
            yield
        finally:
            sys.stderr.flush()
            os.dup2(own, 2)
            os.close(own)
            said.seek(0)
            for line in said:
                if counts(line, level):
                    os.write(2, line)


def counts(line: bytes, level: int) -> bool:
    """Whether a line of standard error is to be seen."""
    record = RECORD.match(line)
    if record is None:
        return True
    return record[1] is not None and SEVERITIES.index(record[1]) >= level
