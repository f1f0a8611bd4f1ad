"""Identifiers: documented vectors, and properties over generated valid numbers (synthetic: none is taken from life)."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn
from stdnum.cn import ric
from stdnum.cn import uscc as unified

from domain.values import birth, organisation_code, parse, vin
from domain.values.filler import FILLER

DIGITS = "0123456789"
COUNTING = "0123456789012345 9876543210987654"
USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
VIN_ALPHABET = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"
PLATE_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"
PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
COUNTIES = ("320481", "320402", "110105", "340111", "650102", "460105")


def _digits(length: int) -> st.SearchStrategy[str]:
    return st.text(alphabet=DIGITS, min_size=length, max_size=length)


@st.composite
def citizen_ids(draw: st.DrawFn) -> str:
    day = draw(st.dates(min_value=date(1900, 1, 2), max_value=date(2024, 12, 31)))
    order = draw(st.integers(1, 999).filter(lambda number: number % 100))  # behind 100, 200, … a check 0 looks like digits that were lost
    body = f"{draw(st.sampled_from(COUNTIES))}{day:%Y%m%d}{order:03d}"
    return body + ric.calc_check_digit(body + "0")


@st.composite
def organisation_codes(draw: st.DrawFn) -> str:
    body = draw(st.text(alphabet=USCC_ALPHABET, min_size=8, max_size=8).filter(lambda text: len(set(text)) > 4))
    return body + organisation_code.check_character(body)


@st.composite
def digit_codes(draw: st.DrawFn) -> str:
    """Organisation codes of digits only: MOD 11 cannot see a letter changed for one 11, 22 or 33 places on."""
    body = draw(_digits(8).filter(lambda text: len(set(text)) > 3))
    return body + organisation_code.check_character(body)


@st.composite
def usccs(draw: st.DrawFn) -> str:
    head = draw(st.sampled_from(("91", "92", "93", "11", "12", "52", "N2", "Y1", "A1"))) + draw(st.sampled_from(COUNTIES))
    body = head + draw(organisation_codes())
    return body + unified.calc_check_digit(body + "0")


@st.composite
def vins(draw: st.DrawFn) -> str:
    body = draw(st.text(alphabet=VIN_ALPHABET, min_size=13, max_size=13).filter(lambda text: len(set(text)) > 9)) + draw(_digits(4))
    number = body[:8] + "0" + body[9:]
    return number[:8] + vin.check_character(number) + number[9:]


@st.composite
def imeis(draw: st.DrawFn) -> str:
    body = draw(_digits(14).filter(lambda text: len(set(text[:8])) > 2 and len(set(text[8:])) > 2 and text[8:] not in COUNTING))
    return body + luhn.calc_check_digit(body)


@st.composite
def plates(draw: st.DrawFn) -> str:
    head = draw(st.sampled_from(PROVINCES)) + draw(st.sampled_from("ABCDEFGHJKLMNPQRSTUVWXYZ"))
    small = draw(_digits(4).filter(lambda text: text.strip("0")))
    letters = draw(st.lists(st.sampled_from("ABCDEFGHJKLMNPQRSTUVWXYZ"), max_size=2))
    serial = "".join(draw(st.permutations(["7", *letters, *draw(_digits(3))][:4])))
    return head + draw(
        st.sampled_from((serial + "8", serial + "挂", serial + "学", "D" + "A" + small, "F" + "1" + small, small + "1" + "D"))
    )


@st.composite
def mobiles(draw: st.DrawFn) -> str:
    return "1" + draw(st.sampled_from("3456789")) + draw(_digits(9))


VALID: dict[str, st.SearchStrategy[str]] = {
    "citizen_id": citizen_ids(),
    "uscc": usccs(),
    "organisation_code": organisation_codes(),
    "vin": vins(),
    "imei": imeis(),
    "plate": plates(),
    "mobile": mobiles(),
}
CHECKED = {kind: VALID[kind] for kind in ("citizen_id", "uscc", "imei")} | {"organisation_code": digit_codes()}
ALPHABETS = {"citizen_id": DIGITS + "X", "uscc": USCC_ALPHABET, "organisation_code": DIGITS, "imei": DIGITS}
FULL_WIDTH = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)})

GOOD = [
    ("citizen_id", "11010519491231002X", "11010519491231002X", ()),
    ("citizen_id", "110105491231002", "11010519491231002X", ("converted_15",)),
    ("citizen_id", "'110105 19491231-002x", "11010519491231002X", ()),
    ("citizen_id", "１１０１０５１９４９１２３１００２ｘ", "11010519491231002X", ()),
    ("citizen_id", "810000199408230021", "810000199408230021", ("residence_permit",)),
    ("citizen_id", "830000199201300022", "830000199201300022", ("residence_permit",)),
    ("citizen_id", "820000199201300020", "820000199201300020", ("residence_permit",)),
    ("citizen_id", "11010519491231002x", "11010519491231002X", ()),
    ("hmt_permit", "830000199201300022", "830000199201300022", ("residence_permit",)),
    ("hmt_permit", "820000199201300020", "820000199201300020", ("residence_permit",)),
    ("foreign_card", "911124198108030024", "911124198108030024", ("foreign_card",)),
    ("citizen_id", "911124198108030024", "911124198108030024", ("foreign_card",)),
    ("hmt_permit", "h8642097501", "H86420975", ("travel_permit",)),
    ("hmt_permit", "8642097501B", "86420975", ("travel_permit",)),
    ("foreign_card", "usa 110090 010137", "USA110090010137", ("form_2017",)),
    ("uscc", "91350100M000100Y43", "91350100M000100Y43", ()),
    ("uscc", "9111 0000 6000 3734 1l", "91110000600037341L", ()),
    ("organisation_code", "D2143569-X", "D2143569X", ()),
    ("organisation_code", "91350100M000100Y43", "M000100Y4", ("from_uscc",)),
    ("vin", "1M8GDM9AXKP042788", "1M8GDM9AXKP042788", ()),
    ("vin", "11111111111111111", "11111111111111111", ("repeated",)),
    ("imei", "490154203237518", "490154203237518", ()),
    ("imei", "49-015420-323751-8", "490154203237518", ()),
    ("imei", "490154203237518.0", "490154203237518", ()),
    ("imei", "4901542032375199", "490154203237518", ("imeisv",)),
    ("plate", "苏D12345", "苏D12345", ()),
    ("plate", "苏DD12345", "苏DD12345", ()),
    ("plate", "苏d·1234挂", "苏D1234挂", ()),
    ("plate", "粤Z1234港", "粤Z1234港", ()),
    ("plate", "粤ZA123澳", "粤ZA123澳", ()),
    ("plate", "苏D1234警", "苏D1234警", ()),
    ("plate", "苏D1234学", "苏D1234学", ()),
    ("plate", "苏D1234应急", "苏D1234应急", ()),
    ("plate", "沪A1234领", "沪A1234领", ()),
    ("plate", "使014·578", "使014578", ()),
    ("plate", "苏DF12345", "苏DF12345", ()),
    ("plate", "苏D12345D", "苏D12345D", ()),
    ("plate", "苏Ｄ・１２３４５", "苏D12345", ()),
    ("mac", "d05099.84a2a0", "D0-50-99-84-A2-A0", ()),
    ("mac", "03:50:99:84:a2:a0", "03-50-99-84-A2-A0", ("multicast", "locally_administered")),
    ("mobile", "13912345678", "13912345678", ("sequence",)),
    ("mobile", "+86 150-5197-2038", "15051972038", ()),
    ("mobile", "008615051972038", "15051972038", ()),
    ("mobile", "15051972038/15051972039", "15051972038", ("several_values",)),
    ("landline", "0519-87262662", "0519-87262662", ()),
    ("landline", "(0519)8726 2662转801", "0519-87262662", ("extension",)),
    ("landline", "+86 519 87262662", "0519-87262662", ()),
    ("landline", "+86 (0)519 87262662", "0519-87262662", ()),
    ("landline", "0519-87262662分机801", "0519-87262662", ("extension",)),
    ("landline", "0519-87262662-转801", "0519-87262662", ("extension",)),
    ("landline", "0519-8726266分机2", "0519-8726266", ("extension",)),  # 0519-87262662 is another subscriber
    ("landline", "0519-8726266（分机号：2）", "0519-8726266", ("extension",)),
    ("landline", "0519-8726266(2)", "0519-8726266", ("extension",)),
    ("landline", "87262662", "0519-87262662", ("assumed_area",)),
    ("landline", "010-62345678", "010-62345678", ()),
    ("landline", "0519-8726266", "0519-8726266", ()),
    ("landline", "13800138000", "13800138000", ("mobile", "placeholder")),
    ("landline", "400-800-1234", "4008001234", ("service_number",)),
    ("engine_number", "*lj465q-1ae6 12345*", "LJ465Q1AE612345", ()),
]
BAD_CHECK = [
    ("citizen_id", "110105194912310020"),
    ("uscc", "91350100M000100Y44"),
    ("organisation_code", "D2143569-1"),
    ("vin", "1M8GDM9A0KP042788"),
    ("imei", "352099001761482"),
]
UNREADABLE = [
    ("citizen_id", "1.10105E+17", "scientific_notation"),
    ("citizen_id", "11010519491231002", "wrong_length"),
    ("citizen_id", "11010519491231O02X", "wrong_format"),
    ("citizen_id", "", "empty"),
    ("uscc", "91350100M000100Y4", "wrong_length"),
    ("uscc", "9.135E+17", "scientific_notation"),
    ("vin", "1M8GDM9AXKP04278O", "wrong_format"),
    ("imei", "4.90154E+14", "scientific_notation"),
    ("plate", "苏I12345", "wrong_format"),
    ("plate", "苏DO2345", "wrong_format"),
    ("plate", "苏DD1*345", "lost_character"),  # without the mask it is 苏DD1345, an ordinary plate
    ("plate", "苏DD1_345", "lost_character"),
    ("plate", "苏D*12345", "lost_character"),
    ("plate", "苏DD1234*", "lost_character"),
    ("plate", "苏DD1.345", "wrong_format"),
    ("plate", "苏DD1234…", "wrong_format"),
    ("organisation_code", "320482195002060212", "citizen_id"),
    ("organisation_code", "36625851-6 78128657-3", "wrong_format"),
    ("organisation_code", "366258516 781286573", "wrong_format"),
    ("organisation_code", "36625851-6 78128657-4", "wrong_format"),
    ("organisation_code", "911100006000373510", "wrong_format"),  # neither check is right
    ("uscc", "321181198512033179", "citizen_id"),
    ("plate", "无牌", "placeholder"),
    ("mobile", "12012345678", "wrong_format"),
    ("mac", "D0-50-99-84-A2", "wrong_format"),
    ("engine_number", "不详", "placeholder"),
]
NOT_STRONG = [
    ("citizen_id", "110105491231002"),  # 15 digits carry no check
    ("citizen_id", "320481197510319000"),
    ("citizen_id", "320481197510280003"),
    ("citizen_id", "110000199001010021"),
    ("uscc", "341122199208261554"),
    ("uscc", "91320481MA00000002"),
    ("organisation_code", "911100006000373410"),
    ("plate", "苏DABC12"),
    ("plate", "苏D12XXX"),
    ("plate", "苏D1XXX挂"),
    ("vin", "W2345678A12345B78"),
    ("vin", "01212345A67823456"),
    ("vin", "98124567310294856"),
    ("mac", "00:00:00:00:00:01"),
    ("mac", "00:11:22:33:44:55"),
    ("mac", "44-45-53-54-00-00"),
    ("mac", "00-50-56-C0-00-08"),
    ("mac", "00-00-5E-00-53-1F"),
    ("mac", "44-44-44-44-44-44"),
    ("vin", "11111111111111111"),
    ("vin", "00000000000000000"),
    ("imei", "000000000000000"),
    ("imei", "4901542032375199"),
    ("uscc", "000000000000000000"),
    ("organisation_code", "00000000-0"),
    ("plate", "苏D00000"),
    ("mac", "FF:FF:FF:FF:FF:FF"),
    ("foreign_card", "USA110090010137"),
    ("hmt_permit", "H86420975"),
    ("mobile", "15051972038"),
]


@pytest.mark.parametrize(("kind", "raw", "normal", "flags"), GOOD)
def test_documented_vectors_read(kind: str, raw: str, normal: str, flags: tuple[str, ...]) -> None:
    value = parse(kind, raw)
    assert (value.normal, value.flags, value.format) == (normal, flags, True)
    assert value.checksum is not False


@pytest.mark.parametrize(("kind", "raw"), BAD_CHECK)
def test_wrong_check_is_kept_but_never_joins(kind: str, raw: str) -> None:
    value = parse(kind, raw)
    assert value.normal is not None
    assert value.checksum is False
    assert "bad_checksum" in value.flags
    assert not value.strong


@pytest.mark.parametrize(("kind", "raw", "flag"), UNREADABLE)
def test_unreadable_says_why(kind: str, raw: str, flag: str) -> None:
    value = parse(kind, raw)
    assert value.normal is None
    assert flag in value.flags
    assert not value.strong


@pytest.mark.parametrize(("kind", "raw"), NOT_STRONG)
def test_placeholders_and_unchecked_numbers_never_join(kind: str, raw: str) -> None:
    assert not parse(kind, raw).strong


@pytest.mark.parametrize("kind", [kind for kind in VALID if kind != "mobile"])
def test_every_valid_value_is_strong_in_every_spelling(kind: str) -> None:
    @given(VALID[kind], st.data())
    def holds(number: str, data: st.DataObject) -> None:
        value = parse(kind, number)
        assert (value.normal, value.strong) == (number, True)
        at = data.draw(st.integers(1, len(number) - 1))
        for spelling in (
            number.lower(),
            number.translate(FULL_WIDTH),
            f" '{number[:at]} {number[at:]}\u3000",
            f"{number[:at]}-{number[at:]}\u200b",
        ):
            assert parse(kind, spelling).normal == number
            assert parse(kind, spelling).strong

    holds()


@given(VALID["mobile"])
def test_every_mobile_reads(number: str) -> None:
    assert parse("mobile", number).normal == number
    assert not parse("mobile", number).strong


@pytest.mark.parametrize("kind", ["citizen_id", "uscc", "organisation_code", "imei"])
def test_every_changed_character_is_caught(kind: str) -> None:
    @given(CHECKED[kind], st.data())
    def holds(number: str, data: st.DataObject) -> None:
        at = data.draw(st.integers(0, len(number) - 1))
        other = data.draw(st.sampled_from(ALPHABETS[kind]).filter(lambda character: character != number[at]))
        value = parse(kind, number[:at] + other + number[at + 1 :])
        assert not value.strong
        assert value.normal is None or value.checksum is False

    holds()


@pytest.mark.parametrize("kind", ["citizen_id", "uscc", "organisation_code", "imei"])
def test_every_adjacent_swap_the_check_covers_is_caught(kind: str) -> None:
    @given(CHECKED[kind], st.data())
    def holds(number: str, data: st.DataObject) -> None:
        at = data.draw(st.integers(0, len(number) - 2))
        left, right = number[at], number[at + 1]
        # Luhn cannot see 09 and 90 swapped; an X before the check of an organisation code weighs 33, not 10.
        if left == right or (kind == "imei" and {left, right} == {"0", "9"}) or (kind == "organisation_code" and right == "X"):
            return
        value = parse(kind, number[:at] + right + left + number[at + 2 :])
        assert not value.strong
        assert value.normal is None or value.checksum is False

    holds()


@given(VALID["vin"], st.data())
def test_every_changed_vin_whose_letter_weighs_otherwise_is_caught(number: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, 16).filter(lambda place: place != 8))
    other = data.draw(st.sampled_from(VIN_ALPHABET))
    changed = number[:at] + other + number[at + 1 :]
    if vin.check_character(changed) == number[8]:  # A, J and 1 weigh the same: the check does not cover it
        return
    value = parse("vin", changed)
    assert value.checksum is False
    unchecked = changed[0] not in "0L12345" and changed[13:].isdigit() and not changed.isdigit()
    assert value.strong is (unchecked and FILLER.isdisjoint(value.flags))


@given(VALID["uscc"])
def test_organisation_code_is_inside_the_uscc(number: str) -> None:
    assert parse("organisation_code", number).normal == number[8:17]
    assert parse("organisation_code", number[8:17]).strong
    assert "organisation_code_mismatch" not in parse("uscc", number).flags


def test_a_uscc_of_no_province_does_not_join() -> None:
    for region, verdict in (("660101", False), ("100000", True), ("320481", True)):
        body = f"91{region}M000100Y4"
        value = parse("uscc", body + unified.calc_check_digit(body + "0"))
        assert (value.checksum, value.region, value.strong) == (True, verdict, verdict)


def _uscc(head: str, code: str) -> str:
    return head + code + unified.calc_check_digit(head + code + "0")


def test_a_uscc_whose_organisation_code_does_not_fit_does_not_join() -> None:
    value = parse("uscc", _uscc("91320481", "M000100Y5"))
    assert (value.checksum, value.region, value.plausible, value.strong) == (True, True, True, False)
    assert value.flags == ("organisation_code_mismatch",)


@pytest.mark.parametrize("body", ["MA000000", "MA1XXXXX", "MB200000", "10000000", "00000012", "12XXXXXX"])
def test_an_organisation_code_of_one_character_is_filler_though_every_check_is_right(body: str) -> None:
    code = body + organisation_code.check_character(body)
    for kind, number in (("organisation_code", code), ("uscc", _uscc("91320481", code))):
        value = parse(kind, number)
        assert (value.checksum, value.plausible, value.strong, value.flags) == (True, False, False, ("repeated",))


@given(VALID["citizen_id"])
def test_a_citizen_id_is_never_a_register_number(number: str) -> None:
    """Sole traders write it: as an organisation code its birth date would join everybody born on that day."""
    assert not parse("uscc", number).strong
    code = parse("organisation_code", number)
    assert code.normal is None or "citizen_id" in code.flags
    assert not code.strong


def test_what_passes_as_both_stays_and_says_so() -> None:
    """One body in some thousands of a district such as 110119 has a number that would do as a citizen ID."""
    value = parse("uscc", "341122199208261554")
    assert (value.normal, value.flags, value.checksum) == ("341122199208261554", ("citizen_id",), True)


def test_a_uscc_in_place_of_an_organisation_code_keeps_its_doubts() -> None:
    value = parse("organisation_code", "911100006000373410")
    assert (value.normal, value.flags, value.checksum) == ("600037341", ("from_uscc", "bad_checksum"), False)
    nowhere = parse("organisation_code", _uscc("91660101", "M000100Y4"))
    assert (nowhere.normal, nowhere.flags, nowhere.strong) == ("M000100Y4", ("from_uscc", "unknown_province"), False)


@given(VALID["citizen_id"].filter(lambda number: number[6:8] == "19"))
def test_fifteen_digits_become_the_same_number(number: str) -> None:
    value = parse("citizen_id", number[:6] + number[8:17])
    assert value.normal == number
    assert value.checksum is None
    assert not value.strong


def _with_check(body: str) -> str:
    return body + ric.calc_check_digit(body + "0")


@pytest.mark.parametrize("day", ["18791231", "20990101", "20230230", "20231301", "19000229", "19000101", "18991231"])
def test_impossible_births_do_not_join(day: str) -> None:
    value = parse("citizen_id", _with_check(f"320481{day}123"))
    assert (value.checksum, value.plausible, value.strong) == (True, False, False)
    assert "impossible_birth" in value.flags


@pytest.mark.parametrize(
    ("kind", "body"),
    [("citizen_id", "32048120400102123"), ("hmt_permit", "81000020400102123"), ("foreign_card", "91112420400102123")],
)
def test_birth_is_judged_by_the_day_it_is(kind: str, body: str, monkeypatch: pytest.MonkeyPatch) -> None:
    number = _with_check(body)
    monkeypatch.setattr(birth, "today", lambda: date(2040, 1, 1))
    assert not parse(kind, number).plausible
    monkeypatch.setattr(birth, "today", lambda: date(2040, 1, 2))
    assert parse(kind, number).strong


@pytest.mark.parametrize(
    ("number", "checksum"), [("320481197510319000", True), ("'320481197510319000", True), ("320481197510312000", False)]
)
def test_the_last_three_digits_that_a_spreadsheet_loses_are_missed(number: str, checksum: bool) -> None:  # noqa: FBT001  # parametrised
    value = parse("citizen_id", number)
    assert (value.checksum, value.region, value.strong) == (checksum, True, False)
    assert "digits_lost" in value.flags


@pytest.mark.parametrize(
    ("kind", "body"),
    [("citizen_id", "32048119751028000"), ("hmt_permit", "83000019751028000"), ("foreign_card", "91112419751029000")],
)
def test_order_000_is_never_issued(kind: str, body: str) -> None:
    value = parse(kind, _with_check(body))
    assert (value.checksum, value.region, value.strong) == (True, True, False)
    assert "order_not_issued" in value.flags


def test_a_whole_province_is_no_county() -> None:
    value = parse("citizen_id", _with_check("11000019900101002"))
    assert (value.region, value.strong, value.flags) == (False, False, ("unknown_county",))


@pytest.mark.parametrize(
    ("region", "verdict", "flags"),
    [
        ("320481", True, ()),
        ("320499", True, ("unknown_county",)),
        ("320423", True, ("county_not_in_use",)),  # 溧阳县 ended in 1990
        ("660101", False, ("unknown_province",)),
        ("811234", False, ("unknown_province",)),
        ("932840", True, ("foreign_card",)),
        ("999840", False, ("foreign_card", "unknown_province")),
    ],
)
def test_province_is_strict_and_county_only_a_doubt(region: str, verdict: bool, flags: tuple[str, ...]) -> None:  # noqa: FBT001  # parametrised
    value = parse("citizen_id", _with_check(f"{region}20010203123"))
    assert (value.region, value.flags, value.strong) == (verdict, flags, verdict)


def test_people_born_before_their_county_code_are_no_doubt() -> None:
    assert parse("citizen_id", _with_check("32042319500203123")).flags == ()
    assert parse("citizen_id", _with_check("32048119300203123")).flags == ()


def test_verdicts_stand_apart() -> None:
    """One number may be well formed, of no region, with a wrong check and an impossible birth: each is told by itself."""
    value = parse("citizen_id", "660101187912310021")
    assert (value.format, value.checksum, value.region, value.plausible, value.strong) == (True, False, False, False, False)
    assert value.flags == ("unknown_province", "bad_checksum", "impossible_birth")


def test_extension_is_kept_apart() -> None:
    from domain.values.landline import parts  # noqa: PLC0415  # only here

    assert parts("0519-87262662-801") == ("0519", "87262662", "801")
    assert parts("0519-87262662分机801") == ("0519", "87262662", "801")
    assert parts("8726266内线2") == ("", "8726266", "2")
    assert parts("13912345678") is None
