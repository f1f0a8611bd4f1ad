"""Why two are one or not: the same whichever is named first, with what forbids it or what is wanting."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.matching.explain import NOT_VISIBLE, REFUSALS, TOLD
from domain.tokens import text_of
from query.entity_answer import EntityTelling
from query.entity_why import UnknownNamesError, WhyEvidence, entity_or_record, why
from tests.query.hamlet import Hamlet
from tests.query.test_entity_how import PHONE, POLICE, decisions, explained, people
from tests.query.test_evidence import CANARIES, ID, OTHER_ID, WANG

pytestmark = pytest.mark.anyio


async def asked(hamlet: Hamlet, one: str | bytes, other: str | bytes, providers: frozenset[str] | None = None) -> WhyEvidence:
    found = await why(hamlet.evidence, one, other, providers)
    assert await why(hamlet.evidence, other, one, providers) == found, "the order asked in does not matter"
    return found


async def test_two_records_of_one_entity_are_led_to_each_other_step_by_step() -> None:
    hamlet = Hamlet()
    one = hamlet.add("public_security", {"name": WANG["name"], "citizen_id": ID})
    middle, end = hamlet.add("telecom_ct", {**WANG, "citizen_id": ID}), hamlet.add("justice", PHONE)
    found = await asked(hamlet.resolve(), one, end)
    assert found.relation == "one_entity"
    assert {step.join.how for step in found.chain} == {"key", "edge"}
    assert [side.handle for side in found.sides][1:-1] == [middle]
    assert {found.sides[0].handle, found.sides[-1].handle} == {one, end}
    assert found.pair is not None
    limited = await asked(hamlet, one, middle, POLICE | {"telecom_ct"})
    assert len(limited.chain) == 1


async def test_a_chain_through_records_that_may_not_be_told_of_is_withheld() -> None:
    hamlet = Hamlet()
    one = hamlet.add("public_security", {"name": WANG["name"], "citizen_id": ID})
    hidden, end = hamlet.add("telecom_ct", {**WANG, "citizen_id": ID}), hamlet.add("public_security", PHONE)
    found = await asked(hamlet.resolve(), one, end, POLICE)
    assert (found.relation, found.chain) == ("one_entity", ())
    assert "可见的范围" in found.verdict.zh
    assert repr(hidden) not in repr(found)
    with pytest.raises(UnknownNamesError) as raised:
        await why(hamlet.evidence, one, hidden, POLICE)
    assert raised.value.places == (1,)


async def test_entities_with_two_valid_ids_are_two() -> None:
    hamlet = Hamlet()
    one = hamlet.add("public_security", {**WANG, "citizen_id": ID})
    other = hamlet.add("telecom_ct", {**WANG, "citizen_id": OTHER_ID})
    hamlet.add("justice", {**PHONE, "citizen_id": OTHER_ID})
    hamlet.resolve()
    found = await asked(hamlet, hamlet.of(one), hamlet.of(other))
    assert found.relation == "two_entities"
    assert [words.zh for words in found.obstacles] == ["公民身份号码都有效但不同：不同实体"]
    assert found.entities == tuple(sorted((hamlet.of(one), hamlet.of(other))))


async def test_the_likest_pair_of_two_entities_is_shown() -> None:
    hamlet = Hamlet()
    one = hamlet.add("public_security", {**WANG, "citizen_id": ID})
    likest = hamlet.add("telecom_ct", {**PHONE, "citizen_id": ID})
    other = hamlet.add("justice", {"name": "王小薇", "birth_date": "1980-01-02", "address": WANG["address"]})
    hamlet.resolve()
    assert hamlet.of(one) == hamlet.of(likest) != hamlet.of(other)
    found = await asked(hamlet, hamlet.of(one), hamlet.of(other))
    assert found.pair is not None
    assert found.pair.judgement is not None
    pairs = [await hamlet.evidence.pair(member, other) for member in (one, likest)]
    best = max(pair.judgement.hundredths for pair in pairs if pair is not None and pair.judgement is not None)
    assert found.pair.judgement.hundredths == best


@pytest.mark.parametrize(
    ("other", "word"),
    [({"name": "李芳", "birth_date": "1990-01-02"}, "证据也不足"), ({"name": WANG["name"], "birth_date": WANG["birth_date"]}, "人工复核")],
)
async def test_what_is_wanting_is_said(other: dict[str, str], word: str) -> None:
    hamlet = Hamlet()
    handles = hamlet.add("public_security", WANG), hamlet.add("justice", other)
    found = await asked(hamlet.resolve(), *handles)
    assert [word in words.zh for words in found.obstacles] == [True]


async def test_a_pair_that_was_never_compared_is_said_to_be() -> None:
    hamlet = Hamlet()
    handles = hamlet.add("public_security", WANG), hamlet.add("justice", WANG)
    hamlet.pin(*handles, same=False)
    hamlet.resolve()
    hamlet.pins.clear()
    hamlet.edges.clear()
    found = await asked(hamlet, *handles)
    assert ["没有比较过" in words.zh for words in found.obstacles] == [True]


async def test_a_steward_and_a_refusal_are_obstacles() -> None:
    hamlet = Hamlet()
    one, other = hamlet.add("public_security", WANG), hamlet.add("justice", WANG)
    third = hamlet.add("justice", {"name": "李芳"})
    hamlet.pin(one, other, same=False)
    hamlet.pin(one, third, same=False)
    hamlet.resolve()
    for far in (other, third):
        assert ["复核员" in words.zh for words in (await asked(hamlet, one, far)).obstacles] == [True]
    found = await asked(hamlet, hamlet.of(one), other)
    assert found.pair is not None
    assert found.pair.pinned is False


async def test_a_shared_plate_that_joins_nothing_is_explained() -> None:
    hamlet = Hamlet()
    one = hamlet.add("transport", {"vin": "LSVAU2180N2183294", "plate": "苏D12345"})
    other = hamlet.add("transport", {"vin": "1M8GDM9AXKP042788", "plate": "苏D12345"})
    found = await asked(hamlet.resolve(), one, other)
    assert [("车辆识别代号" in words.zh, "车牌号相同" in words.zh) for words in found.obstacles] == [(True, False), (False, True)]


async def test_two_kinds_and_one_record() -> None:
    hamlet = Hamlet()
    one, firm = hamlet.add("public_security", WANG), hamlet.add("industry_commerce", {"name": "溧阳市汇流有限公司"})
    hamlet.resolve()
    assert ["不比较" in words.zh for words in (await asked(hamlet, one, firm)).obstacles] == [True]
    assert (await asked(hamlet, one, one)).relation == "same_record"
    assert (await asked(hamlet, one, hamlet.of(one))).relation == "one_entity"


async def test_unknown_names_are_told_by_place() -> None:
    hamlet = Hamlet()
    one = hamlet.add("public_security", WANG)
    hamlet.resolve()
    for names, places in (((bytes(16), one), (0,)), ((one, "P-nobody"), (1,)), (("P-nobody", bytes(16)), (0, 1))):
        with pytest.raises(UnknownNamesError) as raised:
            await why(hamlet.evidence, *names)
        assert raised.value.places == places


@given(people, decisions)
@settings(max_examples=30)
async def test_any_two_are_explained_in_either_order_without_a_value(
    people: list[tuple[str, dict[str, str]]], decisions: list[tuple[int, int, bool]]
) -> None:
    hamlet = Hamlet()
    handles = [hamlet.add(provider, values) for provider, values in people]
    for one, other, same in decisions:
        if one != other and max(one, other) < len(handles):
            hamlet.pin(handles[one], handles[other], same=same)
    hamlet.resolve()
    names: list[str | bytes] = [handles[0], handles[-1], hamlet.of(handles[0]), hamlet.of(handles[-1])]
    for one in names:
        for other in names:
            found = await asked(hamlet, one, other)
            assert (found.relation == "two_entities") == bool(found.obstacles)
            assert (found.relation == "two_entities") == (len(found.entities) == 2)
            if isinstance(one, bytes) and isinstance(other, bytes) and found.relation == "one_entity":
                assert found.chain
            told = EntityTelling(str, masked=True).why(found).model_dump_json() + repr(found)
            assert not [value for value in (*CANARIES, "小薇", "1975") if value in told]


@given(st.binary(min_size=16, max_size=16))
def test_names_are_read_back(handle: bytes) -> None:
    assert entity_or_record(text_of(handle)) == handle
    assert entity_or_record(f"P-{text_of(handle)}") == f"P-{text_of(handle)}"


@pytest.mark.parametrize("name", ["", "P-", "王小伟", ID, "A" * 23, "X-" + "A" * 22, "A" * 21 + "B", "P-" + "A" * 22 + "\n", "\ud800"])
def test_what_is_no_name_is_refused_without_repeating_it(name: str) -> None:
    with pytest.raises(ValueError, match="neither") as raised:
        entity_or_record(name)
    assert len(name) < 3 or name not in str(raised.value)


@pytest.mark.parametrize("pinned", [True, False], ids=["a decision", "another ID"])
async def test_why_two_are_apart_is_not_told_where_hidden_records_are_why(pinned: bool) -> None:  # noqa: FBT001  # a parameter
    """A telecom record holds the other ID, or what a steward said is of it: the police may not learn that it does."""
    hamlet = Hamlet()
    one = hamlet.add("public_security", {**WANG, "citizen_id": ID})
    seen = hamlet.add("public_security", WANG)
    hidden = hamlet.add("telecom_ct", WANG if pinned else {**WANG, "citizen_id": OTHER_ID})
    hamlet.pin(seen, hidden, same=True)
    if pinned:
        hamlet.pin(one, hidden, same=False)
    hamlet.resolve()
    assert hamlet.of(seen) == hamlet.of(hidden) != hamlet.of(one)
    reason = REFUSALS["pinned_different" if pinned else "cannot_link"]
    for providers, told in ((None, True), (POLICE, False)):
        found = await asked(hamlet, one, seen, providers)
        assert (reason in found.obstacles, TOLD[NOT_VISIBLE] in found.obstacles) == (told, not told)
        assert (reason.zh in repr(found)) is told
        candidates = (await explained(hamlet, hamlet.of(one), providers)).refused
        assert {candidate.edge.refusal for candidate in candidates} == {
            ("pinned_different" if pinned else "cannot_link") if told else NOT_VISIBLE
        }
