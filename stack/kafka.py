"""Runs one Kafka broker in KRaft mode: broker and controller in one process, sized for one machine."""

import base64
import secrets
import subprocess
from collections.abc import Mapping
from pathlib import Path

from confluent_kafka.admin import AdminClient

from schemas.topics import LARGEST_MESSAGE
from stack import java
from stack.errors import StackError
from stack.process import Launch
from stack.server import Server, Site

_HEAP_MB = 512
_LOGGING = {
    "org.slf4j.simpleLogger.defaultLogLevel": "warn",
    "org.slf4j.simpleLogger.showDateTime": "true",
    "org.slf4j.simpleLogger.dateTimeFormat": "yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
}
# One broker holds one copy; few partitions of the inner topics start and recover faster.
_SETTINGS: dict[str, object] = {
    "process.roles": "broker,controller",
    "node.id": 1,
    "controller.listener.names": "CONTROLLER",
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "inter.broker.listener.name": "PLAINTEXT",
    "auto.create.topics.enable": "false",
    "default.replication.factor": 1,
    "min.insync.replicas": 1,
    "offsets.topic.replication.factor": 1,
    "offsets.topic.num.partitions": 8,
    "transaction.state.log.replication.factor": 1,
    "transaction.state.log.min.isr": 1,
    "transaction.state.log.num.partitions": 4,
    "share.coordinator.state.topic.replication.factor": 1,
    "share.coordinator.state.topic.min.isr": 1,
    "share.coordinator.state.topic.num.partitions": 4,
    "group.initial.rebalance.delay.ms": 0,
    # A killed worker's partitions move on after 6 s, if it asks for so short a session.
    "group.min.session.timeout.ms": 6000,
    "group.consumer.min.session.timeout.ms": 6000,
    "num.network.threads": 2,
    "num.io.threads": 4,
    "num.recovery.threads.per.data.dir": 2,
    "background.threads": 2,
    "log.cleaner.dedupe.buffer.size": 32 << 20,
    "log.segment.bytes": 128 << 20,
    "log.retention.hours": 72,
    "message.max.bytes": LARGEST_MESSAGE,  # also of the topics that were made before they said so themselves
    "replica.fetch.max.bytes": LARGEST_MESSAGE,
}


class Kafka(Server):
    """The log every stop reads and writes."""

    name = "kafka"
    trees = ("kafka",)
    port_names = ("broker", "controller")
    memory_mb = 750
    grace_seconds = 30

    def launch(self, site: Site) -> Launch:
        """Write its configuration, and format its storage at the first start."""
        configuration = site.data / "server.properties"
        java.write_properties(configuration, _configuration(site))
        jars = java.jars(site.trees["kafka"])
        if not (site.data / "log" / "meta.properties").exists():
            _format(jars, configuration, site)
        program = java.Java(
            target=("kafka.Kafka",),
            heap_mb=_HEAP_MB,
            class_path=tuple(jars),
            properties=_LOGGING,
            flags=("-XX:+UseSerialGC", "-Xms256m", "-XX:MaxDirectMemorySize=256m"),
            arguments=(str(configuration),),
        )
        return java.launch(program, site)

    def answers(self, site: Site, pid: int) -> bool:
        """It lists itself as the one broker, under the cluster id that its storage holds."""
        del pid
        client = AdminClient({"bootstrap.servers": bootstrap(site.ports), "log_level": 0})
        seen = client.list_topics(timeout=3)
        return seen.cluster_id == _cluster_id(site.data) and len(seen.brokers) == 1


def bootstrap(ports: Mapping[str, int]) -> str:
    """Return the broker's address."""
    return f"127.0.0.1:{ports['broker']}"


def _configuration(site: Site) -> dict[str, object]:
    broker, controller = bootstrap(site.ports), f"127.0.0.1:{site.ports['controller']}"
    return {
        **_SETTINGS,
        "listeners": f"PLAINTEXT://{broker},CONTROLLER://{controller}",
        "advertised.listeners": f"PLAINTEXT://{broker}",
        "controller.quorum.voters": f"1@{controller}",
        "log.dirs": site.data / "log",
    }


def _format(jars: tuple[str, ...], configuration: Path, site: Site) -> None:
    identifier = base64.urlsafe_b64encode(b"\x01" + secrets.token_bytes(15)).decode().rstrip("=")  # a leading "-" would read as an option
    program = java.Java(
        target=("kafka.tools.StorageTool",),
        heap_mb=128,
        class_path=tuple(jars),
        properties=_LOGGING,
        flags=("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"),
        arguments=("format", "-t", identifier, "-c", str(configuration)),
    )
    done = subprocess.run(program.command(site.data), env=java.environment(), capture_output=True, text=True, check=False)  # noqa: S603  # our own jars
    if done.returncode:
        reason = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:]
        raise StackError(
            f"无法准备 Kafka 存储 cannot format Kafka's storage in {site.data}: {' '.join(reason)}; check the disk's room, then try again"
        )


def _cluster_id(data: Path) -> str:
    lines = (data / "log" / "meta.properties").read_text().splitlines()
    return dict(line.partition("=")[::2] for line in lines).get("cluster.id", "")
