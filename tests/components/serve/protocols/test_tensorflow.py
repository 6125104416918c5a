import base64
from typing import Any

import pytest

from tests.serving import Running
from tests.toys import png

BRIGHT = base64.b64encode(png(204)).decode()
DARK = base64.b64encode(png(0)).decode()


def probabilities(content: Any) -> Any:
    return [row["probabilities"] for row in content["predictions"]]


@pytest.mark.parametrize("wrap", [lambda b64: {"b64": b64}, lambda b64: {"image": {"b64": b64}}])
def test_rows_are_answered_by_rows(server: Running, wrap: Any) -> None:
    body = {"instances": [wrap(BRIGHT), wrap(DARK)]}
    answer = server.http.post("/v1/models/toy:predict", json=body)
    assert answer.status_code == 200
    assert probabilities(answer.json()) == [pytest.approx([0.2, 0.8]), [1.0, 0.0]]
    assert answer.headers["X-Model-Version"] == "1"


@pytest.mark.parametrize("wrap", [list, lambda samples: {"image": samples}])
def test_columns_are_answered_by_columns(server: Running, wrap: Any) -> None:
    body = {"inputs": wrap([{"b64": BRIGHT}, {"b64": DARK}]), "signature_name": "serving_default"}
    outputs = server.http.post("/v1/models/toy:predict", json=body).json()["outputs"]
    assert outputs["probabilities"] == [pytest.approx([0.2, 0.8]), [1.0, 0.0]]
    assert outputs["bytes"] == [len(png(204)), len(png(0))]


@pytest.mark.parametrize(
    "path", ["toy:1", "toy:champion", "toy/versions/1", "toy/labels/champion", "toy"]
)
def test_the_champion_is_named_in_many_ways(server: Running, path: str) -> None:
    body = {"instances": [{"b64": DARK}]}
    assert server.http.post(f"/v1/models/{path}:predict", json=body).status_code == 200


@pytest.mark.parametrize("path", ["toy:2", "toy/versions/2", "toy/labels/challenger"])
def test_another_version_is_not_served(server: Running, path: str) -> None:
    body = {"instances": [{"b64": DARK}]}
    answer = server.http.post(f"/v1/models/{path}:predict", json=body)
    assert answer.status_code == 404
    assert answer.json() == {"error": "toy: served is version 1, the champion, alone"}


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        ({}, 400, "give either 'instances' or 'inputs'"),
        ({"instances": [], "inputs": []}, 400, "give either 'instances' or 'inputs'"),
        ({"instances": []}, 400, "there is no sample in the request"),
        ({"instances": {}}, 400, "instances: needs a list"),
        ({"instances": [7]}, 400, 'instances[0]: needs {"b64": "..."}'),
        ({"instances": [{"b64": 7}]}, 400, 'instances[0]: needs {"b64": "..."}'),
        ({"instances": [{"image": {}}]}, 400, 'instances[0].image: needs {"b64": "..."}'),
        ({"instances": [{"b64": "%"}]}, 400, "instances[0].b64: not Base64"),
        ({"instances": [{"b64": "é"}]}, 400, "instances[0].b64: not Base64"),
        ({"instances": [{"b64": ""}]}, 422, "instances[0]: not an image of a known format"),
        ({"instances": [{"b64": DARK}, {"b64": "AAAA"}]}, 422, "instances[1]: not an image"),
        ({"instances": [{"b64": DARK}], "signature_name": "x"}, 400, "signature_name: there is"),
        ({"instances": [{"b64": DARK}] * 65}, 413, "65 samples in one request; 64 are taken"),
        ([], 400, "the body is not a JSON object"),
    ],
)
def test_a_wrong_body_is_answered_with_the_reason(
    server: Running, body: Any, status: int, reason: str
) -> None:
    answer = server.http.post("/v1/models/toy:predict", json=body)
    assert answer.status_code == status
    assert reason in answer.json()["error"]


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b"[" * 100_000, b'{"a": 1' + b"1" * 9999])
def test_what_is_no_json_is_refused(server: Running, content: bytes) -> None:
    answer = server.http.post("/v1/models/toy:predict", content=content)
    assert answer.status_code == 400
    assert "the body is not JSON" in answer.json()["error"]


def test_an_unknown_task_is_refused(server: Running) -> None:
    answer = server.http.post("/v1/models/toi:predict", json={"instances": []})
    assert answer.status_code == 404
    assert answer.json() == {"error": "no task 'toi'; did you mean toy?"}


def test_the_status_is_told(server: Running) -> None:
    (state,) = server.http.get("/v1/models/toy").json()["model_version_status"]
    assert state["version"] == "1"
    assert state["state"] == "AVAILABLE"
