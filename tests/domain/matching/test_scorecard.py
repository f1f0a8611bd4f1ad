"""The scorecards weigh what agrees and what does not, hold what a match needs, and are sound files."""

import random
import time
from math import log2

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.entities import Kind
from domain.matching.comparisons import LEVELS
from domain.matching.explain import verdict, why
from domain.matching.scorecard import Band, Judgement, Scorecard
from domain.matching.scorecard_file import VERSIONS, read_scorecard, shipped

CARDS = {kind: Scorecard(shipped(kind)) for kind in VERSIONS}
PERSON = CARDS[Kind.PERSON]
WANG = {
    "name": "王小伟",
    "birth_date": "1975-10-28",
    "sex": "male",
    "mobile": "15424611820",
    "address": "江苏省常州市溧阳市埭头镇邹家村东村1号",
}
GREEN = {
    "surname": "GREEN",
    "given_name": "MITCHELL",
    "birth_date": "1956-04-09",
    "street_number": "7",
    "street": "wallaby place",
    "premises": "delmar",
    "suburb": "cleveland",
    "postcode": "2119",
    "state": "SA",
}


def judge(one: dict[str, str], other: dict[str, str], kind: Kind = Kind.PERSON) -> Judgement:
    card = CARDS[kind]
    return card.judge(card.features(one), card.features(other))


def only(values: dict[str, str], *fields: str, **changed: str) -> dict[str, str]:
    return {field: values[field] for field in fields} | changed


def level(judgement: Judgement, field: str) -> str:
    return next(each for name, each, _ in judgement.fields if name == field)


@pytest.mark.parametrize("kind", VERSIONS)
def test_the_weights_are_those_of_their_shares(kind: Kind) -> None:
    for profile in shipped(kind).profiles.values():
        for comparison in profile.fields.values():
            assert tuple(comparison.levels) == LEVELS[comparison.compare]
            for each in comparison.levels.values():
                assert each.bits == pytest.approx(log2(each.m / each.u), abs=0.02)
                assert each.zh
                assert each.en
            near = (
                120 if comparison.compare in {"han_name", "latin_name", "words"} else 1
            )  # where agreement also counts the value's frequency
            assert max(comparison.weights[1:]) <= comparison.weights[0] + near, "no level is better than agreement"
            assert comparison.weights[-1] <= 0, "to differ speaks for two"
            assert 0.97 < sum(each.m for each in comparison.levels.values()) < 1.03


def test_a_wrong_scorecard_is_refused() -> None:
    text = "kind: thing\nversion: 1\nestimated: none\nprofiles: {all: {zh: a, en: b, match_bits: 1, review_bits: 2, fields: {}}}"
    with pytest.raises(ValidationError, match="review_bits is above"):
        read_scorecard(text)
    with pytest.raises(ValidationError, match="levels of phone must be"):
        read_scorecard(text.replace("review_bits: 2", "review_bits: 0").replace("{}", "{vin: {zh: a, en: b, compare: phone, levels: {}}}"))


def test_a_record_without_an_id_matches_by_name_and_mobile() -> None:
    assert judge(WANG, only(WANG, "name", "mobile")).band is Band.MATCH


def test_name_and_birth_date_alone_are_for_a_person_to_judge() -> None:
    """In a city of a million there are some ninety pairs of strangers that agree in both."""
    rare = only(WANG, "birth_date", name="尉迟琰")
    judgement = judge(rare, rare)
    assert judgement.band is Band.REVIEW
    assert judge(only(WANG, "name"), WANG).band is not Band.MATCH


def test_a_twin_at_the_same_address_with_the_same_telephone_is_no_match() -> None:
    twin = {**WANG, "name": "王大伟"}
    judgement = judge(WANG, twin)
    assert level(judgement, "name") == "near"
    assert judgement.band is Band.REVIEW
    assert judgement.wanting


def test_father_and_son_are_apart() -> None:
    son = {**WANG, "name": "王子轩", "birth_date": "2003-02-11"}
    assert judge(WANG, son).band is Band.APART


@pytest.mark.parametrize(
    "name", ["张××", "张XX", "张X", "张_", "张〇〇", "张某甲", "尉迟XX", "仝X", "X小伟", "业主", "身份不明", "销户", "死亡", "查无"]
)
def test_who_share_a_home_and_a_masked_name_are_no_match(name: str) -> None:
    """Father and son are both 张XX at that door."""
    at_home = {"name": name, "address": WANG["address"]}
    assert judge(at_home, at_home).band is not Band.MATCH
    whole = {**at_home, "name": "武曌"}
    assert judge(whole, whole).band is Band.MATCH


