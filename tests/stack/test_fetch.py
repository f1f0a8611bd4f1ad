"""Downloads are resumed, verified and never repeated; the registry is a small server on loopback."""

import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from rich.console import Console

from stack import fetch
from stack.artifacts import LOCK_FILE, Artifact, locked
from stack.errors import StackError

CONTENT = bytes(range(256)) * 4000
ARTIFACT = Artifact("org.example", "thing", "1.0", "", "jar", hashlib.sha256(CONTENT).hexdigest(), len(CONTENT))


class Registry(ThreadingHTTPServer):
    """Serves CONTENT. ``cut`` ends the next answers after so many bytes; ``spoil`` alters as many answers."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.asked: list[str | None] = []
        self.cut: list[int] = []
        self.spoil = 0
        self.status = 200


class Answer(BaseHTTPRequestHandler):
    server: Registry

    def do_GET(self) -> None:
        asked = self.headers.get("Range")
        self.server.asked.append(asked)
        if self.server.status != 200:
            self.send_error(self.server.status)
            return
        begin = int(asked.removeprefix("bytes=").rstrip("-")) if asked else 0
        body = CONTENT[begin:]
        if self.server.spoil:
            self.server.spoil -= 1
            body = bytes(len(body))
        self.send_response(206 if asked else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: self.server.cut.pop()] if self.server.cut else body)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> Iterator[Registry]:
    server = Registry()
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    monkeypatch.setattr(fetch, "_address", lambda _: f"http://127.0.0.1:{server.server_port}/thing.jar")
    monkeypatch.setattr(fetch, "_RETRY_SECONDS", 0)
    yield server
    server.shutdown()
    server.server_close()


def get(cache: Path) -> Path:
    return fetch.fetch([ARTIFACT], cache, Console(quiet=True))[ARTIFACT]


def test_a_second_run_asks_nothing(registry: Registry, tmp_path: Path) -> None:
    assert get(tmp_path).read_bytes() == CONTENT
    assert get(tmp_path).read_bytes() == CONTENT
    assert registry.asked == [None]


def test_a_cut_connection_is_resumed_where_it_broke(registry: Registry, tmp_path: Path) -> None:
    registry.cut = [300_000, 500_000]
    assert get(tmp_path).read_bytes() == CONTENT
    starts = [int(asked.removeprefix("bytes=").rstrip("-")) for asked in registry.asked[1:] if asked]
    assert len(starts) == 2
    assert 300_000 < starts[0] <= 500_000 < starts[1] <= 800_000  # at most one chunk is asked for twice


def test_what_an_ended_process_left_is_taken_over(registry: Registry, tmp_path: Path) -> None:
    folder = tmp_path / "files" / ARTIFACT.sha256[:16]
    folder.mkdir(parents=True)
    (folder / f"{ARTIFACT.filename}.999999999.part").write_bytes(CONTENT[:700_000])
    assert get(tmp_path).read_bytes() == CONTENT
    assert registry.asked == ["bytes=700000-"]
    assert [path.name for path in folder.iterdir()] == [ARTIFACT.filename]


def test_one_corrupt_download_is_fetched_again(registry: Registry, tmp_path: Path) -> None:
    registry.spoil = 1
    assert get(tmp_path).read_bytes() == CONTENT
    assert len(registry.asked) == 2


def test_a_download_that_stays_corrupt_is_refused_and_not_kept(registry: Registry, tmp_path: Path) -> None:
    registry.spoil = 2
    with pytest.raises(StackError, match=r"corrupt download: thing-1\.0\.jar"):
        get(tmp_path)
    assert not list(tmp_path.rglob("*.jar*"))


def test_a_missing_file_is_one_sentence_with_a_remedy(registry: Registry, tmp_path: Path) -> None:
    registry.status = 404
    with pytest.raises(StackError, match=r"cannot download thing-1.0.jar \(HTTPError\): check the network"):
        get(tmp_path)


def test_a_full_disk_is_told_before_anything_is_asked(registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "_SPARE_BYTES", 1 << 62)
    with pytest.raises(StackError, match="disk too full"):
        get(tmp_path)
    assert registry.asked == []


def test_the_lock_names_no_host_and_each_file_once() -> None:
    text = LOCK_FILE.read_text()
    assert "://" not in text
    for files in locked().values():
        assert len({file.filename for file in files}) == len(files)
        assert all(len(file.sha256) == 64 and file.size > 0 for file in files)
