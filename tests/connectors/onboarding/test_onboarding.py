"""A department that nobody prepared, on real servers: one file and one command, and its rows are found in the index."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import psycopg
import pytest
from rich.console import Console
from ruamel.yaml import YAML
from typer.testing import CliRunner, Result

from cli.main import app
from connectors.names import connector_name
from connectors.onboarding.writing import yaml_text
from connectors.worker import Worker
from schemas.indices import ALIAS
from settings import SOURCES_FILE, Settings
from settings.contracts import contract_paths
from stack.supervisor import Stack
from tests.connectors.harbour import CANARY, PASSWORD, make_department
from tests.connectors.tap import forget_topics

SLUG = "strangers"
TABLES = """
CREATE SCHEMA "yw2";
CREATE TYPE yw2.zt AS ENUM ('01', '02');
CREATE TABLE yw2.qy_jbxx (
  zbh uuid PRIMARY KEY DEFAULT gen_random_uuid(), "select" varchar(200), tyshxydm char(18), zt yw2.zt, wz point, zlly jsonb, bz text
);
COMMENT ON TABLE yw2.qy_jbxx IS '企业基本信息';
COMMENT ON COLUMN yw2.qy_jbxx."select" IS '企业名称';
COMMENT ON COLUMN yw2.qy_jbxx.bz IS '备注：含"举报"线索 # 不外传';
CREATE TABLE yw2.czjl (sj timestamptz, nr text);
CREATE TABLE yw2.hylb (dm int, nf int, mc text, PRIMARY KEY (dm, nf)) PARTITION BY RANGE (nf);
CREATE TABLE yw2.hylb_2020 PARTITION OF yw2.hylb FOR VALUES FROM (2020) TO (2030);
CREATE VIEW yw2.v_qy AS SELECT zbh FROM yw2.qy_jbxx;
"""
SECONDS = 60
OLD = "旧行"  # stood in the source before any version mapped its column
RUN = "".join("零一二三四五六七八九"[int(digit)] for digit in str(time.time_ns())[-9:])


def _run(*words: str, code: int = 0) -> Result:
    result = CliRunner().invoke(app, ["contract", *words])
    assert result.exit_code == code, result.output
    assert PASSWORD not in result.output
    return result


@pytest.fixture(scope="module")
def stack(stack_home: Path, settings: Settings, worker: Worker) -> Iterator[Stack]:
    """The running servers with the stream worker and the indexer, and nothing left of an earlier run."""
    worker.remove(connector_name(SLUG))
    forget_topics(settings, SLUG)
    (stack_home / "providers" / f"{SLUG}.yaml").unlink(missing_ok=True)
    with psycopg.connect(settings.store_dsn.get_secret_value(), autocommit=True) as store:
        there = store.execute("SELECT to_regclass('contract_version') IS NOT NULL").fetchone()
        if there and there[0]:
            store.execute("SET session_replication_role = replica")  # what is kept can only be forgotten by a superuser
            store.execute("DELETE FROM contract_version WHERE provider = %s", (SLUG,))
            store.execute("DELETE FROM contract_consent WHERE provider = %s", (SLUG,))
    stack, own = Stack(stack_home, Console(quiet=True)), ["streams-0", "indexer"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HUILIU_HOME", str(stack_home))
        stack.up(own)
        yield stack
        stack.down(own)
    worker.remove(connector_name(SLUG))


@pytest.fixture(scope="module")
def addresses(stack: Stack, cluster: psycopg.Connection) -> Iterator[tuple[str, str]]:
    """The strangers' database: (capture role's, DBA's) address. The company's name tells one run's rows from another's."""
    assert stack
    urls = make_department(cluster, SLUG, TABLES)
    with psycopg.connect(urls[1]) as department:
        department.execute("INSERT INTO yw2.qy_jbxx (\"select\", tyshxydm, zt, bz) VALUES (%s, %s, '01', %s)", (_company(1), OLD, CANARY))
    with pytest.MonkeyPatch.context() as patch:
        for name in ("", "_ADMIN"):
            patch.setenv(f"HUILIU_SOURCE_{SLUG.upper()}{name}", "")  # put back at the end, whatever the commands set
        yield urls
        if contract_paths(stack.home / "providers"):
            _run("detach", SLUG, "--admin", urls[1])
            (stack.home / "providers" / f"{SLUG}.yaml").unlink()


def _company(number: int) -> str:
    return f"溧阳市异乡{number}号{RUN}商行"


@pytest.fixture(scope="module")
def drafted(addresses: tuple[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The draft of the whole database."""
    path = tmp_path_factory.mktemp("engineer") / f"{SLUG}.yaml"
    result = _run("new", SLUG, "--from", addresses[1], "--row", "35", "-o", str(path))
    assert f"HUILIU_SOURCE_{SLUG.upper()}=postgresql://{SLUG}_dba:PASSWORD@" in result.stderr
    return path


