"""Evidence on two records: what identifiers, scorecard and stewards say, in either order, and no value of either."""

import logging
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.masking import HIDDEN
from domain.matching.scorecard import Band
from domain.tokens import text_of
from query.evidence import Evidence, PairEvidence
from tests.query.hamlet import Hamlet
from tests.query.town import MASTER

pytestmark = pytest.mark.anyio

ID, OTHER_ID = "11010519491231002X", "110105194912310038"
WANG = {"name": "王小伟", "birth_date": "1975-10-28", "mobile": "15424611820", "address": "江苏省常州市溧阳市埭头镇邹家村东村1号"}
CANARIES = (ID, OTHER_ID, *WANG.values(), "小伟", "伟", "埭头", "15424")


async def pair(hamlet: Hamlet, one: bytes, other: bytes) -> PairEvidence:
    found = await hamlet.evidence.pair(one, other)
    assert found is not None
    assert await hamlet.evidence.pair(other, one) == found, "the order asked in does not matter"
    assert [side.handle for side in found.sides] == sorted((one, other))
    return found


async def test_the_scorecard_is_told_in_words_and_whole_bits() -> None:
    hamlet = Hamlet()
    one, other = hamlet.add("public_security", WANG), hamlet.add("telecom_ct", {**WANG, "mobile": "15424611821"})
    found = await pair(hamlet.resolve(), one, other)
    assert found.judgement is not None
    assert found.judgement.band is Band.MATCH
    assert {reason.zh for reason in found.reasons} >= {"手机号相差一位", "出生日期相同"}
    assert all(isinstance(reason.bits, int) for reason in found.reasons)
    assert "判为同一实体" in found.verdict.zh
    assert "taken for one entity" in found.verdict.en
    assert (found.keys, found.pinned, found.refusal) == ([], None, None)


async def test_one_valid_id_decides_alone() -> None:
    hamlet = Hamlet()
    one, other = hamlet.add("public_security", {**WANG, "citizen_id": ID}), hamlet.add("telecom_ct", {"citizen_id": ID})
    found = await pair(hamlet.resolve(), one, other)
    assert (found.judgement, found.reasons) == (None, [])
    assert [(fact.field, fact.same) for fact in found.keys] == [("citizen_id", True)]
    assert found.verdict.zh == "公民身份号码相同且有效：同一实体"


async def test_two_valid_ids_are_two() -> None:
    hamlet = Hamlet()
    one = hamlet.add("public_security", {**WANG, "citizen_id": ID})
    other = hamlet.add("telecom_ct", {**WANG, "citizen_id": OTHER_ID})
    found = await pair(hamlet.resolve(), one, other)
    assert found.judgement is None
    assert [(fact.field, fact.same) for fact in found.keys] == [("citizen_id", False)]
    assert "不同实体" in found.verdict.zh


async def test_an_id_with_a_wrong_check_character_is_only_evidence() -> None:
    hamlet = Hamlet()
    one = hamlet.add("public_security", {**WANG, "citizen_id": ID})
    other = hamlet.add("telecom_ct", {**WANG, "citizen_id": ID[:-1] + "1"}, valid=False)
    found = await pair(hamlet.resolve(), one, other)
    assert found.keys == []
    assert found.judgement is not None


async def test_an_unreadable_number_is_evidence_too() -> None:
    """The scorecard sees the source's own words, as the resolver's does."""
    hamlet = Hamlet()
    short = {key: value for key, value in WANG.items() if key != "mobile"}
    one, other = hamlet.add("public_security", WANG), hamlet.add("telecom_ct", short, raw={"mobile": "1542461182"})
    found = await pair(hamlet.resolve(), one, other)
    assert "mobile" in {reason.field for reason in found.reasons}
    assert [side.masked["mobile"] for side in found.sides] == [HIDDEN, HIDDEN]


async def test_what_too_many_share_is_not_compared() -> None:
    hamlet = Hamlet()
    one, other = hamlet.add("public_security", WANG), hamlet.add("telecom_ct", WANG)
    hamlet.resolve()
    hamlet.records[one] = replace(hamlet.records[one], muted=("mobile",))
    found = await pair(hamlet, one, other)
    assert "mobile" not in {reason.field for reason in found.reasons}
    assert {side.handle: side.muted for side in found.sides} == {one: ("mobile",), other: ()}