def test_one_number_is_compared_in_whichever_field_it_stands() -> None:
    """A residence permit of Hong Kong is numbered as a citizen ID, and a department may have but the one column or the other."""
    for number, field in (("810000199408230021", "hmt_permit"), ("911124198108030024", "foreign_card")):
        one, other = {"name": "陈大文", "citizen_id": number}, {"name": "陈大文", field: number}
        for pair in ((one, other), (other, other)):
            judgement = judge(*pair)
            assert judgement.band is Band.MATCH
            assert level(judgement, "citizen_id") == "exact"
            assert [each for each, *_ in judgement.fields] == ["citizen_id", "name"], "no number counts twice"
    drawn = judge({"hmt_permit": "810000199408230021"}, {"birth_date": "1994-08-23", "sex": "female"})
    assert {each: reached for each, reached, _ in drawn.fields} == {"birth_date": "exact", "sex": "exact"}
    travel = {"name": "陈大文", "hmt_permit": "H86420975"}
    assert level(judge(travel, travel), "hmt_permit") == "exact"


def test_an_old_id_is_evidence() -> None:
    new = {"name": "王小伟", "citizen_id": "320440197510281818"}
    assert judge(new, only(new, "citizen_id", name="王小伟")).band is Band.MATCH
    wrong = judge({**new, "citizen_id": "320440197510281918"}, new)
    assert level(wrong, "citizen_id") == "typo"
    assert level(judge({**new, "citizen_id": "320440197510281812"}, new), "citizen_id") == "exact", "a wrong check character alone"


def test_the_id_is_not_counted_again_as_birth_date_and_sex() -> None:
    full = {**WANG, "citizen_id": "320440197510281818"}
    assert {field for field, *_ in judge(full, full).fields}.isdisjoint({"birth_date", "sex"})
    assert level(judge(full, WANG), "birth_date") == "exact", "drawn from the ID where the other has none"


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("张伟", "張偉", "variant"),
        ("王𠮷祥", "王?祥", "variant"),
        ("王𠮷祥", "王(吉吉)祥", "variant"),
        ("张小伟", "张XX", "variant"),
        ("张小伟", "张小伟(已故)", "exact"),
        ("张小伟", "张小伟先生", "exact"),
        ("李明华", "王伟(曾用名李明华)", "former"),
        ("王伟", "王薇", "homophone"),
        ("王小伟", "王大伟", "near"),
        ("王伟", "王强", "surname"),
        ("欧阳明", "欧阳芳", "near"),
        ("李小明", "小明", "nickname"),
        ("王伟", "阿伟", "nickname"),
        ("买买提·艾力", "买买提·艾里", "homophone"),
        ("买买提·艾力", "买买提·亚森", "differs"),
        ("王伟", "李强", "differs"),
    ],
)
def test_levels_of_names(one: str, other: str, expected: str) -> None:
    for a, b in ((one, other), (other, one)):
        assert level(judge({"name": a}, {"name": b}), "name") == expected


def test_a_former_name_in_its_field_counts_before_one_in_brackets() -> None:
    renamed = {"name": "王芳(曾用名王美丽)", "former_name": "王招娣"}
    assert level(judge(renamed, {"name": "王招娣"}), "name") == "former"
    assert level(judge({**renamed, "former_name": "无"}, {"name": "王美丽"}), "name") == "former"


def test_a_former_name_is_found() -> None:
    assert level(judge({"name": "王芳", "former_name": "王招娣"}, {"name": "王招娣"}), "name") == "former"


def test_common_names_count_less() -> None:
    assert judge({"name": "王伟"}, {"name": "王伟"}).hundredths + 200 < judge({"name": "尉迟琰"}, {"name": "尉迟琰"}).hundredths


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("1975-10-28", "1975-28-10", "swapped"),
        ("1975-10-08", "1975-08-10", "swapped"),
        ("1975-10-28", "1975-10-23", "one_digit"),
        ("1975-10-28", "1957-10-28", "one_digit"),
        ("1975-10-28", "1975-10", "swapped"),
        ("1975-10-28", "1975-02-01", "year"),
        ("1975-10-28", "1988-02-01", "differs"),
    ],
)
def test_levels_of_dates(one: str, other: str, expected: str) -> None:
    assert level(judge({"birth_date": one}, {"birth_date": other}), "birth_date") == expected


def test_what_could_not_be_read_is_still_evidence() -> None:
    assert level(judge({"raw.birth_date": "19751328"}, WANG), "birth_date") == "one_digit"
    assert level(judge({"raw.mobile": "1542461182"}, WANG), "mobile") == "typo"


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ("江苏省常州市溧阳市溧城镇燕山路1号2幢3单元401室", "door"),
        ("江苏省常州市溧阳市溧城街道燕山路1号2幢3单元", "building"),
        ("江苏省常州市溧阳市溧城街道燕山路1号2幢3单元402室", "number"),
        ("江苏省常州市溧阳市溧城街道燕山路3号", "street"),
        ("江苏省常州市溧阳市埭头镇燕山路1号2幢3单元401室", "differs"),
    ],
)
def test_levels_of_addresses(other: str, expected: str) -> None:
    here = {"address": "江苏省常州市溧阳市溧城街道燕山路1号2幢3单元401室"}
    for a, b in ((here, {"address": other}), ({"address": other}, here)):
        assert level(judge(a, b, Kind.ADDRESS), "address") == expected


