"""The page on which a person tries the champions; nothing of it comes from elsewhere."""

from pathlib import Path
from typing import Any

from fastapi import APIRouter, Response

from components.serve.service import Service

HERE = Path(__file__).parent
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "img-src 'self' data: blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


def make_router(service: Service) -> APIRouter:
    """The routes of the page."""
    router = APIRouter(include_in_schema=False)

    @router.get("/")
    async def index() -> Response:
        return _file("page.html", "text/html")

    @router.get("/page.css")
    async def style() -> Response:
        return _file("page.css", "text/css")

    @router.get("/page.js")
    async def script() -> Response:
        return _file("page.js", "text/javascript")

    @router.get("/tasks")
    async def tasks() -> list[dict[str, Any]]:
        return [
            {
                "name": slot.name,
                "version": slot.version,
                "purpose": slot.purpose(),
                "input": slot.spec.sample.column,
                "suffixes": sorted(slot.spec.sample.suffixes),
            }
            for slot in service.slots.values()
        ]

    return router


def _file(name: str, kind: str) -> Response:
    return Response((HERE / name).read_bytes(), media_type=kind, headers=HEADERS)