@pytest.mark.servers
def test_the_draft_speaks_of_every_table_and_lets_nothing_out(drafted: Path, addresses: tuple[str, str]) -> None:
    document = YAML(typ="safe").load(drafted)
    assert [table["name"] for table in document["tables"]] == ["hylb", "qy_jbxx"]
    assert document["tables"][0]["key"] == ["dm", "nf"]
    assert list(document["withheld_tables"]) == ["czjl"]
    companies = document["tables"][1]
    assert companies["title"]["zh"] == "企业基本信息"
    assert {tuple(fate) for name, fate in companies["columns"].items() if name != "zbh"} == {("withhold",)}
    assert '备注：含"举报"线索 # 不外传' in drafted.read_text()
    assert "yw2.v_qy" in drafted.read_text()
    assert CANARY not in drafted.read_text()
    told = _run("check", str(drafted), code=1).stdout
    for place in ("owner", "liaison.leader", "legal_basis", "tables.0.speaks_of", "tables.1.speaks_of"):
        assert f" {place}: " in told
    assert "exists" in _run("new", SLUG, "--from", addresses[1], "-o", str(drafted), code=1).stderr
    assert "the database is down" in _run("new", SLUG, "--from", "postgresql://u:p@127.0.0.1:9/d", code=1).stderr


@pytest.fixture(scope="module")
def decided(drafted: Path) -> Path:
    """The file once the engineer has decided: companies by name and state, the rest stays."""
    yaml = YAML()
    document = yaml.load(drafted)
    document["withheld_tables"]["hylb"] = "行业类别无须外传 nobody needs the classification"
    companies = document["tables"].pop(1)
    document["tables"] = [companies]
    document |= {
        "title": {"zh": "异乡局", "en": "Strangers' bureau"},
        "owner": "异乡局",
        "liaison": {"leader": "局长室", "officer": "数据岗"},
        "legal_basis": ["市场主体登记管理条例"],
        "purposes": ["market_supervision"],
    }
    document["connection"]["admin_url_env"] = f"HUILIU_SOURCE_{SLUG.upper()}_ADMIN"
    companies["speaks_of"] = {"company": "organisation"}
    companies["columns"]["select"] = {"to": {"company.name": "open"}}
    companies["columns"]["zt"] = {"to": {"company.status": "open"}, "codes": {"01": "open", "02": "closed"}}
    companies["sample"]["row"] = {"zbh": "0f7c0a3e-0000-4000-8000-000000000001", "select": "溧阳市样例商行", "zt": "01"}
    drafted.write_text(yaml_text(document))
    made = YAML(typ="safe").load(_run("sample", str(drafted)).stdout)["records"]
    assert made == [{"role": "company", "values": {"name": "溧阳市样例商行", "status": "open"}}]
    companies["sample"]["records"] = made
    drafted.write_text(yaml_text(document))
    checked = _run("check", str(drafted))
    assert "qy_jbxx.bz" in checked.stderr
    return drafted


