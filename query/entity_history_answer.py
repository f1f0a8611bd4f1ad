"""What is told of how an entity was at a time, as data: its records of then, masked, and where its id led."""

from datetime import UTC, datetime
from typing import Literal

from pydantic import Field

from domain.entities import Kind
from domain.matching.explain import Words
from query.entity_answer import EntityTelling, Record, Said
from query.entity_history import HistoryEvidence, Then

_HAD = Words("当时有 {} 条记录", "it had {} records then")
_CLOSED = Words("当时有 {} 条记录，已注销", "it had {} records then, and was closed")
_LED = Words("当时没有记录，编号指向另一个实体", "it had no record then: its id led to another entity")
_NONE = Words("当时没有可告知的记录", "it had no record then that may be told of")


class RecordThen(Record):
    """A record as it was, without its values."""

    erased: bool = Field(description="its sealed values cannot be read any more, by anyone")
    ends: bool = Field(description="a register's record that ended the entity's life")


class HistoryAnswer(Said):
    """An entity as it was: what departments had committed by then."""

    entity: str
    kind: Kind
    as_of: datetime
    status: Literal["active", "closed", "no_records"]
    members: list[RecordThen]
    redirect: str | None = Field(default=None, description="the entity that the id led to then, where it had no records itself")
    changes: list[datetime] = Field(description="when what is told here changed, newest first: at these times the answer is another one")


def told(telling: EntityTelling, found: HistoryEvidence) -> HistoryAnswer:
    """Return how an entity was."""
    closed = any(then.ends for then in found.members)
    words = _CLOSED if closed else _HAD if found.members else _LED if found.redirect else _NONE
    zh, en = (text.format(len(found.members)) for text in words)
    return HistoryAnswer(
        zh=zh,
        en=en,
        entity=telling.name(found.entity_id),
        kind=found.kind,
        as_of=_time(found.at_ms),
        status="closed" if closed else "active" if found.members else "no_records",
        members=[_record(telling, then) for then in found.members],
        redirect=telling.name(found.redirect) if found.redirect else None,
        changes=[_time(at_ms) for at_ms in found.changes],
    )


def _record(telling: EntityTelling, then: Then) -> RecordThen:
    return RecordThen(**dict(telling.record(then.side)), erased=then.erased, ends=then.ends)


def _time(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC)
