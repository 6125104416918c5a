"""No input makes a source take more than 2 GiB."""

import subprocess
import sys
from pathlib import Path

import pytest

CORPUS = "tests.components.ingest.sources.test_any_input"
ROOT = Path(__file__).parents[4]

SCRIPT = f"""
import resource, sys
import pytest
import {CORPUS} as corpus

with open("/proc/self/statm") as sizes:
    own = int(sizes.read().split()[0]) * resource.getpagesize()
limit = own + 2 * 2**30
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
options = ["-m", "", "-p", "no:cacheprovider", "--hypothesis-seed=0"]
sys.exit(pytest.main([corpus.__file__, *options]))
"""


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_two_gibibytes_are_enough_for_any_input() -> None:
    """Beside what the interpreter takes for itself; whatever asks for more fails its test."""
    found = subprocess.run(
        [sys.executable, "-c", SCRIPT], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, found.stdout[-4_000:] + found.stderr[-4_000:]
