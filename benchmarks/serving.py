"""Requests/s and latencies of `convoy serve`, against a bare model and `mlflow models serve`.

    python -m benchmarks.serving digits person --seconds 10

Needs a champion and the task's artifacts (`convoy run digits`), and wrk, a load generator
(`apt-get install wrk`). Everything is measured in one run, one after the other: the model in this
process at batch 1 and 32, then each server with 1, 8 and 64 connections that send the test split's
encoded samples, over and over. convoy is measured with one worker, with one a core, and with 16
samples in a request, which shows what a request costs beside its samples. With `--memory 100000`
the server's memory is told before and after so many requests.
"""

import argparse
import base64
import itertools
import json
import math
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import psutil
import requests
from rich.console import Console
from rich.table import Table

from components.core.examples import read_raw
from components.core.served_model import ServedModel
from components.core.store import configure, download, model_uri
from components.core.task import Spec
from components.evaluate.measurement import example_files
from pipelines.project import load_spec

PORT = 18080
CONNECTIONS = (1, 8, 64)
BATCHES = (1, 32)
SAMPLES = 64
TOGETHER = 16
BOUNDARY = "of-a-form"
PATIENCE = 180
MIB = 2**20

SCRIPT = """
local bodies, at = {}, 0
for number = 1, %(bodies)d do
  local file = io.open("%(folder)s/" .. number, "rb")
  bodies[number] = file:read("*a")
  file:close() -- wrk has room for few files beside its connections
end
request = function()
  at = at %% #bodies + 1
  return wrk.format("POST", nil, {["Content-Type"] = "%(kind)s"}, bodies[at])
end
"""
RATE = re.compile(r"Requests/sec:\s+([\d.]+)")
LATENCY = re.compile(r"^\s+(50|99)%\s+([\d.]+)(us|ms|s)$", re.MULTILINE)
REQUESTS = re.compile(r"(\d+) requests in ")
REFUSED = re.compile(r"Non-2xx or 3xx responses: (\d+)")
BROKEN = re.compile(r"Socket errors: .+")
MILLISECONDS = {"us": 1e-3, "ms": 1.0, "s": 1e3}


class Load(NamedTuple):
    """What a load generator has measured.

    Attributes:
        rate: Samples/s that were answered, refused ones aside.
        median: Milliseconds of a request.
        slow: Milliseconds, of which 99 of 100 requests need no more.
        failed: What went wrong; empty where nothing did.
    """

    rate: float
    median: float
    slow: float
    failed: str


class Server(NamedTuple):
    """A server under load.

    Attributes:
        name: What the table calls it.
        command: What starts it.
        path: Where requests go.
        kind: The media type of their bodies.
        encode: Makes a body of encoded samples.
        together: How many go into a body.
    """

    name: str
    command: Sequence[str]
    path: str
    kind: str
    encode: Callable[[Sequence[bytes]], bytes]
    together: int = 1


def servers(spec: Spec) -> list[Server]:
    """The servers of a task's champion."""
    convoy = [sys.executable, "-m", "pipelines.cli", "serve", spec.name, "--port", str(PORT)]
    mlflow = [sys.executable, "-m", "mlflow", "models", "serve", "--env-manager", "local"]
    mlflow += ["--model-uri", model_uri(spec.name, "champion"), "--port", str(PORT)]
    cores = os.cpu_count() or 1
    several = [*convoy, "--workers", str(cores)]
    path, form = f"/predict/{spec.name}", f"multipart/form-data; boundary={BOUNDARY}"

    def table(samples: Sequence[bytes]) -> bytes:
        data = [[base64.b64encode(each).decode()] for each in samples]
        return json.dumps(
            {"dataframe_split": {"columns": [spec.sample.column], "data": data}}
        ).encode()

    return [
        Server("convoy serve", convoy, path, "image/png", b"".join),
        Server(f"convoy serve, {cores} workers", several, path, "image/png", b"".join),
        Server(f"convoy serve, {TOGETHER} a request", convoy, path, form, encode_form, TOGETHER),
        Server("mlflow models serve", mlflow, "/invocations", "application/json", table),
    ]


def encode_form(samples: Sequence[bytes]) -> bytes:
    """A form with a file a sample."""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n'
    files = b"".join(head.encode() + each + b"\r\n" for each in samples)
    return files + f"--{BOUNDARY}--\r\n".encode()


@contextmanager
def started(server: Server, sample: bytes) -> Iterator[psutil.Process]:
    """Starts a server, and waits until it has answered once."""
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(server.command, stdout=quiet, stderr=quiet)
    try:
        _wait(server, sample, process)
        yield psutil.Process(process.pid)
    finally:
        for each in [*psutil.Process(process.pid).children(recursive=True), process]:
            each.terminate()
        process.wait()


