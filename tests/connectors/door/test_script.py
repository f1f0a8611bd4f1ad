"""The desk in a real browser: opened, typed into, sent and followed by keyboard, with nothing refused by the page's own policy."""

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import uvicorn

from connectors.door.following import Resolved
from tests.connectors.door import chromium
from tests.connectors.door.chromium import Tab
from tests.connectors.door.conftest import SLUG, Door
from tests.connectors.door.test_calls import call

pytestmark = [
    pytest.mark.servers,
    pytest.mark.skipif(not chromium.found(), reason="no Chromium on this machine: the desk's scripts are NOT tested; install chromium"),
    pytest.mark.timeout(120),
]
FORM = "document.querySelector('form.entry:not([hidden])')"


@pytest.fixture
def address(door: Door) -> Iterator[str]:
    door.now[0] = time.time()
    server = uvicorn.Server(uvicorn.Config(door.app, port=0, log_config=None, access_log=False))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(10)


@pytest.fixture
def tab(address: str, door: Door, tmp_path: Path) -> Iterator[Tab]:
    """A browser at the open desk; the key was typed and sent by keyboard."""
    with chromium.chromium(tmp_path) as tab:
        tab.go(f"{address}/providers/{SLUG}")
        tab.run("document.getElementById('key').focus()")
        tab.type(door.key)
        tab.enter()
        tab.wait("document.getElementById('desk') !== null && !document.getElementById('receipts-none').hidden")
        yield tab
        assert tab.trouble == []


def field(column: str) -> str:
    return f"{FORM}.querySelector('[data-column=\"{column}\"] :is(input, select, textarea)')"


def fill(tab: Tab, column: str, text: str) -> None:
    tab.run(f"{field(column)}.focus(), {field(column)}.select?.()")
    tab.type(text)


def says(column: str) -> str:
    return f"{FORM}.querySelector('[data-column=\"{column}\"] .says').innerText"


def test_a_record_is_entered_by_keyboard_judged_while_typed_and_followed(tab: Tab, door: Door) -> None:
    tab.run(f"{field('编号')}.focus()")
    tab.type("1")
    tab.tab()
    tab.type("11010519491231003X")
    assert "校验位不对" in tab.wait(says("身份证号"))
    fill(tab, "身份证号", "11010519491231002X")
    tab.wait(f"{says('身份证号')} === '可以'")
    tab.tab()
    tab.type("王伟")
    tab.tab()
    tab.press("ArrowDown", 40)  # the select's first code
    tab.tab()
    tab.type("1949年12月31日")
    assert "1949-12-31" in tab.wait(says("出生日期"))
    tab.enter()
    tab.wait("document.querySelector('.receipt .state.sent') !== null")
    (sent,) = door.intake.sent[1]
    assert door.intake.rows[SLUG, "ferryman"][("1",)]["性别"] == "1"
    assert tab.run(f"{field('姓名')}.value") == ""  # ready for the next, and nothing of the last is left
    assert "王伟" not in tab.run("document.documentElement.outerHTML")
    door.way.resolved[sent.row_handle] = Resolved(sent.lsn, {"P-1": 1})
    door.way.searchable["P-1"] = 1
    tab.wait("document.querySelector('.receipt .state.searchable')?.innerText === '可查询'")
    assert "1/1" in tab.run("document.querySelector('.receipt .share').innerText")
    assert "可查询" in tab.run("document.getElementById('news').textContent")


def test_what_is_missing_is_marked_and_gets_the_focus(tab: Tab, door: Door) -> None:
    fill(tab, "编号", "1")
    tab.enter()
    tab.wait(f"{FORM}.querySelector('[data-column=\"姓名\"] input').getAttribute('aria-invalid') === 'true'")
    assert "必填" in tab.run(says("姓名"))
    assert tab.run(f"document.activeElement === {field('姓名')}")
    assert tab.run(f"{field('编号')}.value") == "1"
    assert not door.intake.receipts


