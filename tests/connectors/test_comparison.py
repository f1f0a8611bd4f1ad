"""Every way in which a department's database may differ from its contract gives one sentence at one place."""

from dataclasses import replace

import pytest

from connectors.catalogue import Catalogue, Role, SourceColumn, SourceTable
from connectors.comparison import differences
from domain.contract import Contract, ContractFile

_TYPES = {
    "text": ("text", "b", "S"),
    "date": ("date", "b", "D"),
    "bigint": ("int8", "b", "N"),
    "timestamp": ("timestamp", "b", "D"),
    "timestamptz": ("timestamptz", "b", "D"),
    "numeric": ("numeric", "b", "N"),
}


def _column(name: str, sql_type: str = "text", **more: object) -> SourceColumn:
    base, typtype, category = _TYPES[sql_type]
    return SourceColumn(name, sql_type, **({"base": base, "typtype": typtype, "category": category} | more))


def _table(key: tuple[str, ...], columns: list[SourceColumn]) -> SourceTable:
    return SourceTable("r", "p", "d", row_security=False, key=key, columns={column.name: column for column in columns})


BOATMAN = _table(
    ("id",),
    [
        _column("id", "bigint"), _column("citizen_id"), _column("name"), _column("born", "date"), _column("grade"), _column("remarks"),
        _column("hired", "timestamp"), _column("seen", "timestamptz"), _column("tonnage", "numeric"),
        _column("updated", "timestamp"), _column("health"), _column("secret_number"), _column("diary"),
    ],
)  # fmt: skip
BERTH = _table(("harbour", "number"), [_column("harbour"), _column("number"), _column("guard_phone")])
GOOD = Catalogue(
    version=180006, wal_level="logical", max_slots=10, slots=3, has_slot=False, slot_keeps="2GB",
    role=Role("harbour_capture", login=True, replication=True, superuser=False),
    tables={("public", "boatman"): BOATMAN, ("port", "berth"): BERTH},
)  # fmt: skip


def _with(table: SourceTable) -> Catalogue:
    return replace(GOOD, tables=GOOD.tables | {("public", "boatman"): table})


def _with_column(column: SourceColumn) -> Catalogue:
    return _with(replace(BOATMAN, columns={**BOATMAN.columns, column.name: column}))


def _without(name: str) -> Catalogue:
    return _with(replace(BOATMAN, columns={key: value for key, value in BOATMAN.columns.items() if key != name}))


def test_a_fitting_database_has_no_difference(harbour: Contract) -> None:
    assert list(differences(harbour, GOOD)) == []


STOPPING = [
    (replace(GOOD, version=140010), "connection.url_env", "14 has no column lists"),
    (replace(GOOD, wal_level="replica"), "connection.url_env", "wal_level=logical"),
    (replace(GOOD, slots=10), "connection.url_env", "max_replication_slots"),
    (replace(GOOD, role=None), "connection.url_env", "CREATE ROLE"),
    (replace(GOOD, role=Role("c", login=True, replication=False, superuser=False)), "connection.url_env", "ALTER ROLE c REPLICATION"),
    (replace(GOOD, role=Role("c", login=True, replication=True, superuser=True)), "connection.url_env", "NOSUPERUSER"),
    (replace(GOOD, tables={("port", "berth"): BERTH}), "tables.0.name", "has no table public.boatman"),
    (_with(replace(BOATMAN, kind="v")), "tables.0.name", "a view"),
    (_with(replace(BOATMAN, key=())), "tables.0.key", "has no primary key"),
    (_with(replace(BOATMAN, key=("citizen_id",))), "tables.0.key", "write key: [citizen_id]"),
    (_with(replace(BOATMAN, replica_identity="f")), "tables.0.name", "REPLICA IDENTITY DEFAULT"),
    (_with(replace(BOATMAN, persistence="u")), "tables.0.name", "unlogged"),
    (_without("name"), "tables.0.columns.name", "has no column name"),
    (_with_column(_column("name", generated=True)), "tables.0.columns.name", "generated column"),
    (_with_column(_column("name", base="bytea", category="U")), "tables.0.columns.name", "neither text nor a number"),
    (_with_column(_column("name", base="_text", category="A")), "tables.0.columns.name", "neither text nor a number"),
    (_with_column(_column("name", "date")), "tables.0.columns.name", "holds a person_name"),
    (_with_column(_column("born", base="bool", category="B")), "tables.0.columns.born", "holds no date"),
]


@pytest.mark.parametrize(("found", "path", "says"), STOPPING, ids=[says for _, _, says in STOPPING])
def test_what_cannot_work_stops(harbour: Contract, harbour_file: ContractFile, found: Catalogue, path: str, says: str) -> None:
    told = [(harbour_file.problem(d.path, d.message), d.stops) for d in differences(harbour, found)]
    assert [(problem.path, stops) for problem, stops in told] == [(path, True)]
    assert says in told[0][0].message
    assert told[0][0].line > 1


LOUD = [
    (_with_column(_column("weight", "bigint")), "tables.0.columns", "column weight (bigint) of boatman is not in the contract"),
    (_without("health"), "tables.0.columns.health", "has no column health"),
    (_with(replace(BOATMAN, row_security=True)), "tables.0.name", "row security"),
    (replace(GOOD, slot_keeps="-1"), "connection.url_env", "max_slot_wal_keep_size"),
]


@pytest.mark.parametrize(("found", "path", "says"), LOUD, ids=[says for _, _, says in LOUD])
def test_what_can_work_is_only_loud(harbour: Contract, harbour_file: ContractFile, found: Catalogue, path: str, says: str) -> None:
    told = list(differences(harbour, found))
    assert [(harbour_file.problem(d.path, "").path, d.stops) for d in told] == [(path, False)]
    assert says in told[0].message


def test_full_slots_do_not_matter_to_who_has_one(harbour: Contract) -> None:
    assert list(differences(harbour, replace(GOOD, slots=10, has_slot=True))) == []


@pytest.mark.parametrize(
    ("base", "typtype", "category"),
    [("bpchar", "b", "S"), ("mood", "e", "E"), ("uuid", "b", "U"), ("jsonb", "b", "U"), ("numeric", "b", "N"), ("inet", "b", "I")],
)
def test_types_that_arrive_as_text_fit_a_name(harbour: Contract, base: str, typtype: str, category: str) -> None:
    assert list(differences(harbour, _with_column(_column("name", base=base, typtype=typtype, category=category)))) == []
