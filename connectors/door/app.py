"""The door as an ASGI app: its API, its pages, its metrics and its health."""

import ipaddress
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from http import HTTPStatus

import orjson
from fastapi import FastAPI, Request
from fastapi.responses import Response
from fastapi.staticfiles import StaticFiles
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware

from connectors.door.access import Access
from connectors.door.bodies import Spool
from connectors.door.desk import Desk
from connectors.door.guard import Guard
from connectors.door.pages import FOLDER, page_router
from connectors.door.problems import ProblemError, problem
from connectors.door.routes import api_router
from connectors.door.session import Sessions
from settings import Settings

_LARGE_AT_ONCE = 2  # bulks and files under way at the same time
_STATUS_CODES = {HTTPStatus.NOT_FOUND: "not_found", HTTPStatus.METHOD_NOT_ALLOWED: "wrong_method"}


def create_app(settings: Settings, desk: Desk, sessions: Sessions, started: Callable[[], AbstractAsyncContextManager[None]]) -> FastAPI:
    """Return the app; ``started`` runs beside it. Whoever passes clients in also closes them."""
    access = Access(settings, desk.providers, sessions)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with started():
            yield

    app = FastAPI(
        title="huiliu door",
        description="汇流 窗口：各单位在此录入、批量报送、上传定期拷贝，并答复即报。",
        docs_url=None,  # its scripts come from another host
        redoc_url=None,
        lifespan=lifespan,
        telemetry={"tracing": False, "metrics": False, "logs": False, "operation_spans": False, "auto_configure": False},
        middleware=[
            Middleware(Guard, fault=problem(500, "fault")),
            Middleware(TrustedHostMiddleware, allowed_hosts=_hosts(settings.door_host)),
        ],
    )
    _add_handlers(app)
    app.include_router(api_router(desk, access, Spool(settings.home, _LARGE_AT_ONCE)))
    app.include_router(page_router(desk, access, sessions))
    app.mount("/static", StaticFiles(directory=FOLDER / "static"), name="static")
    return app


def _add_handlers(app: FastAPI) -> None:
    @app.exception_handler(ProblemError)
    async def told(_request: Request, error: ProblemError) -> Response:
        return error.response()

    @app.exception_handler(HTTPException)
    async def refused(_request: Request, error: HTTPException) -> Response:
        code = _STATUS_CODES.get(HTTPStatus(error.status_code), "refused")
        return problem(error.status_code, code, headers=error.headers)

    @app.get("/healthz", include_in_schema=False)
    async def health() -> Response:
        """Say that the process answers."""
        return Response(orjson.dumps({"ok": True}), media_type="application/json")

    @app.get("/metrics", include_in_schema=False)
    async def metrics() -> Response:
        """Show what ``schemas.metrics`` declares."""
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def _hosts(host: str) -> list[str]:
    """Return the names the app answers to: behind loopback only loopback's, so that no foreign name can be bound to it."""
    try:
        local = ipaddress.ip_address(host).is_loopback
    except ValueError:
        local = host == "localhost"
    return ["127.0.0.1", "localhost", "[::1]"] if local else ["*"]
