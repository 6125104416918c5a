"""The figures of several workers, each a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

CODE = """
from components.serve.meters import Meters
meters = Meters()
meters.errors.labels("busy").inc()
meters.queue_length.labels("toy").set(7)
meters.version.labels("toy").set(3)
meters.drift.labels("toy", "brightness").set(0.1)
print(meters.text().decode())
"""


def run_worker(folder: Path) -> list[str]:
    """What a worker tells that counts an error, and then ends."""
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(folder)}
    command = (sys.executable, "-c", CODE)
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def test_of_a_worker_that_has_died_its_counts_stay(tmp_path: Path) -> None:
    run_worker(tmp_path)
    told = run_worker(tmp_path)
    assert 'convoy_errors_total{kind="busy"} 2.0' in told
    assert 'convoy_queue_length{task="toy"} 7.0' in told
    assert 'convoy_input_distance{column="brightness",task="toy"} 0.1' in told
    (version,) = (line for line in told if line.startswith("convoy_model_version{"))
    assert 'pid="' in version
