"""The real servers: noticed when killed, restarted where they were, with what they held."""

import json
import os
import signal
import stat
import time
from pathlib import Path

import httpx
import psycopg
import pytest
from confluent_kafka import Consumer, Producer
from confluent_kafka.admin import AdminClient, NewTopic
from rich.console import Console
from typer.testing import CliRunner

from cli.main import app
from settings import Settings
from stack.supervisor import ServerStatus, Stack

pytestmark = pytest.mark.servers


@pytest.fixture
def stack(stack_home: Path) -> Stack:
    return Stack(stack_home, Console(quiet=True))


def one(stack: Stack, name: str) -> ServerStatus:
    return next(each for each in stack.status() if each.name == name)


def kill(stack: Stack, name: str) -> ServerStatus:
    """Kill the server as a crash would; return its status from before."""
    before = one(stack, name)
    assert before.pid
    os.kill(before.pid, signal.SIGKILL)
    while one(stack, name).state != "crashed":
        time.sleep(0.05)
    return before


def restart(stack: Stack, before: ServerStatus) -> None:
    """Start it again; it must be another process on the same ports."""
    stack.up([before.name], servers_only=True)
    after = one(stack, before.name)
    assert (after.state, after.ports) == ("running", before.ports)
    assert after.pid != before.pid


def connect(settings: Settings) -> psycopg.Connection:
    return psycopg.connect(settings.store_dsn.get_secret_value(), autocommit=True)


def test_status_tells_every_server_and_what_it_holds(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUILIU_HOME", str(stack.home))
    result = CliRunner().invoke(app, ["status", "--json"])
    assert result.exit_code == 0
    servers = {each["name"]: each for each in json.loads(result.stdout.splitlines()[-1])["servers"]}
    for name in ("departments", "store", "kafka", "registry", "connect", "elasticsearch"):
        assert servers[name]["state"] == "running"
        assert servers[name]["rss_mb"] > 10
        assert servers[name]["ports"]


def test_a_killed_kafka_is_named_and_comes_back_with_its_messages(
    stack: Stack, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    servers, topic = {"bootstrap.servers": settings.kafka_bootstrap}, f"kept-{time.time_ns()}"
    admin = AdminClient(servers)
    admin.create_topics([NewTopic(topic, 1, 1)])[topic].result(20)
    producer = Producer(servers)
    producer.produce(topic, b"kept")
    assert producer.flush(20) == 0

    before = kill(stack, "kafka")
    monkeypatch.setenv("HUILIU_HOME", str(stack.home))
    result = CliRunner().invoke(app, ["status"])
    assert result.exit_code == 1
    assert "huiliu up kafka" in result.stderr
    restart(stack, before)

    consumer = Consumer({**servers, "group.id": topic, "auto.offset.reset": "earliest"})
    consumer.subscribe([topic])
    message = consumer.poll(30)
    consumer.close()
    assert message is not None
    assert message.value() == b"kept"


def test_a_killed_store_comes_back_with_its_rows(stack: Stack, settings: Settings) -> None:
    with connect(settings) as connection:
        connection.execute("drop table if exists kept")
        connection.execute("create table kept (at bigint)")
        connection.execute("insert into kept values (42)")
    restart(stack, kill(stack, "store"))
    with connect(settings) as connection:
        assert connection.execute("select at from kept").fetchall() == [(42,)]


def test_a_killed_elasticsearch_comes_back_with_its_documents(stack: Stack, settings: Settings) -> None:
    index = f"{settings.elasticsearch_url}/kept"
    httpx.delete(index, timeout=30)
    httpx.put(index, timeout=30).raise_for_status()
    httpx.put(f"{index}/_doc/1", json={"text": "汇流"}, timeout=30).raise_for_status()
    restart(stack, kill(stack, "elasticsearch"))
    assert httpx.get(f"{index}/_doc/1", timeout=30).json()["_source"] == {"text": "汇流"}


def test_elasticsearch_tells_its_own_version_and_makes_no_index_by_mistake(settings: Settings) -> None:
    version = httpx.get(settings.elasticsearch_url, timeout=30).json()["version"]
    node = next(iter(httpx.get(f"{settings.elasticsearch_url}/_nodes", timeout=30).json()["nodes"].values()))
    assert version["number"] == node["version"]
    assert version["build_hash"] == node["build_hash"]
    assert httpx.put(f"{settings.elasticsearch_url}/misspelt/_doc/1", json={}, timeout=30).status_code == 404


def test_a_schema_keeps_its_id_when_the_registry_is_killed(stack: Stack, settings: Settings) -> None:
    url = f"{settings.registry_url}/subjects/kept-value/versions"
    schema = {"schema": json.dumps({"type": "record", "name": "Kept", "fields": []})}
    identifier = httpx.post(url, json=schema, timeout=30).json()["id"]
    restart(stack, kill(stack, "registry"))
    assert httpx.get(f"{url}/latest", timeout=30).json()["id"] == identifier


def test_connect_finds_the_connector_and_the_converter(settings: Settings) -> None:
    found = httpx.get(f"{settings.connect_url}/connector-plugins?connectorsOnly=false", timeout=30).json()
    classes = {each["class"].rpartition(".")[2] for each in found}
    assert {"PostgresConnector", "AvroConverter"} <= classes


def test_departments_are_ready_for_fifty_providers_and_log_no_values(stack: Stack, settings: Settings) -> None:
    canary = "canary-张三-110101199003070011"
    assert settings.departments_dsn
    with psycopg.connect(settings.departments_dsn.get_secret_value(), autocommit=True) as connection:
        shown = {name: connection.execute(f"show {name}").fetchone() for name in ("wal_level", "fsync", "max_replication_slots")}
        connection.execute("create temp table once (name text primary key)")
        connection.execute("insert into once values (%s)", [canary])
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("insert into once values (%s)", [canary])
    assert shown == {"wal_level": ("logical",), "fsync": ("on",), "max_replication_slots": ("60",)}
    log = stack.logs("departments").read_text()
    assert "duplicate key" in log
    assert canary not in log


def test_secrets_are_the_owners_alone(stack_home: Path) -> None:
    for name in ("huiliu.env", "stack.json", "keys/master.key", "keys/store.password"):
        assert stat.S_IMODE((stack_home / name).stat().st_mode) == 0o600
    password = (stack_home / "keys" / "store.password").read_text().strip()
    state = json.loads((stack_home / "stack.json").read_text())
    assert password not in json.dumps(state)
    for path in (stack_home / "logs").iterdir():
        assert password not in path.read_text(errors="replace")


def test_two_stacks_side_by_side_share_nothing_and_keep_their_data(stack: Stack, settings: Settings, tmp_path: Path) -> None:
    second = Stack(tmp_path / "second", Console(quiet=True))
    try:
        second.up(["store"], servers_only=True)
        theirs = Settings.load(second.home)
        assert not {*one(stack, "store").ports.values()} & {*one(second, "store").ports.values()}
        with connect(theirs) as connection:
            connection.execute("create table mine (at int)")
        second.down()
        second.up(["store"], servers_only=True)
        with connect(theirs) as connection:
            assert connection.execute("select count(*) from mine").fetchone() == (0,)
        with connect(settings) as connection:
            assert connection.execute("select to_regclass('mine')").fetchone() == (None,)
    finally:
        second.erase()
    assert one(stack, "store").state == "running"
