"""Chooses free loopback ports, and tells who holds a busy one."""

import random
import socket
from collections.abc import Iterable

import psutil

LOOPBACK = "127.0.0.1"
# Below the kernel's ephemeral range (32768 up), so that no outgoing connection takes a stopped server's port.
_LOWEST, _HIGHEST = 20000, 32000
_DRAWS = 200


def is_free(port: int) -> bool:
    """Tell whether a server could listen on 127.0.0.1 at ``port`` now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def choose(taken: Iterable[int]) -> int:
    """Return a free port that is not among ``taken``."""
    avoid = set(taken)
    for _ in range(_DRAWS):
        port = random.randrange(_LOWEST, _HIGHEST)  # noqa: S311  # a port is no secret
        if port not in avoid and is_free(port):
            return port
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def holder(port: int) -> str:
    """Say who listens on ``port``, as far as this user may see."""
    for connection in psutil.net_connections("tcp"):
        if port in _listens(connection.status, connection.laddr) and connection.pid:
            try:
                return f"{psutil.Process(connection.pid).name()} (pid {connection.pid})"
            except psutil.Error:
                return f"pid {connection.pid}"
    return "另一个程序 another program"


def listening(pid: int) -> set[object]:
    """Return the ports on which the process itself listens; empty when it is gone."""
    try:
        connections = psutil.Process(pid).net_connections("tcp")
    except psutil.Error:
        return set()
    return {port for connection in connections for port in _listens(connection.status, connection.laddr)}


def _listens(status: str, address: tuple[object, ...]) -> set[object]:
    return {address[1]} if status == psutil.CONN_LISTEN and address else set()
