"""The wrapped keys of records, from the resolver's store: whoever has no key here has been erased."""

from collections.abc import Collection
from typing import Any, Protocol

from psycopg import AsyncConnection, OperationalError
from psycopg_pool import AsyncConnectionPool

_WRAPPED = "select s.handle, s.wrapped from unnest(%b::bytea[]) as asked(handle) join sealing_key s using (handle)"


class SealingKeys(Protocol):
    """Where the wrapped keys are."""

    async def wrapped(self, handles: Collection[bytes]) -> dict[bytes, bytes]:
        """Return record handle → wrapped key; an erased record is absent."""
        ...

    async def answers(self) -> bool:
        """Return whether keys can be read now."""
        ...


class StoreKeys:
    """The store's table ``sealing_key``, one statement a search."""

    def __init__(self, pool: AsyncConnectionPool[AsyncConnection[Any]]) -> None:
        """Keep an opened pool."""
        self._pool = pool

    async def wrapped(self, handles: Collection[bytes]) -> dict[bytes, bytes]:
        """Return record handle → wrapped key; an erased record is absent.

        Raises:
            psycopg.OperationalError, psycopg_pool.PoolTimeout: the store does not answer.
        """
        if not handles:
            return {}
        try:
            return await self._read(list(handles))
        except OperationalError:  # the store was restarted: drop what is broken, then say so only if it is still away
            await self._pool.check()
            return await self._read(list(handles))

    async def answers(self) -> bool:
        """Return whether keys can be read now."""
        return await self.wrapped([b"nobody"]) == {}

    async def _read(self, handles: list[bytes]) -> dict[bytes, bytes]:
        async with self._pool.connection() as connection:
            rows = await connection.execute(_WRAPPED, (handles,), binary=True)
            return dict(await rows.fetchall())
