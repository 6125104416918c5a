"""The application: routes, errors and what runs beside the requests."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Sequence
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from components.core.task import Spec
from components.serve import page
from components.serve.guard import Guard, answer_refusal
from components.serve.meters import Meters
from components.serve.params import ServeParams
from components.serve.protocols import open_inference, tensorflow, upload, watching
from components.serve.refused import RefusedError
from components.serve.service import Service
from components.serve.slot import Slot

LOG = logging.getLogger("convoy.serve")
MAKERS = (
    upload.make_router,
    tensorflow.make_router,
    open_inference.make_router,
    watching.make_router,
    page.make_router,
)


def make_app(specs: Sequence[Spec], params: ServeParams, token: str | None = None) -> FastAPI:
    """Makes the application; the champions are loaded when it starts.

    Args:
        specs: The tasks.
        params: How it works.
        token: What clients must show; None for nothing.
    """
    meters = Meters()
    service = Service([Slot(spec, params, meters) for spec in specs], params, meters)

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        slots = service.slots.values()
        for slot in slots:  # one after the other: loading takes all cores
            await slot.refresh()
        watches = [asyncio.create_task(slot.watch()) for slot in slots]
        yield
        for watch in watches:
            watch.cancel()
        await asyncio.gather(*(slot.close() for slot in slots))

    app = FastAPI(
        title="convoy",
        description="The champions of the project's tasks.",
        lifespan=lifespan,
        docs_url=None,  # its page loads scripts from elsewhere
        redoc_url=None,
    )
    for make in MAKERS:
        app.router.routes.extend(make(service).routes)  # included, each would be looked for twice
    _add_errors(app)
    app.add_middleware(Guard, meters=meters, most=params.requests, token=token)
    return app


def _add_errors(app: FastAPI) -> None:
    @app.exception_handler(RefusedError)
    async def refuse(request: Request, error: RefusedError) -> JSONResponse:
        return answer_refusal(error)

    @app.exception_handler(HTTPException)
    async def refuse_route(request: Request, error: HTTPException) -> JSONResponse:
        status = HTTPStatus(error.status_code)
        return answer_refusal(
            RefusedError(status, f"{request.url.path}: {error.detail}", error.headers)
        )

    @app.exception_handler(RequestValidationError)
    async def refuse_value(request: Request, error: RequestValidationError) -> JSONResponse:
        reason = "; ".join(each["msg"] for each in error.errors())
        return answer_refusal(RefusedError(HTTPStatus.BAD_REQUEST, reason))

    @app.exception_handler(Exception)
    async def fail(request: Request, error: Exception) -> JSONResponse:
        reason = "a fault of the server's own; its log has more"
        return answer_refusal(RefusedError(HTTPStatus.INTERNAL_SERVER_ERROR, reason))
