"""The state file tells its own processes from every other."""

import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import psutil
import pytest
from rich.console import Console

from stack import process, state
from stack.errors import StackError
from stack.state import Entry, State


def running(**changes: object) -> Entry:
    """Return an entry that describes this very process."""
    return Entry.model_validate(
        {"phase": "running", "pid": os.getpid(), "ticks": process.start_ticks(os.getpid()), "ports": {"http": 20001}, **changes}
    )


def saved(home: Path, **changes: object) -> State:
    home.mkdir(exist_ok=True)
    written = State.model_validate({"home": home, "boot": state.boot_id(), "servers": {"kafka": running()}, **changes})
    state.save(written)
    return written


def test_it_reads_what_it_wrote_and_only_the_owner_may(tmp_path: Path) -> None:
    written = saved(tmp_path)
    assert state.load(tmp_path) == written
    assert stat.S_IMODE((tmp_path / state.STATE_FILE).stat().st_mode) == 0o600
    assert written.servers["kafka"].alive()


def test_a_reused_pid_is_another_process() -> None:
    assert not running(ticks=1).alive()


def test_a_zombie_is_dead() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)  # our own interpreter
    entry = running(pid=child.pid, ticks=process.start_ticks(child.pid))
    assert entry.alive()
    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert not entry.alive()
    child.communicate()


def test_a_process_that_ended_before_it_was_seen_is_dead() -> None:
    assert not Entry(pid=os.getpid(), ticks=None).alive()


def test_after_a_reboot_ports_stay_and_processes_do_not(tmp_path: Path) -> None:
    saved(tmp_path, boot="another")
    entry = state.load(tmp_path).servers["kafka"]
    assert (entry.phase, entry.pid, entry.ports) == ("stopped", None, {"http": 20001})


def test_a_moved_folder_keeps_its_processes(tmp_path: Path) -> None:
    saved(tmp_path / "old")
    (tmp_path / "old").rename(tmp_path / "new")
    loaded = state.load(tmp_path / "new")
    assert loaded.home == tmp_path / "new"
    assert loaded.servers["kafka"].alive()


def test_a_folder_reached_through_a_link_is_the_same(tmp_path: Path) -> None:
    saved(tmp_path / "real")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert state.load(tmp_path / "link").servers["kafka"].alive()


def test_a_copy_claims_neither_processes_nor_ports_of_the_original(tmp_path: Path) -> None:
    saved(tmp_path / "original")
    (tmp_path / "copy").mkdir()
    (tmp_path / "copy" / state.STATE_FILE).write_bytes((tmp_path / "original" / state.STATE_FILE).read_bytes())
    entry = state.load(tmp_path / "copy").servers["kafka"]
    assert (entry.pid, entry.ports) == (None, {})


def test_a_copy_whose_databases_stayed_behind_is_refused(tmp_path: Path) -> None:
    saved(tmp_path / "original", refuge=tmp_path / "elsewhere")
    (tmp_path / "copy").mkdir()
    (tmp_path / "copy" / state.STATE_FILE).write_bytes((tmp_path / "original" / state.STATE_FILE).read_bytes())
    with pytest.raises(StackError, match="this is a copy of"):
        state.load(tmp_path / "copy")


def test_a_damaged_state_is_named_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / state.STATE_FILE).write_text("{")
    with pytest.raises(StackError, match=r"stack\.json holds no valid state: .* then run huiliu up"):
        state.load(tmp_path)


def test_one_command_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    console = Console(quiet=True)
    order: list[str] = []

    def second() -> None:
        with state.exclusive(tmp_path, console):
            order.append("second")

    with state.exclusive(tmp_path, console):
        thread = threading.Thread(target=second)
        thread.start()
        thread.join(0.5)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]
    monkeypatch.setattr(state, "_LOCK_WAIT_SECONDS", 0)
    with state.exclusive(tmp_path, console), pytest.raises(StackError, match="another huiliu up or down"):
        second()


LINGERS = """
import ctypes, os, threading, time
threading.Thread(target=lambda: (time.sleep(0.7), os._exit(0))).start()
print(flush=True)
ctypes.CDLL(None).syscall(60, 0)  # exit, of this thread only
"""


def test_a_process_whose_threads_still_end_is_waited_for() -> None:
    with subprocess.Popen([sys.executable, "-c", LINGERS], stdout=subprocess.PIPE) as child:  # noqa: S603  # our own interpreter
        assert child.stdout is not None
        child.stdout.readline()
        entry = running(pid=child.pid, ticks=process.start_ticks(child.pid))
        while psutil.Process(child.pid).status() != psutil.STATUS_ZOMBIE:
            assert child.poll() is None
        assert entry.alive()
        assert entry.ticks is not None
        process.await_end_if_dying(child.pid, entry.ticks, seconds=20)
        assert not entry.alive()
