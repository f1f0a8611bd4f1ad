"""The door as a process of the stack: what is handed in there is found by a search, and calls are answered."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from elasticsearch import Elasticsearch
from rich.console import Console
from typer.testing import CliRunner

from cli.main import app
from connectors.door.keys import desk_key
from domain.contract import read_contract
from domain.tokens import Tokeniser
from schemas.indices import ALIAS
from schemas.topics import ensure_topics, source_topics
from settings import Settings
from stack.supervisor import Stack
from tests.connectors.door import chromium
from tests.connectors.door.conftest import HERE

pytestmark = [pytest.mark.servers, pytest.mark.timeout(180)]
ENTERS, COPIES = "ferry_office", "lock_office"
OWN = ["streams-0", "indexer", "door"]
UNIQUE = str(time.time_ns() % 10**9)  # keys of this run, in a home that may be kept between runs


@pytest.fixture(scope="module")
def home(stack_home: Path, settings: Settings) -> Iterator[Path]:
    """The stack with stream worker, indexer and door; two providers attached, one that enters and one that sends copies."""
    installed = stack_home / "providers"
    installed.mkdir(exist_ok=True)
    text = (HERE / "ferry_office.yaml").read_text(encoding="utf-8")
    texts = {ENTERS: text, COPIES: text.replace(ENTERS, COPIES).replace("mode: entry", "mode: file")}
    for slug, said in texts.items():
        (installed / f"{slug}.yaml").write_text(said, encoding="utf-8")
        ensure_topics(settings.kafka_bootstrap, source_topics(read_contract(said, slug).contract), settings.partitions)
        desk_key(stack_home, slug)
    stack = Stack(stack_home, Console(quiet=True))
    stack.down(OWN)
    stack.up(OWN)
    yield stack_home
    stack.down(OWN)
    for slug in texts:
        (installed / f"{slug}.yaml").unlink()


@pytest.fixture
def client(home: Path) -> Iterator[httpx.Client]:
    settings = Settings.load(home)
    headers = {"Authorization": f"Bearer {desk_key(home, ENTERS)}"}
    with httpx.Client(base_url=f"http://127.0.0.1:{settings.door_port}", headers=headers, timeout=30) as client:
        yield client


def followed(client: httpx.Client, where: str, seconds: float = 30) -> dict[str, Any]:
    """Follow a receipt until it is searchable, and return it."""
    until = time.monotonic() + seconds
    while True:
        receipt: dict[str, Any] = client.get(where).json()
        if receipt["state"] == "searchable":
            return receipt
        assert time.monotonic() < until, receipt
        time.sleep(0.05)


def enter(client: httpx.Client, op: str = "upsert", **values: str) -> str:
    body = {"table": "ferryman", "op": op, "values": {"编号": UNIQUE, **values}}
    answer = client.post(f"/v1/providers/{ENTERS}/records", json=body)
    assert answer.status_code == 202, answer.text
    return answer.headers["location"]


def entities(settings: Settings, field: str, value: str) -> list[dict[str, Any]]:
    """Search as a user's query does: by the token of a personal value."""
    token = Tokeniser(settings.master_key_bytes()).text(field, value)
    query = {"bool": {"filter": [{"term": {f"tokens.{field}": token}}, {"term": {"deleted": False}}]}}
    with Elasticsearch(settings.elasticsearch_url) as client:
        return [hit["_source"] for hit in client.search(index=ALIAS, query=query)["hits"]["hits"]]


def test_an_entry_a_correction_and_a_deletion_reach_the_search(client: httpx.Client, settings: Settings) -> None:
    first, second = f"139{UNIQUE:0>8}"[:11], f"138{UNIQUE:0>8}"[:11]
    receipt = followed(client, enter(client, 姓名="王伟", 手机=first))
    assert receipt["searchable"] == {"of": 1, "resolved": 1, "found": 1, "sent": 1}
    (entity,) = entities(settings, "mobile", first)
    assert [(member["provider"], member["role"]) for member in entity["members"]] == [(ENTERS, "ferryman")]
    began = time.monotonic()
    assert followed(client, enter(client, 姓名="王伟", 手机=second))["updated"] == 1
    took = time.monotonic() - began
    assert entities(settings, "mobile", first) == []
    assert len(entities(settings, "mobile", second)) == 1
    assert followed(client, enter(client, "delete"))["deleted"] == 1
    assert entities(settings, "mobile", second) == []
    assert took < 5, f"a correction took {took:.2f} s to be searchable"


def test_what_changes_nothing_visible_is_searchable_at_once(client: httpx.Client) -> None:
    followed(client, enter(client, 姓名="李娜"))
    assert followed(client, enter(client, 姓名="李娜"))["unchanged"] == 1


def test_a_bulk_is_followed_to_the_last_row(client: httpx.Client) -> None:
    body = b"\n".join(orjson.dumps({"values": {"渡口": f"渡{UNIQUE}{number}", "岸": "N"}}) for number in range(2_500))
    answer = client.post(
        f"/v1/providers/{ENTERS}/records?table=crossing",
        content=body,
        headers={"Content-Type": "application/x-ndjson", "Idempotency-Key": f"bulk-{UNIQUE}"},
    )
    assert answer.status_code == 202, answer.text
    receipt = followed(client, answer.headers["location"], 60)
    assert (receipt["created"], receipt["searchable"]["found"]) == (2_500, 2_500)


