"""What every pipeline of TFX is run with."""

import subprocess
import sys

import pytest

from pipelines.graph import beam_args
from pipelines.tasks.classification import TASK
from tests.specs import make_spec

pytestmark = pytest.mark.slow  # importing TFX takes 10 s: only when a test of these runs

BATCHES = """
import sys
from tfx.dsl.components.base.base_beam_executor import BaseBeamExecutor
from tfx_bsl.coders.batch_util import GetBatchElementsKwargs

class Executor(BaseBeamExecutor):
    def Do(self, *_):
        pass

flags, sys.argv = sys.argv[1:], sys.argv[:1]
Executor(Executor.Context(beam_pipeline_args=flags, unique_id="", tmp_dir="."))
sizes = GetBatchElementsKwargs(None)
print(sizes["min_batch_size"], sizes["max_batch_size"])
"""
"""In a process of its own: TFX keeps Beam's flags for the rest of a process."""


def batch_sizes(flags: list[str]) -> tuple[int, int]:
    """The least and the most of a batch, by which Beam chooses."""
    command = [sys.executable, "-c", BATCHES, *flags]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    least, most = map(int, result.stdout.splitlines()[-1].split())
    return least, most


def test_the_size_of_batches_does_not_depend_on_the_time_they_take() -> None:
    least, most = batch_sizes(beam_args(make_spec(TASK, checks={"classes": ["a", "b"]})))
    assert least == most
    tuned_least, tuned_most = batch_sizes([])
    assert tuned_least < tuned_most, "Beam no longer tunes: the flag is not needed"
