"""Runs one Elasticsearch node on loopback."""

from collections.abc import Mapping

import httpx

from stack import java
from stack.process import Launch
from stack.server import Server, Site

_HEAP_MB = 1024
_LOGGING = """status = error
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = [%d{ISO8601}][%-5p][%-25c{1.}] %m%n
rootLogger.level = warn
rootLogger.appenderRef.console.ref = console
logger.node.name = org.elasticsearch.node.Node
logger.node.level = info
"""
# From the distribution's jvm.options: netty must not reach into the JDK, nor keep buffers for ever.
_PROPERTIES = {
    "es.distribution.type": "tar",
    "es.networkaddress.cache.ttl": "60",
    "es.networkaddress.cache.negative.ttl": "10",
    "io.netty.noUnsafe": "true",
    "io.netty.noKeySetOptimization": "true",
    "io.netty.recycler.maxCapacityPerThread": "0",
    "log4j.shutdownHookEnabled": "false",
    "log4j2.disable.jmx": "true",
    "log4j2.formatMsgNoLookups": "true",
}


class Elasticsearch(Server):
    """The index."""

    name = "elasticsearch"
    trees = ("elasticsearch",)
    port_names = ("http", "transport")
    memory_mb = 1500

    def launch(self, site: Site) -> Launch:
        """Write its configuration."""
        tree = site.trees["elasticsearch"]
        config = java.private_folder(java.private_folder(site.data) / "config")
        (config / "elasticsearch.yml").write_text(_configuration(site))
        (config / "log4j2.properties").write_text(_LOGGING)
        program = java.Java(
            target=("EsNode",),
            heap_mb=_HEAP_MB,
            class_path=(str(tree / "classes"), *java.jars(tree / "lib")),
            properties={**_PROPERTIES, "es.path.home": str(tree), "es.path.conf": str(config)},
            flags=("-XX:+UseSerialGC", f"-Xms{_HEAP_MB}m", "-Xss1m"),
            arguments=(str(tree), str(config)),
        )
        return java.launch(program, site)

    def answers(self, site: Site, pid: int) -> bool:
        """Its cluster has a master and every primary shard."""
        del pid
        health = httpx.get(f"{url(site.ports)}/_cluster/health", timeout=5)
        return health.status_code == httpx.codes.OK and health.json()["status"] in ("green", "yellow")


def url(ports: Mapping[str, int]) -> str:
    """Return the address of its API."""
    return f"http://127.0.0.1:{ports['http']}"


def _configuration(site: Site) -> str:
    settings = {
        "cluster.name": "huiliu",
        "node.name": "node-1",
        "discovery.type": "single-node",
        "network.host": "127.0.0.1",
        "http.port": site.ports["http"],
        "transport.port": site.ports["transport"],
        "path.data": site.data / "data",
        "path.logs": site.data / "logs",
        # A misspelt index name is an error, not a new index without our mapping.
        "action.auto_create_index": "false",
        # Percentages of a developer's large, nearly full disk would make every index read-only.
        "cluster.routing.allocation.disk.watermark.low": "500mb",
        "cluster.routing.allocation.disk.watermark.high": "400mb",
        "cluster.routing.allocation.disk.watermark.flood_stage": "200mb",
        "cluster.info.update.interval": "60s",
    }
    return "".join(f"{name}: {value}\n" for name, value in settings.items())
