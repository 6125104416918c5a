"""How a stage tells the run above it that the data are wrong, which no exit code of DVC's does.

DVC ends with 255 whatever stopped a stage: a broken rule, a signal, a full disk. The run names a
file in the environment; a stage that refuses the data writes why.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from components.core.errors import DataError

VARIABLE = "CONVOY_REFUSAL"


@contextmanager
def refusals_noted() -> Iterator[None]:
    """Writes a `DataError` to the file that the run named, if there is one, and passes it on."""
    try:
        yield
    except DataError as error:
        if file := os.environ.get(VARIABLE):
            Path(file).write_text(str(error))
        raise