def _wait(server: Server, sample: bytes, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        try:
            if _ask(server, sample).ok:
                return
        except requests.ConnectionError:
            pass
        time.sleep(0.5)
    raise SystemExit(f"{server.name}: has not answered within {PATIENCE} seconds")


def _ask(server: Server, sample: bytes) -> requests.Response:
    session = requests.Session()
    session.trust_env = False  # no proxy
    return session.post(
        f"http://127.0.0.1:{PORT}{server.path}",
        data=server.encode([sample]),
        headers={"Content-Type": server.kind},
        timeout=PATIENCE,
    )


def load(server: Server, samples: Sequence[bytes], connections: int, seconds: float) -> Load:
    """Has wrk send samples for some seconds."""
    starts = range(0, len(samples), server.together)
    bodies = [server.encode(samples[start : start + server.together]) for start in starts]
    with tempfile.TemporaryDirectory() as folder:
        for number, body in enumerate(bodies, 1):
            (Path(folder) / str(number)).write_bytes(body)
        script = Path(folder) / "post.lua"
        words = {"bodies": len(bodies), "folder": folder, "kind": server.kind}
        script.write_text(SCRIPT % words)
        command = ["wrk", "--threads", "1", "--connections", str(connections), "--latency"]
        command += ["--duration", f"{math.ceil(seconds)}s", "--timeout", "30s"]
        url = f"http://127.0.0.1:{PORT}{server.path}"
        command += ["--script", str(script), url]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = read_report(done.stdout)
    return found._replace(rate=found.rate * server.together)


def read_report(text: str) -> Load:
    """Reads what wrk prints.

    Raises:
        ValueError: When that is something else.
    """
    rate = RATE.search(text)
    latency = {
        name: float(value) * MILLISECONDS[unit] for name, value, unit in LATENCY.findall(text)
    }
    sent = REQUESTS.search(text)
    if rate is None or sent is None or latency.keys() != {"50", "99"}:
        raise ValueError(f"no report of wrk: {text}")
    refused = REFUSED.search(text)
    answered = 1 - int(refused[1]) / int(sent[1]) if refused else 1
    failed = "; ".join(found[0] for found in (refused, BROKEN.search(text)) if found)
    return Load(float(rate[1]) * answered, latency["50"], latency["99"], failed)


def measure_bare(model: ServedModel, samples: Sequence[bytes], batch: int, seconds: float) -> Load:
    """Predicts in this process; milliseconds are of a batch."""
    cycle = itertools.cycle(samples)
    times: list[float] = []
    model.predict([next(cycle) for _ in range(batch)])
    while sum(times) < seconds:
        given = [next(cycle) for _ in range(batch)]
        begun = time.perf_counter()
        model.predict(given)
        times.append(time.perf_counter() - begun)
    ordered = sorted(times)
    median, slow = (1e3 * ordered[int(len(ordered) * share)] for share in (0.5, 0.99))
    return Load(batch * len(times) / sum(times), median, slow, "")


def grow(server: Server, samples: Sequence[bytes], process: psutil.Process, number: int) -> str:
    """Sends so many requests once it is warm, and tells the memory before and after."""
    rate = load(server, samples, CONNECTIONS[1], 5).rate
    before = process.memory_info().rss
    load(server, samples, CONNECTIONS[1], number / rate)
    after = process.memory_info().rss
    return f"{before / MIB:,.0f} MiB before and {after / MIB:,.0f} MiB after {number:,} requests"


def measure(spec: Spec, seconds: float, memory: int) -> None:
    """Measures one task and prints a table."""
    table = Table(title=f"{spec.name}, {seconds:g} s each")
    for name in ("what", "at a time", "samples/s", "of bare", "median ms", "99% ms", "failed"):
        table.add_column(name, justify="left" if name == "what" else "right")
    bare: list[Load] = []

    def show(name: str, at_once: int, found: Load) -> None:
        share = f"{found.rate / bare[-1].rate:.2f}"
        figures = (f"{found.median:.1f}", f"{found.slow:.1f}", found.failed)
        table.add_row(name, str(at_once), f"{found.rate:,.1f}", share, *figures)

    files = example_files(spec.name).test
    rows = next(iter(read_raw(files, spec.sample, spec.labels, SAMPLES)))
    samples = [row[spec.sample.column] for row in rows]
    model = ServedModel.load(download(model_uri(spec.name, "champion")))
    for batch in BATCHES:
        bare.append(measure_bare(model, samples, batch, seconds))
        show("bare model", batch, bare[-1])
    told = ""
    for server in servers(spec):
        with started(server, samples[0]) as process:
            for connections in CONNECTIONS:
                show(server.name, connections, load(server, samples, connections, seconds))
            if memory and not told:
                told = grow(server, samples, process, memory)
    Console(width=120).print(table, told)


def main() -> None:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("tasks", nargs="+")
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--memory", type=int, default=0, help="requests, such as 100000")
    arguments = parser.parse_args()
    configure()
    for task in arguments.tasks:
        measure(load_spec(task), arguments.seconds, arguments.memory)


if __name__ == "__main__":
    main()
