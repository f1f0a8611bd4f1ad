"""Says what the strong keys of two records say of them, in words, and why a key does not join all records that have it."""

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

from domain.matching.contest import MOST_PARTS
from domain.matching.explain import KEYS, Words, field_of
from domain.matching.keys import EXCLUSIVE, most_holders

Doubt = Literal["contested", "specimen", "crowded"]
"""Why a key does not join all its records: unlike names on them, more such names than one ID can have, too many records."""


class Standing(NamedTuple):
    """What a key that does not join all its records comes to; ``parts``: the records it does join, for a contested one."""

    doubt: Doubt
    parts: tuple[frozenset[bytes], ...] = ()

    def joins(self, one: bytes, other: bytes) -> bool:
        """Return whether the key speaks for these two records, in spite of the doubt."""
        return any(one in part and other in part for part in self.parts)


class KeyFact(NamedTuple):
    """What one identifier says of two records: ``same`` value or, only where a value is one entity's alone, different ones.

    ``doubt``: why it is not relied on.
    """

    field: str
    same: bool
    zh: str
    en: str
    doubt: Doubt | None = None


_DOUBTED: dict[Doubt, Words] = {
    "contested": Words(
        "用这个号码的记录姓名差得太多，可能录错或冒用，凭它不合并",
        "but the names of its records are too unlike, it may be typed wrong or another's: it does not join them",
    ),
    "specimen": Words(
        f"用这个号码的互不相近的姓名超过 {MOST_PARTS} 个，像样本号码，不作依据",
        f"but it stands with more than {MOST_PARTS} names unlike one another, as a specimen does: it joins nothing",
    ),
    "crowded": Words(
        "超过 {most} 条记录用这个号码，像照抄的，不作依据", "but more than {most} records have it, as a copied one: it joins nothing"
    ),
}
_CROWDED_ONE = Words(
    "{}不同，但其中有超过 {most} 条记录共用的号码，不作依据", "different {}s, but one is on more than {most} records: it says nothing"
)
_OF_ALL: dict[Doubt, Words] = {
    "contested": Words(
        "{}：用它的记录姓名差得太多，只合并其中姓名相近的，其余由人判断",
        "{}: the names of its records are too unlike; it joins those of like names, of the others a person must judge",
    ),
    "specimen": Words(
        f"{{}}：用它的互不相近的姓名超过 {MOST_PARTS} 个，像样本号码，不合并任何记录",
        f"{{}}: it stands with more than {MOST_PARTS} names unlike one another, as a specimen does, and joins nothing",
    ),
    "crowded": Words(
        "{}：用它的记录超过 {most} 条，像照抄的，不合并任何记录",
        "{}: more than {most} records have it, as a copied one, and it joins nothing",
    ),
}


def keys_say(one: Collection[bytes], other: Collection[bytes], doubts: Mapping[bytes, Doubt] = MappingProxyType({})) -> list[KeyFact]:
    """Return what two records' strong keys say, the strongest first; the order of the records does not matter.

    ``doubts``: keys that do not speak for these two, or, if crowded, neither for nor against.
    """
    found = (_fact(code, set(one), set(other), doubts) for code in sorted({key[0] for key in (*one, *other)}))
    return [fact for fact in found if fact is not None]


def key_said(key: bytes, doubt: Doubt) -> Words:
    """Return what a key comes to that does not join all its records."""
    names = KEYS[field_of(key)]
    return Words(*(text.format(name, most=most_holders(key)) for text, name in zip(_OF_ALL[doubt], names, strict=True)))


def _fact(code: int, one: set[bytes], other: set[bytes], doubts: Mapping[bytes, Doubt]) -> KeyFact | None:
    mine, theirs = ({key for key in keys if key[0] == code} for keys in (one, other))
    shared = sorted(mine & theirs)
    if shared:
        relied = [key for key in shared if key not in doubts]
        return _same(code) if relied else _doubted(shared[0], doubts[shared[0]])
    if not (mine and theirs and code in EXCLUSIVE):
        return None
    field = field_of(bytes((code,)))
    zh, en = KEYS[field]
    crowded = sorted(key for key in mine | theirs if doubts.get(key) == "crowded")
    if crowded:
        most = most_holders(crowded[0])
        return KeyFact(field, False, _CROWDED_ONE.zh.format(zh, most=most), _CROWDED_ONE.en.format(en, most=most), "crowded")
    return KeyFact(field, False, f"{zh}都有效但不同：不同实体", f"different valid {en}s: two entities")


def _same(code: int) -> KeyFact:
    field = field_of(bytes((code,)))
    zh, en = KEYS[field]
    if code in EXCLUSIVE:
        return KeyFact(field, True, f"{zh}相同且有效：同一实体", f"same valid {en}: one entity")
    return KeyFact(field, True, f"{zh}相同：同一实体，除非更可靠的号码不同", f"same {en}: one entity, unless a better number differs")


def _doubted(key: bytes, doubt: Doubt) -> KeyFact:
    field, most = field_of(key), most_holders(key)
    zh, en = KEYS[field]
    return KeyFact(
        field, True, f"{zh}相同，但{_DOUBTED[doubt].zh.format(most=most)}", f"same {en}, {_DOUBTED[doubt].en.format(most=most)}", doubt
    )
