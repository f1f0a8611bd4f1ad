"""Guards around the app: security headers, a limit for bodies, and faults that are told without what caused them."""

import logging
import traceback

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_TOO_LARGE = 413
_FRAMES_TOLD = 4
_log = logging.getLogger(__name__)


class Guard:
    """ASGI middleware, outermost. An unexpected error's message may quote a request, so only its type and place are logged."""

    def __init__(self, app: ASGIApp, fault: Response) -> None:
        """Wrap ``app``; ``fault`` is the answer to an unexpected error."""
        self._app = app
        self._fault = fault

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and its answer back with the headers."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def send_guarded(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self._app(scope, receive, send_guarded)
        except Exception as error:  # noqa: BLE001  # nothing may reach the server's own log with its message
            _log.error("fault %s at %s", type(error).__name__, _place(error))  # a traceback quotes the message
            if not started:
                await self._fault(scope, receive, send_guarded)


class BodyLimit:
    """ASGI middleware: a body larger than ``most`` bytes is refused as soon as that shows."""

    def __init__(self, app: ASGIApp, most: int, refusal: Response) -> None:
        """Wrap ``app``; ``refusal`` answers a request that announces too much."""
        self._app = app
        self._most = most
        self._refusal = refusal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, counting its bytes."""
        announced = Headers(scope=scope).get("content-length", "") if scope["type"] == "http" else ""
        if announced.isdecimal() and int(announced[:20]) > self._most:
            await self._refusal(scope, receive, send)
            return
        size = 0

        async def receive_counted() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size > self._most:
                raise HTTPException(_TOO_LARGE)
            return message

        await self._app(scope, receive_counted, send)


def _place(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES_TOLD:]
    return " > ".join(f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}" for frame in frames)
