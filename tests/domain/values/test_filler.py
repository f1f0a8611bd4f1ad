"""Filler of every kind is kept and flagged, and gives no strong key, no feature and no blocking key."""

import pytest

from domain.entities import FIELDS, STRONG_KEYS, Kind
from domain.matching.scorecard import Scorecard
from domain.matching.scorecard_file import VERSIONS, shipped
from domain.values import parse
from domain.values.filler import FILLER, NOTHING, counts_on, filler_flags, says_nothing, why_unreadable

CARDS = {kind: Scorecard(shipped(kind)) for kind in VERSIONS}
TELLS = FILLER | {"given_name_missing", "empty"}  # nothing but marks may be as good as empty
NO_ID = [
    "000000000000000000", "111111111111111111", "123456789012345678", "999999999999999999", "111111111111111", "123456789012345",
    "000000000000000", "******************", "无", "不详", "XXXXXXXXXXXXXXXXXX", "11111111111111111X", "1111", "0000",
]  # fmt: skip
NO_NAME = [
    "测试", "测试1", "测试人员", "不详", "无名氏", "无名男尸", "***", "＊＊＊", "*", "?", "？？？", "无", "空", "未知", "张三?", "张三？",
    "张三1", "李四*", "张某某", "某某", "某男", "XXX", "xx", "ｘｘｘ", "test", "TEST01", "admin", "王某", "先生", "王先生",
    "李 女士", "欧阳小姐", "本人", "户主", "新生儿", "王芳之子",
    "业主", "身份不明", "销户", "死亡", "查无", "张某先生",
    "aaa", "王王王", "----", "/", "。", "NULL", "N/A", "未命名", "\u202e***\u202c", "查无此人",
]  # fmt: skip
NO_DATE = ["1900-01-01", "19000101", "1900/1/1", "0001-01-01", "1753-01-01", "1899-12-30", "9999-12-31", "0000-00-00", "00000000",
           "99999999", "9999-99-99", "1111-11-11"]  # fmt: skip
NO_MOBILE = ["00000000000", "11111111111", "13800000000", "13800138000", "13900000000", "12345678901", "13888888888", "1380013\u200b8000",
             "1111111", "无", "***", "-", "13900000000/13900000000"]  # fmt: skip
