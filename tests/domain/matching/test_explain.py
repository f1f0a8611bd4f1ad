"""Explanations: whole bits that tell no value, what identifiers say, and steps that are the rules' own."""

import re
from dataclasses import replace
from pathlib import Path
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from domain.entities import Kind
from domain.matching import clusters
from domain.matching.blocking import RULES
from domain.matching.clusters import Edge, Pin, partition
from domain.matching.explain import BLOCKS, KEYS, KINDS, REFUSALS, block_words, chain, field_of, groups, spanning, verdict, why
from domain.matching.keys import CODES
from domain.matching.scorecard import Judgement, Scorecard
from domain.matching.scorecard_file import shipped

PERSON = Scorecard(shipped(Kind.PERSON))
ID, PLATE = CODES[Kind.PERSON, "citizen_id"], CODES[Kind.THING, "plate"]
ADDRESS = "江苏省常州市溧阳市埭头镇邹家村东村1号"


def key(code: int, value: int) -> bytes:
    return bytes((code,)) + bytes(15) + bytes((value,))


def handle(number: int) -> bytes:
    return bytes(15) + bytes((number,))


def judged(name: str) -> Judgement:
    features = PERSON.features({"name": name, "birth_date": "1975-10-28", "address": ADDRESS})
    return PERSON.judge(features, features)


def test_a_common_and_a_less_common_name_cannot_be_told_apart_by_hundredths() -> None:
    """How common a name is tells which one it is; told are whole bits, in the reasons and in the verdict."""
    for name in ("王伟", "李娜", "尉迟琰", "欧阳震华"):
        judgement = judged(name)
        assert all(reason.bits == int(reason.bits) for reason in why(judgement, PERSON.file))
        assert not re.search(r"\d\.\d", "".join(verdict(judgement, PERSON.file)))


def test_a_verdict_is_never_told_at_a_bound_it_does_not_reach() -> None:
    judgement = judged("王伟")
    match = PERSON.file.profiles[judgement.profile].match
    assert f"证据 {match // 100 - 1} 比特" in verdict(replace(judgement, hundredths=match - 1), PERSON.file).zh
    assert f"证据 {match // 100} 比特" in verdict(replace(judgement, hundredths=match), PERSON.file).zh


def test_everything_that_can_be_told_has_words() -> None:
    assert {field for _, field in CODES} == KEYS.keys()
    assert set(Kind) == KINDS.keys()
    assert RULES.keys() == BLOCKS.keys()
    source = Path(clusters.__file__).read_text()
    told = set(re.findall(r'return "([a-z_]+)"', source)) | set(re.findall(r'"([a-z_]+)" if', source))
    assert told
    assert told <= REFUSALS.keys()
    for words in (*KEYS.values(), *KINDS.values(), *REFUSALS.values(), *(block_words(bytes((n,))) for n in range(len(RULES)))):
        assert re.search("[\u4e00-\u9fffA-Z]", words.zh)
        assert words.en
    assert all(field_of(key(code, 1)) == field for (_, field), code in CODES.items())


Weights = dict[tuple[bytes, bytes], int]
Said = dict[tuple[bytes, bytes], tuple[bool, int, bool]]
handles = st.integers(1, 7).map(handle)
pairs = st.tuples(handles, handles).filter(lambda pair: pair[0] < pair[1])
keyed = st.dictionaries(handles, st.sets(st.sampled_from([key(ID, 1), key(ID, 2), key(PLATE, 1), key(PLATE, 2)]), max_size=2), min_size=1)
edged = st.dictionaries(pairs, st.sampled_from([3000, 4000]), max_size=8)
pinned = st.dictionaries(pairs, st.tuples(st.booleans(), st.integers(1, 9), st.booleans()), max_size=3)
contested_parts = st.none() | st.dictionaries(handles, st.integers(0, 2))  # handle → its part of the first ID; the others have none


def parts_of(records: dict[bytes, set[bytes]], part_of: dict[bytes, int] | None) -> dict[bytes, list[list[bytes]]]:
    contested = key(ID, 1)
    if part_of is None:
        return {}
    having = [handle for handle in sorted(records) if contested in records[handle]]
    return {contested: [part for number in range(3) if (part := [each for each in having if part_of.get(each) == number])]}


@given(keyed, edged, pinned, contested_parts)
def test_the_steps_are_the_partitions_own(
    records: dict[bytes, set[bytes]], weights: Weights, pins: Said, part_of: dict[bytes, int] | None
) -> None:
    """They connect exactly what the rules put into one cluster, with no step to spare, and no refused edge."""
    edges = [Edge(bits, *pair) for pair, bits in weights.items() if set(pair) <= records.keys()]
    said = [Pin(*pair, *word) for pair, word in pins.items() if set(pair) <= records.keys()]
    contested = parts_of(records, part_of)
    joins = spanning(records, edges, said, contested=contested)
    found = partition(records, edges, said, contested=contested)
    assert len(joins) == len(records) - len(found.clusters)
    for cluster in found.clusters:
        inside = [join for join in joins if join.one in cluster.handles]
        assert groups(cluster.handles, inside) == 1
        for one in cluster.handles:
            steps = chain(joins, cluster.handles[0], one)
            assert (steps == []) == (one == cluster.handles[0])
    refused = {(refusal.edge.one, refusal.edge.other) for refusal in found.refused}
    assert not refused & {(join.one, join.other) for join in joins if join.how == "edge"}
    assert all(join.key in records[join.one] & records[join.other] for join in joins if join.how == "key")
    for join in joins:
        if join.how == "key" and join.key in contested:
            assert any({join.one, join.other} <= set(part) for part in contested[join.key])
        else:
            assert join.how != "key" or join.key not in found.ambiguous


@given(keyed, edged, pinned, st.randoms(use_true_random=False))
def test_steps_do_not_depend_on_the_order(records: dict[bytes, set[bytes]], weights: Weights, pins: Said, rng: Random) -> None:
    edges = [Edge(bits, *pair) for pair, bits in weights.items() if set(pair) <= records.keys()]
    said = [Pin(*pair, *word) for pair, word in pins.items() if set(pair) <= records.keys()]
    expected = spanning(records, edges, said)
    items = list(records.items())
    for each in (items, edges, said):
        rng.shuffle(each)
    assert spanning(dict(items), edges, said) == expected


def test_a_part_that_a_steward_parted_has_no_step_and_the_next_one_has() -> None:
    contested = key(ID, 1)
    records = {handle(number): [contested] for number in range(1, 5)}
    parts = {contested: [[handle(1), handle(2)], [handle(3), handle(4)]]}
    joins = spanning(records, [], [Pin(handle(1), handle(2), same=False)], contested=parts)
    assert [(join.one, join.other) for join in joins] == [(handle(3), handle(4))]


def test_a_chain_leads_from_end_to_end() -> None:
    records = {handle(1): [key(ID, 1)], handle(2): [key(ID, 1)], handle(3): [], handle(4): []}
    joins = spanning(records, [Edge(4000, handle(2), handle(3))], [])
    assert [join.how for join in chain(joins, handle(3), handle(1))] == ["edge", "key"]
    assert chain(joins, handle(1), handle(4)) == []
