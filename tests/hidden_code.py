"""Parquet files whose schema holds code, and programs of their own that read them."""

import os
import pickle
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

ROOT = Path(__file__).parents[1]
MARKER = "code-ran"

PROGRAM = """
from pathlib import Path
from components.core.errors import ConvoyError
from components.core.task import Spec
spec = Spec.from_json(Path("spec.json").read_text())
try:
    {lines}
except ConvoyError as error:
    print("refused:", error)
"""


class _Touch:
    def __reduce__(self) -> tuple:
        return os.system, (f"touch {MARKER}",)


class _Hidden(pa.PyExtensionType):
    def __init__(self) -> None:
        super().__init__(pa.int64())

    def __reduce__(self) -> tuple:
        return _Hidden, ()

    def __arrow_ext_serialize__(self) -> bytes:
        return pickle.dumps(_Touch())


def hide_code(table: pa.Table, file: Path) -> Path:
    """Writes a table and a column of a type that, unpickled, makes the file `MARKER`."""
    storage = pa.array([1] * len(table), pa.int64())
    hidden = pa.ExtensionArray.from_storage(_Hidden(), storage)
    file.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table.append_column("extra", hidden), file)
    return file


def run_alone(lines: str) -> str:
    """Runs lines in the current folder, in a process where nobody has imported the hotfix yet.

    Returns:
        What it printed.
    """
    program = PROGRAM.format(lines=lines.replace("\n", "\n    "))
    result = subprocess.run(
        (sys.executable, "-c", program),
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert not result.returncode, result.stderr
    return result.stdout
