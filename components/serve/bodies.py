"""Reads the bodies of requests: no more than is allowed, no longer than patience lasts."""

import asyncio
import json
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect

from components.serve.params import ServeParams
from components.serve.refused import CLOSE, RefusedError

MULTIPART = "multipart/form-data"


@dataclass(frozen=True)
class Upload:
    """A sample as it was sent.

    Attributes:
        name: What the client calls it; empty where it does not say.
        data: The encoded sample.
    """

    name: str
    data: bytes


async def read_body(request: Request, params: ServeParams) -> bytes:
    """Reads a body in full.

    Raises:
        RefusedError: When it is too long, too slow, compressed, or ends before its end.
    """
    if request.headers.get("Content-Encoding", "identity") != "identity":
        reason = "the body is compressed; send it as it is"
        raise RefusedError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, reason, CLOSE)
    declared = request.headers.get("Content-Length", "")
    if declared.isdecimal() and int(declared) > params.max_bytes:
        raise _too_long(params)
    try:
        async with asyncio.timeout(params.patience):
            return await _read(request, params)
    except TimeoutError:
        reason = f"the body has not come within {params.patience:g} seconds"
        raise RefusedError(HTTPStatus.REQUEST_TIMEOUT, reason, CLOSE) from None
    except ClientDisconnect:
        raise RefusedError(HTTPStatus.BAD_REQUEST, "the body has no end", CLOSE) from None


async def _read(request: Request, params: ServeParams) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > params.max_bytes:
            raise _too_long(params)
    return bytes(body)


def _too_long(params: ServeParams) -> RefusedError:
    reason = f"the body has more than {params.max_bytes:,} bytes"
    return RefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, reason, CLOSE)


async def read_json(request: Request, params: ServeParams) -> dict[str, Any]:
    """Reads a body that is a JSON object.

    Raises:
        RefusedError: When it is none, or as `read_body`.
    """
    body = await read_body(request, params)
    try:
        content = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise RefusedError(HTTPStatus.BAD_REQUEST, f"the body is not JSON: {error}") from None
    if not isinstance(content, dict):
        raise RefusedError(HTTPStatus.BAD_REQUEST, "the body is not a JSON object")
    return content


async def read_uploads(request: Request, params: ServeParams) -> list[Upload]:
    """Reads the files of a form, or one sample that is the body.

    Raises:
        RefusedError: When there is none, or as `read_body`.
    """
    body = await read_body(request, params)
    if request.headers.get("Content-Type", "").partition(";")[0].strip().lower() == MULTIPART:
        uploads = await _files(request, body, params)
    else:
        uploads = [Upload("", body)] if body else []
    if not uploads:
        raise RefusedError(HTTPStatus.BAD_REQUEST, "there is no file in the request")
    return uploads


async def _files(request: Request, body: bytes, params: ServeParams) -> list[Upload]:
    parser = MultiPartParser(
        request.headers,
        _pieces(body),
        max_files=params.instances,
        max_fields=params.instances,
    )
    parser.spool_max_size = params.max_bytes  # nothing goes to disk
    try:
        form = await parser.parse()
    except MultiPartException as error:
        raise RefusedError(
            HTTPStatus.BAD_REQUEST, f"the form cannot be read: {error.message}"
        ) from None
    files = [each for _, each in form.multi_items() if isinstance(each, UploadFile)]
    return [Upload(file.filename or "", await file.read()) for file in files]


async def _pieces(body: bytes) -> AsyncGenerator[bytes, None]:
    yield body


def check_number(samples: Sequence[Any], params: ServeParams) -> None:
    """Checks how many samples a request has.

    Raises:
        RefusedError: When there is none, or more than are taken.
    """
    if not samples:
        raise RefusedError(HTTPStatus.BAD_REQUEST, "there is no sample in the request")
    if len(samples) > params.instances:
        reason = f"{len(samples):,} samples in one request; {params.instances:,} are taken"
        raise RefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, reason)
