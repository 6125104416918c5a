"""Errors of ours are one line, also where Beam runs the code that raises them."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow  # importing Beam takes seconds

IN_BEAM = """
import sys
from components.core.errors import ConvoyError
from pipelines import cli

@cli.app.command()
def fail_in_beam(told: bool) -> None:
    import apache_beam as beam
    from apache_beam.options.pipeline_options import PipelineOptions

    def refuse(row: int) -> None:
        raise ConvoyError("a.parquet: row 1: cannot be read") if told else KeyError(row)

    options = PipelineOptions(["--direct_running_mode=in_memory"])
    with beam.Pipeline(options=options) as pipeline:
        pipeline | beam.Create([1]) | beam.Map(refuse)

sys.argv[1:] = ["fail-in-beam", *sys.argv[1:]]
cli.main()
"""


def run(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", IN_BEAM, *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_an_error_of_ours_is_one_line() -> None:
    result = run("true")
    assert result.returncode == 1
    assert result.stderr.splitlines() == ["error a.parquet: row 1: cannot be read"]


def test_another_error_keeps_its_traceback() -> None:
    result = run("false")
    assert result.returncode == 1
    assert "Traceback" in result.stderr
    assert "KeyError" in result.stderr
