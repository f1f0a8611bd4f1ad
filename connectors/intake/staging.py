"""Stages a delivery's checked rows and compares them with what is accepted, by one statement."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from connectors.intake.checking import MOST_FOLLOWED
from connectors.intake.ledger import Connection, Feed

_STAGE_TYPES = ("int4", "text", "bytea", "bytea", "bytea", "bytea", "bytea", "bool", "text", "text", "text")
_COPY = "copy intake_stage from stdin (format binary)"
_REPEATED_KEYS = (
    "update intake_stage s set op = 'x', source_column = %(key)s, reason = '主键重复 the same key stands already in line ' || first.line, "
    "remedy = '保留一行 keep one of the two' from (select handle, min(line) as line from intake_stage where op <> 'x' group by handle "
    "having count(*) > 1) as first where s.handle = first.handle and s.line > first.line and s.op <> 'x'"
)
_DIFFERENCE = """
insert into intake_change (submission, line, op, handle, digest, sealed, sealed_key, records)
select %(id)s, s.line, case when a.handle is null then 'c' else 'u' end::"char", s.handle, s.digest, s.sealed, s.sealed_key, s.records
  from intake_stage s left join intake_row a on a.feed = %(feed)s and a.handle = s.handle
 where s.op = 'u' and a.digest is distinct from s.digest
union all
select %(id)s, s.line, 'd', s.handle, null, null, s.sealed_key, ''
  from intake_stage s join intake_row a on a.feed = %(feed)s and a.handle = s.handle
 where s.op = 'd'
union all
select %(id)s, (%(last)s + row_number() over (order by a.handle))::integer, 'd', a.handle, null, null, a.sealed_key, '' from intake_row a
 where %(whole)s and a.feed = %(feed)s and not exists (select from intake_stage s where s.handle = a.handle)
"""
_COUNTS = """
select (select count(*) from intake_change where submission = %(id)s and op = 'c') as created,
       (select count(*) from intake_change where submission = %(id)s and op = 'u') as updated,
       (select count(*) from intake_change where submission = %(id)s and op = 'd') as deleted,
       (select count(*) from intake_change where submission = %(id)s and op = 'd' and line <= %(last)s) as withdrawn,
       count(*) as rows, count(*) filter (where op = 'x') as rejected, count(*) filter (where flagged and op = 'u') as flagged,
       count(*) filter (where op = 'x' and handle is null) as keyless,
       (select count(*) from intake_row where feed = %(feed)s) as before
  from intake_stage
"""


@dataclass(frozen=True, slots=True)
class Counts:
    """What a staged delivery comes to.

    ``withdrawn``: deletions that are rows of the delivery; ``keyless``: rejected rows without a key; ``before``: rows accepted until now.
    """

    rows: int
    created: int
    updated: int
    deleted: int
    withdrawn: int
    rejected: int
    flagged: int
    keyless: int
    before: int

    @property
    def unchanged(self) -> int:
        """Rows that say what was known."""
        return self.rows - self.rejected - self.created - self.updated - self.withdrawn


def stage(connection: Connection, rows: Iterable[tuple[Any, ...]]) -> int:
    """Copy checked rows (``Checked.cells``) into the staging table of this transaction; return the largest line."""
    last = 0
    with connection.cursor().copy(_COPY) as copy:
        copy.set_types(_STAGE_TYPES)
        for row in rows:
            copy.write_row(row)
            last = max(last, row[0])
    return last


def difference(connection: Connection, submission: int, feed: Feed, *, whole: bool, last: int, key: str) -> Counts:
    """Compare the staging table with what is accepted, by one statement, and write down what changes and what was rejected."""
    asked = {"id": submission, "feed": feed.id, "whole": whole, "last": last, "key": key}
    connection.execute("analyze intake_stage")
    connection.execute("set local enable_nestloop = off")  # a table that has just grown is thought small, and would be read once a row
    connection.execute(_REPEATED_KEYS, asked)
    connection.execute(_DIFFERENCE, asked)
    row = connection.execute(_COUNTS, asked).fetchone()
    connection.execute(
        "insert into intake_reject select %(id)s, line, source_column, reason, remedy, handle, sealed from intake_stage where op = 'x'",
        asked,
    )
    connection.execute(
        "insert into intake_trace select submission, line, op, handle, records from intake_change "
        "where submission = %s order by line limit %s",
        (submission, MOST_FOLLOWED),
    )
    connection.execute("set local enable_nestloop = on")
    return Counts(**(row or {}))
