"""Connections to the resolver's store for explanations: opened at the first question, tried again after a restart of the store."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from psycopg import AsyncConnection, OperationalError
from psycopg_pool import AsyncConnectionPool, PoolTimeout

Pool = AsyncConnectionPool[AsyncConnection[Any]]
_Told = TypeVar("_Told")
_CONNECTIONS = 2
_ANSWER_SECONDS = 5.0
_INDEX_PLANS = (
    "-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c jit=off"  # an answer costs what it reads, not what there is
)


class StoreConnections:
    """A few connections that go by the indexes."""

    def __init__(self, dsn: str) -> None:
        """Keep the address."""
        self._dsn = dsn
        self._pool: Pool | None = None

    async def close(self) -> None:
        """End the connections."""
        if self._pool is not None:
            await self._pool.close()
            self._pool = None

    async def twice(self, ask: Callable[[Pool], Awaitable[_Told]]) -> _Told:
        """Return what is answered; after a broken connection ask once more.

        Raises:
            psycopg.Error, psycopg_pool.PoolTimeout: the store does not answer.
        """
        pool = await self._opened()
        try:
            return await ask(pool)
        except PoolTimeout:
            raise
        except OperationalError:  # the store was restarted: drop what is broken, then say so only if it is still away
            await pool.check()
            return await ask(pool)

    async def _opened(self) -> Pool:
        if self._pool is None:
            self._pool = AsyncConnectionPool(
                self._dsn,
                kwargs={"autocommit": True, "prepare_threshold": 0, "application_name": "huiliu-why", "options": _INDEX_PLANS},
                min_size=0,
                max_size=_CONNECTIONS,
                timeout=_ANSWER_SECONDS,
                open=False,
            )
            await self._pool.open()
        return self._pool
