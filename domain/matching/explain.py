"""Says why records were taken for one entity or for two, in sentences a clerk understands, without any value of a record.

Bits are told whole. A name's weight depends on how common the name is, so its hundredths would tell which name it is.
"""

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping
from math import floor
from types import MappingProxyType
from typing import Literal, NamedTuple

from domain.entities import Kind
from domain.matching.blocking import RULES
from domain.matching.clusters import LARGEST, Edge, Partition, Parts, Pin, Support, partition
from domain.matching.keys import CODES
from domain.matching.scorecard import Band, Judgement
from domain.matching.scorecard_file import Level, ScorecardFile


class Words(NamedTuple):
    """One sentence or name in both languages."""

    zh: str
    en: str


class Reason(NamedTuple):
    """One field's part in a judgement; whole ``bits`` above 0 speak for one entity, below 0 for two."""

    field: str
    level: str
    bits: int
    zh: str
    en: str


class Join(NamedTuple):
    """One step that joined two records of an entity: by a steward's word, by a strong ``key`` they share, or by an edge's bits."""

    one: bytes
    other: bytes
    how: Literal["pin", "key", "edge"]
    key: bytes = b""
    hundredths: int = 0


KINDS: dict[Kind, Words] = {
    Kind.PERSON: Words("人", "person"),
    Kind.ORGANISATION: Words("组织", "organisation"),
    Kind.THING: Words("物", "thing"),
    Kind.ADDRESS: Words("地址", "address"),
    Kind.MATTER: Words("事项", "matter"),
}
KEYS: dict[str, Words] = {
    "citizen_id": Words("公民身份号码", "citizen ID"),
    "uscc": Words("统一社会信用代码", "unified social credit code"),
    "organisation_code": Words("组织机构代码", "organisation code"),
    "vin": Words("车辆识别代号", "VIN"),
    "imei": Words("设备识别码（IMEI）", "IMEI"),
    "plate": Words("车牌号", "plate"),
    "address": Words("完整地址", "full address"),
}
"""The strong keys' names, by field."""
REFUSALS: dict[str, Words] = {
    "cannot_link": Words(
        "两边的记录有不同的有效证件号，机器不会把它们合为一个",
        "the records on the two sides have different valid identifiers, so the machine never joins them",
    ),
    "pinned_different": Words("复核员已判定两边的记录不是同一个", "a steward decided that records on the two sides are different entities"),
    "torn": Words(
        "另有几乎一样强的线索指向第三个实体，而二者不可能相同，所以哪边都不并",
        "evidence almost as strong leads to a third entity that cannot be the same, so it joins neither",
    ),
    "no_support": Words(
        "这一对看起来相符，但两边其余的记录整体上不相符", "this pair agrees, but the other records of the two sides, on the whole, do not"
    ),
    "contested_key": Words(
        "证件号相同，但姓名差得太多，可能是号码录错或冒用，要由人判断",
        "the identifiers are the same, but the names are too unlike: one may be typed wrong or another's, so a person must judge",
    ),
    "large_component": Words(
        f"相互牵连的记录超过 {LARGEST} 组，像是多人共用的号码，机器不再按相似程度合并",
        f"more than {LARGEST} groups of records hang together, as by a number that many share; likeness joins nothing there",
    ),
}
"""Why a pair that matches was not joined, by the code that ``clusters`` gives."""
NOT_VISIBLE = "not_visible"
"""Told in place of a refusal that may rest on records which whoever asks may not see."""
_BY_THE_PAIR_ALONE = frozenset({"contested_key"})
TOLD: dict[str, Words] = {
    **REFUSALS,
    NOT_VISIBLE: Words("依据不在本次用途可见的范围内", "for a reason that is not visible for this purpose"),
}
"""``REFUSALS``, and what is said in their place."""
RESTS: dict[str, Words] = {
    "pinned_different": Words(
        "与另一个决定矛盾：它会让已判定不同的记录碰到一起，所以不起作用",
        "it contradicts another decision: records decided to differ would come together, so it has no effect",
    ),
    "cannot_link": Words(
        "两边如今有不同的有效证件号，所以不起作用；再判一次并由另一位复核员同意才算数",
        "the two sides have different valid identifiers by now, so it has no effect; decided again, it counts once another consents",
    ),
}
"""Why a steward's *same* joins nothing, by the code that ``clusters`` gives."""
BLOCKS: dict[str, str] = {
    "m": "手机号", "nb": "姓名和出生日期", "na": "姓名和住址", "ne": "姓名和工作单位",
    "fi": "境外证号", "fb": "境外人员的出生日期", "fn": "姓和名", "fs": "城区和邮编", "fp": "姓名和城区",
    "fq": "姓名和街道", "fa": "街道和门牌号",
    "oc": "组织机构代码", "on": "字号", "ol": "固定电话",
    "tv": "车辆识别代号", "tm": "IMEI", "te": "发动机号", "ts": "序列号",
    "ad": "门牌编码", "aa": "地址的各部分", "ap": "地名",
}  # fmt: skip
"""What the records of a block agree in, by the letters of ``blocking.RULES``."""
_RULES = list(RULES)
_VERDICTS = {
    Band.MATCH: Words("判为同一实体", "taken for one entity"),
    Band.REVIEW: Words("需人工复核", "for a person to judge"),
    Band.APART: Words("判为不同实体", "taken for two entities"),
}
_WANTING = Words("，因为缺少匹配必需的一致项，或有疑点", ", because something that a match needs is wanting, or a doubt forbids it")
_NAMED = {code: (kind, field) for (kind, field), code in CODES.items()}


