"""What is still to do at a database is exactly what differs: nothing twice, nothing forgotten."""

from dataclasses import replace

import pytest

from connectors.names import captured_columns
from connectors.plan import GRANTS, PUBLICATION, SIGNALS, Prepared, beyond, steps, widened
from connectors.publication import published_columns
from connectors.state import Publication
from domain.contract import Contract

SIGNAL = ("huiliu", "huiliu_signal")
BOATMAN = ("public", "boatman")


@pytest.fixture
def ready(harbour: Contract) -> Prepared:
    columns = {table: frozenset(names) for table, names in published_columns(harbour).items()}
    return Prepared(
        publication=Publication(all_tables=False, exact=True, columns=columns),
        readable=columns,
        writable=frozenset({SIGNAL}),
        granted=frozenset(columns),
        signal_table=True,
    )


def _told(contract: Contract, found: Prepared) -> list[tuple[str, str, str]]:
    return [(step.piece, step.state, step.detail) for step in steps(contract, "capture", found)]


def test_nothing_to_do_when_all_is_there(harbour: Contract, ready: Prepared) -> None:
    assert steps(harbour, "capture", ready) == []


def test_everything_to_do_at_first(harbour: Contract) -> None:
    nothing = Prepared(None, {}, frozenset(), frozenset(), signal_table=False)
    assert [(piece, state) for piece, state, _ in _told(harbour, nothing)] == [
        (SIGNALS, "created"), (GRANTS, "created"), (PUBLICATION, "created"),
    ]  # fmt: skip


def test_readable_withheld_column_is_taken_back(harbour: Contract, ready: Prepared) -> None:
    found = replace(ready, readable={**ready.readable, BOATMAN: ready.readable[BOATMAN] | {"health"}})
    assert _told(harbour, found) == [(GRANTS, "altered", "public.boatman: excess health")]


def test_missing_grant_is_given(harbour: Contract, ready: Prepared) -> None:
    found = replace(ready, readable={**ready.readable, BOATMAN: ready.readable[BOATMAN] - {"name"}})
    assert _told(harbour, found) == [(GRANTS, "altered", "public.boatman: missing name")]


def test_right_to_write_is_taken_back(harbour: Contract, ready: Prepared) -> None:
    assert _told(harbour, replace(ready, writable=ready.writable | {BOATMAN})) == [(GRANTS, "altered", "public.boatman: excess write")]


def test_grant_on_a_table_outside_the_contract_is_taken_back(harbour: Contract, ready: Prepared) -> None:
    found = replace(ready, granted=ready.granted | {("public", "wages")})
    (step,) = steps(harbour, "capture", found)
    assert step.detail == "public.wages: not in the contract"
    assert 'REVOKE ALL ON TABLE "public"."wages" FROM "capture";' in step.script()


@pytest.mark.parametrize("column", ["health", "name"])
def test_publication_with_other_columns_is_altered(harbour: Contract, ready: Prepared, column: str) -> None:
    assert ready.publication
    columns = {**ready.publication.columns, BOATMAN: ready.publication.columns[BOATMAN] ^ {column}}
    found = replace(ready, publication=replace(ready.publication, columns=columns))
    (step,) = steps(harbour, "capture", found)
    assert (step.piece, step.state, step.detail) == (PUBLICATION, "altered", "public.boatman")
    assert "SET TABLE" in step.script()


def test_publication_of_all_tables_is_made_anew(harbour: Contract, ready: Prepared) -> None:
    assert ready.publication
    (step,) = steps(harbour, "capture", replace(ready, publication=replace(ready.publication, all_tables=True)))
    assert step.script().index("DROP PUBLICATION") < step.script().index("CREATE PUBLICATION")


def test_publication_with_a_filter_is_altered(harbour: Contract, ready: Prepared) -> None:
    assert ready.publication
    found = replace(ready, publication=replace(ready.publication, exact=False))
    assert _told(harbour, found) == [(PUBLICATION, "altered", "options")]


def test_only_a_wider_publication_needs_a_new_snapshot(harbour: Contract, ready: Prepared) -> None:
    assert ready.publication
    captured = captured_columns(harbour)
    narrower = {**ready.publication.columns, BOATMAN: frozenset(captured[BOATMAN]) - {"name"}}
    wider = {**ready.publication.columns, BOATMAN: frozenset(captured[BOATMAN]) | {"health"}}
    assert widened(harbour, replace(ready.publication, columns=narrower)) == [BOATMAN]
    assert widened(harbour, replace(ready.publication, columns=wider)) == []
    assert widened(harbour, None) == list(captured)


def test_what_the_role_reaches_beyond_the_contract_is_named(harbour: Contract, ready: Prepared) -> None:
    found = replace(ready, readable={**ready.readable, ("public", "wages"): frozenset({"sum"})})
    assert beyond(harbour, found) == ["public.wages"]
