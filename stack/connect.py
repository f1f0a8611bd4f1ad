"""Runs Kafka Connect with Debezium's connectors and the Avro converter."""

from collections.abc import Mapping

import httpx

from stack import java, kafka, registry
from stack.process import Launch
from stack.server import Server, Site
from stack.trees import AVRO_CONVERTER

_HEAP_MB = 768
_PLUGINS = ("debezium-postgres", "debezium-mariadb", "debezium-mysql", "avro-converter")
SECRETS = "secrets"  # connectors/ writes the capture users' passwords there
_LOGGING = {
    "org.slf4j.simpleLogger.defaultLogLevel": "warn",
    "org.slf4j.simpleLogger.log.io.debezium": "info",
    # Its warnings quote statements that a binlog holds instead of rows, values included; attach refuses a server that logs so.
    "org.slf4j.simpleLogger.log.io.debezium.connector.binlog.BinlogStreamingChangeEventSource": "error",
    "org.slf4j.simpleLogger.showDateTime": "true",
    "org.slf4j.simpleLogger.dateTimeFormat": "yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
}


class Connect(Server):
    """Captures the departments' committed changes."""

    name = "connect"
    needs = ("kafka", "registry")
    trees = ("kafka", *_PLUGINS)
    port_names = ("rest",)
    memory_mb = 1100  # seen with 30 connectors that all read tables at once; 620 MB when they only follow the log
    grace_seconds = 30

    def launch(self, site: Site) -> Launch:
        """Write the worker's configuration, and make the folder it insists on finding."""
        (site.home / SECRETS).mkdir(mode=0o700, exist_ok=True)
        configuration = site.data / "connect.properties"
        java.write_properties(configuration, _configuration(site))
        program = java.Java(
            target=("org.apache.kafka.connect.cli.ConnectDistributed",),
            heap_mb=_HEAP_MB,
            class_path=tuple(java.jars(site.trees["kafka"])),
            properties=_LOGGING,
            flags=("-XX:+UseSerialGC", "-Xms256m"),
            arguments=(str(configuration),),
        )
        return java.launch(program, site)

    def answers(self, site: Site, pid: int) -> bool:
        """Its worker has joined its group: only then does it list connectors."""
        del pid
        return httpx.get(f"{url(site.ports)}/connectors", timeout=10).status_code == httpx.codes.OK


def url(ports: Mapping[str, int]) -> str:
    """Return the address of its REST API."""
    return f"http://127.0.0.1:{ports['rest']}"


def _configuration(site: Site) -> dict[str, object]:
    native = registry.native_url(site.peers["registry"])
    return {
        "bootstrap.servers": kafka.bootstrap(site.peers["kafka"]),
        "group.id": "huiliu-connect",
        "listeners": f"HTTP://127.0.0.1:{site.ports['rest']}",
        "rest.advertised.host.name": "127.0.0.1",
        "plugin.path": ",".join(str(site.trees[name]) for name in _PLUGINS),
        "plugin.discovery": "service_load",  # reading every class of every plugin takes four times as long
        **_storage(),
        **_converter("key", native),
        **_converter("value", native),
        # Passwords stay out of the connectors' configurations, which the REST API shows: they name a file in this folder.
        "config.providers": "directory",
        "config.providers.directory.class": "org.apache.kafka.common.config.provider.DirectoryConfigProvider",
        "config.providers.directory.param.allowed.paths": site.home / SECRETS,
        # A connector's contract decides how its own producer trades latency for batches.
        "connector.client.config.override.policy": "All",
        "producer.linger.ms": 0,
        "producer.batch.size": 128 << 10,
        "producer.compression.type": "lz4",
        "producer.max.request.size": 8 << 20,  # what a connector's buffer.memory holds; connectors cut texts to far less
        "offset.flush.interval.ms": 5000,
        # With one worker there is nobody to wait for before a crashed worker's tasks are taken up again.
        "scheduled.rebalance.max.delay.ms": 0,
        "session.timeout.ms": 10000,
        "heartbeat.interval.ms": 3000,
    }


def _storage() -> dict[str, object]:
    """Where the worker keeps its connectors, and each connector its position."""
    topics = {f"{kind}.storage.topic": f"huiliu-connect-{kind}" for kind in ("config", "offset", "status")}
    copies = {f"{kind}.storage.replication.factor": 1 for kind in ("config", "offset", "status")}
    return {**topics, **copies, "offset.storage.partitions": 5, "status.storage.partitions": 3}


def _converter(side: str, native: str) -> dict[str, object]:
    """Write Confluent's wire format (a zero byte and a 4-byte schema id), so that every client library reads it."""
    prefix = f"{side}.converter"
    return {
        prefix: AVRO_CONVERTER,
        f"{prefix}.apicurio.registry.url": native,
        f"{prefix}.apicurio.registry.auto-register": "true",
        f"{prefix}.apicurio.registry.as-confluent": "true",
        f"{prefix}.apicurio.registry.use-id": "contentId",
        f"{prefix}.apicurio.registry.headers.enabled": "false",
    }
