"""A headless Chromium, if this machine has one, driven over its debugging pipe: no network, no further package."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_SECONDS = 20.0
_OPTIONS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-extensions",
    "--disable-background-networking",
    "--lang=zh-CN",
    "--remote-debugging-pipe",
)
_AS_3_AND_4 = """
import fcntl, os, sys
read, write = (fcntl.fcntl(int(number), fcntl.F_DUPFD, 10) for number in sys.argv[1:3])
os.dup2(read, 3)
os.dup2(write, 4)
os.execv(sys.argv[3], sys.argv[3:])
"""


def found() -> str | None:
    """Return the browser's path, None when there is none."""
    return next((path for path in map(shutil.which, NAMES) if path), None)


class Tab:
    """One page. ``trouble`` collects exceptions of scripts and what the browser refused, such as breaches of the CSP."""

    def __init__(self, read: int, write: int) -> None:
        self._read, self._write = os.fdopen(read, "rb"), os.fdopen(write, "wb", buffering=0)
        self._buffer = b""
        self._number = 0
        self._session: str | None = None
        self.trouble: list[str] = []
        target = self.command("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.command("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "DOM", "Accessibility"):
            self.command(f"{domain}.enable")

    def command(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        self._write.write(json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self._number:
                assert "error" not in answer, answer["error"]
                result: dict[str, Any] = answer["result"]
                return result
            self._note(answer)

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            part = os.read(self._read.fileno(), 1 << 16)
            assert part, "the browser ended"
            self._buffer += part
        message, self._buffer = self._buffer.split(b"\0", 1)
        answer: dict[str, Any] = json.loads(message)
        return answer

    def _note(self, event: dict[str, Any]) -> None:
        if event["method"] == "Runtime.exceptionThrown":
            self.trouble.append(json.dumps(event["params"]["exceptionDetails"]))
        if event["method"] == "Log.entryAdded" and event["params"]["entry"]["source"] != "network":
            self.trouble.append(event["params"]["entry"]["text"])

    def go(self, url: str) -> None:
        self.command("Page.navigate", url=url)
        self.wait("document.readyState === 'complete' && location.href !== 'about:blank'")

    def run(self, script: str) -> Any:
        """Evaluate an expression in the page and return its value."""
        result = self.command("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in result, result["exceptionDetails"]
        return result["result"].get("value")

    def wait(self, script: str) -> Any:
        """Evaluate an expression until it is true, and return its value."""
        until = time.monotonic() + _SECONDS
        while True:
            try:
                value = self.run(script)
            except AssertionError:  # the page is just being replaced
                value = None
            if value:
                return value
            assert time.monotonic() < until, f"never true: {script}\n{self.trouble}\n{self.run('document.body.innerText')}"
            time.sleep(0.05)

    def type(self, text: str) -> None:
        """Type into what has the focus."""
        self.command("Input.insertText", text=text)

    def press(self, key: str, code: int, text: str = "") -> None:
        named = {"key": key, "code": key, "windowsVirtualKeyCode": code}
        self.command("Input.dispatchKeyEvent", type="keyDown", text=text, **named)
        self.command("Input.dispatchKeyEvent", type="keyUp", **named)

    def tab(self) -> None:
        self.press("Tab", 9)

    def enter(self) -> None:
        self.press("Enter", 13, "\r")

    def choose_file(self, selector: str, path: Path) -> None:
        root = self.command("DOM.getDocument")["root"]["nodeId"]
        node = self.command("DOM.querySelector", nodeId=root, selector=selector)["nodeId"]
        self.command("DOM.setFileInputFiles", nodeId=node, files=[str(path)])

    def heard(self) -> list[tuple[str, str]]:
        """Return what a screen reader is told: (role, name) of every node that is not ignored."""
        nodes = self.command("Accessibility.getFullAXTree")["nodes"]
        return [(n["role"]["value"], n.get("name", {}).get("value", "")) for n in nodes if not n["ignored"]]


@contextmanager
def chromium(folder: Path) -> Iterator[Tab]:
    """Start a browser with its profile in ``folder``, and end it."""
    to_browser, from_us = os.pipe()
    from_browser, to_us = os.pipe()
    command = [
        sys.executable,
        "-c",
        _AS_3_AND_4,
        str(to_browser),
        str(to_us),
        str(found()),
        *_OPTIONS,
        f"--user-data-dir={folder / 'profile'}",
    ]
    with (folder / "chromium.log").open("wb") as log:
        process = subprocess.Popen(command, pass_fds=(to_browser, to_us), stdout=log, stderr=log)  # noqa: S603  # the browser found on the path
    os.close(to_browser)
    os.close(to_us)
    try:
        tab = Tab(from_browser, from_us)
        yield tab
        tab._session = None
        tab.command("Browser.close")
        process.wait(_SECONDS)
    finally:
        process.kill()
        process.wait()
