"""Decides where each server's data and kits lie, given which user it runs as and what that user can reach."""

import secrets
from collections.abc import Iterable
from pathlib import Path

from rich.console import Console

from stack.account import Account, can_reach, refuge
from stack.server import Server
from stack.state import State


class Places:
    """Folders of one stack. An unprivileged PostgreSQL that cannot reach the home folder or the cache gets places under /var/tmp."""

    def __init__(self, state: State, account: Account | None, console: Console) -> None:
        """Choose, once for the life of the data, whether a refuge is needed."""
        self._home, self._account = state.home, account
        if state.refuge is None and not can_reach(account, state.home):
            state.refuge = _make_passable(refuge() / secrets.token_hex(4))
            console.print(
                f"[yellow]以 root 运行，PostgreSQL 改用用户 {account.name if account else ''}，其数据放在 {state.refuge} "
                f"(running as root: PostgreSQL runs as that user, who cannot reach {state.home}, so its data lie there)"
            )
        self._refuge = state.refuge

    def data(self, server: Server) -> Path:
        """Return the server's data folder, which need not exist yet."""
        if server.drops_root and self._refuge:
            return self._refuge / server.name
        return self._home / server.name

    def trees(self, servers: Iterable[Server], cache: Path) -> dict[str, Path]:
        """Return, for each kit the servers need, the folder that is to hold it."""
        return {tree: self._holder(server, cache) for server in servers for tree in server.trees}

    def _holder(self, server: Server, cache: Path) -> Path:
        if server.drops_root and not can_reach(self._account, cache):
            return _make_passable(refuge() / "trees")
        return cache / "trees"


def _make_passable(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    folder.chmod(0o711)
    return folder
