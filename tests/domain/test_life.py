"""What ends a life: a register's date or word, and nothing else."""

from pathlib import Path
from typing import Any

import pytest

from domain.contract import Contract, ContractError, read_contract
from domain.disclosure import Disclosure
from domain.entities import FIELDS, Kind
from domain.life import ENDED_BY
from domain.tokens import Tokeniser
from settings.contracts import load_contracts
from tests.query.town import MASTER

PROVIDERS = Path(__file__).parents[2] / "connectors" / "providers"

TEXT = """\
provider: registrar
row: 12
title: {zh: 登记处, en: registrar}
owner: 登记处
liaison: {leader: 所长室, officer: 业务科}
legal_basis: [synthetic basis]
mode: cdc
connection: {kind: postgresql, url_env: HUILIU_SOURCE_REGISTRAR}
purposes: [licensing]
tables:
  - name: deaths
    title: {zh: 死亡登记, en: deaths}
    key: [id]
    speaks_of: {deceased: person, informant: person}
    columns:
      id: {ignore: only a number}
      name: {to: {deceased.name: personal, informant.name: personal}}
      died: {to: {deceased.death_date: personal, informant.death_date: personal}}
    authority: [informant.name, deceased.name, deceased.death_date]
    expect: {rows_min: 0, rows_max: 9, freshness: 60}
    sample: {row: {id: 1}, records: []}
  - name: firms
    title: {zh: 企业, en: firms}
    key: [id]
    speaks_of: {firm: organisation}
    columns:
      id: {ignore: only a number}
      state: {to: {firm.status: open}, codes: {"1": operating, "2": closed}}
    ends: {firm.status: [closed]}
    expect: {rows_min: 0, rows_max: 9, freshness: 60}
    sample: {row: {id: 1}, records: []}
"""


def contract(text: str = TEXT) -> Contract:
    return read_contract(text, "x.yaml").contract


def public(table: str, role: str, values: dict[str, str], flags: tuple[str, ...] = ()) -> dict[str, Any]:
    kind = contract().table(table).speaks_of[role]
    record = {"role": role, "kind": str(kind), "values": values, "raw": {}, "flags": list(flags)}
    return Disclosure([contract()], Tokeniser(MASTER))("registrar", table, record).public


def ends(*given: Any) -> bool:
    return "ends" in public(*given)


def test_a_death_registers_date_ends_a_life() -> None:
    assert ends("deaths", "deceased", {"name": "王小明", "death_date": "2024-03-01"})
    assert ends("deaths", "deceased", {"death_date": "2024-03"}, ("death_date:month_only",))


@pytest.mark.parametrize(
    ("role", "values", "flags"),
    [
        ("deceased", {"name": "王小明"}, ()),
        ("deceased", {"name": "王小明"}, ("death_date:impossible_date", "death_date:unreadable")),
        ("deceased", {"death_date": "9999-12-31"}, ("death_date:placeholder",)),
        ("informant", {"name": "王小明", "death_date": "2024-03-01"}, ()),
    ],
    ids=["no date", "unreadable", "filler", "not the register of deaths"],
)
def test_what_does_not_end_a_life(role: str, values: dict[str, str], flags: tuple[str, ...]) -> None:
    assert not ends("deaths", role, values, flags)


def test_a_registers_word_ends_a_life() -> None:
    assert ends("firms", "firm", {"status": "closed"})
    assert not ends("firms", "firm", {"status": "operating"})
    assert not ends("firms", "firm", {"status": "3"}, ("status:unknown_code",))


def test_a_register_decides_only_fields_that_it_gives() -> None:
    assert public("deaths", "deceased", {"death_date": "2024-03-01"})["authority"] == ["death_date"]
    assert public("deaths", "informant", {"name": "王小明", "death_date": "2024-03-01"})["authority"] == ["name"]
    assert "authority" not in public("firms", "firm", {"status": "closed"})


def test_the_ending_dates_are_dates() -> None:
    assert {FIELDS[kind][field].kind for kind, field in ENDED_BY.items()} == {"date"}


@pytest.mark.parametrize(
    ("good", "bad", "says"),
    [
        ("deceased.death_date]", "deceased.mobile]", "no column fills deceased.mobile"),
        ("{firm.status: [closed]}", "{firm.form: [closed]}", "no column fills firm.form"),
        ("{firm.status: [closed]}", "{firm.status: [shut]}", "means shut: use one of closed, operating"),
        ("{firm.status: [closed]}", "{firm.status: []}", "must have at least 1 item"),
        ("{firm.status: [closed]}", "{status: [closed]}", "must match"),
    ],
)
def test_a_mistake_in_a_register_is_told(good: str, bad: str, says: str) -> None:
    assert TEXT.count(good) == 1
    with pytest.raises(ContractError) as caught:
        contract(TEXT.replace(good, bad))
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("provider", "table", "target"),
    [
        ("public_security", "hj_czrk", "resident.name"),
        ("civil_affairs", "dm_mpdz", "doorplate.address"),
        ("civil_affairs", "bz_hhxx", "deceased.death_date"),
        ("industry_commerce", "e_baseinfo", "enterprise.name"),
        ("work_safety_quality", "zj_jgdm", "organisation.organisation_code"),
        ("transport", "cl_jdc", "vehicle.plate"),
    ],
)
def test_the_citys_registers_say_that_they_are(provider: str, table: str, target: str) -> None:
    (found,) = [each for each in load_contracts(PROVIDERS) if each.provider == provider]
    assert target in found.table(table).authority


def test_only_a_register_of_deaths_ends_a_person() -> None:
    deciding = [
        (each.provider, table.name)
        for each in load_contracts(PROVIDERS)
        for table in each.tables
        for target in (*table.authority, *table.ends)
        if table.speaks_of[target.split(".")[0]] is Kind.PERSON and (target.endswith(".death_date") or target in table.ends)
    ]
    assert deciding == [("civil_affairs", "bz_hhxx")]
