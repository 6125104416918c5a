"""What a request is refused for; every such answer is JSON with a reason."""

from collections.abc import Mapping
from http import HTTPStatus

KINDS = {
    HTTPStatus.BAD_REQUEST: "malformed",
    HTTPStatus.UNAUTHORIZED: "unauthorised",
    HTTPStatus.NOT_FOUND: "unknown",
    HTTPStatus.METHOD_NOT_ALLOWED: "method",
    HTTPStatus.NOT_ACCEPTABLE: "not acceptable",
    HTTPStatus.REQUEST_TIMEOUT: "slow",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "too large",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "media type",
    HTTPStatus.UNPROCESSABLE_ENTITY: "undecodable",
    HTTPStatus.INTERNAL_SERVER_ERROR: "internal",
    HTTPStatus.SERVICE_UNAVAILABLE: "busy",
}
"""What the metrics call an error of a status."""

CLOSE = {"Connection": "close"}
"""For answers that are given before the body has come: the rest of it is not waited for."""

RETRY = {"Retry-After": "1"}


class RefusedError(Exception):
    """A request that is answered with an error.

    Attributes:
        status: The status of the answer.
        reason: Why.
        headers: Further headers of the answer.
    """

    def __init__(
        self, status: HTTPStatus, reason: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.headers = dict(headers or {})