NO_LANDLINE = ["0519-88888888", "00000000", "12345678", "88888888", "0519", "无", "--"]
NO_PLACE = [
    "不详",
    "无",
    "***",
    "地址不详",
    "溧阳市不详",
    "江苏省常州市溧阳市溧城街道无",
    "测试",
    "测试地址",
    "居无定所",
    "人户分离",
    "同上",
    "--",
    "？",
    "暂无",
]
NO_EMPLOYER = [
    "无",
    "无业",
    "个体",
    "自由职业",
    "退休",
    "学生",
    "测试公司",
    "某公司",
    "XX有限公司",
    "***",
    "有限公司",
    "公司",
    "务农",
    "无工作单位",
    "不详",
    "某某厂",
]
NO_CODE = ["000000", "111111", "123456789", "0000", "无", "***", "---", "N/A", "999999999999"]
CASES: dict[tuple[Kind, str], list[str]] = {
    (Kind.PERSON, "citizen_id"): NO_ID,
    (Kind.PERSON, "name"): NO_NAME,
    (Kind.PERSON, "former_name"): NO_NAME,
    (Kind.PERSON, "surname"): ["TEST", "无", "***", "UNKNOWN", "N/A"],
    (Kind.PERSON, "given_name"): ["TEST", "无", "***", "UNKNOWN", "N/A"],
    (Kind.PERSON, "birth_date"): NO_DATE,
    (Kind.PERSON, "mobile"): NO_MOBILE,
    (Kind.PERSON, "landline"): NO_LANDLINE,
    (Kind.PERSON, "address"): NO_PLACE,
    (Kind.PERSON, "employer"): NO_EMPLOYER,
    (Kind.PERSON, "employer_uscc"): ["000000000000000000", "111111111111111111", "123456789012345678", "无", "9111"],
    (Kind.PERSON, "hmt_permit"): ["H00000000", "H12345678", "00000000", "M1111111111", "无"],
    (Kind.PERSON, "foreign_card"): ["AAA111111111111", "USA000000000000", "999999999999999999", "无"],
    (Kind.PERSON, "foreign_number"): NO_CODE,
    (Kind.ORGANISATION, "uscc"): ["000000000000000000", "111111111111111111", "123456789012345678", "91320481MA00000002",
                                  "91320481MA1XXXXXXH", "91320481MA10000008", "无", "***"],
    (Kind.ORGANISATION, "organisation_code"): ["00000000-0", "11111111-1", "12345678-9", "00000001-9", "000000000", "无", "*********"],
    (Kind.ORGANISATION, "name"): [*NO_EMPLOYER, "测试"],
    (Kind.ORGANISATION, "landline"): NO_LANDLINE,
    (Kind.ORGANISATION, "address"): NO_PLACE,
    (Kind.THING, "vin"): ["00000000000000000", "11111111111111111", "LLLLLLLLLLLLLLLLL", "12345678901234567", "XXXXXXXXXXXXX1234",
                          "XXXXXXXXXXX123456", "00000000000001234", "TEST1234567890123", "TEST0000000000001", "ABCDEFGH123456789",
                          "A1234567890123456", "98765432101234567", "无", "***"],
    (Kind.THING, "imei"): ["000000000000000", "111111111111111", "123456789012345", "00000000000000", "0000000000000000",
                             "004999010640000", "860000000000009", "358000000000008", "860123000000009", "356766000000006",
                             "356766001234562", "123456789123458", "861234567890127", "无"],
    (Kind.THING, "engine_number"): ["000000", "111111", "123456", "******", "无", "不详"],
    (Kind.THING, "plate"): ["苏DXXXXX", "苏DXXXX1", "苏D1XXXX", "苏DAAAAA", "苏DTEST1", "苏DD00000", "苏D00000D", "苏D0000A", "苏D0000挂",
                            "苏D0000学", "苏D12XXX", "无牌", "苏D00000", "新车", "无", "***", "临牌", "000000"],
    (Kind.THING, "serial"): NO_CODE,
    (Kind.ADDRESS, "address"): NO_PLACE,
    (Kind.ADDRESS, "doorplate_code"): NO_CODE,
    (Kind.ADDRESS, "place_name"): ["不详", "无", "***", "--", "测试"],
}  # fmt: skip
EACH = [(kind, field, raw) for (kind, field), raws in CASES.items() for raw in raws]
DULL = {"9111", "0519"}  # too short to be filler: unreadable, and no evidence either


def spoken(kind: Kind, field: str, raw: str) -> dict[str, str]:
    """Return what a record holds of one cell: its normal form, and the source's words where they differ."""
    normal = parse(FIELDS[kind][field].kind, raw).normal
    return ({field: normal} if normal is not None else {}) | ({f"raw.{field}": raw} if normal != raw else {})


@pytest.mark.parametrize(("kind", "field", "raw"), EACH)
def test_filler_is_flagged_and_says_nothing(kind: Kind, field: str, raw: str) -> None:
    value = parse(FIELDS[kind][field].kind, raw)
    assert not value.strong
    assert not TELLS.isdisjoint(value.flags) or raw in DULL, value
    assert value.normal is None or value.plausible is False
    features = CARDS[kind].features(spoken(kind, field, raw))
    assert not features.present, features
    assert not CARDS[kind].blocks(features)


REST = {
    Kind.PERSON: {
        "name": "王小伟",
        "birth_date": "1975-10-28",
        "mobile": "15424611820",
        "address": "江苏省常州市溧阳市埭头镇邹家村东村1号",
        "employer": "溧阳市鑫源机械制造有限公司",
    },
    Kind.ORGANISATION: {"name": "溧阳市鑫源机械制造有限公司", "landline": "0519-27262662"},
    Kind.THING: {"engine_number": "N178BB225026", "make": "久保田"},
    Kind.ADDRESS: {"address": "江苏省常州市溧阳市埭头镇邹家村东村1号"},
}


@pytest.mark.parametrize(("kind", "field", "raw"), EACH)
def test_filler_beside_good_values_adds_no_key(kind: Kind, field: str, raw: str) -> None:
    """A record with filler in a field is filed exactly as one that leaves the field out."""
    rest = {name: value for name, value in REST[kind].items() if name != field}
    card = CARDS[kind]
    assert card.blocks(card.features(rest | spoken(kind, field, raw))) == card.blocks(card.features(rest))


