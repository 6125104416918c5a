"""The Open Inference Protocol, version 2, over REST, as KServe and Triton speak it.

https://github.com/kserve/open-inference-protocol/blob/main/specification/protocol/inference_rest.md
"""

from http import HTTPStatus
from typing import Any

import numpy as np
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from components.core.parts import Prediction
from components.core.store import CHAMPION
from components.serve.answers import plain, stack
from components.serve.bodies import read_json
from components.serve.direct import post
from components.serve.refused import RefusedError
from components.serve.service import VERSION, Service, decode

TYPES = {
    np.dtype(np.bool_): "BOOL",
    np.dtype(np.uint8): "UINT8",
    np.dtype(np.int32): "INT32",
    np.dtype(np.int64): "INT64",
    np.dtype(np.float16): "FP16",
    np.dtype(np.float32): "FP32",
    np.dtype(np.float64): "FP64",
}
BYTES = "BYTES"
BASE64 = {"content_type": "base64"}
"""How bytes are told that are not text; MLServer's convention."""


def make_router(service: Service) -> APIRouter:
    """The routes of the protocol."""
    router = APIRouter(tags=["Open Inference Protocol"])

    @router.get("/v2")
    async def server() -> dict[str, Any]:
        """Tells what the server is."""
        from importlib.metadata import version

        return {"name": "convoy", "version": version("convoy"), "extensions": []}

    @router.get("/v2/health/live")
    async def live() -> dict[str, bool]:
        """Says that the server runs."""
        return {"live": True}

    @router.get("/v2/health/ready")
    async def ready() -> JSONResponse:
        """Says whether every task has a version."""
        return _readiness("ready", all(slot.version for slot in service.slots.values()))

    @router.get("/v2/models/{name}/ready")
    async def model_ready(name: str) -> JSONResponse:
        """Says whether a task has a version."""
        return _readiness("ready", service.slot(name).version is not None)

    @router.get("/v2/models/{name}/versions/{version}/ready")
    async def version_ready(name: str, version: str) -> JSONResponse:
        """Says whether a version is served."""
        return _readiness("ready", service.slot(name).version == version)

    @router.get("/v2/models/{name}")
    async def model_metadata(name: str) -> dict[str, Any]:
        """Tells a model's input and outputs."""
        return await version_metadata(name, CHAMPION)

    @router.get("/v2/models/{name}/versions/{version}")
    async def version_metadata(name: str, version: str) -> dict[str, Any]:
        """Tells the input and outputs of a version."""
        with service.slot(name).lease(version) as champion:
            given = {"name": champion.model.input, "datatype": BYTES, "shape": [-1]}
            return {
                "name": name,
                "versions": [champion.version],
                "platform": "tensorflow_savedmodel",
                "inputs": [given],
                "outputs": [_described(*each) for each in champion.model.outputs.items()],
            }

    @post(router, "/v2/models/{name}/infer")
    async def infer(request: Request, name: str) -> JSONResponse:
        """Predicts the one input, whose `data` are Base64 strings."""
        return await infer_version(request, name, CHAMPION)

    @post(router, "/v2/models/{name}/versions/{version}/infer")
    async def infer_version(request: Request, name: str, version: str) -> JSONResponse:
        """Predicts as above, on the version that is named by its number or alias."""
        content = await read_json(request, service.params)
        samples = _samples(content, service.slot(name).spec.sample.column)
        answer = await service.predict(request, name, samples, version)
        predictions = answer.all("inputs[0].data")
        body = {
            "model_name": name,
            "model_version": answer.version,
            **({"id": content["id"]} if "id" in content else {}),
            "outputs": _outputs(predictions, _wanted(content)),
        }
        return JSONResponse(body, headers={VERSION: answer.version})

    return router


def _described(name: str, output: Any) -> dict[str, Any]:
    """Type and shape of an output, -1 for what may differ."""
    shape = [-1 if side is None else side for side in output.shape]
    kind = TYPES.get(np.dtype(output.dtype.as_numpy_dtype), BYTES)
    return {"name": name, "datatype": kind, "shape": shape}


def _readiness(name: str, ready: bool) -> JSONResponse:
    status = HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE
    return JSONResponse({name: ready}, status)


def _samples(content: dict[str, Any], column: str) -> list[bytes]:
    """The samples of the one input.

    Raises:
        RefusedError: When it has another name, type or shape, or its data are not Base64.
    """
    inputs = content.get("inputs")
    if not isinstance(inputs, list) or len(inputs) != 1 or not isinstance(inputs[0], dict):
        raise RefusedError(HTTPStatus.BAD_REQUEST, "inputs: needs a list with one input")
    (given,) = inputs
    for key, expected in {"name": column, "datatype": BYTES}.items():
        if given.get(key) != expected:
            raise RefusedError(HTTPStatus.BAD_REQUEST, f"inputs[0].{key}: needs {expected!r}")
    data = given.get("data")
    if not isinstance(data, list):
        raise RefusedError(HTTPStatus.BAD_REQUEST, "inputs[0].data: needs a list of Base64 strings")
    if given.get("shape") not in ([len(data)], [len(data), 1]):
        raise RefusedError(HTTPStatus.BAD_REQUEST, f"inputs[0].shape: needs [{len(data)}]")
    return [decode(each, f"inputs[0].data[{at}]") for at, each in enumerate(data)]


def _wanted(content: dict[str, Any]) -> list[str] | None:
    """The names of the outputs that a request asks for; None for all."""
    asked = content.get("outputs")
    if asked is None:
        return None
    if not isinstance(asked, list) or not all(isinstance(each, dict) for each in asked):
        raise RefusedError(HTTPStatus.BAD_REQUEST, "outputs: needs a list of outputs")
    return [str(each.get("name")) for each in asked]


def _outputs(predictions: list[Prediction], wanted: list[str] | None) -> list[dict[str, Any]]:
    try:
        arrays = stack(predictions)
    except ValueError as error:
        reason = f"inputs[0].data: {error}; ask for one at a time"
        raise RefusedError(HTTPStatus.BAD_REQUEST, reason) from None
    unknown = [name for name in wanted or [] if name not in arrays]
    if unknown:
        raise RefusedError(HTTPStatus.BAD_REQUEST, f"outputs: no output {unknown[0]!r}")
    return [_output(name, arrays[name]) for name in wanted or arrays]


def _output(name: str, array: np.ndarray) -> dict[str, Any]:
    kind = TYPES.get(array.dtype, BYTES)
    return {
        "name": name,
        "datatype": kind,
        "shape": list(array.shape),
        **({"parameters": BASE64} if kind == BYTES else {}),
        "data": plain(array.ravel()),
    }