def why(judgement: Judgement, file: ScorecardFile) -> list[Reason]:
    """Return the reasons, the weightiest first; ``file``: the scorecard the pair was judged by."""
    return sorted(_reasons(judgement, file), key=lambda reason: (-abs(reason.bits), reason.field))


def verdict(judgement: Judgement, file: ScorecardFile) -> Words:
    """Return the verdict with its figures."""
    profile = file.profiles[judgement.profile]
    zh, en = _VERDICTS[judgement.band]
    if judgement.wanting:
        zh, en = zh + _WANTING.zh, en + _WANTING.en
    bits, match, review = floor(judgement.bits), profile.match / 100, profile.review / 100  # down: never at a bound it does not reach
    return Words(
        f"证据 {bits} 比特（匹配 ≥ {match:g}，复核 ≥ {review:g}）：{zh}",
        f"{bits} bits of evidence (match ≥ {match:g}, review ≥ {review:g}): {en}",
    )


def spanning(
    records: Mapping[bytes, Collection[bytes]],
    edges: Collection[Edge],
    pins: Collection[Pin],
    support: Support | None = None,
    contested: Parts = MappingProxyType({}),
) -> list[Join]:
    """Return the steps by which records (handle → strong keys) hang together: the strongest evidence first, none that says nothing new.

    It follows ``partition``, in its order, and takes no step that it did not take; ``contested``: as there.
    """
    found = partition(records, edges, pins, support, contested)
    refused = {refusal.edge for refusal in found.refused}
    steps = [Join(pin.one, pin.other, "pin") for pin in sorted(set(pins) - found.resting.keys()) if pin.same]
    holders: dict[bytes, list[bytes]] = {}
    for handle in sorted(records):
        for key in records[handle]:
            holders.setdefault(key, []).append(handle)
    for key in sorted(holders):
        parts = _taken(key, records, pins, contested, found) if key in contested else () if key in found.ambiguous else (holders[key],)
        for first, *others in (sorted(part) for part in parts if part):
            steps += [Join(first, other, "key", key) for other in others]
    ordered = sorted(set(edges) - refused, key=lambda edge: (-edge.hundredths, edge.one, edge.other))
    steps += [Join(edge.one, edge.other, "edge", hundredths=edge.hundredths) for edge in ordered]
    return list(_new(steps, records))


def _taken(
    key: bytes, records: Mapping[bytes, Collection[bytes]], pins: Collection[Pin], contested: Parts, found: Partition
) -> list[Collection[bytes]]:
    """Return the parts of a contested key that it joined: ``partition`` says of the key only that one of them was refused."""
    taken: list[Collection[bytes]] = []
    for part in contested[key]:
        if key not in found.ambiguous or key not in partition(records, (), pins, contested={**contested, key: [*taken, part]}).ambiguous:
            taken.append(part)
    return taken


def told_refusal(refusal: str | None, *, limited: bool, seen: bool = False) -> str | None:
    """Return why a pair did not join, as it may be told.

    Args:
        refusal: the code that ``clusters`` gives.
        limited: whether only some departments' records may be told of: their neighbours' identifiers and decisions may not.
        seen: whether records that may be told of show the reason.
    """
    return refusal if refusal is None or not limited or seen or refusal in _BY_THE_PAIR_ALONE else NOT_VISIBLE


def chain(joins: Iterable[Join], start: bytes, end: bytes) -> list[Join]:
    """Return the steps that lead from one record to another, in order; none if they are not connected."""
    near: dict[bytes, list[tuple[bytes, Join]]] = {}
    for join in joins:
        near.setdefault(join.one, []).append((join.other, join))
        near.setdefault(join.other, []).append((join.one, join))
    ways: dict[bytes, list[Join]] = {start: []}
    waiting = deque([start])
    while waiting and end not in ways:
        here = waiting.popleft()
        for there, join in near.get(here, ()):
            if there not in ways:
                ways[there] = [*ways[here], join]
                waiting.append(there)
    return ways.get(end, [])


def groups(handles: Iterable[bytes], joins: Iterable[Join]) -> int:
    """Return how many groups the steps leave of these records."""
    return len(set(handles)) - sum(1 for _ in _new(joins, handles))


def block_words(token: bytes) -> Words:
    """Return what the records of a stored block agree in."""
    rule = _RULES[token[0]]
    return Words(BLOCKS[rule], RULES[rule])


def field_of(key: bytes) -> str:
    """Return the field that a strong key was made of."""
    return _NAMED[key[0]][1]


def _new(steps: Iterable[Join], handles: Iterable[bytes]) -> Iterator[Join]:
    """Yield the steps that join what the steps before them left apart."""
    parent = {handle: handle for handle in handles}

    def top(handle: bytes) -> bytes:
        while parent[handle] != handle:
            parent[handle] = handle = parent[parent[handle]]
        return handle

    for step in steps:
        if step.one in parent and step.other in parent and (one := top(step.one)) != (other := top(step.other)):
            parent[one] = other
            yield step


def _reasons(judgement: Judgement, file: ScorecardFile) -> Iterator[Reason]:
    profile = file.profiles[judgement.profile]
    turns = {f"{turn.one}/{turn.other}": turn.turn for turn in profile.turned}
    for field, level, hundredths in judgement.fields:
        words: Level = getattr(turns[field], level) if field in turns else profile.fields[field].levels[level]
        yield Reason(field, level, round(hundredths / 100), words.zh, words.en)
