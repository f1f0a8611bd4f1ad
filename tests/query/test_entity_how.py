"""How an entity's records hang together: the rules' own steps, what nearly joined, and nothing of records that may not be told of."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.matching.explain import groups
from query.entity_answer import EntityTelling
from query.entity_how import HowEvidence, how
from tests.query.hamlet import Hamlet
from tests.query.test_evidence import CANARIES, ID, OTHER_ID, WANG

pytestmark = pytest.mark.anyio

POLICE, ALL = frozenset({"public_security"}), frozenset({"public_security", "telecom_ct", "justice"})
HOME = {key: WANG[key] for key in ("name", "birth_date", "address")}
PHONE = {key: WANG[key] for key in ("name", "birth_date", "mobile")}


async def explained(hamlet: Hamlet, entity_id: str, providers: frozenset[str] | None = None) -> HowEvidence:
    found = await how(hamlet.evidence, entity_id, providers)
    assert found is not None
    return found


async def test_identifiers_come_first_then_likeness() -> None:
    hamlet = Hamlet()
    one = hamlet.add("public_security", {**WANG, "citizen_id": ID})
    two, three = hamlet.add("telecom_ct", {**PHONE, "citizen_id": ID}), hamlet.add("telecom_ct", WANG)
    found = await explained(hamlet.resolve(), hamlet.of(one))
    assert {side.handle for side in found.members} == {one, two, three}
    assert [step.join.how for step in found.steps] == ["key", "edge"]
    assert (found.steps[0].pair, found.withheld, found.unsettled, found.more) == (None, False, False, False)
    assert found.steps[1].pair is not None
    assert found.steps[1].pair.reasons


async def test_a_stewards_word_joins_before_anything_else() -> None:
    hamlet = Hamlet()
    one = hamlet.add("public_security", {**WANG, "citizen_id": ID})
    other = hamlet.add("telecom_ct", {**WANG, "citizen_id": OTHER_ID})
    hamlet.pin(one, other, same=True, seconded=True)
    found = await explained(hamlet.resolve(), hamlet.of(one))
    assert [(step.join.how, {step.join.one, step.join.other}) for step in found.steps] == [("pin", {one, other})]


async def test_an_ambiguous_identifier_is_said_to_join_nothing() -> None:
    """The plate is on two cars with different VINs: it joined nobody."""
    hamlet = Hamlet()
    one = hamlet.add("transport", {"vin": "LSVAU2180N2183294", "plate": "苏D12345"})
    hamlet.add("transport", {"vin": "1M8GDM9AXKP042788", "plate": "苏D12345"})
    found = await explained(hamlet.resolve(), hamlet.of(one))
    assert found.ambiguous == ("plate",)
    assert found.steps == ()
    assert (await explained(hamlet, hamlet.of(one), POLICE | {"transport"})).ambiguous == ("plate",)


async def test_what_nearly_joined_is_told_with_its_reason() -> None:
    hamlet = Hamlet()
    one = hamlet.add("public_security", {**WANG, "citizen_id": ID})
    two = hamlet.add("telecom_ct", {**WANG, "citizen_id": OTHER_ID})
    three = hamlet.add("justice", WANG)
    found = await explained(hamlet.resolve(), hamlet.of(one))
    assert [(near, far.handle, edge.refusal) for near, far, edge, _ in found.refused] == [(one, three, "torn")]
    assert {far.entity_id for _, far, _, _ in (await explained(hamlet, hamlet.of(three))).refused} == {hamlet.of(one), hamlet.of(two)}


async def test_what_a_steward_keeps_apart_is_told() -> None:
    hamlet = Hamlet()
    one, other = hamlet.add("public_security", WANG), hamlet.add("telecom_ct", WANG)
    hamlet.pin(one, other, same=False)
    found = await explained(hamlet.resolve(), hamlet.of(one))
    assert [(near, far.handle) for near, far in found.kept_apart] == [(one, other)]
    assert [edge.refusal for *_, edge, _ in found.refused] == ["pinned_different"]


async def test_a_redirect_is_followed() -> None:
    hamlet = Hamlet()
    one = hamlet.add("public_security", WANG)
    hamlet.resolve()
    hamlet.former["P-former"] = hamlet.of(one)
    found = await explained(hamlet, "P-former")
    assert (found.entity_id, found.former) == (hamlet.of(one), ("P-former",))
    assert await how(hamlet.evidence, "P-nobody") is None


async def test_records_that_may_not_be_told_of_do_not_exist() -> None:
    """The middle record joins the two others; who may not see it learns only that something does."""
    hamlet = Hamlet()
    one = hamlet.add("public_security", {"name": WANG["name"], "citizen_id": ID})
    hidden = hamlet.add("telecom_ct", {**WANG, "citizen_id": ID})
    three = hamlet.add("public_security", PHONE)
    hamlet.resolve()
    assert hamlet.of(one) == hamlet.of(hidden) == hamlet.of(three)
    found = await explained(hamlet, hamlet.of(one), POLICE)
    assert ({side.handle for side in found.members}, found.steps) == ({one, three}, ())
    assert (found.withheld, found.unsettled) == (True, False)
    assert hidden not in repr(found).encode()
    assert repr(hidden) not in repr(found)
    assert (await explained(hamlet, hamlet.of(one), ALL)).withheld is False
    assert await how(hamlet.evidence, hamlet.of(one), frozenset({"justice"})) is None


async def test_candidates_and_identifiers_of_hidden_records_are_not_told() -> None:
    hamlet = Hamlet()
    one = hamlet.add("public_security", {**WANG, "citizen_id": ID})
    two = hamlet.add("telecom_ct", {**WANG, "citizen_id": ID})
    hamlet.pin(one, two, same=False)
    three = hamlet.add("telecom_ct", WANG)
    hamlet.resolve()
    open_, limited = await explained(hamlet, hamlet.of(one)), await explained(hamlet, hamlet.of(one), POLICE)
    assert open_.ambiguous == ("citizen_id",)
    assert (limited.ambiguous, limited.refused, limited.kept_apart) == ((), (), ())
    assert repr(three) not in repr(limited)


async def test_an_id_on_unlike_names_joins_its_part_and_what_hidden_records_are_called_is_not_told() -> None:
    hamlet = Hamlet()
    wang = [hamlet.add(provider, {"name": "王小伟", "citizen_id": ID}) for provider in ("public_security", "telecom_ct", "public_security")]
    chen = hamlet.add("telecom_ct", {"name": "陈建国", "citizen_id": ID})
    hamlet.resolve()
    assert hamlet.of(wang[0]) != hamlet.of(chen)
    for providers, told in ((None, True), (ALL, True), (POLICE, False)):
        found = await explained(hamlet, hamlet.of(wang[0]), providers)
        assert {step.join.how for step in found.steps} == {"key"}
        assert (found.withheld, found.unsettled, bool(found.doubted), bool(found.refused)) == (False, False, told, told)
    answer = EntityTelling(str, masked=False).how(await explained(hamlet, hamlet.of(chen)))
    assert [said.zh.partition("：")[0] for said in answer.doubted] == ["公民身份号码"]


async def test_a_steward_who_parts_a_part_leaves_the_other_parts_joined() -> None:
    """The ID joins the records of one name and not those of the other, of whom a steward said that two differ."""
    hamlet = Hamlet()
    wang = [hamlet.add("public_security", {"name": "王小伟", "citizen_id": ID}) for _ in range(2)]
    chen = [hamlet.add("public_security", {"name": "陈建国", "citizen_id": ID}) for _ in range(2)]
    hamlet.pin(*chen, same=False)
    hamlet.resolve()
    found = await explained(hamlet, hamlet.of(wang[0]))
    assert (hamlet.of(wang[0]), [step.join.how for step in found.steps], found.ambiguous) == (hamlet.of(wang[1]), ["key"], ())
    parted = await explained(hamlet, hamlet.of(chen[0]))
    assert (hamlet.of(chen[0]) != hamlet.of(chen[1]), parted.steps, parted.ambiguous) == (True, (), ("citizen_id",))


async def test_erased_records_do_not_exist() -> None:
    hamlet = Hamlet()
    one, other = hamlet.add("public_security", WANG), hamlet.add("telecom_ct", WANG)
    hamlet.resolve()
    hamlet.erase(other)
    found = await explained(hamlet, hamlet.of(one))
    assert [side.handle for side in found.members] == [one]
    hamlet.erase(one)
    assert await how(hamlet.evidence, hamlet.of(one)) is None


async def test_a_store_that_is_changing_is_said_to_be() -> None:
    hamlet = Hamlet()
    one, other = hamlet.add("public_security", WANG), hamlet.add("telecom_ct", {"name": "李芳"})
    hamlet.resolve()
    hamlet.records[other] = replace(hamlet.records[other], entity_id=hamlet.of(one))
    found = await explained(hamlet, hamlet.of(one))
    assert (found.unsettled, found.withheld) == (True, False)


spoken = st.fixed_dictionaries(
    {"name": st.sampled_from(["王小伟", "王小薇"])},
    optional={
        "citizen_id": st.sampled_from([ID, OTHER_ID]),
        "birth_date": st.sampled_from(["1975-10-28", "1975-10-29"]),
        "mobile": st.sampled_from(["15424611820", "15424611821"]),
        "address": st.just(WANG["address"]),
    },
)
people = st.lists(st.tuples(st.sampled_from(["public_security", "telecom_ct"]), spoken), min_size=1, max_size=7)
decisions = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6), st.booleans()), max_size=2)


@given(people, decisions)
@settings(max_examples=50)
async def test_every_entity_is_explained_and_no_value_told(
    people: list[tuple[str, dict[str, str]]], decisions: list[tuple[int, int, bool]]
) -> None:
    """Whatever the rules joined, the steps join; and who sees less is never told of a record he may not see."""
    hamlet = Hamlet()
    handles = [hamlet.add(provider, values) for provider, values in people]
    for one, other, same in decisions:
        if one != other and max(one, other) < len(handles):
            hamlet.pin(handles[one], handles[other], same=same)
    hamlet.resolve()
    for entity_id in {hamlet.of(handle) for handle in handles}:
        found = await explained(hamlet, entity_id)
        members = [handle for handle in handles if hamlet.of(handle) == entity_id]
        assert sorted(side.handle for side in found.members) == sorted(members)
        assert groups(members, [step.join for step in found.steps]) == 1
        assert not found.unsettled
        answer = EntityTelling(str, masked=True).how(found).model_dump_json()
        assert not [value for value in (*CANARIES, "小薇", "1975") if value in answer + repr(found)]
        limited = await how(hamlet.evidence, entity_id, POLICE)
        hidden = {handle for handle in handles if hamlet.records[handle].provider != "public_security"}
        assert not [handle for handle in hidden if repr(handle) in repr(limited)]
