"""What clients do wrong, and what a server must bear."""

import io
import json
import logging
import select
import socket
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from components.core.served_model import ServedModel
from components.core.task import Spec
from tests.bombs import large_jpeg, large_webp
from tests.serving import Running, running, wait_until
from tests.toys import png
from tests.turned import encode_turned

MOST = 100_000


@pytest.fixture(scope="module")
def server(loaded: Spec) -> Iterator[Running]:
    with running(loaded, max_bytes=MOST) as server:
        yield server


@pytest.fixture(scope="module")
def hasty(loaded: Spec) -> Iterator[Running]:
    with running(loaded, patience=0.3) as server:
        yield server


def encode(kind: str, mode: str, size: tuple[int, int] = (8, 8)) -> bytes:
    contents = io.BytesIO()
    Image.new(mode, size).save(contents, kind)
    return contents.getvalue()


GOOD: Mapping[str, Callable[[], bytes]] = {
    "1x1": lambda: encode("PNG", "L", (1, 1)),
    "CMYK": lambda: encode("JPEG", "CMYK"),
    "EXIF-turned": lambda: encode_turned(np.zeros((8, 6), np.uint8), 6, "JPEG"),
    "TIFF": lambda: encode("TIFF", "RGB"),
}

BAD: Mapping[str, tuple[Callable[[], bytes], str]] = {
    "text": (lambda: b"no image at all", "not an image of a known format"),
    "bomb": (large_webp, "more than 89,478,485 pixels"),
    "10,000x10,000": (lambda: large_jpeg(10_000, 10_000), "more than 89,478,485 pixels"),
    "half a PNG": (lambda: png(7)[:40], ""),
    "HEIC": (lambda: b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(64), "convert it to JPEG"),
}


@pytest.mark.parametrize("name", GOOD)
def test_unusual_images_are_predicted(server: Running, name: str) -> None:
    answer = server.http.post("/predict/toy", content=GOOD[name]())
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("name", BAD)
def test_a_bad_image_is_answered_with_the_reason(server: Running, name: str) -> None:
    make, reason = BAD[name]
    answer = server.http.post("/predict/toy", files={"file": ("picture.png", make())})
    assert answer.status_code == 422
    assert reason in answer.json()["error"]


def test_bad_images_among_good_ones_spoil_none(server: Running) -> None:
    contents = [each for make, _ in BAD.values() for each in (png(255), make())]
    with ThreadPoolExecutor(len(contents)) as pool:
        sent = pool.map(lambda each: server.http.post("/predict/toy", content=each), contents)
        statuses = [answer.status_code for answer in sent]
    assert statuses == [200, 422] * len(BAD)
    assert server.http.get("/healthz").json()["status"] == "ok"


def test_a_body_over_the_limit_is_refused(server: Running) -> None:
    answer = server.http.post("/predict/toy", content=bytes(MOST + 1))
    assert answer.status_code == 413
    assert answer.json() == {"error": "the body has more than 100,000 bytes"}


def test_a_body_of_unknown_length_is_refused_once_it_is_too_long(server: Running) -> None:
    answer = server.http.post("/predict/toy", content=iter([bytes(60_000)] * 2))
    assert answer.status_code == 413


def test_a_compressed_body_is_refused(server: Running) -> None:
    gzipped = {"Content-Encoding": "gzip"}
    answer = server.http.post("/predict/toy", content=png(1), headers=gzipped)
    assert answer.status_code == 415
    assert answer.json() == {"error": "the body is compressed; send it as it is"}


def read_all(server: Running, *pieces: bytes) -> bytes:
    """What a client that sends some bytes and then waits gets until the server hangs up."""
    with socket.create_connection(("127.0.0.1", server.port), 30) as connection:
        for piece in pieces:
            connection.sendall(piece)
        return b"".join(iter(lambda: connection.recv(9999), b""))


HEAD = b"POST /predict/toy HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n"


def test_a_body_that_does_not_come_is_not_waited_for(hasty: Running) -> None:
    answer = read_all(hasty, HEAD, b"half")
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"the body has not come within 0.3 seconds" in answer


def test_a_body_that_comes_too_slowly_is_not_waited_for(hasty: Running) -> None:
    with socket.create_connection(("127.0.0.1", hasty.port), 30) as connection:
        connection.sendall(HEAD)
        while not select.select([connection], [], [], 0.1)[0]:
            connection.sendall(b"x")  # 99 would take ten seconds
        assert connection.recv(9999).startswith(b"HTTP/1.1 408 ")


@pytest.mark.parametrize("sent", [b"", b"POST /predict/toy HTTP/1.1\r\nHost:"])
def test_a_head_that_does_not_come_is_not_waited_for(hasty: Running, sent: bytes) -> None:
    assert read_all(hasty, sent) == b""


