"""``python -m query``: serves searches on the loopback address until told to stop."""

import logging
import os
import socket
import sys
from typing import Any

import uvicorn
import uvloop
from elasticsearch import AsyncElasticsearch, OrjsonSerializer
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from domain.contract import Contract, ContractError
from query.app import create_app
from query.index import ElasticIndex
from query.sealing_keys import StoreKeys
from settings import Settings, SettingsError
from settings.contracts import load_contracts

_STORE_CONNECTIONS = 4
_INDEX_CONNECTIONS = 32
_ANSWER_SECONDS = 5.0
_log = logging.getLogger("query")


def main() -> int:
    """Read the settings, serve, and return the exit code."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("elastic_transport").setLevel(logging.WARNING)  # a line a search would say nothing new
    try:
        settings = Settings.load()
        contracts = load_contracts(*settings.contract_folders)
        listening = socket.create_server((settings.query_host, settings.query_port))
    except (SettingsError, ContractError) as error:
        _log.critical("%s", error)
        return 1
    except OSError as error:
        place = f"{settings.query_host}:{settings.query_port}"
        _log.critical(
            "端口打不开 %s cannot be opened (%s): end who holds it, or set HUILIU_QUERY_PORT", place, os.strerror(error.errno or 0)
        )
        return 1
    _log.info(
        "serving on http://%s:%d, contracts of %s", settings.query_host, settings.query_port, ", ".join(c.provider for c in contracts)
    )
    uvloop.run(_serve(settings, contracts, listening))
    return 0


async def _serve(settings: Settings, contracts: list[Contract], listening: socket.socket) -> None:
    """Open the clients, serve until a signal, and close them."""
    client = AsyncElasticsearch(
        settings.elasticsearch_url,
        connections_per_node=_INDEX_CONNECTIONS,
        request_timeout=_ANSWER_SECONDS,
        max_retries=1,
        serializer=OrjsonSerializer(),
    )
    pool: AsyncConnectionPool[AsyncConnection[Any]] = AsyncConnectionPool(
        settings.store_dsn.get_secret_value(),
        kwargs={"autocommit": True, "prepare_threshold": 0, "application_name": "huiliu-query"},
        min_size=_STORE_CONNECTIONS,
        max_size=_STORE_CONNECTIONS,
        timeout=_ANSWER_SECONDS,
        open=False,
    )
    try:  # a fault while the app is made must not leave the pool open, for its tasks would keep the process from ending
        await pool.open()
        app = create_app(settings, contracts, ElasticIndex(client), StoreKeys(pool))
        config = uvicorn.Config(app, access_log=False, log_config=None, server_header=False, lifespan="on")
        await uvicorn.Server(config).serve([listening])
    finally:
        await client.close()
        await pool.close()


if __name__ == "__main__":
    sys.exit(main())
