"""Blocking: under which keys a record is filed, so that records of one entity meet and few others do.

A key is a rule's letters and what must agree. Values that are common are combined with a further one from the start, decided
by the record's own values and the shipped frequency table; what no table foresees is met by ``within``: in a block of more than
``CAP`` records only those pair that agree in ``within`` too, and where even these are more than ``CAP``, none do and the block is
reported. A number that more than ``CAP`` records give, a switchboard or filler nobody knew, says nothing of any of them: it is *muted*,
left out of every comparison. So who is compared with whom, and by what, is a function of the set of records.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any, NamedTuple

from domain.entities import Kind
from domain.matching.comparisons import door
from domain.matching.frequencies import share
from domain.tokens import Tokeniser

CAP = 256
"""Records of a block that are all compared with one another."""

RULES: dict[str, str] = {
    "m": "mobile", "nb": "name and birth date", "na": "name and address", "ne": "name and employer",
    "fi": "foreign number", "fb": "birth date of a foreigner", "fn": "both names", "fs": "suburb and postcode", "fp": "name and suburb",
    "fq": "name and street", "fa": "street and number",
    "oc": "organisation code", "on": "trade name", "ol": "landline",
    "tv": "VIN", "tm": "IMEI", "te": "engine number", "ts": "serial number",
    "ad": "doorplate code", "aa": "parts of an address", "ap": "place name",
}  # fmt: skip
"""What the records of a block agree in, by the letters before the colon. The order is stored: only append."""
MUTES: dict[str, str] = {
    "m": "mobile", "ol": "landline", "fi": "foreign_number", "te": "engine_number", "ts": "serial", "ad": "doorplate_code",
}  # fmt: skip
"""Fields that are left out of comparisons where the block of the rule is crowded."""
NOBODY = bytes(8)
"""``within`` as bytes where it agrees with no one."""
BLOCK_BYTES = 24
_NUMBER = {rule: number for number, rule in enumerate(RULES)}
MUTED_BY: dict[int, str] = {_NUMBER[rule]: field for rule, field in MUTES.items()}
"""The same by the first byte of a stored block."""

_COMMON = CAP / 1_000_000
"""Share from which a name would crowd its block in a register of a million people: it is filed with a further field."""
_ABROAD = ("surname", "given_name", "suburb", "postcode", "street", "premises", "foreign_number")
_ENOUGH = 3  # letters of a word that make a key of it
_VOWELS = str.maketrans("", "", "aeiouwy")
Slots = Mapping[str, Any]


class Block(NamedTuple):
    """``key``: who agrees in it may meet; ``within``: must agree too where the block is crowded (empty: agrees with no one)."""

    key: str
    within: str


def tokens_of(tokeniser: Tokeniser, kind: Kind, filed: Iterable[Block]) -> list[bytes]:
    """Return each block as 24 bytes: the rule's number, 15 bytes of the key's token, 8 bytes of the token of ``within``; sorted."""
    raw = tokeniser.raw
    return sorted(
        bytes((_NUMBER[key.split(":", 1)[0]],))
        + raw(f"block/{kind}", key)[:15]
        + (raw(f"within/{kind}", f"{key}|{within}")[:8] if within else NOBODY)
        for key, within in filed
    )


def rule_of(token: bytes) -> str:
    """Return what the records of a stored block agree in."""
    return list(RULES.values())[token[0]]


def blocks(kind: Kind, slots: Slots) -> list[Block]:
    """Return the keys of a record, from its prepared values by field; no key comes twice."""
    return list({block.key: block for block in _RULES[kind](slots)}.values())


def pairs(holders: Sequence[tuple[str, bytes]]) -> Iterator[tuple[bytes, bytes]]:
    """Yield the pairs of one block that are compared; ``holders``: (within, handle) of each record."""
    if len(holders) <= CAP:
        yield from combinations(sorted(handle for _, handle in holders), 2)
        return
    groups: dict[str, list[bytes]] = {}
    for within, handle in holders:
        groups.setdefault(within, []).append(handle)
    for within, group in groups.items():
        if within and len(group) <= CAP:
            yield from combinations(sorted(group), 2)


def _person(slots: Slots) -> Iterator[Block]:
    if any(slots[field] for field in _ABROAD):
        yield from _foreigner(slots)
    named = slots["name"]
    mobile, born = slots["mobile"], slots["birth_date"] or ""
    sound = named[2] if named else ""
    if mobile:
        yield Block(f"m:{mobile}", "")
    if not named:
        return
    if born:
        yield Block(f"nb:{sound}:{born}", mobile or "")
        if named[5]:
            yield Block(f"nb:{named[5]}:{born}", mobile or "")
    if slots["address"]:
        place = door(slots["address"])
        yield Block(f"na:{sound}:{place.street}{place.number}", place.building + place.room)
    if slots["employer_uscc"] or slots["employer"]:
        yield Block(f"ne:{sound}:{slots['employer_uscc'] or slots['employer'][1]}", born[:4])


def _foreigner(slots: Slots) -> Iterator[Block]:
    """Yield keys from any two of names, birth date, suburb and street, by their stems: what is wrong in one leaves the others."""
    names = sorted({_stem(slots[field]) for field in ("surname", "given_name") if slots[field]})
    places = sorted({_stem(slots[field]) for field in ("street", "premises") if slots[field]})
    suburb, born = _stem(slots["suburb"]), slots["birth_date"] or ""
    both = "|".join(names)
    if slots["foreign_number"]:
        yield Block(f"fi:{slots['foreign_number']}", "")
    if born:
        yield Block(f"fb:{born}", suburb or both)
    if len(names) > 1:
        if share("surname", slots["surname"][0]) * share("given_name", slots["given_name"][0]) <= _COMMON:
            yield Block(f"fn:{both}", suburb)
        else:
            yield Block(f"fn:{both}:{born[:4]}", suburb)
            yield Block(f"fn:{both}:{suburb}", born)
    if suburb and slots["postcode"]:
        yield Block(f"fs:{suburb}:{slots['postcode']}", both)
    for name in names:
        if suburb:
            yield Block(f"fp:{name}:{suburb}", born)
        for place in places:
            yield Block(f"fq:{name}:{place}", born)
    for place in places if slots["street_number"] else ():
        yield Block(f"fa:{place}:{slots['street_number']}", suburb)


def _stem(prepared: tuple[Any, ...] | None) -> str:
    """Return the first letter and the next consonants: slips are mostly in vowels and later in the word."""
    if prepared is None:
        return ""
    word: str = prepared[0]
    return word[:1] + word[1:].translate(_VOWELS)[:_ENOUGH]


def _organisation(slots: Slots) -> Iterator[Block]:
    if slots["organisation_code"]:
        yield Block(f"oc:{slots['organisation_code']}", "")
    named, landline = slots["name"], slots["landline"]
    if named and named[1]:
        yield Block(f"on:{named[1]}", landline or slots["organisation_code"] or named[0])
    if landline:
        yield Block(f"ol:{landline}", "")


def _thing(slots: Slots) -> Iterator[Block]:
    for rule, field in (("tv", "vin"), ("tm", "imei"), ("te", "engine_number"), ("ts", "serial")):
        if slots[field]:
            yield Block(f"{rule}:{slots[field]}", "")


def _address(slots: Slots) -> Iterator[Block]:
    if slots["doorplate_code"]:
        yield Block(f"ad:{slots['doorplate_code']}", "")
    if slots["address"]:
        yield Block(f"aa:{'|'.join(door(slots['address'])[1:])}", slots["address"])
    if slots["place_name"]:
        yield Block(f"ap:{slots['place_name']}", slots["township"] or "")


_RULES: dict[Kind, Callable[[Slots], Iterator[Block]]] = {
    Kind.PERSON: _person,
    Kind.ORGANISATION: _organisation,
    Kind.THING: _thing,
    Kind.ADDRESS: _address,
}
