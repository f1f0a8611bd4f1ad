"""One suite for the seam to the records' keys: the fake and the resolver's store answer alike."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

import schemas
from query.sealing_keys import SealingKeys, StoreKeys
from settings import Settings
from tests.contracts.memory_index import MemoryKeys

pytestmark = pytest.mark.anyio

STORE = Path(schemas.__file__).parent / "store" / "store.sql"
KNOWN = {os.urandom(16): os.urandom(40) for _ in range(3)}


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(params=["memory", pytest.param("store", marks=pytest.mark.servers)])
async def keys(request: pytest.FixtureRequest) -> AsyncIterator[SealingKeys]:
    if request.param == "memory":
        yield MemoryKeys(dict(KNOWN))
        return
    settings: Settings = request.getfixturevalue("settings")
    async with AsyncConnectionPool[AsyncConnection](settings.store_dsn.get_secret_value(), min_size=1, open=False) as pool:
        async with pool.connection() as connection:
            await connection.execute(STORE.read_bytes())
            await connection.cursor().executemany("insert into sealing_key values (%b, %b)", list(KNOWN.items()))
        yield StoreKeys(pool)
        async with pool.connection() as connection:
            await connection.execute("delete from sealing_key where handle = any(%b)", (list(KNOWN),))


async def test_known_records_have_keys_and_erased_ones_none(keys: SealingKeys) -> None:
    first, *_ = KNOWN
    erased = os.urandom(16)
    assert await keys.wrapped([first, erased]) == {first: KNOWN[first]}
    assert await keys.wrapped(list(KNOWN)) == KNOWN
    assert await keys.wrapped([]) == {}
    assert await keys.answers() is True


@pytest.mark.servers
async def test_a_restarted_store_is_not_noticed(settings: Settings) -> None:
    async with AsyncConnectionPool[AsyncConnection](settings.store_dsn.get_secret_value(), min_size=2, max_size=2, open=False) as pool:
        keys = StoreKeys(pool)
        await pool.wait()
        async with pool.connection() as one, pool.connection() as other:
            await other.execute("select pg_terminate_backend(%s)", (one.info.backend_pid,))
        assert await keys.answers() is True
        assert await keys.answers() is True
