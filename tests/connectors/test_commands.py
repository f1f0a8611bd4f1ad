"""``huiliu contract`` on real servers: six providers at once, listed, seen from the outside, and gone without a trace."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner, Result

from cli.main import app
from connectors.worker import Worker
from settings import Settings
from tests.connectors.harbour import PASSWORD, TABLES, make_department
from tests.connectors.tap import forget_topics

SLUGS = [f"pier_{number}" for number in range(1, 7)]


def _run(*words: str, code: int = 0) -> Result:
    result = CliRunner().invoke(app, ["contract", *words])
    assert result.exit_code == code, result.output
    assert PASSWORD not in result.output
    return result


@pytest.fixture(scope="module")
def piers(
    stack_home: Path,
    settings: Settings,
    worker: Worker,
    cluster: psycopg.Connection,
    harbour_text: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Path]:
    """Six departments, and the folder of their contracts."""
    folder = tmp_path_factory.mktemp("providers")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HUILIU_HOME", str(stack_home))
        patch.setenv("HUILIU_PROVIDERS_DIR", str(folder))
        for slug in SLUGS:
            worker.remove(f"src.{slug}")
            forget_topics(settings, slug)
            capture, dba = make_department(cluster, slug, TABLES)
            patch.setenv(f"HUILIU_SOURCE_{slug.upper()}", capture)
            patch.setenv(f"HUILIU_SOURCE_{slug.upper()}_ADMIN", dba)
            text = harbour_text.replace("harbour_office", slug).replace("HARBOUR_OFFICE", slug.upper())
            (folder / f"{slug}.yaml").write_text(text, encoding="utf-8")
        yield folder
        for slug in SLUGS:
            worker.remove(f"src.{slug}")


@pytest.mark.servers
@pytest.mark.usefixtures("piers")
def test_six_providers_attach_at_once_and_leave_no_trace(cluster: psycopg.Connection, worker: Worker) -> None:
    assert "CREATE PUBLICATION" in _run("plan", "pier_1").stdout
    start = time.monotonic()
    _run("attach", "--all")
    assert time.monotonic() - start < 20  # 2.4 s seen on warm servers
    again = [json.loads(line) for line in _run("attach", "--all", "--json").stdout.splitlines()]
    assert {change["state"] for report in again for change in report["changes"]} == {"unchanged"}
    assert "nothing to do" in _run("plan", "pier_1").stdout
    feeds = [json.loads(line) for line in _run("list", "--json").stdout.splitlines()]
    assert [(feed["slug"], feed["state"], feed["row"], feed["mode"]) for feed in feeds] == [(slug, "running", 17, "cdc") for slug in SLUGS]
    assert {each["column"] for each in feeds[0]["withheld"]} == {"health", "secret_number", "diary", "guard_phone"}
    assert feeds[0]["slot_bytes"] is not None
    assert "pier_6" in _run("list").stdout
    assert "is kept" in _run("detach", "--all").stdout
    _run("detach", "pier_1")  # once more: nothing is there
    assert worker.states().keys().isdisjoint(f"src.{slug}" for slug in SLUGS)
    assert cluster.execute("SELECT count(*) FROM pg_replication_slots WHERE slot_name LIKE 'huiliu_pier%'").fetchone() == (0,)
    _nothing_left(cluster)


def _nothing_left(cluster: psycopg.Connection) -> None:
    with psycopg.connect(cluster.info.dsn, dbname="pier_1", password=cluster.info.password) as pier:
        assert pier.execute("SELECT count(*) FROM pg_publication").fetchone() == (0,)
        assert pier.execute("SELECT count(*) FROM pg_namespace WHERE nspname = 'huiliu'").fetchone() == (0,)
        assert pier.execute("SELECT has_any_column_privilege('pier_1_capture', 'boatman', 'SELECT')").fetchone() == (False,)


@pytest.mark.servers
def test_one_bad_provider_holds_up_no_other(piers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (piers / "pier_3.yaml").write_text("provider: pier_3\n", encoding="utf-8")
    monkeypatch.setenv("HUILIU_SOURCE_PIER_4", "postgresql://u:p@127.0.0.1:9/d")
    result = _run("attach", "pier_2", "pier_3", "pier_4", "pier_5", "--json", code=1)
    reports = {report["provider"]: report["ok"] for report in map(json.loads, result.stdout.splitlines())}
    assert reports == {"pier_2": True, "pier_4": False, "pier_5": True}
    assert "pier_3.yaml:1" in result.stderr
    monkeypatch.setenv("HUILIU_CONNECT_URL", "http://127.0.0.1:9")
    states = [json.loads(line)["state"] for line in _run("list", "--json", code=1).stdout.splitlines()]
    assert set(states) == {"unknown"}
    monkeypatch.undo()
    _run("detach", "pier_2", "pier_5")


def test_check_names_file_line_and_remedy(harbour_text: str, tmp_path: Path) -> None:
    good, bad = tmp_path / "harbour_office.yaml", tmp_path / "ferry_office.yaml"
    good.write_text(harbour_text, encoding="utf-8")
    bad.write_text(
        harbour_text.replace("harbour_office", "ferry_office", 1).replace("name: 张三\n        born", "name: 李四\n        born")
    )
    assert _run("check", str(good)).stdout == ""
    result = _run("check", "--folder", str(tmp_path), code=1)
    assert result.stdout.startswith(f"{bad}:48: ")
    assert "tables.0.sample.records.0.values.name: 值不符 boatman.name becomes '李四', not '张三'" in result.stdout
    (problem,) = map(json.loads, _run("check", str(bad), "--json", code=1).stdout.splitlines())
    assert problem["path"] == "tables.0.sample.records.0.values.name"


def test_an_empty_folder_is_not_a_pass(tmp_path: Path) -> None:
    assert "there is no contract" in _run("check", "--folder", str(tmp_path), code=1).stderr


def test_a_missing_file_is_a_problem(tmp_path: Path) -> None:
    assert f"{tmp_path}/nobody.yaml:1" in _run("check", "nobody", "--folder", str(tmp_path), code=1).stdout


def test_the_exported_schema_is_fresh() -> None:
    kept = Path(__file__).parents[2] / "schemas" / "contract.schema.json"
    assert _run("schema").stdout == kept.read_text(encoding="utf-8"), "run: huiliu contract schema > schemas/contract.schema.json"


def test_the_list_needs_no_servers_where_huiliu_was_never_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUILIU_HOME", str(tmp_path))
    monkeypatch.delenv("HUILIU_PROVIDERS_DIR", raising=False)
    done = CliRunner().invoke(app, ["contract", "list", "--json"])
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.exit_code == 0
    assert {row["row"] for row in rows} == set(range(1, 46))
    assert {row["state"] for row in rows} == {"not_attached", "role"}
    assert {"row", "slug", "mode", "tables", "withheld", "role"} <= rows[0].keys()
