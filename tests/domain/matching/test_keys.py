"""When two records' exclusive keys decide, the scorecard is not asked."""

from domain.matching.frequencies import rarity, share, tables
from domain.matching.keys import decided

ID, OTHER_ID, PLATE = (bytes((code,)) + bytes(15) + bytes((number,)) for code, number in ((0x10, 1), (0x10, 2), (0x38, 1)))


def test_exclusive_keys_decide_whether_equal_or_not() -> None:
    assert decided([ID], [ID])
    assert decided([ID], [OTHER_ID])
    assert not decided([ID], [])
    assert not decided([PLATE], [PLATE]), "two vehicles may bear one plate, one after the other"


def test_frequencies_are_shares_and_list_no_rare_person() -> None:
    for field, table in tables().items():
        for shares in (table[name] for name in ("shares", "surnames", "characters") if name in table):
            assert 0 < sum(shares.values()) <= 1_000_500, field
            assert all(each >= table["least"] for each in shares.values()), field
    assert share("name", "王伟") > share("name", "尉迟琰") > 0
    assert rarity("name", "王伟") < rarity("name", "尉迟琰") <= 800
    assert rarity("name", "买买提·艾力") > 0
    assert rarity("mobile", "15424611820") == 0
