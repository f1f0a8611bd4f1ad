"""A draft lets nothing leave the source, says by line what is left to decide, and holds once that is decided."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from connectors.onboarding.drafting import DraftError, Heading, draft, undecided
from connectors.onboarding.found import FoundColumn, FoundTable
from domain.contract import ContractError, read_contract
from domain.samples import sample_problems

HEADING = Heading("harbour", "db:5432/harbour")
BOATS = FoundTable(
    "yw",
    "cb_djb",
    comment="船舶登记簿",
    rows=1200,
    key=("cbdjh",),
    columns=(
        FoundColumn("cbdjh", "varchar(20)", "登记号"),
        FoundColumn("syr", "text", '所有人: "x" # {y}\n第二行'),
        FoundColumn("姓名", "text"),
    ),
)
LOG = FoundTable("yw", "cz_log", unique=("t", "who"), columns=(FoundColumn("t", "timestamptz"), FoundColumn("who", "text")))
SHOUTS = FoundTable("yw", "v_cb", kind="v")
DECIDED = {
    "row:": "row: 17",
    "zh: #": "zh: 港务所 #",
    "en: #": "en: Harbour office #",
    "owner: #": "owner: 港务所 #",
    "leader: #": "leader: 所长室 #",
    "officer: #": "officer: 业务科 #",
    "legal_basis: []": "legal_basis: [港口法第十条]",
    "purposes: []": "purposes: [vessel_safety]",
    "speaks_of: {}": "speaks_of: {owner: person}",
    "        cbdjh:\n": "        cbdjh: LY1\n        syr: 张三\n",
    "records: []": "records: [{role: owner, values: {name: 张三}}]",
}


def _left(text: str) -> set[str]:
    with pytest.raises(ContractError) as caught:
        read_contract(text, "harbour.yaml")
    lines = text.splitlines()
    for problem in caught.value.problems:
        assert problem.path.rsplit(".", 1)[-1] in lines[problem.line - 1]
    return {problem.path for problem in caught.value.problems}


def test_the_draft_names_by_line_what_is_left_to_decide() -> None:
    text = draft(HEADING, [BOATS, LOG, SHOUTS])
    head = {"row", "title.zh", "title.en", "owner", "liaison.leader", "liaison.officer", "legal_basis"}
    assert _left(text) == {*head, "tables.0.speaks_of"}
    assert '# text 所有人: "x" # {y} 第二行' in text
    assert "never captured: 姓名" in text
    assert "ALTER TABLE yw.cz_log ADD PRIMARY KEY (t, who)" in text
    assert "yw.v_cb" in text.splitlines()[-1]


def test_a_decided_draft_holds_and_what_nobody_decided_stays_at_the_source() -> None:
    text = draft(HEADING, [BOATS, LOG, SHOUTS])
    for old, new in DECIDED.items():
        assert old in text
        text = text.replace(old, new, 1)
    with pytest.raises(ContractError, match="role owner gets no field"):
        read_contract(text, "harbour.yaml")
    start = text.index("syr: {withhold")
    text = text[:start] + "syr: {to: {owner.name: personal}}" + text[text.index("}", start) + 1 :]
    contract = read_contract(text, "harbour.yaml").contract
    assert list(sample_problems(contract)) == []
    assert contract.table("cb_djb").captured == ("cbdjh", "syr")
    assert undecided(contract) == ["cb_djb.cbdjh", "cz_log"]
    assert contract.source.url_env == "HUILIU_SOURCE_HARBOUR"


def test_only_the_wanted_tables_are_written_out() -> None:
    other = FoundTable("yw", "jg", key=("id",), columns=(FoundColumn("id", "int"),))
    text = draft(HEADING, [BOATS, other], ["yw.cb_djb"])
    document = YAML(typ="safe").load(text)
    assert [table["name"] for table in document["tables"]] == ["cb_djb"]
    assert document["withheld_tables"]["jg"].startswith("待定")
    with pytest.raises(DraftError, match="cb_djc"):
        draft(HEADING, [BOATS], ["cb_djc"])
    with pytest.raises(DraftError, match="none that this user may see"):
        draft(HEADING, [])


def test_of_two_tables_with_one_name_the_second_stays() -> None:
    twin = FoundTable("zz", "cb_djb", key=("id",), columns=(FoundColumn("id", "int"),))
    text = draft(HEADING, [BOATS, twin])
    assert [table["schema"] for table in YAML(typ="safe").load(text)["tables"]] == ["yw"]
    assert "zz.cb_djb" in text.splitlines()[-1]


_NAMES = st.text(min_size=1, max_size=12)
_COLUMNS = st.lists(
    st.builds(FoundColumn, st.from_regex(r"[a-z_]{1,6}", fullmatch=True) | _NAMES, st.text(), st.text()), unique_by=lambda c: c.name
)


@st.composite
def _tables(draw: st.DrawFn) -> FoundTable:
    columns = tuple(draw(_COLUMNS))
    key = tuple(column.name for column in columns[: draw(st.integers(0, 2))])
    name = draw(st.from_regex(r"[a-z]{1,5}", fullmatch=True) | _NAMES)
    return FoundTable("public", name, draw(st.sampled_from("rpvmf")), draw(st.text()), draw(st.none() | st.integers(0)), key, (), columns)


@settings(max_examples=60, deadline=None)
@given(st.lists(_tables(), min_size=1, max_size=4))
def test_whatever_a_catalogue_holds_the_draft_is_yaml_in_which_nothing_is_mapped(tables: list[FoundTable]) -> None:
    document = YAML(typ="safe", pure=True).load(draft(HEADING, tables))
    names = {table.name for table in tables}
    for table in document["tables"]:
        assert table["name"] in names
        for name, fate in table["columns"].items():
            assert set(fate) == ({"ignore"} if name in table["key"] else {"withhold"})
    assert set(document["withheld_tables"]) <= names
