"""What the supervisor knows of any server or process: what it needs, how it starts, and when it is ready."""

import signal
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from stack.account import Account
from stack.process import Launch


@dataclass(frozen=True, slots=True)
class Site:
    """Where one server lives: its data, log and ports, every server's ports, and the unpacked kits."""

    home: Path
    data: Path
    log: Path
    ports: Mapping[str, int]
    peers: Mapping[str, Mapping[str, int]]
    trees: Mapping[str, Path]
    account: Account | None


class Server(ABC):
    """A server or one of huiliu's own processes."""

    name: str
    needs: tuple[str, ...] = ()
    outlived_by: tuple[str, ...] = ()
    """servers whose restart it does not get over by itself: it is restarted with them"""
    trees: tuple[str, ...] = ()
    port_names: tuple[str, ...] = ()
    memory_mb: int = 0
    patience_seconds: float = 180  # on a machine busy with other work; 16 s when idle
    stop_signal: signal.Signals = signal.SIGTERM
    grace_seconds: float = 20
    drops_root: bool = False

    @abstractmethod
    def launch(self, site: Site) -> Launch:
        """Write what the process reads at its start, and return how to start it."""

    @abstractmethod
    def answers(self, site: Site, pid: int) -> bool:
        """Tell whether the process does its work, by its own protocol; network errors mean not yet."""

    def complete(self, site: Site) -> None:  # noqa: B027  # most servers need nothing more
        """Do what can only be done once the server answers, such as creating a database."""
