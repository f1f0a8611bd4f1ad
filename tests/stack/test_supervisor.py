"""The supervisor with small stand-ins for servers: what it starts, notices, moves, names and ends."""

import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from rich.console import Console

from stack import own, state, supervisor
from stack.errors import StackError, UnknownServerError
from stack.process import Launch
from stack.server import Server, Site
from stack.supervisor import Stack

SERVE = """
import socket, sys
server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
while True:
    client, _ = server.accept()
    client.recv(4096)
    client.sendall(b"HTTP/1.0 200 OK\\r\\n\\r\\n")
    client.close()
"""


@dataclass
class Web(Server):
    """A tiny real server: Python's own, or whatever ``code`` does."""

    name: str
    needs: tuple[str, ...] = ()
    code: str = SERVE
    patience_seconds: float = 20
    grace_seconds: float = 5
    port_names: tuple[str, ...] = ("http",)

    def launch(self, site: Site) -> Launch:
        command = [sys.executable, "-I", "-S", "-c", self.code, str(site.ports["http"])]
        return Launch(command, site.log, site.home, dict(os.environ))

    def answers(self, site: Site, pid: int) -> bool:
        del pid
        return httpx.get(f"http://127.0.0.1:{site.ports['http']}").status_code == 200


@pytest.fixture
def servers(monkeypatch: pytest.MonkeyPatch) -> list[Server]:
    """Return the list of servers that the stack knows, for the test to change."""
    known: list[Server] = [Web("one"), Web("two", needs=("one",))]
    monkeypatch.setattr(supervisor, "_SERVERS", known)
    monkeypatch.setattr(own, "workers", lambda count: [Web(f"streams-{index}") for index in range(count)])
    monkeypatch.setattr(own, "others", list)
    monkeypatch.setattr(supervisor.environment, "write", lambda _: None)
    return known


@pytest.fixture
def stack(servers: list[Server], tmp_path: Path) -> Iterator[Stack]:
    del servers  # only wanted in place
    built = Stack(tmp_path, Console(quiet=True))
    yield built
    built.down()


def states(stack: Stack) -> dict[str, str]:
    return {each.name: each.state for each in stack.status()}


def one(stack: Stack, name: str = "one") -> supervisor.ServerStatus:
    return next(each for each in stack.status() if each.name == name)


def kill(pid: int | None) -> None:
    assert pid
    os.kill(pid, signal.SIGKILL)
    time.sleep(0.05)


def test_a_second_up_starts_nothing(stack: Stack) -> None:
    first = {each.name: each.pid for each in stack.up()}
    assert states(stack) == {"one": "running", "two": "running", "streams-0": "running"}
    assert {each.name: each.pid for each in stack.up()} == first


def test_a_killed_server_is_noticed_named_and_restarted_on_its_port(stack: Stack, tmp_path: Path) -> None:
    stack.up()
    before = one(stack)
    kill(before.pid)
    seen = one(stack)
    assert seen.state == "crashed"
    assert str(tmp_path / "logs" / "one.log") in seen.look_at
    assert "huiliu up one" in seen.look_at
    stack.up(["one"])
    after = one(stack)
    assert (after.state, after.ports) == ("running", before.ports)
    assert after.pid != before.pid


def test_what_does_not_get_over_a_restart_is_restarted_too(stack: Stack, servers: list[Server]) -> None:
    servers[1].outlived_by = ("one",)
    stack.up()
    before = {each.name: each.pid for each in stack.status()}
    stack.up(["one"])
    assert {each.name: each.pid for each in stack.status()} == before
    kill(before["one"])
    stack.up(["one"])
    after = {each.name: each.pid for each in stack.status()}
    assert after["one"] != before["one"]
    assert after["two"] != before["two"]
    assert after["streams-0"] == before["streams-0"]


def test_up_of_one_starts_what_it_needs_and_no_more(stack: Stack) -> None:
    stack.up(["two"])
    assert states(stack) == {"one": "running", "two": "running", "streams-0": "stopped"}


def test_servers_only_leaves_our_own_processes_out(stack: Stack, servers: list[Server]) -> None:
    servers.append(own.Own("ours", "no_such_module", (), 1))
    stack.up(servers_only=True)
    assert states(stack)["ours"] == "stopped"


def test_surplus_workers_are_ended_and_the_number_is_remembered(stack: Stack) -> None:
    stack.up(workers=3)
    assert states(stack)["streams-2"] == "running"
    stack.up()
    assert states(stack)["streams-2"] == "running"
    stack.up(workers=1)
    assert [states(stack)[f"streams-{index}"] for index in range(3)] == ["running", "stopped", "stopped"]