@pytest.mark.parametrize("same", [True, False])
async def test_a_steward_has_the_last_word(same: bool) -> None:  # noqa: FBT001  # pytest gives it by name
    hamlet = Hamlet()
    one, other = hamlet.add("public_security", WANG), hamlet.add("telecom_ct", WANG)
    hamlet.pin(one, other, same=same)
    found = await pair(hamlet.resolve(), one, other)
    assert found.pinned is same
    assert found.verdict.zh == f"复核员已判定：{'同一' if same else '不同'}实体"
    assert found.judgement is not None, "what the machine says is told all the same"


async def test_a_refused_match_says_why() -> None:
    hamlet = Hamlet()
    one = hamlet.add("public_security", {**WANG, "citizen_id": ID})
    hamlet.add("telecom_ct", {**WANG, "citizen_id": OTHER_ID})
    third = hamlet.add("telecom_ct", WANG)
    found = await pair(hamlet.resolve(), one, third)
    assert found.refusal == "torn"
    assert "第三个实体" in found.verdict.zh


async def test_kinds_are_not_compared() -> None:
    hamlet = Hamlet()
    one, other = hamlet.add("public_security", WANG), hamlet.add("industry_commerce", {"name": "溧阳市汇流有限公司"})
    found = await pair(hamlet.resolve(), one, other)
    assert found.judgement is None
    assert "不比较" in found.verdict.zh


async def test_what_does_not_exist_is_none() -> None:
    hamlet = Hamlet()
    one, other = hamlet.add("public_security", WANG), hamlet.add("telecom_ct", WANG)
    hamlet.resolve()
    assert await hamlet.evidence.pair(one, bytes(16)) is None
    hamlet.erase(other)
    assert await hamlet.evidence.pair(one, other) is None, "an erased record does not exist"
    with pytest.raises(ValueError, match="two different"):
        await hamlet.evidence.pair(one, one)


async def test_names_show_a_surname_and_open_values_only_to_those_who_may_see_them() -> None:
    hamlet = Hamlet()
    firm = {"name": "溧阳市汇流有限公司", "uscc": "91350100M000100Y43", "legal_representative": "王小伟"}
    one, other = hamlet.add("industry_commerce", firm), hamlet.add("industry_commerce", {"name": "溧阳汇流公司"})
    person, clerk = hamlet.add("justice", {"name": "王小伟", "certificate": "B2019-7"}), hamlet.add("public_security", WANG)
    hamlet.resolve()
    told = await pair(hamlet, one, other)
    assert {value for side in told.sides for value in side.masked.values()} <= {HIDDEN, "王**"}
    place = ("industry_commerce", hamlet.records[one].kind, "name")
    shown = await Evidence("", MASTER, frozenset({place}), hamlet).pair(one, other)
    assert shown is not None
    assert {side.masked["name"] for side in shown.sides} == {"溧阳市汇流有限公司", "溧阳汇流公司"}
    assert "王**" in {side.masked.get("legal_representative") for side in shown.sides}
    everything = frozenset((held.provider, held.kind, field) for held in hamlet.records.values() for field in held.public["fields"])
    persons = await Evidence("", MASTER, everything, hamlet).pair(person, clerk)
    assert persons is not None
    assert {side.masked["name"] for side in persons.sides} == {"王**"}, "a person's name is masked even where a register is open"
    assert "B2019" not in repr(persons), "and so is whatever else is said of a person"


records = st.fixed_dictionaries(
    {"name": st.sampled_from(["王小伟", "王小薇", "李芳"])},
    optional={
        "citizen_id": st.sampled_from([ID, OTHER_ID]),
        "birth_date": st.sampled_from(["1975-10-28", "1975-10-29"]),
        "mobile": st.sampled_from(["15424611820", "15424611821"]),
        "address": st.just(WANG["address"]),
    },
)


@given(records, records, st.booleans())
async def test_no_value_is_told_whatever_is_compared(one: dict[str, str], other: dict[str, str], valid: bool) -> None:  # noqa: FBT001  # drawn
    hamlet = Hamlet()
    handles = hamlet.add("public_security", one), hamlet.add("telecom_ct", other, raw={"note": "canary-note"}, valid=valid)
    found = await pair(hamlet.resolve(), *handles)
    told = repr(found)
    assert not [value for value in (*CANARIES, "小薇", "芳", "1975", "canary") if value in told]


async def test_nothing_is_logged_or_raised_with_a_value(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    hamlet = Hamlet()
    one, other = hamlet.add("public_security", WANG), hamlet.add("telecom_ct", WANG)
    await pair(hamlet.resolve(), one, other)
    with pytest.raises(Exception, match="master key") as raised:
        await Evidence("", bytes(32), store=hamlet).pair(one, other)
    assert not [value for value in CANARIES if value in caplog.text + repr(raised.value)]
    assert text_of(one) not in caplog.text
