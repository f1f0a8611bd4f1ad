"""What the machine lacks is told in one sentence before anything starts."""

import os
import socket
from pathlib import Path
from types import SimpleNamespace

import pytest

from stack import account, machine, ports
from stack.account import Account
from stack.errors import StackError

NOBODY = Account("nobody", 65534, 65534)


def test_a_platform_that_the_files_are_not_for(monkeypatch: pytest.MonkeyPatch) -> None:
    machine.check_platform()
    monkeypatch.setattr(machine.platform, "machine", lambda: "aarch64")
    with pytest.raises(StackError, match="unsupported platform Linux aarch64"):
        machine.check_platform()


def test_a_home_that_cannot_be_a_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StackError, match=r"file/home cannot be written .*HUILIU_HOME"):
        machine.check_home(tmp_path / "file" / "home")


def test_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine.shutil, "disk_usage", lambda _: SimpleNamespace(free=5 << 20))
    with pytest.raises(StackError, match="has 5 MB free and 1500 MB are needed"):
        machine.check_home(tmp_path)


def test_missing_memory_names_the_largest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "available_mb", lambda: 1000)
    machine.check_memory({"store": 400, "kafka": 600})
    with pytest.raises(StackError, match=r"1000 MB are available and store, kafka take about 1200 MB \(kafka most\)"):
        machine.check_memory({"store": 400, "kafka": 800})


def test_a_container_may_hold_less_than_the_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "_CGROUP", tmp_path)
    (tmp_path / "memory.max").write_text("max\n")
    (tmp_path / "memory.current").write_text(f"{100 << 20}\n")
    assert machine.available_mb() > 300
    (tmp_path / "memory.max").write_text(f"{400 << 20}\n")
    assert machine.available_mb() == 300


def test_a_port_is_busy_while_someone_listens_and_its_holder_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert not ports.is_free(port)
        assert port in ports.listening(os.getpid())
        assert f"(pid {os.getpid()})" in ports.holder(port)
    assert ports.is_free(port)


def test_chosen_ports_are_below_the_kernels_own_and_not_taken() -> None:
    chosen = ports.choose(range(20000, 30000))
    assert 30000 <= chosen < 32000


def test_a_closed_folder_above_keeps_another_user_out(tmp_path: Path) -> None:
    closed, open_ = tmp_path / "closed", Path("/usr/lib")
    (closed / "home").mkdir(parents=True)
    closed.chmod(0o700)
    assert not account.can_reach(NOBODY, closed / "home")
    assert account.can_reach(NOBODY, open_)
    assert account.can_reach(None, closed / "home")


def test_a_refuge_that_others_may_write_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(account, "_SHARED", tmp_path)
    folder = account.refuge()
    assert account.refuge() == folder
    folder.chmod(0o777)
    with pytest.raises(StackError, match="writable by others"):
        account.refuge()
