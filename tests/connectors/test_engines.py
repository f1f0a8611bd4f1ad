"""Every kind of database is configured from the contract alone: documented options, the captured columns, and no withheld name."""

import json
import re
from pathlib import Path

import pytest
from pydantic import SecretStr

from connectors.address import Address, split_address
from connectors.debezium import poll_ms
from connectors.engines import engine_of
from connectors.engines.binlog_comparison import server_differences
from connectors.engines.binlog_grants import Rights, grant_steps, signal_steps, undoing
from connectors.errors import SourceError
from connectors.plan import text_of
from connectors.preview import preview
from domain.contract import Contract, read_contract
from domain.contract_parts import Engine as Kind
from domain.values import LONGEST, LONGEST_TEXT
from settings import Settings, SettingsError

KINDS = ("postgresql", "kingbase", "mariadb", "mysql", "oracle", "sqlserver")
# What the connectors' own definitions and classes name: Connect's answer to a validation, and the classes' constants.
OPTIONS = json.loads((Path(__file__).parent / "options.json").read_text())
# Kafka Connect's own options, and what it hands on to converters, transforms and the producer.
CONNECTS_OWN = re.compile(r"(key|value|transforms|predicates|errors)(\..*)?|producer\.override\..*|connector\.class|tasks\.max")
PASSED_ON = ("driver.",)  # to the JDBC driver
ADDRESS = Address("db.example", 3306, "harbour", "cap", "secret-pw")
BOATMAN, WAGES = ("harbour", "boatman"), ("harbour", "wages")
SIGNAL = ("huiliu_harbour_office", "huiliu_signal")
USER = "'cap'@'%'"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    servers = dict.fromkeys(("connect_url", "registry_url", "registry_native_url", "elasticsearch_url"), "http://x")
    return Settings(home=tmp_path, kafka_bootstrap="broker:9092", store_dsn=SecretStr("postgresql://x/x"), **servers)  # type: ignore[arg-type]  # text


def _contract(text: str, kind: str) -> Contract:
    return read_contract(text.replace("kind: postgresql", f"kind: {kind}"), "harbour_office.yaml").contract


@pytest.mark.parametrize("kind", KINDS)
def test_configuration_names_the_captured_columns_and_no_other(kind: str, harbour_text: str, settings: Settings) -> None:
    contract = _contract(harbour_text, kind)
    config = engine_of(contract).config(contract, ADDRESS, "${directory:/x:y}", settings)
    assert config["database.password"] == "${directory:/x:y}"
    assert "secret-pw" not in str(config)
    columns = {path.replace("\\", "").rpartition(".")[2] for path in config["column.include.list"].split(",")}
    captured = {column for table in contract.tables for column in table.captured}
    assert columns - {"id", "type", "data"} == captured - {"id"}
    for withheld in ("health", "secret_number", "diary", "guard_phone", "updated"):
        assert withheld not in str(config)


@pytest.mark.parametrize("kind", KINDS)
def test_texts_are_cut_where_nobody_reads_further(kind: str, harbour_text: str, settings: Settings) -> None:
    contract = _contract(harbour_text, kind)
    config = engine_of(contract).config(contract, ADDRESS, "x", settings)

    def cut(characters: int) -> set[str]:
        paths = config[f"column.truncate.to.{2 * (characters + 1)}.chars"].replace("\\", "").split(",")
        assert set(paths) <= set(config["column.include.list"].replace("\\", "").split(","))
        return {path.rpartition(".")[2] for path in paths}

    assert cut(LONGEST_TEXT) == {"grade", "remarks"}  # free text, and codes, which may be padded
    assert cut(LONGEST) == {column for table in contract.tables for column in table.captured} - {"grade", "remarks"}


@pytest.mark.parametrize("kind", OPTIONS)
def test_every_option_is_the_connectors_own(kind: str, harbour_text: str, settings: Settings) -> None:
    contract = _contract(harbour_text, kind)
    config = engine_of(contract).config(contract, ADDRESS, "x", settings)
    known = set(OPTIONS[kind]["options"])
    strange = [name for name in config if name not in known and not CONNECTS_OWN.fullmatch(name) and not name.startswith(PASSED_ON)]
    assert {re.sub(r"\.\d+\.", ".(d+).", name) for name in strange} == {"column.truncate.to.(d+).chars"} <= known