def test_an_answer_that_is_not_taken_is_given_up(loaded: Spec) -> None:
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (900, 900, 3), np.uint8))
    contents = io.BytesIO()
    noise.save(contents, "PNG")
    body = contents.getvalue()
    head = "POST /predict/toy HTTP/1.1\r\nHost: x\r\nAccept: image/png\r\n"
    with running(loaded, patience=1, requests=1) as server, socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect(("127.0.0.1", server.port))
        connection.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        wait_until(lambda: server.http.get("/healthz").status_code == 503)  # one is under way
        wait_until(lambda: server.http.get("/healthz").status_code == 200)
        taken = iter(partial(connection.recv, 2**16), b"")
        assert sum(map(len, taken)) < len(body)


def test_a_client_that_leaves_harms_nobody(server: Running) -> None:
    for sent in (HEAD, HEAD + b"half", HEAD + bytes(99)):
        with socket.create_connection(("127.0.0.1", server.port), 30) as connection:
            connection.sendall(sent)
    assert server.http.post("/predict/toy", content=png(1)).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nowhere", 404), ("GET", "/predict/toy", 405), ("POST", "/predict/other", 404)],
)
def test_errors_of_routes_are_json(server: Running, method: str, path: str, status: int) -> None:
    answer = server.http.request(method, path, content=png(1) if method == "POST" else None)
    assert answer.status_code == status
    assert set(answer.json()) == {"error"}


class Slow:
    """Stands in for a model that takes its time."""

    def __init__(self, model: ServedModel, release: Callable[[], object]) -> None:
        self.classes, self.input, self._model, self._release = (
            model.classes,
            model.input,
            model,
            release,
        )

    def predict(self, samples: list[bytes]) -> dict[str, np.ndarray]:
        self._release()
        return self._model.predict(samples)


def test_a_full_queue_is_answered_with_503(
    loaded: Spec, toy_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import threading

    from components.serve import slot

    open_gate = threading.Event()
    model = Slow(ServedModel.load(toy_model), lambda: open_gate.wait(30))
    slow = slot.Loaded(model, {})
    monkeypatch.setattr(slot, "_load", lambda spec, version: slow)
    limits = {"batch_size": 2, "queue": 2, "batches": 1, "batch_wait": 0.0}
    with running(loaded, **limits) as server, ThreadPoolExecutor(12) as pool:
        sent = [
            pool.submit(server.http.post, "/predict/toy", content=png(each)) for each in range(12)
        ]
        busy = next(each.result() for each in sent if wait_done(sent) and each.done())
        open_gate.set()
        answers = [each.result() for each in sent]
    assert busy.status_code == 503
    assert busy.headers["Retry-After"] == "1"
    assert busy.json() == {"error": "too many samples wait; try again"}
    statuses = [answer.status_code for answer in answers]
    assert set(statuses) == {200, 503}
    assert 3 <= statuses.count(200) <= 6  # the batch under way, the next one, and the queue


def wait_done(sent: list) -> bool:
    wait_until(lambda: any(each.done() for each in sent))
    return True


def test_too_many_requests_are_answered_with_503(loaded: Spec) -> None:
    with (
        running(loaded, requests=1) as server,
        socket.create_connection(("127.0.0.1", server.port), 30) as connection,
    ):
        connection.sendall(HEAD)
        answer = server.http.get("/healthz")
        while answer.status_code == 200:  # the first request is not there yet
            answer = server.http.get("/healthz")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "1"


def test_a_token_is_asked_for_all_but_the_page_and_health(loaded: Spec) -> None:
    with running(loaded, token="s3cret") as server:
        assert server.http.get("/").status_code == 200
        assert server.http.get("/healthz").status_code == 200
        for shown in (None, "Bearer wrong", "Basic s3cret", "Bearer é"):
            headers = {"Authorization": shown.encode()} if shown else {}
            answer = server.http.post("/predict/toy", content=png(1), headers=headers)
            assert answer.status_code == 401
            assert answer.headers["WWW-Authenticate"] == "Bearer"
        right = {"Authorization": "Bearer s3cret"}
        assert server.http.post("/predict/toy", content=png(1), headers=right).status_code == 200
        assert server.http.get("/metrics").status_code == 401
        assert server.http.get("/metrics", headers=right).status_code == 200


def test_the_access_log_is_json(server: Running, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "convoy.access"):
        server.http.post("/predict/toy", content=png(1))
        server.http.get("/healthz")  # the first is logged by now
    line = json.loads(caplog.records[0].getMessage())
    assert line.pop("time") > 0
    assert line.pop("seconds") >= 0
    assert line == {
        "client": "127.0.0.1",
        "method": "POST",
        "path": "/predict/toy",
        "status": 200,
        "task": "toy",
        "version": "1",
        "samples": 1,
    }
