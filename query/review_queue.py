"""The review queue: pairs of entities that the scorecard leaves to a person, one card each, what a clerk can settle first.

By doubt: most bits first, because there a clerk's *same* is likeliest and soonest said; among equals the oldest. Cards of a
component too large to be one entity come after, and cards that a steward was unsure of last: still there, marked.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from math import floor
from typing import Any, Literal, LiteralString

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from domain.entities import Kind
from domain.tokens import derive
from query.problems import Problem, ProblemError
from query.review import Review

MOST_CARDS = 50
_KINDS = list(Kind)
_POSITION = ("place", "first", "second", "one", "other")
Order = Literal["doubt", "age"]

# A card is settled by a steward's word on any pair of its two entities' records: they can never join, or are to join already.
_QUEUE: LiteralString = """
with word as materialized (
    select w.one, w.other, w.verdict from last_word w where not exists (select from resting_pin p where p.decision = w.decision)
    union all select d.one, d.other, 'waits' from waiting_decision d
), said as (
    select least(a.entity_id, b.entity_id) as left_id, greatest(a.entity_id, b.entity_id) as right_id,
           bool_or(word.verdict <> 'unsure') as settled
    from word join record a on a.handle = word.one join record b on b.handle = word.other
    where a.entity_id <> b.entity_id group by 1, 2
), open as (
    select e.*, least(a.entity_id, b.entity_id) as left_id, greatest(a.entity_id, b.entity_id) as right_id
    from edge e join record a on a.handle = e.one join record b on b.handle = e.other
    where (e.band = 'review' or e.refusal is not null) and a.entity_id <> b.entity_id and (%(kind)s::int is null or e.kind = %(kind)s)
), best as (
    select distinct on (left_id, right_id) *,
           count(*) over (partition by left_id, right_id) as pairs, min(since_ms) over (partition by left_id, right_id) as oldest_ms
    from open order by left_id, right_id, hundredths desc, one, other
), card as (
    select best.*, said.left_id is not null as unsure,
           case when said.left_id is not null then 2 when best.refusal = 'large_component' then 1 else 0 end as place,
           case when %(age)s then oldest_ms else -hundredths end as first,
           case when %(age)s then -hundredths else oldest_ms end as second
    from best left join said using (left_id, right_id)
    where said.settled is not true
), page as (
    select * from card
    where %(place)s::bigint is null or (place, first, second, one, other)
        > (%(place)s::bigint, %(first)s::bigint, %(second)s::bigint, %(one)s::bytea, %(other)s::bytea)
    order by place, first, second, one, other limit %(most)s
)
select p.one, p.other, p.kind, p.hundredths, p.band, p.refusal, p.oldest_ms, p.pairs, p.unsure, (select count(*) from card) as cards,
       a.provider, a.source_table, a.role, b.provider, b.source_table, b.role, p.place, p.first, p.second
from page p join record a on a.handle = p.one join record b on b.handle = p.other
order by p.place, p.first, p.second, p.one, p.other
"""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a record comes from."""

    provider: str
    table: str
    role: str


@dataclass(frozen=True, slots=True)
class Card:
    """Two entities that may be one, by their best pair; whole ``bits``, for hundredths would tell how common a name is.

    ``pairs``: how many pairs of records speak of it; ``since_ms``: since when the oldest of them does, Unix ms.
    """

    one: bytes
    other: bytes
    kind: Kind
    bits: int
    band: Literal["match", "review"]
    refusal: str | None
    since_ms: int
    pairs: int
    unsure: bool
    sides: tuple[Origin, Origin]


@dataclass(frozen=True, slots=True)
class Page:
    """Some cards, of how many, and where the next page begins; None after the last."""

    cards: list[Card]
    total: int
    next: str | None


class Queue:
    """The queue in the store; a page's cursor says nothing to who holds it."""

    def __init__(self, review: Review, master: bytes) -> None:
        """Derive the cursors' key."""
        self._review = review
        self._cursors = AESSIV(derive(master, "review/cursor"))

    async def page(self, kind: Kind | None = None, order: Order = "doubt", most: int = 20, after: str | None = None) -> Page:
        """Return a page of the queue.

        Raises:
            ProblemError: 422 ``after`` is not the ``next`` of a page of the same kind and order, 503 the store is away.
        """
        place = [(kind or "").encode(), order.encode()]
        asked: dict[str, Any] = {"kind": None if kind is None else _KINDS.index(kind), "age": order == "age", "most": most + 1}
        asked |= dict.fromkeys(_POSITION) if after is None else self._position(after, place)
        async with self._review.connected() as connection:
            rows = await (await connection.execute(_QUEUE, asked)).fetchall()
        page = rows[:most]
        following = self._cursor(page[-1], place) if len(rows) > most else None
        return Page([_card(row) for row in page], rows[0][9] if rows else 0, following)

    def _cursor(self, row: tuple[Any, ...], place: list[bytes]) -> str:
        said = orjson.dumps([*row[16:19], row[0].hex(), row[1].hex()])
        return urlsafe_b64encode(self._cursors.encrypt(said, place)).rstrip(b"=").decode()

    def _position(self, after: str, place: list[bytes]) -> dict[str, Any]:
        try:
            *numbers, one, other = orjson.loads(self._cursors.decrypt(urlsafe_b64decode(after + "=" * (-len(after) % 4)), place))
        except (InvalidTag, ValueError) as error:  # Base64 and JSON errors are ValueErrors
            raise ProblemError([Problem("after", "bad_cursor")]) from error
        return dict(zip(_POSITION, (*numbers, bytes.fromhex(one), bytes.fromhex(other)), strict=True))


def _card(row: tuple[Any, ...]) -> Card:
    one, other, kind, hundredths, band, refusal, since_ms, pairs, unsure = row[:9]
    sides = Origin(*row[10:13]), Origin(*row[13:16])
    return Card(one, other, _KINDS[kind], floor(hundredths / 100), band, refusal, since_ms, pairs, unsure, sides)
