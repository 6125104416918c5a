import base64
from typing import Any

import pytest

from tests.serving import Running
from tests.toys import png

BRIGHT = base64.b64encode(png(204)).decode()
DARK = base64.b64encode(png(0)).decode()


def body(*data: str, **changed: Any) -> dict[str, Any]:
    given = {"name": "image", "datatype": "BYTES", "shape": [len(data)], "data": [*data]}
    return {"inputs": [given | changed]}


@pytest.mark.parametrize("path", ["toy", "toy/versions/1"])
def test_the_outputs_are_flat_arrays_with_shapes(server: Running, path: str) -> None:
    content = {**body(BRIGHT, DARK), "id": "seven"}
    answer = server.http.post(f"/v2/models/{path}/infer", json=content)
    assert answer.status_code == 200
    told = answer.json()
    outputs = {each.pop("name"): each for each in told.pop("outputs")}
    assert told == {"model_name": "toy", "model_version": "1", "id": "seven"}
    assert outputs["probabilities"].pop("data") == pytest.approx([0.2, 0.8, 1.0, 0.0])
    assert outputs["probabilities"] == {"datatype": "FP32", "shape": [2, 2]}
    lengths = [len(png(204)), len(png(0))]
    assert outputs["bytes"] == {"datatype": "INT32", "shape": [2], "data": lengths}


def test_outputs_can_be_chosen(server: Running) -> None:
    content = {**body(DARK), "outputs": [{"name": "bytes"}]}
    told = server.http.post("/v2/models/toy/infer", json=content).json()
    assert [each["name"] for each in told["outputs"]] == ["bytes"]


@pytest.mark.parametrize(
    ("content", "status", "reason"),
    [
        ({}, 400, "inputs: needs a list with one input"),
        ({"inputs": [7]}, 400, "inputs: needs a list with one input"),
        (body(DARK, name="picture"), 400, "inputs[0].name: needs 'image'"),
        (body(DARK, datatype="FP32"), 400, "inputs[0].datatype: needs 'BYTES'"),
        (body(DARK, data=DARK), 400, "inputs[0].data: needs a list"),
        (body(DARK, shape=[2]), 400, "inputs[0].shape: needs [1]"),
        (body("%"), 400, "inputs[0].data[0]: not Base64"),
        (body(), 400, "there is no sample"),
        (body(DARK, "AAAA"), 422, "inputs[0].data[1]: not an image"),
        ({**body(DARK), "outputs": 7}, 400, "outputs: needs a list"),
        ({**body(DARK), "outputs": [{"name": "x"}]}, 400, "outputs: no output 'x'"),
    ],
)
def test_a_wrong_body_is_answered_with_the_reason(
    server: Running, content: Any, status: int, reason: str
) -> None:
    answer = server.http.post("/v2/models/toy/infer", json=content)
    assert answer.status_code == status
    assert reason in answer.json()["error"]


def test_the_model_is_described(server: Running) -> None:
    told = server.http.get("/v2/models/toy").json()
    assert told["inputs"] == [{"name": "image", "datatype": "BYTES", "shape": [-1]}]
    assert {each["name"]: each["shape"] for each in told["outputs"]} == {
        "bytes": [-1],
        "probabilities": [-1, 2],
    }


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v2", 200),
        ("/v2/health/live", 200),
        ("/v2/health/ready", 200),
        ("/v2/models/toy/ready", 200),
        ("/v2/models/toy/versions/1/ready", 200),
        ("/v2/models/toy/versions/2/ready", 503),
        ("/v2/models/toy/versions/2", 404),
        ("/v2/models/other", 404),
    ],
)
def test_health_is_told(server: Running, path: str, status: int) -> None:
    assert server.http.get(path).status_code == status