def test_a_dropped_copy_is_taken_and_followed(home: Path) -> None:
    settings = Settings.load(home)
    until = time.monotonic() + 20
    folder = home / "drop" / COPIES
    while not folder.exists():
        assert time.monotonic() < until, "the door makes the drop folder of who is attached by file"
        time.sleep(0.1)
    draft = folder / "crossing.csv.part"
    draft.write_text(f"渡口,岸\n闸{UNIQUE},N\n闸{UNIQUE},S\n", encoding="utf-8")
    draft.rename(folder / "crossing.csv")
    headers = {"Authorization": f"Bearer {desk_key(home, COPIES)}"}
    with httpx.Client(base_url=f"http://127.0.0.1:{settings.door_port}", headers=headers, timeout=30) as client:
        latest = _await(lambda: [r for r in _receipts(client, COPIES) if r["name"] == "crossing.csv" and r["state"] != "repeated"])
        if latest[0]["state"] == "waiting":  # a kept home: this copy deletes what the last run's had
            client.post(f"{latest[0]['href']}/confirm", json={"by": "业务科"}).raise_for_status()
        assert followed(client, latest[0]["href"])["created"] == 2
    assert not (folder / "crossing.csv").exists()


def test_an_uploaded_copy_that_cannot_be_read_is_refused_with_a_receipt(client: httpx.Client) -> None:
    answer = client.post(f"/v1/providers/{ENTERS}/files?name=list.pdf", content=b"%PDF-1.7 " + b"x" * 99)
    assert (answer.status_code, answer.json()["code"]) == (422, "refused")
    assert _receipts(client, ENTERS)[0]["state"] == "refused"


def test_a_call_is_made_seen_answered_and_closed(client: httpx.Client, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUILIU_HOME", str(home))

    def huiliu(*words: str) -> list[dict[str, Any]]:
        result = CliRunner().invoke(app, ["call", *words, "--json"])
        assert result.exit_code == 0, result.output
        return [json.loads(line) for line in result.stdout.splitlines()]

    (made,) = huiliu(ENTERS, "--matter", f"今日值班 {UNIQUE}", "--table", "ferryman", "--minutes", "30", "--office", "整合办值班室")
    assert (made["state"], made["seen_ms"], made["due_ms"] - made["called_ms"]) == ("open", None, 1_800_000)
    shown = {call["id"]: call for call in client.get(f"/v1/providers/{ENTERS}/calls").json()["calls"]}
    assert shown[made["id"]]["matter"] == f"今日值班 {UNIQUE}"
    body = {"table": "ferryman", "values": {"编号": f"{UNIQUE}-2", "姓名": "赵敏"}}
    receipt = client.post(f"/v1/providers/{ENTERS}/records?call={made['id']}", json=body).json()
    listed = next(call for call in huiliu(ENTERS, "--list") if call["id"] == made["id"])
    assert listed["seen_ms"] >= made["called_ms"]
    assert (listed["state"], listed["receipts"], listed["late_ms"]) == ("answered", [receipt["id"]], 0)
    assert huiliu("--close", str(made["id"]), "--office", "整合办值班室")[0]["state"] == "closed"
    again = client.post(f"/v1/providers/{ENTERS}/records?call={made['id']}", json=body)
    assert (again.status_code, again.json()["code"]) == (422, "no_such_call")


@pytest.mark.skipif(not chromium.found(), reason="no Chromium on this machine: the desk's page is NOT tested on servers; install chromium")
def test_what_a_clerk_types_in_the_page_is_found_by_a_search(client: httpx.Client, home: Path, settings: Settings, tmp_path: Path) -> None:
    mobile = f"137{UNIQUE:0>8}"[:11]
    with chromium.chromium(tmp_path) as tab:
        tab.go(f"{client.base_url}/providers/{ENTERS}")
        tab.run("document.getElementById('key').focus()")
        tab.type(desk_key(home, ENTERS))
        tab.enter()
        tab.wait("document.querySelector('form.entry') !== null && document.readyState === 'complete'")
        tab.wait("document.querySelector('.receipt') !== null || !document.getElementById('receipts-none').hidden")
        for column, text in (("编号", f"{UNIQUE}-3"), ("姓名", "王伟"), ("手机", mobile)):
            tab.run(f"document.querySelector('[data-column=\"{column}\"] input').focus()")
            tab.type(text)
        tab.enter()
        number = tab.wait("document.querySelector('form.entry .told:not([hidden]):not(.wrong)')?.innerText.match(/[0-9]+/)?.[0]")
        tab.wait(f"document.querySelector('[data-receipt=\"{number}\"] .state.searchable') !== null")
        assert tab.trouble == []
    assert len(entities(settings, "mobile", mobile)) == 1


def test_nothing_typed_stands_in_the_log(client: httpx.Client, home: Path) -> None:
    enter(client, 姓名="欧阳溧阳", 备注="不在日志里")
    log = (home / "logs" / "door.log").read_text(encoding="utf-8")
    assert "serving on" in log
    for typed in ("欧阳溧阳", "不在日志里", desk_key(home, ENTERS)):
        assert typed not in log


def _receipts(client: httpx.Client, slug: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get(f"/v1/providers/{slug}/receipts").json()["receipts"]
    return found


def _await(look: Callable[[], Any], seconds: float = 30) -> Any:
    until = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < until
        time.sleep(0.1)
    return found