def test_a_deletion_asks_for_the_key_alone(tab: Tab, door: Door) -> None:
    tab.run(f"{FORM}.querySelector('[value=delete]').click()")
    assert tab.run(f"[...{FORM}.querySelectorAll('.column:not([hidden])')].map((each) => each.dataset.column)") == ["编号"]
    fill(tab, "编号", "1")
    tab.enter()
    tab.wait("document.querySelector('.receipt') !== null")
    assert door.intake.receipts[0].unchanged == 1


def test_both_languages_keep_what_was_typed(tab: Tab) -> None:
    fill(tab, "编号", "1")
    tab.run("document.getElementById('language').click()")
    assert tab.run("document.documentElement.lang") == "en"
    assert tab.run("document.querySelector('#entry-heading').innerText") == "One entry"
    assert tab.run(f"{field('编号')}.value") == "1"
    assert "Choose" in tab.run(f"{field('性别')}.options[0].textContent")
    assert ("textbox", "ferryman's number(key)") in tab.heard()


def test_a_screen_reader_hears_names_and_states(tab: Tab) -> None:
    heard = tab.heard()
    assert ("textbox", "渡工编号（关键列）") in heard
    assert ("heading", "即报") in heard
    assert ("button", "报送") in heard
    assert not [(role, name) for role, name in heard if role in {"textbox", "button", "combobox", "link"} and not name.strip()]


def test_a_call_runs_its_clock_and_is_answered_by_what_is_sent_for_it(tab: Tab, door: Door) -> None:
    door.calls.make(replace(call(), due_ms=int(door.now[0] * 1000) + 3_600_000))
    tab.run("location.reload()")
    clock = "document.querySelector('.call .clock')?.innerText"
    first = tab.wait(clock)
    assert first.startswith(("还剩 00:59:", "还剩 01:00:00"))
    tab.wait(f"{clock} !== '{first}'")
    assert "今日值班渡工名单" in tab.run("document.querySelector('.call .matter').innerText")
    tab.run("document.querySelector('.call .answer').focus()")
    tab.enter()
    assert tab.run(f"{FORM}.querySelector('.call-choice').value") == "1"
    fill(tab, "编号", "1")
    fill(tab, "姓名", "王伟")
    tab.enter()
    tab.wait("document.querySelector('.call .state.answered')?.innerText === '已答'")
    assert door.calls.all[1].receipts == (1,)


def test_an_overdue_call_is_marked(tab: Tab, door: Door) -> None:
    door.calls.make(call())  # due in 2013
    tab.run("location.reload()")
    tab.wait("document.querySelector('.call.overdue .state.overdue')?.innerText === '超时'")


def test_a_file_is_uploaded_and_a_copy_that_waits_is_confirmed(tab: Tab, door: Door, tmp_path: Path) -> None:
    (tmp_path / "渡工.csv").write_text("1\n2\n")
    door.intake.waits = True
    tab.run("document.querySelector('#upload .go').click()")
    tab.wait("document.querySelector('#upload .told').innerText === '请先选择文件。'")
    tab.choose_file("#file", tmp_path / "渡工.csv")
    tab.run("document.querySelector('#upload .go').click()")
    tab.wait("document.querySelector('.receipt .state.waiting') !== null")
    assert "渡工.csv" in tab.run("document.querySelector('.receipt .what').innerText")
    tab.run("document.querySelector('.decision input').focus()")
    tab.type("业务科")
    tab.run("document.querySelector('.decision button[value=confirm]').click()")
    tab.wait("document.querySelector('.receipt .state.sent') !== null")
    assert "业务科" in door.intake.receipts[0].reason


def test_a_closed_desk_loses_nothing_that_was_typed(tab: Tab, door: Door) -> None:
    fill(tab, "编号", "1")
    door.now[0] += 4000
    fill(tab, "姓名", "王伟")
    tab.enter()
    tab.wait(f"{FORM}.querySelector('.told.wrong')?.innerText.includes('窗口已关闭')")
    assert tab.run(f"{field('姓名')}.value") == "王伟"