def test_every_strong_or_compared_field_has_its_filler() -> None:
    """The fields that join or block; those that only lend weight beside others are left out by name."""
    lending = {
        "sex",
        "street_number",
        "street",
        "premises",
        "suburb",
        "postcode",
        "state",
        "legal_representative",
        "make",
        "model",
        "township",
    }
    for kind, card in CARDS.items():
        assert {*card.fields, *STRONG_KEYS[kind]} - lending <= {field for of, field in CASES if of == kind}


@pytest.mark.parametrize("word", ["不详", "无", "未知", "N/A", "null", "***", "--"])
def test_words_for_nothing_lend_no_weight(word: str) -> None:
    for kind, fields in (
        (Kind.PERSON, ("sex", "street_number", "street", "premises", "suburb", "postcode", "state")),
        (Kind.ORGANISATION, ("legal_representative",)),
        (Kind.THING, ("make", "model")),
        (Kind.ADDRESS, ("township",)),
    ):
        for field in fields:
            assert not CARDS[kind].features(spoken(kind, field, word)).present, field


@pytest.mark.parametrize("address", ["溧阳市", "江苏省常州市溧阳市溧城街道", "溧阳市埭头镇邹家村", "溧阳市溧城街道燕山路"])
def test_an_address_without_a_door_is_no_evidence(address: str) -> None:
    """Half a town lives there."""
    assert not CARDS[Kind.PERSON].features(spoken(Kind.PERSON, "address", address)).present
    assert not parse("address", address).strong


@pytest.mark.parametrize(("kind", "field"), [(Kind.ORGANISATION, "legal_representative"), (Kind.THING, "make"), (Kind.ADDRESS, "township")])
def test_a_text_too_long_to_be_a_word_is_no_evidence(kind: Kind, field: str) -> None:
    assert not CARDS[kind].features({field: "长" * 20_000}).present
    assert CARDS[kind].features({field: "长安"}).present


@pytest.mark.parametrize("lost", ["张**", "张?", "王?", "?伟", "尉迟**", "尉迟?琰"])
def test_a_lost_character_makes_no_name_rare(lost: str) -> None:
    card = CARDS[Kind.PERSON]
    whole, part = card.features({"name": "尉迟琰"}), card.features({"name": lost})
    assert card.judge(part, part).hundredths < card.judge(whole, whole).hundredths - 500


@pytest.mark.parametrize(
    ("field", "good"),
    [
        ("name", "张三"), ("name", "王五一"), ("name", "师文"), ("name", "吴先"), ("mobile", "13912345679"), ("birth_date", "1970-01-01"),
        ("citizen_id", "11010519491231002X"), ("employer", "溧阳市个体劳动者协会"), ("foreign_number", "1804974"), ("postcode", "2222"),
        ("street_number", "11"), ("address", "溧阳市埭头镇无想村1号"), ("landline", "0519-87262662"), ("hmt_permit", "H86420975"),
    ],
)  # fmt: skip
def test_what_only_looks_like_filler_is_kept(field: str, good: str) -> None:
    assert CARDS[Kind.PERSON].features(spoken(Kind.PERSON, field, good)).present


def test_an_impossible_id_is_still_evidence_and_a_filler_id_gives_no_birth_date() -> None:
    card = CARDS[Kind.PERSON]
    assert card.features({"citizen_id": "320440197513281818"}).present
    assert not card.features({"citizen_id": "111111191111111111"}).present


def test_counting_is_seen_wherever_it_begins() -> None:
    assert all(map(counts_on, ("12345678", "A90123456B", "0087654321", "X10987654")))
    assert not any(map(counts_on, ("1234567", "0123456", "12345679", "1234A5678", "13579135")))


def test_words_for_nothing_are_folded_words() -> None:
    for word in NOTHING:
        assert says_nothing(word)
        assert word == word.upper().strip()
    assert not says_nothing("王")
    assert not says_nothing("𠮷")
    assert says_nothing("")
    assert (filler_flags("1212"), filler_flags("4567"), filler_flags("7654"), filler_flags("1357")) == (
        ("repeated",),
        ("sequence",),
        ("sequence",),
        (),
    )
    assert [why_unreadable(text, "x") for text in ("", "无", "0000", "11", "1357")] == ["empty", "placeholder", "placeholder", "x", "x"]
