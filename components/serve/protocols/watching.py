"""What those ask who watch over the server."""

from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from components.serve.service import Service


def make_router(service: Service) -> APIRouter:
    """The routes for health and figures."""
    router = APIRouter(tags=["Watching"])

    @router.get("/healthz")
    async def health() -> JSONResponse:
        """Says whether every task is served, by which version, and what is wrong."""
        tasks = {name: _state(slot.version, slot.fault) for name, slot in service.slots.items()}
        served = all(slot.version for slot in service.slots.values())
        whole = not any(slot.fault for slot in service.slots.values())
        state = "ok" if served and whole else "degraded" if served else "unavailable"
        status = HTTPStatus.OK if served else HTTPStatus.SERVICE_UNAVAILABLE
        return JSONResponse({"status": state, "tasks": tasks}, status)

    @router.get("/metrics")
    async def metrics() -> Response:
        """All figures, in Prometheus' format."""
        return Response(service.meters.text(), media_type=service.meters.content_type)

    return router


def _state(version: str | None, fault: str) -> dict[str, Any]:
    return {"version": version, **({"error": fault} if fault else {})}
