"""Runs huiliu's own processes: stream workers, indexer, query, door and watch."""

import os
import sys
from dataclasses import dataclass

import httpx

from stack.process import Launch
from stack.server import Server, Site


@dataclass
class Own(Server):
    """A Python module of ours that says on /metrics when it does its work. ``port`` names its one port."""

    name: str
    module: str
    needs: tuple[str, ...]
    memory_mb: int
    index: int = 0
    port: str = "metrics"
    patience_seconds: float = 120
    grace_seconds: float = 15

    def __post_init__(self) -> None:
        """Tell the supervisor of the port."""
        self.port_names = (self.port,)

    def launch(self, site: Site) -> Launch:
        """Start the module with the interpreter that runs us."""
        extra = {
            "HUILIU_HOME": str(site.home),
            "HUILIU_METRICS_PORT": str(site.ports[self.port]),
            "HUILIU_WORKER_INDEX": str(self.index),
            "PYTHONUNBUFFERED": "1",
        }
        return Launch([sys.executable, "-P", "-m", self.module], site.log, site.home, {**os.environ, **extra})

    def answers(self, site: Site, pid: int) -> bool:
        """It says so itself, naming its own pid."""
        text = httpx.get(f"http://127.0.0.1:{site.ports[self.port]}/metrics", timeout=5).text
        return any(line.startswith(f'huiliu_ready{{pid="{pid}"}} 1') for line in text.splitlines())


def workers(count: int) -> list[Own]:
    """Return the stream workers, which share the topics' partitions."""
    return [Own(f"streams-{index}", "streams", ("kafka", "registry", "store"), 300, index) for index in range(count)]


def others() -> list[Own]:
    """Return the processes of which there is one each; they read topics, tables and an index that those before them create."""
    return [
        Own("indexer", "indexer", ("streams-0", "elasticsearch"), 200),
        Own("query", "query", ("indexer",), 200, port="http"),
        Own("door", "connectors.door", ("streams-0", "elasticsearch"), 180, port="http"),
        Own("watch", "ops", ("streams-0", "connect"), 120),
    ]