def test_filler_says_nothing() -> None:
    for field, filler in (
        ("mobile", "13800138000"),
        ("name", "测试"),
        ("name", "业主(张伟)"),
        ("name", "张伟/李四"),
        ("address", "不详"),
        ("employer", "无"),
        ("sex", "unknown"),
    ):
        assert PERSON.features({field: filler}).present == 0, field


def test_a_foreigners_exchanged_names_are_seen() -> None:
    turned = {**GREEN, "surname": "MITCHELL", "given_name": "GREEN", "street": "delmar", "premises": "wallaby place"}
    judgement = judge(GREEN, turned)
    assert level(judgement, "given_name/surname") == "turned"
    assert level(judgement, "street/premises") == "turned"
    assert level(judgement, "surname") == "exact"
    assert judgement.band is Band.MATCH


def test_foreigners_with_slips_match_and_others_do_not() -> None:
    slips = {**GREEN, "surname": "GREENE", "suburb": "clevleand", "street_number": "77", "postcode": "2191"}
    assert judge(GREEN, slips).band is Band.MATCH
    stranger = {
        "surname": "WEBB",
        "given_name": "TOBY",
        "birth_date": "1994-05-03",
        "street": "kent street",
        "suburb": "towradgi",
        "postcode": "3107",
    }
    assert judge(GREEN, {**GREEN, **stranger}).band is Band.APART


def test_who_shares_a_foreigners_home_is_no_match() -> None:
    """Five agreeing parts of an address are one fact, and in the best case a household."""
    housemate = {**GREEN, "surname": "WEBB", "given_name": "TOBY", "birth_date": "1994-05-03"}
    relative = {**GREEN, "given_name": "TOBY", "birth_date": "1994-05-03"}
    assert judge(GREEN, housemate).band is Band.REVIEW
    assert judge(GREEN, relative).band is Band.REVIEW
    numbered = {"foreign_number": "1804974"}
    assert judge(GREEN | numbered, relative | numbered).band is Band.MATCH, "the number dispels the doubt"


words = st.text(st.sampled_from("王李小大伟明?·AB1 号路"), min_size=1, max_size=9)
values = st.fixed_dictionaries(
    {},
    optional={
        "name": words,
        "former_name": words,
        "surname": words,
        "given_name": words,
        "birth_date": st.dates().map(str),
        "raw.birth_date": st.text("0123456789", max_size=9),
        "sex": st.sampled_from(["male", "female", "unknown"]),
        "mobile": st.from_regex(r"1[3-9]\d{9}", fullmatch=True),
        "citizen_id": st.from_regex(r"[1-9]\d{16}[\dX]", fullmatch=True),
        "address": words,
        "street": words,
        "suburb": words,
        "employer": words,
    },
)


@given(values, values)
def test_judging_is_symmetric_and_weighing_agrees_with_it(one: dict[str, str], other: dict[str, str]) -> None:
    a, b = PERSON.features(one), PERSON.features(other)
    judgement = PERSON.judge(a, b)
    assert PERSON.judge(b, a) == judgement
    assert PERSON.weigh(a, b) == (None if judgement.band is Band.APART else judgement.hundredths)
    assert judgement.hundredths == sum(weight for *_, weight in judgement.fields)


def test_reasons_are_sentences_without_values() -> None:
    judgement = judge(WANG, {**WANG, "name": "王小薇", "mobile": "15424611821"})
    reasons = why(judgement, PERSON.file)
    assert reasons[0].field in {"birth_date", "address"}
    assert {reason.zh for reason in reasons} >= {"姓名同音", "手机号相差一位", "出生日期相同"}
    assert sum(reason.bits for reason in reasons) == pytest.approx(judgement.bits, abs=len(reasons) / 2), "told in whole bits"
    said = repr((reasons, judgement, verdict(judgement, PERSON.file)))
    assert not any(value in said for value in WANG.values() if value != "male")
    assert "比特" in verdict(judgement, PERSON.file)[0]


def test_a_pair_costs_microseconds() -> None:
    rng = random.Random(1)  # noqa: S311  # repeatable draws
    made = [
        PERSON.features(
            {
                "name": rng.choice("王李张") + rng.choice("伟芳明"),
                "birth_date": f"19{rng.randint(30, 99)}-01-02",
                "mobile": f"154{rng.randint(10**7, 10**8 - 1)}",
            }
        )
        for _ in range(200)
    ]
    started = time.process_time()
    for one in made:
        for other in made:
            PERSON.weigh(one, other)
    assert (time.process_time() - started) / len(made) ** 2 < 20e-6


def test_an_id_whose_last_digits_were_lost_says_nothing() -> None:
    """Two such numbers agree in what is left; the digit that tells the sex is gone too."""
    said = Scorecard(shipped(Kind.PERSON)).features({"name": "王伟", "citizen_id": "320481197510319000"})
    fields = Scorecard(shipped(Kind.PERSON)).fields
    assert [said.slots[fields.index(name)] for name in ("citizen_id", "sex", "birth_date")] == [None, None, None]
