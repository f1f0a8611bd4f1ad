"""Which strong keys do not join all their records, and why: by the rules of ``contest`` and ``keys``, from the records that have them."""

from collections.abc import Callable, Iterable, Mapping

from domain.entities import Kind
from domain.matching.contest import parts, sound
from domain.matching.key_facts import Doubt, Standing
from domain.matching.keys import most_holders
from domain.matching.scorecard import Scorecard
from query.entity_store import Held

Values = Callable[[Held], Mapping[str, str] | None]
Standings = Mapping[bytes, Standing]


def standings(card: Scorecard, values: Values, holders: Iterable[Held], counts: Mapping[bytes, int]) -> dict[bytes, Standing]:
    """Return the keys that do not join all their records.

    Args:
        card: the scorecard of persons: their IDs alone are contested.
        values: opens a record; None for one that is erased.
        holders: records, among them all that have a key to be told of; of a crowded key none are needed.
        counts: key that too many may have → records that have it, counted no further than one too many.
    """
    found = {key: Standing("crowded") for key, count in counts.items() if count > most_holders(key)}
    sounds: dict[bytes, dict[bytes, str]] = {}
    records = {held.handle: held for held in holders if held.kind is Kind.PERSON}
    for handle, held in records.items():
        for key in held.keys:
            if key not in found:
                sounds.setdefault(key, {})[handle] = sound(held.public)
    named = _named(card, values, records)
    for key, by_handle in sounds.items():
        parted = parts(by_handle, named)
        if parted is not None:
            found[key] = Standing("contested" if parted else "specimen", tuple(frozenset(part) for part in parted))
    return found


def doubts(standing: Standings, one: Held, other: Held) -> dict[bytes, Doubt]:
    """Return which of two records' keys do not speak for or against these two."""
    shared = {key for key in one.keys if key in other.keys}
    return {
        key: standing[key].doubt
        for key in {*one.keys, *other.keys} & standing.keys()
        if standing[key].doubt == "crowded" or (key in shared and not standing[key].joins(one.handle, other.handle))
    }


def _named(card: Scorecard, values: Values, records: Mapping[bytes, Held]) -> Callable[[bytes], tuple[str, ...] | None]:
    place = card.fields.index("name")
    names: dict[bytes, tuple[str, ...] | None] = {}

    def name(handle: bytes) -> tuple[str, ...] | None:
        if handle not in names:
            opened = values(records[handle])
            names[handle] = card.features(opened).slots[place] if opened is not None else None
        return names[handle]

    return name
