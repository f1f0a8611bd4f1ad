"""What was found of feeds' promises: one finding, and the history of findings in the store."""

import time
from dataclasses import dataclass
from pathlib import Path

import psycopg

Connection = psycopg.Connection[tuple[object, ...]]

_SCHEMA = Path(__file__).parent / "store" / "quality.sql"
_LOCK = 0x7175616C
_KEEP_MS = 400 * 24 * 3600 * 1000
_REPEAT_MS = 3600 * 1000  # an unchanged finding is written again after an hour, so that the history shows it was looked for
_NOTABLE = 0.01  # a value that moved less is not news

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


def create_table(connection: Connection) -> None:
    """Create the history's table if it is not there."""
    with connection.transaction():
        connection.execute("select pg_advisory_xact_lock(%s)", (_LOCK,))
        connection.execute(_SCHEMA.read_bytes())


def record(connection: Connection, found: list[Finding]) -> int:
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


def latest(connection: Connection) -> list[Finding]:
    """Return the newest finding of each place.

    Raises:
        psycopg.Error: the store refused or went away.
    """
    return [_read(row) for row in connection.execute(_LATEST)]


def history(connection: Connection, provider: str, limit: int) -> list[Finding]:
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


def _is_news(before: Finding | None, found: Finding, now: int) -> bool:
    if before is None or before.kept != found.kept or (before.least, before.most) != (found.least, found.most):
        return True
    moved = abs(found.value - before.value) > _NOTABLE * max(abs(before.value), abs(found.value))
    return (moved and found.measure != "freshness") or now - before.measured_ms >= _REPEAT_MS