@pytest.mark.parametrize("kind", KINDS)
def test_the_dbas_script_names_no_withheld_column(kind: str, harbour_text: str) -> None:
    contract = _contract(harbour_text, kind)
    head, steps = engine_of(contract).beginning(contract, ADDRESS)
    script = "\n".join([*head, *(step.script() for step in steps)])
    assert "cap" in script
    assert "citizen_id" in script
    assert ADDRESS.password not in script
    for withheld in ("health", "secret_number", "diary", "guard_phone", "updated"):
        assert withheld not in script


@pytest.mark.parametrize("kind", ["kingbase", "mysql", "oracle", "sqlserver"])
def test_what_was_never_run_says_so(kind: str, harbour_text: str, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUILIU_SOURCE_HARBOUR_OFFICE", f"{kind}://cap:secret-pw@127.0.0.1:9/harbour")
    text = preview(_contract(harbour_text, kind), settings)
    assert "configured, not run here" in text
    assert "column.include.list=" in text
    assert "secret-pw" not in text


def test_dameng_has_no_connector_and_is_told_another_way(harbour_text: str) -> None:
    with pytest.raises(SourceError, match=r"no Debezium connector for Dameng: deliver copies \(mode: file\)"):
        engine_of(_contract(harbour_text, "dameng"))


def test_every_kind_of_the_contract_has_an_engine_or_a_reason(harbour_text: str) -> None:
    without = {"dameng"}
    for kind in set(Kind.__args__) - without:  # type: ignore[attr-defined]  # a Literal's members
        assert engine_of(_contract(harbour_text, kind)).kind == kind
    assert set(KINDS) | without == set(Kind.__args__)  # type: ignore[attr-defined]  # likewise


def test_two_providers_have_two_replica_numbers(harbour_text: str, settings: Settings) -> None:
    numbers = set()
    for slug in ("harbour_office", "ferry_office"):
        contract = _contract(harbour_text.replace("harbour_office", slug), "mariadb")
        numbers.add(engine_of(contract).config(contract, ADDRESS, "x", settings)["database.server.id"])
    assert len(numbers) == 2
    assert all(10**9 <= int(number) < 2 * 10**9 for number in numbers)


def test_poll_interval_grows_with_the_crowd_and_stays_once_chosen() -> None:
    assert poll_ms(5, None, None) == "40"
    assert poll_ms(8, None, None) == "200"
    assert poll_ms(30, None, {"poll.interval.ms": "40"}) == "40"
    assert poll_ms(30, 25, {"poll.interval.ms": "40"}) == "25"


@pytest.mark.parametrize(
    ("url", "says"),
    [("mariadb://u@h/d", "lacks password"), ("mariadb://u:p@h", "lacks database"), ("mariadb://u:p@h:x/d", "not an address")],
)
def test_a_malformed_address_is_one_sentence(url: str, says: str) -> None:
    with pytest.raises(SourceError, match=says) as caught:
        split_address(url, "HUILIU_SOURCE_X", 3306)
    assert "HUILIU_SOURCE_X" in str(caught.value)


def test_an_address_is_taken_apart() -> None:
    found = split_address("mysql://c%40p:a%2Fb@h/d?sslmode=verify-full", "V", 3306)
    assert (found.user, found.password, found.port, found.sslmode) == ("c@p", "a/b", 3306, "verify-full")


@pytest.mark.parametrize("kind", ["postgresql", "kingbase", "mariadb", "mysql", "oracle", "sqlserver", "dameng"])
def test_settings_know_every_kind(kind: str, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("V", f"{kind}://u:p@h:1/d")
    assert settings.source_url("V").startswith(kind)
    monkeypatch.setenv("V", "ftp://u:p@h/d")
    with pytest.raises(SettingsError, match="V 不是数据库地址"):
        settings.source_url("V")


def _grants(rights: Rights) -> list[str]:
    steps = grant_steps({BOATMAN: ("id", "name")}, "harbour_office", USER, rights)
    return [text_of(statement) for step in steps for statement in step.statements]


READY = Rights(tables={BOATMAN: frozenset({"SHOW VIEW"})}, columns={BOATMAN: {"SELECT": frozenset({"id", "name"})}})


def test_grants_give_what_is_missing_and_nothing_else() -> None:
    assert _grants(Rights()) == [f"GRANT SELECT (`id`, `name`), SHOW VIEW ON `harbour`.`boatman` TO {USER}"]
    assert _grants(READY) == []


@pytest.mark.parametrize(
    ("found", "statement"),
    [
        (Rights(columns={BOATMAN: {"SELECT": frozenset({"id", "name", "diary"})}}, tables=READY.tables), "REVOKE SELECT (`diary`) ON"),
        (
            Rights(columns={BOATMAN: {**READY.columns[BOATMAN], "UPDATE": frozenset({"id"})}}, tables=READY.tables),
            "REVOKE UPDATE (`id`) ON",
        ),
        (Rights(columns=READY.columns, tables={BOATMAN: frozenset({"SHOW VIEW", "SELECT"})}), "REVOKE SELECT ON `harbour`.`boatman`"),
        (
            Rights(columns=READY.columns, tables={**READY.tables, WAGES: frozenset({"SELECT"})}),
            "REVOKE ALL PRIVILEGES ON `harbour`.`wages`",
        ),
        (Rights(columns=READY.columns, tables=READY.tables, databases={"harbour": frozenset({"SELECT"})}), "REVOKE SELECT ON `harbour`.*"),
    ],
)
def test_what_is_too_much_is_taken_back(found: Rights, statement: str) -> None:
    (only,) = _grants(found)
    assert only.startswith(statement)


def test_signal_table_is_made_once_and_removed_with_its_rights() -> None:
    (step,) = signal_steps("harbour_office", USER, Rights(), there=False)
    assert "CREATE TABLE IF NOT EXISTS `huiliu_harbour_office`.`huiliu_signal` (id varchar(42) PRIMARY KEY" in step.script()
    ready = Rights(tables={SIGNAL: frozenset({"SELECT", "INSERT", "DELETE"})})
    assert list(signal_steps("harbour_office", USER, ready, there=True)) == []
    script = "".join(step.script() for step in undoing([BOATMAN], "harbour_office", USER, ready, signals=True))
    assert script.index("REVOKE ALL PRIVILEGES ON `huiliu_harbour_office`.`huiliu_signal`") < script.index("DROP DATABASE")


GOOD = {"log_bin": "ON", "binlog_format": "ROW", "binlog_row_image": "FULL", "server_id": "1", "binlog_expire_logs_seconds": "0"}
REPLICA = Rights(server=frozenset({"REPLICATION SLAVE", "BINLOG MONITOR"}))


@pytest.mark.parametrize(
    ("settings_found", "rights", "says", "stops"),
    [
        (GOOD | {"log_bin": "OFF"}, REPLICA, "set log_bin", True),
        (GOOD | {"binlog_format": "MIXED"}, REPLICA, "binlog_format=ROW", True),
        (GOOD | {"binlog_row_image": "MINIMAL"}, REPLICA, "binlog_row_image=FULL", True),
        (GOOD | {"server_id": "0"}, REPLICA, "server_id", True),
        (GOOD | {"binlog_expire_logs_seconds": "3600"}, REPLICA, "less than a day", False),
        (GOOD, Rights(), "GRANT BINLOG MONITOR, REPLICATION SLAVE ON *.*", True),
        (GOOD, Rights(server=REPLICA.server | {"SELECT"}), "REVOKE SELECT ON *.*", True),
        (GOOD, Rights(server=REPLICA.server, roles=frozenset({"clerk"})), "REVOKE clerk", True),
    ],
)
def test_a_server_that_cannot_be_captured_is_told(settings_found: dict[str, str], rights: Rights, says: str, *, stops: bool) -> None:
    (found,) = server_differences("mariadb", settings_found, rights, USER)
    assert says in found.message
    assert found.stops is stops


def test_a_good_server_has_no_difference() -> None:
    assert list(server_differences("mariadb", GOOD, REPLICA, USER)) == []
