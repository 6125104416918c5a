"""Files as they are: a form, or one file that is the body."""

import asyncio
import io
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http import HTTPStatus
from typing import Any, TypeVar

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from PIL import Image
from python_multipart.multipart import parse_options_header

from components.core.parts import Prediction, SampleError, View
from components.core.predicting import Predicted
from components.core.task import Spec
from components.serve.answers import base64_text, plain
from components.serve.bodies import Upload, read_uploads
from components.serve.direct import post
from components.serve.refused import RefusedError
from components.serve.service import VERSION, Answer, Service

JSON = "application/json"
PNG = "image/png"
OVERLAY = "overlay"
"""What the picture of a prediction is called; further ones have the names that their task gives."""

DRAWN_AT_ONCE = 2
"""Each may hold an image as large as is allowed."""

Made = TypeVar("Made")

FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {"file": {"type": "array", "items": {"format": "binary"}}},
                }
            },
            "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
        },
    }
}


def make_router(service: Service) -> APIRouter:
    """The route of the protocol."""
    router = APIRouter(tags=["Upload"])
    threads = ThreadPoolExecutor(DRAWN_AT_ONCE, "views")
    beside = partial(_beside, threads)

    @post(router, "/predict/{task}", openapi_extra=FORM)
    async def predict(request: Request, task: str) -> Response:
        """Rows as JSON; with `Accept: image/png` a picture, `image/png;picture=mask` another.

        `Accept: application/json;pictures=all` puts the pictures into the JSON, as Base64.
        """
        begun = time.perf_counter()
        kind, options = _accepted(request)
        uploads = await read_uploads(request, service.params)
        spec = service.slot(task).spec
        finish = partial(_rows, spec.view) if kind == JSON else None
        samples = [each.data for each in uploads]
        answer = await service.predict(request, task, samples, finish=finish)
        headers = {VERSION: answer.version}
        if kind == PNG:
            name = options.get("picture", OVERLAY)
            picture = await beside(_picture, spec, uploads, answer, name)
            return Response(picture, media_type=PNG, headers=headers)
        if len(uploads) == 1:
            answer.only()  # raises where there is no prediction
        results = _results(spec, uploads, answer)
        if options.get("pictures") == "all":
            await beside(_add_pictures, results, spec, uploads, answer)
        seconds = round(time.perf_counter() - begun, 4)
        body = {"task": task, "version": answer.version, "seconds": seconds, "results": results}
        return JSONResponse(body, headers=headers)

    return router


async def _beside(threads: ThreadPoolExecutor, make: Callable[..., Made], *words: Any) -> Made:
    return await asyncio.get_running_loop().run_in_executor(threads, make, *words)


def _accepted(request: Request) -> tuple[str, dict[str, str]]:
    """The first kind of answer that the client takes and there is, with its options.

    Raises:
        RefusedError: When there is none.
    """
    for each in request.headers.get("Accept", JSON).split(","):
        kind, options = parse_options_header(each)
        name = {b"*/*": JSON, b"application/*": JSON, b"image/*": PNG}.get(kind, kind.decode())
        if name in (JSON, PNG):
            return name, {key.decode(): value.decode() for key, value in options.items()}
    raise RefusedError(HTTPStatus.NOT_ACCEPTABLE, f"Accept: there are {JSON} and {PNG}")


def _rows(view: View, prediction: Prediction, classes: Sequence[str]) -> Any:
    return plain(view.rows(prediction, classes))


def _results(spec: Spec, uploads: list[Upload], answer: Answer) -> list[dict[str, Any]]:
    each = zip(uploads, answer.predicted, answer.finished, strict=True)
    return [
        {spec.sample.column: upload.name, **_result(predicted, rows)}
        for upload, predicted, rows in each
    ]


def _result(predicted: Predicted, rows: Any) -> dict[str, Any]:
    return {"error": str(predicted)} if isinstance(predicted, SampleError) else {"rows": rows}


def _add_pictures(
    results: list[dict[str, Any]], spec: Spec, uploads: list[Upload], answer: Answer
) -> None:
    """Adds the pictures of each prediction, as Base64, to the result for it."""
    for result, upload, predicted in zip(results, uploads, answer.predicted, strict=True):
        if not isinstance(predicted, SampleError):
            drawn = _pictures(spec, upload, predicted, answer)
            result["pictures"] = {name: base64_text(_encode(each)) for name, each in drawn.items()}


def _picture(spec: Spec, uploads: list[Upload], answer: Answer, name: str) -> bytes:
    """A picture of the one sample.

    Raises:
        RefusedError: When there are several, it could not be predicted, or has no such picture.
    """
    if len(uploads) != 1:
        reason = f"Accept: {PNG} is of one file, and there are {len(uploads)}"
        raise RefusedError(HTTPStatus.NOT_ACCEPTABLE, reason)
    drawn = _pictures(spec, uploads[0], answer.only(), answer)
    if name not in drawn:
        reason = f"Accept: no picture {name!r}; there are {', '.join(drawn)}"
        raise RefusedError(HTTPStatus.NOT_ACCEPTABLE, reason)
    return _encode(drawn[name])


def _pictures(
    spec: Spec, upload: Upload, prediction: Prediction, answer: Answer
) -> dict[str, Image.Image]:
    picture = spec.sample.draw(spec.sample.accept(upload.data))
    drawn = spec.view.draw(picture, prediction, answer.classes)
    return {OVERLAY: drawn, **spec.view.artifacts(prediction, answer.classes)}


def _encode(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()
