"""The query stop as an ASGI app: the search API, the page, its metrics and its health."""

import asyncio
import ipaddress
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from http import HTTPStatus
from urllib.parse import urlsplit

import orjson
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from fastapi.staticfiles import StaticFiles
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware

from domain.contract import Contract
from query.answer import Answer
from query.desk import SearchDesk
from query.entity_api import entity_router
from query.entity_desk import EntityDesk
from query.entity_store import EntityStore
from query.evidence import Evidence
from query.guard import BodyLimit, Guard
from query.index import EntityIndex
from query.pages import FOLDER, page_router
from query.problems import Problem, ProblemError, problems_of
from query.request import SearchRequest
from query.review_routes import review_router
from query.sealing_keys import SealingKeys
from schemas.metrics import ready
from settings import Settings
from settings.scorecards import load_scorecards

MOST_BYTES = 16 * 1024
_READY_POLL_SECONDS = 0.2
_STATUS_CODES: dict[int, str] = {
    HTTPStatus.BAD_REQUEST: "not_json",
    HTTPStatus.NOT_FOUND: "not_found",
    HTTPStatus.METHOD_NOT_ALLOWED: "wrong_method",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "too_large",
}


def create_app(
    settings: Settings, contracts: list[Contract], index: EntityIndex, keys: SealingKeys, evidence: EntityStore | None = None
) -> FastAPI:
    """Return the app. Whoever passes the clients in also closes them; ``evidence`` stands in for the store's records in tests."""
    master = settings.master_key_bytes()
    desk = SearchDesk(contracts, index, keys, master)
    cards = load_scorecards(settings)
    explaining = Evidence(settings.store_dsn.get_secret_value(), master, desk.catalogue.public, evidence, cards)
    app = FastAPI(
        title="huiliu",
        description="汇流 masked search. 每次查询须说明用途、案件编号和代表的部门。",
        docs_url=None,  # its scripts come from another host
        redoc_url=None,
        lifespan=_lifespan(desk, explaining),
        telemetry={
            "tracing": False,
            "metrics": False,
            "logs": False,
            "operation_spans": False,
            "auto_configure": False,
        },  # records messages
        middleware=[
            Middleware(Guard, fault=_problems(500, [Problem("", "fault")])),
            Middleware(TrustedHostMiddleware, allowed_hosts=_hosts(settings.query_host, settings.query_origin)),
            Middleware(BodyLimit, most=MOST_BYTES, refusal=_problems(413, [Problem("", "too_large")])),
        ],
    )
    _add_handlers(app)
    _add_api(app, desk)
    app.include_router(entity_router(EntityDesk(desk.catalogue, explaining, master), cards))
    app.include_router(review_router(settings, desk.catalogue, explaining))
    app.include_router(page_router(desk.catalogue))
    app.mount("/static", StaticFiles(directory=FOLDER / "static"), name="static")
    return app


def _lifespan(desk: SearchDesk, explaining: Evidence) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """Return what runs beside the app: readiness is told once a search could be answered."""

    async def tell_ready() -> None:
        while not await desk.answers():  # noqa: ASYNC110  # servers elsewhere set no event
            await asyncio.sleep(_READY_POLL_SECONDS)
        ready()

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        task = asyncio.create_task(tell_ready())
        yield
        task.cancel()
        await explaining.close()

    return lifespan


def _add_api(app: FastAPI, desk: SearchDesk) -> None:
    @app.post("/v1/search", response_model_exclude_none=True, responses={422: {"description": "problems: place, code, zh, en"}})
    async def search(request: SearchRequest) -> Answer:
        """Say how many entities fit, each by handle and masked name."""
        return await desk.search(request)

    @app.get("/healthz", include_in_schema=False)
    async def health() -> Response:
        """Say whether searches can be answered now."""
        able = await desk.answers()
        return _json({"ok": able}, 200 if able else 503)

    @app.get("/metrics", include_in_schema=False)
    async def metrics() -> Response:
        """Show what ``schemas.metrics`` declares."""
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def _add_handlers(app: FastAPI) -> None:
    @app.exception_handler(ProblemError)
    async def problem(_request: Request, error: ProblemError) -> Response:
        return _problems(error.status, error.problems, error.headers)

    @app.exception_handler(RequestValidationError)
    async def invalid(_request: Request, error: RequestValidationError) -> Response:
        return _problems(422, problems_of(error.errors()))

    @app.exception_handler(HTTPException)
    async def refused(_request: Request, error: HTTPException) -> Response:
        code = _STATUS_CODES.get(error.status_code, "invalid")
        return _problems(error.status_code, [Problem("", code)], error.headers)


def _problems(status: int, problems: Sequence[Problem], headers: Mapping[str, str] | None = None) -> Response:
    return _json({"problems": [problem.as_json() for problem in problems]}, status, headers)


def _json(body: object, status: int, headers: Mapping[str, str] | None = None) -> Response:
    return Response(orjson.dumps(body), status, headers, media_type="application/json")


def _hosts(host: str, origin: str) -> list[str]:
    """Return the names the app answers to: behind loopback only loopback's and its proxy's, so that no foreign name can be bound to it."""
    try:
        local = ipaddress.ip_address(host).is_loopback
    except ValueError:
        local = host == "localhost"
    proxied = urlsplit(origin).hostname
    return ["127.0.0.1", "localhost", "[::1]", *([proxied] if proxied else [])] if local else ["*"]
