"""A resolver's store with records, entities and open pairs of this module's own making, for the review's tests."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import orjson
import psycopg

from domain.entities import Kind
from domain.matching.keys import key_of
from domain.sealing import Sealer
from domain.tokens import Tokeniser
from query.review import Notice, NotSentError, Review
from tests.query.town import MASTER, TIME_MS

_SQL = Path(__file__).parents[2] / "schemas" / "store"
_BINARY = "select column_name from information_schema.columns where table_name = 'record' and data_type = 'bytea'"
_TABLES = "record, sealing_key, edge, decision, decision_consent, decision_applied, decision_resting"


class Resolver:
    """Stands for Kafka and the resolver: keeps what it is told, or is away."""

    def __init__(self) -> None:
        self.heard: list[Notice] = []
        self.away = False

    def __call__(self, notices: Sequence[Notice]) -> None:
        if self.away:
            raise NotSentError
        self.heard.extend(notices)

    def clear(self) -> None:
        """Forget what was heard."""
        self.heard.clear()


class Ground:
    """One database."""

    def __init__(self, dsn: str) -> None:
        self.dsn = dsn
        self.resolver = Resolver()
        self._tokens = Tokeniser(MASTER)
        self._sealer = Sealer(MASTER)
        self._records = 0
        self._writing = self.connect()
        self._writing.execute((_SQL / "store.sql").read_bytes())
        self._writing.execute((_SQL / "review.sql").read_bytes())
        self._empty = {name for (name,) in self._writing.execute(_BINARY).fetchall()}

    def close(self) -> None:
        """End its connection."""
        self._writing.close()

    def clear(self) -> None:
        """Empty it."""
        with self.connect() as connection:
            connection.execute("set session_replication_role = replica")  # decisions are only added to: a trigger says so
            connection.execute(f"truncate {_TABLES}")
        self.resolver = Resolver()

    def connect(self) -> psycopg.Connection:
        return psycopg.connect(self.dsn, autocommit=True)

    def review(self, clock: Callable[[], float] = lambda: TIME_MS / 1000) -> Review:
        return Review(self.dsn, MASTER, self.resolver, clock)

    def record(
        self, entity: str, values: dict[str, str] | None = None, provider: str = "public_security", kind: Kind = Kind.PERSON
    ) -> bytes:
        """Add a record of an entity; a citizen ID is its strong key."""
        self._records += 1
        values = values or {"name": "王测试"}
        handle = self._tokens.raw("record", f"{provider}/t/{self._records}/r")
        key, wrapped = self._sealer.new_key()
        spoken = [key_of(self._tokens, kind, f"citizen_id:{values['citizen_id']}")] if "citizen_id" in values else []
        public = orjson.dumps({"open": {}, "tokens": {}, "fields": sorted(values)})
        row = dict.fromkeys(self._empty, b"") | {
            "handle": handle, "row_handle": handle, "kind": list(Kind).index(kind), "provider": provider, "source_table": "register",
            "role": "subject", "lsn": 1, "committed_ms": TIME_MS, "keys": b"".join(spoken), "public": public,
            "sealed": self._sealer.seal(key, handle, values), "entity_id": entity,
        }  # fmt: skip
        places = ", ".join(f"%({name})s" for name in row)
        self._writing.execute(f"insert into record ({', '.join(row)}) values ({places})", row)
        self._writing.execute("insert into sealing_key values (%s, %s)", (handle, wrapped))
        return handle

    def pair(self, left: str = "P-a", right: str = "P-b", bits: float = 12, **more: object) -> tuple[bytes, bytes]:
        """Add a record of each of two entities and an edge between them."""
        one, other = sorted((self.record(left), self.record(right)))
        self.edge(one, other, bits, **more)
        return one, other

    def edge(
        self, one: bytes, other: bytes, bits: float, band: str = "review", refusal: str | None = None, since_ms: int = TIME_MS
    ) -> None:
        row = (*sorted((one, other)), 0, round(bits * 100), band, refusal, 1, since_ms)
        self._writing.execute("insert into edge values (%s, %s, %s, %s, %s, %s, %s, %s)", row)

    def join(self, left: str, right: str) -> None:
        """Make two entities one, as the resolver would."""
        with self.connect() as connection:
            connection.execute("update record set entity_id = %s where entity_id = %s", (left, right))

    def apply(self) -> None:
        """Note as applied all that was heard, as the resolver would."""
        with self.connect() as connection, connection.cursor() as cursor:
            rows = [(notice.decision, TIME_MS) for notice in self.resolver.heard]
            cursor.executemany("insert into decision_applied values (%s, %s) on conflict do nothing", rows)

    def change(self, handle: bytes) -> None:
        """Have a record's row change at its source, as the resolver would note it."""
        self._writing.execute("update record set lsn = lsn + 1 where handle = %s", (handle,))

    def rest(self, decision: int, why: str) -> None:
        """Note that a decision joins nothing, as the resolver would."""
        self._writing.execute("insert into decision_resting values (%s, %s)", (decision, why))

    def pins(self) -> set[tuple[bytes, bytes, bool]]:
        with self.connect() as connection:
            return set(connection.execute("select one, other, same from pin").fetchall())


@contextmanager
def ground(base: str) -> Iterator[Ground]:
    """Make a database beside ``base`` and drop it in the end."""
    name = f"review_test_{os.getpid()}"
    with psycopg.connect(base, autocommit=True) as connection:
        connection.execute(f"drop database if exists {name} with (force)")
        connection.execute(f"create database {name}")
    own = Ground(psycopg.conninfo.make_conninfo(base, dbname=name))
    yield own
    own.close()
    with psycopg.connect(base, autocommit=True) as connection:
        connection.execute(f"drop database {name} with (force)")
