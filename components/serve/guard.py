"""Stands before everything: token, number of requests, errors' figures and the access log."""

import hmac
import json
import logging
import time
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi.responses import JSONResponse
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from components.serve.meters import Meters
from components.serve.refused import CLOSE, KINDS, RETRY, RefusedError
from components.serve.service import NOTES

LOG = logging.getLogger("convoy.access")

OPEN = frozenset(("/", "/healthz", "/page.css", "/page.js", "/v2/health/live", "/v2/health/ready"))
"""What is shown without the token: the page, which asks for it, and whether the server is well."""

BEARER = {"WWW-Authenticate": "Bearer", **CLOSE}
NO_ROUTE = "none"


def answer_refusal(refused: RefusedError) -> JSONResponse:
    """The answer to a request that is refused."""
    return JSONResponse({"error": refused.reason}, refused.status, refused.headers)


class Guard:
    """Lets requests through to an application, and notes what came of them."""

    def __init__(self, app: ASGIApp, meters: Meters, most: int, token: str | None) -> None:
        """Takes the application.

        Args:
            app: The application.
            meters: What Prometheus is told.
            most: The most requests at a time.
            token: What clients must show; None for nothing.
        """
        self._app = app
        self._meters = meters
        self._most = most
        self._token = token
        self._requests = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handles one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = time.perf_counter()
        status = HTTPStatus.INTERNAL_SERVER_ERROR

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = HTTPStatus(message["status"])
            await send(message)

        self._requests += 1
        try:
            refused = self._refuse(scope)
            app = answer_refusal(refused) if refused else self._app
            await app(scope, receive, noting)
        finally:
            self._requests -= 1
            self._note(scope, status, time.perf_counter() - begun)

    def _refuse(self, scope: Scope) -> RefusedError | None:
        if self._requests > self._most:
            reason = "too many requests at a time; try again"
            return RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, reason, {**RETRY, **CLOSE})
        if not self._token or scope["path"] in OPEN:
            return None
        if not _matches(Headers(scope=scope).get("Authorization", ""), self._token):
            reason = "the header Authorization must be: Bearer, and the token of this server"
            return RefusedError(HTTPStatus.UNAUTHORIZED, reason, BEARER)
        return None

    def _note(self, scope: Scope, status: HTTPStatus, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", NO_ROUTE)
        self._meters.requests.labels(route, str(status.value)).inc()
        self._meters.seconds.labels(route).observe(seconds)
        if status >= HTTPStatus.BAD_REQUEST:
            self._meters.errors.labels(KINDS.get(status, status.phrase.lower())).inc()
        LOG.info(json.dumps(_line(scope, status, seconds), ensure_ascii=True))


def _matches(shown: str, token: str) -> bool:
    return hmac.compare_digest(shown.encode(), f"Bearer {token}".encode())


def _line(scope: Scope, status: HTTPStatus, seconds: float) -> Mapping[str, Any]:
    """What the access log says of a request: where from, what for, what came of it."""
    client = scope.get("client")
    return {
        "time": round(time.time(), 3),
        "client": client[0] if client else None,
        "method": scope["method"],
        "path": scope["path"],
        "status": status.value,
        "seconds": round(seconds, 4),
        **scope.get(NOTES, {}),
    }