@pytest.mark.servers
def test_one_file_and_one_command(decided: Path, addresses: tuple[str, str], settings: Settings, stack_home: Path) -> None:
    capture, dba = addresses
    assert "CREATE PUBLICATION" in _run("plan", str(decided), "--from", capture).stdout
    began = time.monotonic()
    (report,) = map(json.loads, _run("attach", str(decided), "--from", capture, "--admin", dba, "--json").stdout.splitlines())
    assert report["ok"], report
    _await(lambda: _company(1) in _found(settings, _company(1)), "the row at rest is not in the index")
    assert time.monotonic() - began < SECONDS
    assert contract_paths(*settings.contract_folders)[SLUG].read_text() == decided.read_text()
    sources = stack_home / SOURCES_FILE
    assert sources.stat().st_mode & 0o777 == 0o600
    assert capture in sources.read_text()
    assert dba not in sources.read_text()
    with psycopg.connect(dba) as department:
        department.execute("INSERT INTO yw2.qy_jbxx (\"select\", zt, bz) VALUES (%s, '02', %s)", (_company(2), CANARY))
    _await(lambda: _company(2) in _found(settings, _company(2)), "the new row is not in the index")
    assert CANARY not in _search(settings, {"query": {"match_all": {}}, "size": 10_000})
    again = json.loads(_run("attach", str(decided), "--admin", dba, "--json").stdout)
    assert {change["state"] for change in again["changes"]} == {"unchanged"}


@pytest.mark.servers
def test_a_wider_version_waits_for_consent_and_its_rows_are_read_again(
    decided: Path, addresses: tuple[str, str], settings: Settings
) -> None:
    admin = ("--admin", addresses[1])
    _edit(decided, 1, {"to": {"company.note": "open"}})
    assert "write version: 2" in _run("attach", str(decided), *admin, code=1).stderr
    _edit(decided, 2, {"to": {"company.note": "open"}})
    assert "--version 2" in _run("attach", str(decided), *admin, code=1).stderr
    assert [json.loads(line)["effect"] for line in _run("diff", str(decided), "--json").stdout.splitlines()] == ["widens"] * 2
    _run("consent", str(decided), "--version", "3", "--office", "数据岗", "--note", "1号", code=1)
    _run("consent", str(decided), "--version", "2", "--office", "数据岗", "--note", "1号")
    _run("attach", str(decided), *admin)
    _await(lambda: OLD in _found(settings, _company(1)), "the old row's newly mapped column is not in the index")
    found = [json.loads(line) for line in _run("versions", SLUG, "--json").stdout.splitlines()]
    assert [(each["version"], len(each["consents"])) for each in found] == [(1, 0), (2, 1)]
    assert "widens" in _run("diff", SLUG, "1", "2").stdout
    assert "narrows" in _run("diff", SLUG, "2", "1").stdout


@pytest.mark.servers
def test_a_narrower_version_takes_back_what_was_told(decided: Path, addresses: tuple[str, str], settings: Settings) -> None:
    _edit(decided, 3, {"withhold": "不再外传 not told any more"})
    _run("attach", str(decided), "--admin", addresses[1])
    _await(lambda: OLD not in _found(settings, _company(1)), "the withheld column's value is still in the index")
    assert _company(1) in _found(settings, _company(1))


def _edit(path: Path, version: int, fate: dict[str, object]) -> None:
    yaml = YAML()
    document = yaml.load(path)
    document["version"] = version
    document["tables"][0]["columns"]["tyshxydm"] = fate
    path.write_text(yaml_text(document))


def _found(settings: Settings, company: str) -> str:
    return _search(settings, {"query": {"match_phrase": {"open.name": company}}, "size": 10})


def _await(condition: Callable[[], bool], failure: str) -> None:
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline, failure
        time.sleep(0.2)


def _search(settings: Settings, body: dict[str, object]) -> str:
    answer = httpx.post(f"{settings.elasticsearch_url}/{ALIAS}/_search", json=body, timeout=30)
    return json.dumps(answer.json(), ensure_ascii=False)
