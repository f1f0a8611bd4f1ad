"""A town whose entities the app under test can find, and a client that speaks to the app in process."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from query.app import create_app
from settings import Settings
from tests.query.town import MASTER, Town


@pytest.fixture
def town() -> Town:
    return Town()


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        home=tmp_path,
        kafka_bootstrap="127.0.0.1:1",
        connect_url="http://127.0.0.1:1",
        registry_url="http://127.0.0.1:1",
        registry_native_url="http://127.0.0.1:1",
        elasticsearch_url="http://127.0.0.1:1",
        store_dsn="postgresql://127.0.0.1:1/store",
        master_key=MASTER.hex(),
    )


@pytest.fixture
async def client(town: Town, settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(settings, town.contracts, town.index, town.keys)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        yield client
