"""ASGI middleware around the door: security headers, and faults that are told without what caused them."""

import logging
import traceback

from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_FRAMES_TOLD = 4
_log = logging.getLogger(__name__)


class Guard:
    """The outermost middleware. An unexpected error's message may quote a record, so only its type and place are logged."""

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
            frames = traceback.extract_tb(error.__traceback__)[-_FRAMES_TOLD:]
            place = " > ".join(f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}" for frame in frames)
            _log.error("fault %s at %s", type(error).__name__, place)
            if not started:
                await self._fault(scope, receive, send_guarded)