def test_what_dies_at_its_start_is_named_and_the_rest_goes_on(stack: Stack, servers: list[Server]) -> None:
    servers.insert(0, Web("bad", code="import sys; sys.exit('fatal: No space left on device')"))
    servers.append(Web("three", needs=("bad",)))
    with pytest.raises(StackError) as caught:
        stack.up()
    bad, three = str(caught.value).splitlines()
    assert "bad" in bad
    assert "exit code 1" in bad
    assert "fatal: No space left on device; free some disk; log: " in bad
    assert three.endswith("it needs bad")
    assert states(stack)["two"] == "running"
    assert states(stack)["bad"] == "crashed"


def test_what_never_answers_is_named_in_time(stack: Stack, servers: list[Server]) -> None:
    servers[:] = [Web("mute", code="import time; time.sleep(60)", patience_seconds=0.5)]
    with pytest.raises(StackError, match=r"mute .* did not answer within [01] s"):
        stack.up()
    assert states(stack)["mute"] == "starting"


def test_a_port_that_answers_is_no_proof_that_the_server_is_ours(stack: Stack, servers: list[Server]) -> None:
    """The stand-in's child listens and answers; the process that was started does not."""
    child = f"import signal, subprocess, sys; p = subprocess.Popen([sys.executable, '-c', {SERVE!r}, sys.argv[1]]); "
    servers[:] = [
        Web(
            "sly",
            code=child + "signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM]); signal.sigwait([signal.SIGTERM]); p.kill(); p.wait()",
            patience_seconds=2,
        )
    ]
    with pytest.raises(StackError, match=r"sly .* did not answer"):
        stack.up(["sly"])
    stack.down()


def test_a_strangers_port_makes_an_idle_server_move(stack: Stack) -> None:
    stack.up(["one"])
    port = one(stack).ports["http"]
    stack.down()
    with socket.create_server(("127.0.0.1", port)):
        stack.up(["one"])
    assert one(stack).ports["http"] != port
    assert one(stack).state == "running"


def test_a_strangers_port_that_others_rely_on_is_an_error_naming_its_holder(stack: Stack) -> None:
    stack.up()
    port = one(stack).ports["http"]
    kill(one(stack).pid)
    told = rf"port {port} of one is held by .*pid {os.getpid()}.* two rely"
    with socket.create_server(("127.0.0.1", port)), pytest.raises(StackError, match=told):
        stack.up()
    stack.up()
    assert one(stack).state == "running"


def test_down_kills_what_will_not_go(stack: Stack, servers: list[Server]) -> None:
    stubborn = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + SERVE
    servers.append(Web("stubborn", code=stubborn, grace_seconds=0.5))
    stack.up()
    pids = [each.pid for each in stack.status() if each.pid]
    assert stack.down() == ["stubborn"]
    assert set(states(stack).values()) == {"stopped"}
    assert not any(Path("/proc", str(pid)).exists() for pid in pids)
    assert stack.down() == []


def test_down_ends_what_needs_others_first(stack: Stack, servers: list[Server], tmp_path: Path) -> None:
    told = f"""
import os, signal, sys, time
def end(*_):
    time.sleep(DELAY)
    open({str(tmp_path / "ended")!r}, "a").write("NAME ")
    os._exit(0)
signal.signal(signal.SIGTERM, end)
"""
    code = {name: told.replace("NAME", name).replace("DELAY", delay) + SERVE for name, delay in (("one", "0"), ("two", "0.3"))}
    servers[:] = [Web("one", code=code["one"]), Web("two", needs=("one",), code=code["two"])]
    stack.up(servers_only=True)
    stack.down()
    assert (tmp_path / "ended").read_text() == "two one "


def test_another_command_sees_and_ends_the_same_processes(stack: Stack, tmp_path: Path) -> None:
    stack.up()
    other = Stack(tmp_path, Console(quiet=True))
    assert states(other) == states(stack)
    other.down(["two"])
    assert states(stack) == {"one": "running", "two": "stopped", "streams-0": "running"}


def test_an_interrupted_up_is_taken_up_by_the_next(stack: Stack, tmp_path: Path) -> None:
    stack.up()
    before = one(stack)
    written = state.load(tmp_path)
    written.servers["one"].phase = "starting"
    state.save(written)
    assert one(stack).state == "starting"
    stack.up()
    assert (one(stack).state, one(stack).pid) == ("running", before.pid)


def test_an_unknown_name_lists_the_known(stack: Stack) -> None:
    with pytest.raises(UnknownServerError, match="no server kafak: choose from one, streams-0, two"):
        stack.up(["kafak"])


def test_missing_memory_starts_nothing(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor.machine, "available_mb", lambda: -1)
    with pytest.raises(StackError, match="not enough memory"):
        stack.up()
    assert set(states(stack).values()) <= {"stopped"}


def test_erase_leaves_only_what_others_put_there(stack: Stack, tmp_path: Path) -> None:
    stack.up()
    (tmp_path / "notes.txt").touch()
    stack.erase()
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
    assert stack.status() == []


def test_down_of_a_folder_without_a_stack_makes_nothing(tmp_path: Path) -> None:
    assert Stack(tmp_path / "none", Console(quiet=True)).down() == []
    assert not (tmp_path / "none").exists()
