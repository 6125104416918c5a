"""Routes that go straight to their function."""

from collections.abc import Callable
from typing import Any, TypeVar

from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute
from starlette.routing import request_response

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


class DirectRoute(APIRoute):
    """A route whose function takes the request and what the path names, and makes the response.

    FastAPI describes it as any other and is then out of the way: what it does for dependencies,
    fields and models takes longer than a small network.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        """Takes what `APIRoute` takes."""
        super().__init__(path, endpoint, **options)

        async def handle(request: Request) -> Response:
            response: Response = await endpoint(request, **request.path_params)
            return response

        self.app = request_response(handle)


def post(router: APIRouter, *paths: str, **options: Any) -> Callable[[Endpoint], Endpoint]:
    """Decorates the function that answers what is posted to some paths.

    Args:
        router: Takes the routes.
        paths: The paths; the function has a parameter for each name in them.
        options: What `APIRouter.add_api_route` takes.
    """

    def add(endpoint: Endpoint) -> Endpoint:
        for path in paths:
            router.add_api_route(
                path, endpoint, methods=["POST"], route_class_override=DirectRoute, **options
            )
        return endpoint

    return add
