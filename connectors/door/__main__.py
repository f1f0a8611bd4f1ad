"""``python -m connectors.door``: serves the desks on the loopback address and watches the drop folders until told to stop."""

import asyncio
import logging
import os
import socket
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial

import uvicorn
import uvloop
from elasticsearch import Elasticsearch

from connectors.door.app import create_app
from connectors.door.calls import StoreCalls
from connectors.door.desk import Desk, Files
from connectors.door.errors import CallError
from connectors.door.following import ElasticSearching, Follower, KafkaTail, StoreRows
from connectors.door.providers import Providers
from connectors.door.session import Sessions
from connectors.door.watching import Watcher
from connectors.drift import DriftWatch
from connectors.intake.core import Intake
from connectors.intake.drop import run_once
from connectors.intake.files import submit
from connectors.intake.rejects import write_rejects
from domain.contract import ContractError
from schemas.metrics import ready
from settings import Settings, SettingsError
from settings.contracts import load_contracts

_ANSWER_SECONDS = 5.0
_POLL_SECONDS = 0.5
_log = logging.getLogger("door")


def main() -> int:
    """Read the settings, serve, and return the exit code."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    for chatty in ("elastic_transport", "httpx", "httpx2"):  # a line a request would say nothing new
        logging.getLogger(chatty).setLevel(logging.WARNING)
    try:
        settings = Settings.load()
        load_contracts(*settings.contract_folders)  # a broken contract is told at the start, once
        calls = StoreCalls(settings.store_dsn.get_secret_value(), settings.master_key_bytes())
        listening = socket.create_server((settings.door_host, settings.door_port))
    except (SettingsError, ContractError) as error:
        _log.critical("%s", error)
        return 1
    except OSError as error:
        place = f"{settings.door_host}:{settings.door_port}"
        _log.critical(
            "端口打不开 %s cannot be opened (%s): end who holds it, or set HUILIU_DOOR_PORT", place, os.strerror(error.errno or 0)
        )
        return 1
    _log.info("serving on http://%s:%d", settings.door_host, settings.door_port)
    uvloop.run(_serve(settings, calls, listening))
    return 0


async def _serve(settings: Settings, calls: StoreCalls, listening: socket.socket) -> None:
    """Open the clients, serve until a signal, and close them."""
    client = Elasticsearch(settings.elasticsearch_url, request_timeout=_ANSWER_SECONDS, max_retries=1)
    providers, intake = Providers(settings), Intake(settings)
    follower = Follower(StoreRows(settings.store_dsn.get_secret_value()), ElasticSearching(client), KafkaTail(settings.kafka_bootstrap))
    files = Files(partial(submit, settings, intake), partial(write_rejects, settings))
    desk = Desk(providers, intake, files, calls, follower)
    watcher = Watcher(settings.home, providers.attached, intake.resume, partial(run_once, settings, intake))
    sessions = Sessions(settings.home, settings.master_key_bytes())
    drift = DriftWatch(providers.attached, settings)
    app = create_app(settings, desk, sessions, partial(_beside, calls, [watcher, drift]))
    config = uvicorn.Config(app, access_log=False, log_config=None, server_header=False, lifespan="on")
    try:
        await uvicorn.Server(config).serve([listening])
    finally:
        client.close()


def _beside(calls: StoreCalls, watches: Sequence[Watcher | DriftWatch]) -> AbstractAsyncContextManager[None]:
    """Return what runs beside the app: once the store is there, drop folders and schemas are watched and readiness is told."""

    async def begin() -> None:
        while True:
            try:
                await asyncio.to_thread(calls.create_tables)
            except CallError:
                await asyncio.sleep(_POLL_SECONDS)
            else:
                for watch in watches:
                    watch.start()
                ready()
                return

    @asynccontextmanager
    async def beside() -> AsyncIterator[None]:
        task = asyncio.create_task(begin())
        yield
        task.cancel()
        if task.done():
            for watch in watches:
                await asyncio.to_thread(watch.close)

    return beside()


if __name__ == "__main__":
    sys.exit(main())
