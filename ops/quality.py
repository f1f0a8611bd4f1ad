"""Measures what feeds promised in their contracts against what the resolver's store holds.

A broken promise marks the feed; it drops nothing. The whole store is read each time, so that nothing can drift; the caller
waits long enough between two measurements for that to be a small share of a core.
"""

import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from domain.contract import Contract, Table
from schemas.quality import Connection, Finding

_COUNTS = "select provider, source_table, role, count(*), max(committed_ms) from record group by 1, 2, 3"
# One pass over the JSON of every record: names of fields, and flags, which are told apart by their colon.
_WORDS = """
select provider, source_table, role, word, count(*)
  from (select provider, source_table, role, convert_from(public, 'UTF8')::jsonb as said from record) r,
       jsonb_array_elements_text(said->'fields' || coalesce(said->'flags', '[]'::jsonb)) as word
 group by 1, 2, 3, 4
"""
_SHARED = """
select provider, source_table, role, field, count(*) filter (where n > 1)
  from (select provider, source_table, role, field, count(*) as n
          from (select provider, source_table, role, convert_from(public, 'UTF8')::jsonb as said from record) r
          join unnest(%s::text[], %s::text[], %s::text[], %s::text[]) as asked(provider, source_table, role, field)
               using (provider, source_table, role)
         where coalesce(said->'open'->>field, said->'tokens'->field->>0) is not null
         group by provider, source_table, role, field, coalesce(said->'open'->>field, said->'tokens'->field->>0)) v
 group by 1, 2, 3, 4
"""
_SUBMITTED = """
select provider, max(done_ms) from submission where state in ('done', 'repeated') group by 1
"""


@dataclass(slots=True)
class Held:
    """What the store holds of one table.

    ``records`` by role; ``words`` (fields and flags) by (role, word); ``shared``: values that more than one row has, by target.
    """

    records: Counter[str] = field(default_factory=Counter)
    words: Counter[tuple[str, str]] = field(default_factory=Counter)
    shared: dict[str, int] = field(default_factory=dict)
    newest_ms: int = 0

    @property
    def rows(self) -> int:
        """Rows, taken as the records of the role that most rows have."""
        return max(self.records.values(), default=0)


def measure(connection: Connection, contracts: list[Contract], alive: Iterable[str]) -> list[Finding]:
    """Return the findings of now for every table of these contracts.

    Args:
        connection: to the resolver's store.
        contracts: the attached ones.
        alive: providers whose capture runs now; a quiet table of theirs is fresh.

    Raises:
        psycopg.Error: the store refused or went away.
    """
    held, submitted, shared = _held(connection), _submitted(connection), _shared(connection, contracts)
    now, running = int(time.time() * 1000), frozenset(alive)
    found: list[Finding] = []
    for contract in contracts:
        for table in contract.tables:
            what = held.get((contract.provider, table.name), Held())
            what.shared = {target: shared.get((contract.provider, table.name, target), 0) for target in table.expect.unique}
            seen = now if contract.provider in running else max(what.newest_ms, submitted.get(contract.provider, 0))
            found += findings(contract, table, what, (now - seen) / 1000 if seen else None)
    return found


def findings(contract: Contract, table: Table, held: Held, silence: float | None) -> Iterator[Finding]:
    """Judge one table. ``silence``: seconds since the feed was last heard of, None for never."""
    name, expect = (contract.provider, table.name), table.expect
    yield _judged(*name, "volume", "", held.rows, expect.rows_min, expect.rows_max)
    if silence is not None:
        yield _judged(*name, "freshness", "", round(silence, 1), None, expect.freshness)
    for target, least in expect.complete.items():
        role, column = target.split(".")
        count = held.records[role]
        if count:
            readable = held.words[role, column] - held.words[role, f"{column}:unreadable"]
            yield _judged(*name, "completeness", target, readable / count, least, None)
    for target in _coded(table):
        role, column = target.split(".")
        count = held.words[role, column]
        if count:
            yield _judged(*name, "vocabulary", target, held.words[role, f"{column}:unknown_code"] / count, None, expect.unknown_codes)
    for target, values in held.shared.items():
        yield _judged(*name, "uniqueness", target, values, None, 0)


def _judged(provider: str, table: str, name: str, subject: str, value: float, *bounds: float | None) -> Finding:
    least, most = bounds
    kept = (least is None or value >= least) and (most is None or value <= most)
    return Finding(provider, table, name, subject, value, least, most, kept)


def _coded(table: Table) -> list[str]:
    """Return the targets of columns with a code table."""
    return sorted({target for column in table.columns.values() if column.codes for target in column.to or ()})


def _held(connection: Connection) -> dict[tuple[str, str], Held]:
    held: dict[tuple[str, str], Held] = {}
    for provider, table, role, count, newest in connection.execute(_COUNTS):
        what = held.setdefault((str(provider), str(table)), Held())
        what.records[str(role)] = int(str(count))
        what.newest_ms = max(what.newest_ms, int(str(newest)))
    for provider, table, role, word, count in connection.execute(_WORDS):
        held.setdefault((str(provider), str(table)), Held()).words[str(role), str(word)] = int(str(count))
    return held


def _submitted(connection: Connection) -> dict[str, int]:
    """Return when each provider last sent a copy or entry that was accepted, Unix ms."""
    there = connection.execute("select to_regclass('submission') is not null").fetchone()
    if there != (True,):
        return {}
    return {str(provider): int(str(done)) for provider, done in connection.execute(_SUBMITTED) if done is not None}


def _shared(connection: Connection, contracts: list[Contract]) -> dict[tuple[str, str, str], int]:
    """Return how many values more than one row has, by provider, table and target; a target without any value is absent."""
    asked = [
        (contract.provider, table.name, *target.split("."))
        for contract in contracts
        for table in contract.tables
        for target in table.expect.unique
    ]
    columns = [list(column) for column in zip(*asked, strict=True)] or [[], [], [], []]
    rows = connection.execute(_SHARED, columns)
    return {(str(provider), str(table), f"{role}.{name}"): int(str(count)) for provider, table, role, name, count in rows}
