"""Measures what feeds promised in their contracts against what the resolver's store holds, and keeps the findings as a history.

A broken promise marks the feed; it drops nothing. The whole store is read each time, so that nothing can drift; the caller
waits long enough between two measurements for that to be a small share of a core.
"""

import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from domain.contract import Contract, Table

_SCHEMA = Path(__file__).parent.parent / "schemas" / "store" / "quality.sql"
_LOCK = 0x7175616C
_KEEP_MS = 400 * 24 * 3600 * 1000
_REPEAT_MS = 3600 * 1000  # an unchanged finding is written again after an hour, so that the history shows it was looked for
_NOTABLE = 0.01  # a value that moved less is not news

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
_LATEST = """
select distinct on (provider, source_table, measure, subject)
       provider, source_table, measure, subject, measured_ms, value, least, most, kept, detail
  from quality order by provider, source_table, measure, subject, measured_ms desc
"""
_PUT = "insert into quality values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"

Place = tuple[str, str, str, str]
"""Provider, table, measure, subject."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One measure of one feed. ``value`` in rows, seconds or as a share; None as a bound is no bound."""

    provider: str
    table: str
    measure: str
    subject: str
    value: float
    least: float | None
    most: float | None
    kept: bool
    detail: str = ""
    measured_ms: int = 0

    @property
    def place(self) -> Place:
        """What the finding is about."""
        return self.provider, self.table, self.measure, self.subject


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


def create_table(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    """Create the history's table if it is not there."""
    with connection.transaction():
        connection.execute("select pg_advisory_xact_lock(%s)", (_LOCK,))
        connection.execute(_SCHEMA.read_bytes())


def measure(connection: psycopg.Connection[tuple[object, ...]], contracts: list[Contract], alive: Iterable[str]) -> list[Finding]:
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


def record(connection: psycopg.Connection[tuple[object, ...]], found: list[Finding]) -> int:
    """Write what is news to the history and return how much that was; what is older than 400 days goes.

    Raises:
        psycopg.Error: the store refused or went away.
    """
    before = {each.place: each for each in latest(connection)}
    now = int(time.time() * 1000)
    news = [each for each in found if _is_news(before.get(each.place), each, now)]
    with connection.transaction(), connection.cursor() as cursor:
        cursor.executemany(_PUT, [(now, *f.place, f.value, f.least, f.most, f.kept, f.detail) for f in news])
        cursor.execute("delete from quality where measured_ms < %s", (now - _KEEP_MS,))
    return len(news)


def latest(connection: psycopg.Connection[tuple[object, ...]]) -> list[Finding]:
    """Return the newest finding of each place.

    Raises:
        psycopg.Error: the store refused or went away.
    """
    return [_read(row) for row in connection.execute(_LATEST)]


def history(connection: psycopg.Connection[tuple[object, ...]], provider: str, limit: int) -> list[Finding]:
    """Return a provider's newest ``limit`` findings, newest first.

    Raises:
        psycopg.Error: the store refused or went away.
    """
    query = (
        "select provider, source_table, measure, subject, measured_ms, value, least, most, kept, detail from quality "
        "where provider = %s order by measured_ms desc, source_table, measure, subject limit %s"
    )
    return [_read(row) for row in connection.execute(query, (provider, limit))]


def _read(row: tuple[object, ...]) -> Finding:
    provider, table, name, subject, measured_ms, value, least, most, kept, detail = row
    bounds = [None if bound is None else float(str(bound)) for bound in (least, most)]
    place = (str(provider), str(table), str(name), str(subject))
    return Finding(*place, float(str(value)), bounds[0], bounds[1], bool(kept), str(detail), int(str(measured_ms)))


def _judged(provider: str, table: str, name: str, subject: str, value: float, *bounds: float | None) -> Finding:
    least, most = bounds
    kept = (least is None or value >= least) and (most is None or value <= most)
    return Finding(provider, table, name, subject, value, least, most, kept)


def _coded(table: Table) -> list[str]:
    """Return the targets of columns with a code table."""
    return sorted({target for column in table.columns.values() if column.codes for target in column.to or ()})


def _is_news(before: Finding | None, found: Finding, now: int) -> bool:
    if before is None or before.kept != found.kept or (before.least, before.most) != (found.least, found.most):
        return True
    moved = abs(found.value - before.value) > _NOTABLE * max(abs(before.value), abs(found.value))
    return (moved and found.measure != "freshness") or now - before.measured_ms >= _REPEAT_MS


def _held(connection: psycopg.Connection[tuple[object, ...]]) -> dict[tuple[str, str], Held]:
    held: dict[tuple[str, str], Held] = {}
    for provider, table, role, count, newest in connection.execute(_COUNTS):
        what = held.setdefault((str(provider), str(table)), Held())
        what.records[str(role)] = int(str(count))
        what.newest_ms = max(what.newest_ms, int(str(newest)))
    for provider, table, role, word, count in connection.execute(_WORDS):
        held.setdefault((str(provider), str(table)), Held()).words[str(role), str(word)] = int(str(count))
    return held


def _submitted(connection: psycopg.Connection[tuple[object, ...]]) -> dict[str, int]:
    """Return when each provider last sent a copy or entry that was accepted, Unix ms."""
    there = connection.execute("select to_regclass('submission') is not null").fetchone()
    if there != (True,):
        return {}
    return {str(provider): int(str(done)) for provider, done in connection.execute(_SUBMITTED) if done is not None}


def _shared(connection: psycopg.Connection[tuple[object, ...]], contracts: list[Contract]) -> dict[tuple[str, str, str], int]:
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
