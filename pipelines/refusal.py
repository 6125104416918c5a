"""How a stage tells the run above it that the data are wrong, which no exit code of DVC's does.

DVC ends with 255 whatever stopped a stage: a broken rule, a signal, a full disk. The run names a
file in the environment; a stage that refuses the data writes why.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from components.core.errors import DataError

VARIABLE = "CONVOY_REFUSAL"


@contextmanager
def asked_for() -> Iterator[Path]:
    """Asks the stages that are run in the block to say why they refuse the data.

    Yields:
        The file that is there once one has; it is gone after the block.
    """
    before = os.environ.get(VARIABLE)
    with tempfile.TemporaryDirectory() as folder:
        note = Path(folder) / "note"
        os.environ[VARIABLE] = str(note)
        try:
            yield note
        finally:
            if before is None:
                del os.environ[VARIABLE]
            else:
                os.environ[VARIABLE] = before


@contextmanager
def refusals_noted() -> Iterator[None]:
    """Writes a `DataError` to the file that the run named, if there is one, and passes it on."""
    try:
        yield
    except DataError as error:
        if file := os.environ.get(VARIABLE):
            Path(file).write_text(str(error))
        raise
