"""TensorFlow Serving's REST API: https://www.tensorflow.org/tfx/serving/api_rest."""

from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from components.core.parts import Prediction
from components.serve.answers import base64_text, plain, stack
from components.serve.bodies import read_json
from components.serve.direct import post
from components.serve.refused import RefusedError
from components.serve.service import VERSION, Service, decode

INSTANCES = "instances"
INPUTS = "inputs"
B64 = "b64"
SIGNATURE = "serving_default"


def make_router(service: Service) -> APIRouter:
    """The routes of the protocol."""
    router = APIRouter(tags=["TensorFlow Serving"])

    @post(router, "/v1/models/{name}:predict")
    async def predict(request: Request, name: str) -> JSONResponse:
        """Predicts `instances` or `inputs`, each `{"b64": ...}`; `NAME:3` names a version."""
        task, _, version = name.partition(":")
        return await predict_version(request, task, version)

    @post(
        router,
        "/v1/models/{name}/versions/{version}:predict",
        "/v1/models/{name}/labels/{version}:predict",
    )
    async def predict_version(request: Request, name: str, version: str) -> JSONResponse:
        """Predicts as above, on the version that is named by its number or alias."""
        content = await read_json(request, service.params)
        rows = INSTANCES in content
        samples = _samples(content, service.slot(name).spec.sample.column)
        answer = await service.predict(request, name, samples, version or None)
        predictions = answer.all(INSTANCES if rows else INPUTS)
        body = {"predictions": _rows(predictions)} if rows else {"outputs": _columns(predictions)}
        return JSONResponse(body, headers={VERSION: answer.version})

    @router.get("/v1/models/{name}")
    async def status(name: str) -> dict[str, Any]:
        """Tells the version that is served."""
        slot = service.slot(name)
        state = {
            "version": slot.version,
            "state": "AVAILABLE" if slot.version else "LOADING",
            "status": {"error_code": "OK", "error_message": slot.fault},
        }
        return {"model_version_status": [state]}

    return router


def _samples(content: dict[str, Any], column: str) -> list[bytes]:
    """The samples of a request in rows or in columns.

    Raises:
        RefusedError: When there is not one of both, or a sample is not `{"b64": ...}`.
    """
    given = [key for key in (INSTANCES, INPUTS) if key in content]
    if len(given) != 1:
        raise RefusedError(HTTPStatus.BAD_REQUEST, f"give either {INSTANCES!r} or {INPUTS!r}")
    if content.get("signature_name", SIGNATURE) != SIGNATURE:
        raise RefusedError(HTTPStatus.BAD_REQUEST, f"signature_name: there is {SIGNATURE!r} alone")
    (key,) = given
    values = content[key]
    if key == INPUTS and isinstance(values, dict) and column in values:
        values = values[column]
    if not isinstance(values, list):
        raise RefusedError(HTTPStatus.BAD_REQUEST, f"{key}: needs a list")
    return [_sample(value, f"{key}[{at}]", column) for at, value in enumerate(values)]


def _sample(value: Any, place: str, column: str) -> bytes:
    if isinstance(value, dict) and column in value:
        value, place = value[column], f"{place}.{column}"
    if not isinstance(value, dict) or not isinstance(value.get(B64), str):
        raise RefusedError(HTTPStatus.BAD_REQUEST, f'{place}: needs {{"{B64}": "..."}}')
    return decode(value[B64], f"{place}.{B64}")


def _object(data: bytes) -> dict[str, str]:
    return {B64: base64_text(data)}


def _rows(predictions: list[Prediction]) -> list[Any]:
    """An object a sample; of a single output its values alone, as TensorFlow Serving does."""
    rows = [plain(each, _object) for each in predictions]
    return [next(iter(row.values())) if len(row) == 1 else row for row in rows]


def _columns(predictions: list[Prediction]) -> Any:
    """A list an output."""
    try:
        columns = plain(stack(predictions), _object)
    except ValueError as error:
        raise RefusedError(HTTPStatus.BAD_REQUEST, f"{INPUTS}: {error}; use {INSTANCES}") from None
    return next(iter(columns.values())) if len(columns) == 1 else columns
