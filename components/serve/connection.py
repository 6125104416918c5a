"""Hangs up on clients that neither send nor take what they are to."""

import asyncio
from typing import Any, ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class Impatient(HttpToolsProtocol):
    """Uvicorn's protocol with bounds for the head of a request and for the taking of its answer.

    Uvicorn waits for both without end. The body has a bound of its own.

    Attributes:
        patience: Seconds from a connection, or the first byte of a further request on it, to the
            end of the request's head; seconds in which a client takes some of an answer.
    """

    patience: ClassVar[float] = 20.0
    _head: asyncio.TimerHandle | None = None
    _taking: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """Begins to wait for the first head."""
        super().connection_made(transport)
        self._wait()

    def on_message_begin(self) -> None:
        """Begins to wait for the rest of a head."""
        super().on_message_begin()
        self._wait()

    def on_headers_complete(self) -> None:
        """Ends to wait."""
        _cancel(self._head)
        super().on_headers_complete()

    def pause_writing(self) -> None:
        """Begins to wait for the client to take what has been written."""
        super().pause_writing()
        self._taking = self.loop.call_later(self.patience, self.transport.abort)

    def resume_writing(self) -> None:
        """Ends to wait."""
        _cancel(self._taking)
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """Ends to wait."""
        _cancel(self._head)
        _cancel(self._taking)
        super().connection_lost(exc)

    def timeout_keep_alive_handler(self) -> None:
        """Hangs up on a connection that is not used, whether or not all answers were taken."""
        super().timeout_keep_alive_handler()
        self.loop.call_later(self.patience, self.transport.abort)

    def _wait(self) -> None:
        _cancel(self._head)
        self._head = self.loop.call_later(self.patience, self.transport.abort)


def _cancel(timer: asyncio.TimerHandle | None) -> None:
    if timer is not None:
        timer.cancel()
