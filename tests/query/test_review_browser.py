"""The review in a real browser whose scripts are off: a key typed once, a decision, an undo, and what the browser itself refuses."""

import base64
import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn

from domain.tokens import text_of
from query import review_routes
from query.app import create_app
from query.review_keys import StewardKeys
from settings import Settings
from tests.connectors.door.chromium import Tab, chromium, found
from tests.query.review_store import Ground, ground
from tests.query.town import Town

pytestmark = [pytest.mark.servers, pytest.mark.skipif(found() is None, reason="no Chromium on this machine")]


@pytest.fixture(scope="module")
def store(stack_home: Path) -> Iterator[Ground]:
    with ground(Settings.load(stack_home).store_dsn.get_secret_value()) as own:
        yield own


@pytest.fixture
def site(store: Ground, settings: Settings, town: Town, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Serve the app on a loopback port."""
    monkeypatch.setattr(review_routes, "KafkaSending", lambda _: store.resolver)
    own = settings.model_copy(update={"store_dsn": type(settings.store_dsn)(store.dsn)})
    server = uvicorn.Server(uvicorn.Config(create_app(own, town.contracts, town.index, town.keys), log_level="warning", lifespan="on"))
    listening = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, args=([listening],))
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join()


def picture(tab: Tab, name: str) -> None:
    """Keep a picture where HUILIU_TEST_PICTURES says."""
    folder = os.environ.get("HUILIU_TEST_PICTURES")
    if folder:
        shot = tab.command("Page.captureScreenshot", captureBeyondViewport=True)["data"]
        (Path(folder) / f"{name}.png").write_bytes(base64.b64decode(shot))


def click(tab: Tab, selector: str) -> None:
    """Click what the selector finds, as a hand would: scripts of the page are off."""
    root = tab.command("DOM.getDocument")["root"]["nodeId"]
    node = tab.command("DOM.querySelector", nodeId=root, selector=selector)["nodeId"]
    assert node, f"there is no {selector}"
    tab.command("DOM.scrollIntoViewIfNeeded", nodeId=node)
    left, top, _, _, right, bottom, *_ = tab.command("DOM.getBoxModel", nodeId=node)["model"]["border"]
    for kind in ("mousePressed", "mouseReleased"):
        tab.command("Input.dispatchMouseEvent", type=kind, x=(left + right) / 2, y=(top + bottom) / 2, button="left", clickCount=1)


def write(tab: Tab, selector: str, text: str) -> None:
    root = tab.command("DOM.getDocument")["root"]["nodeId"]
    tab.command("DOM.focus", nodeId=tab.command("DOM.querySelector", nodeId=root, selector=selector)["nodeId"])
    tab.type(text)


def test_a_steward_decides_and_takes_back_without_scripts(site: str, store: Ground, settings: Settings, tmp_path: Path) -> None:
    person = {"name": "尉迟测试", "birth_date": "1990-03-07", "mobile": "13900000001", "address": "江苏省常州市溧阳市溧城街道八字桥一号"}
    one, other = sorted((store.record("P-a", person), store.record("P-b", person | {"mobile": "13900000002"}, "telecom_ct")))
    store.edge(one, other, 14.2)
    store.pair("P-c", "P-d", 9, band="match", refusal="torn")
    key = StewardKeys(settings.home).make("li")
    with chromium(tmp_path) as tab:
        tab.command("Emulation.setScriptExecutionDisabled", value=True)
        tab.go(f"{site}/review")
        picture(tab, "door")
        write(tab, "#key", key)
        tab.enter()
        tab.wait("document.querySelector('.cards a')?.href")
        picture(tab, "list")
        click(tab, f"a[href='/review/{text_of(one)}/{text_of(other)}']")
        tab.wait("document.querySelector('#reason')?.name")
        picture(tab, "pair")
        write(tab, "#reason", "住址与出生日期一致")
        click(tab, "button.same")
        tab.wait("document.querySelector('#log')?.id")
        assert store.pins() == {(one, other, True)}
        picture(tab, "decided")
        click(tab, "summary")
        write(tab, "details input", "看错了")
        click(tab, "details button")
        tab.wait("document.querySelectorAll('#log ~ ol > li').length === 2")
        assert store.pins() == set()
        click(tab, "a.language")
        tab.wait("document.documentElement.lang === 'en' && document.querySelector('#log')?.id")
        tab.command("Emulation.setDeviceMetricsOverride", width=390, height=844, deviceScaleFactor=1, mobile=True)
        picture(tab, "narrow")
        names = [name for role, name in tab.heard() if role in {"button", "textbox", "heading", "link"}]
        assert {"Same", "Different", "Unsure", "Reason"} <= set(names)
        assert all(names)
        assert tab.trouble == []
