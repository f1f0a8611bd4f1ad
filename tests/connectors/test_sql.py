"""The publication, the grants and the signal table say exactly what the contract says, whatever the names look like."""

from hypothesis import given
from hypothesis import strategies as st
from psycopg.sql import Identifier

from connectors.grants import grant_statements, revoke_table, signal_grants
from connectors.publication import alter_publication, create_publication, drop_publication, published_columns
from connectors.signals import create_signal_table, snapshot_signal
from domain.contract import Contract


def _text(statements: list) -> str:
    return "\n".join(statement.as_string(None) for statement in statements)


def test_publication_lists_captured_columns_only(harbour: Contract) -> None:
    text = _text(create_publication(harbour))
    assert text == (
        'CREATE PUBLICATION "huiliu_harbour_office" FOR TABLE '
        '"public"."boatman" ("id", "citizen_id", "name", "born", "grade", "remarks", "hired", "seen", "tonnage"), '
        '"port"."berth" ("harbour", "number"), '
        '"huiliu"."huiliu_signal" ("id", "type", "data") '
        "WITH (publish = 'insert, update, delete', publish_via_partition_root = true)"
    )


def test_altering_sets_tables_and_options(harbour: Contract) -> None:
    tables, options = (statement.as_string(None) for statement in alter_publication(harbour))
    assert tables.startswith('ALTER PUBLICATION "huiliu_harbour_office" SET TABLE "public"."boatman" ("id", ')
    assert options.endswith("SET (publish = 'insert, update, delete', publish_via_partition_root = true)")
    assert _text(drop_publication(harbour)) == 'DROP PUBLICATION IF EXISTS "huiliu_harbour_office"'


def test_no_statement_names_a_withheld_or_ignored_column(harbour: Contract) -> None:
    text = _text([*create_publication(harbour), *alter_publication(harbour), *grant_statements(harbour, "capture")])
    for column in ("health", "secret_number", "diary", "guard_phone", "updated"):
        assert column not in text


def test_grants_take_everything_back_before_they_give(harbour: Contract) -> None:
    columns = '"id", "citizen_id", "name", "born", "grade", "remarks", "hired", "seen", "tonnage"'
    lines = _text(grant_statements(harbour, "capture")).splitlines()
    assert lines == [
        'GRANT USAGE ON SCHEMA "port" TO "capture"',
        'GRANT USAGE ON SCHEMA "public" TO "capture"',
        'REVOKE ALL ON TABLE "public"."boatman" FROM "capture"',
        f'GRANT SELECT ({columns}) ON TABLE "public"."boatman" TO "capture"',
        'REVOKE ALL ON TABLE "port"."berth" FROM "capture"',
        'GRANT SELECT ("harbour", "number") ON TABLE "port"."berth" TO "capture"',
    ]


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=20))
def test_any_role_name_stays_one_identifier(role: str) -> None:
    quoted = Identifier(role).as_string(None)
    assert _text(revoke_table(("public", "t"), role)) == f'REVOKE ALL ON TABLE "public"."t" FROM {quoted}'
    assert quoted[1:-1].replace('""', "").count('"') == 0


def test_signal_table_is_debeziums(harbour: Contract) -> None:
    assert '"huiliu"."huiliu_signal" (id varchar(42) PRIMARY KEY' in _text(create_signal_table())
    assert published_columns(harbour)["huiliu", "huiliu_signal"] == ("id", "type", "data")
    assert "SELECT, INSERT, DELETE" in _text(signal_grants("capture"))


def test_snapshot_signal_names_the_tables() -> None:
    text = snapshot_signal([("public", "boatman"), ("port", "berth")]).as_string(None)
    assert "'execute-snapshot'" in text
    assert '{"type":"incremental","data-collections":["public.boatman","port.berth"]}' in text
