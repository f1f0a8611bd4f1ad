"""Runs the schema registry (Apicurio, with Confluent's API); its schemas lie in the store, since messages hold their ids."""

from collections.abc import Mapping

import httpx

from stack import java, postgres
from stack.process import Launch
from stack.server import Server, Site

_HEAP_MB = 192


class Registry(Server):
    """The schemas of every message."""

    name = "registry"
    needs = ("store",)
    trees = ("registry",)
    outlived_by = ("store",)  # its pooled connections stay broken, and each fails one request
    port_names = ("http", "management")
    memory_mb = 350

    def launch(self, site: Site) -> Launch:
        """Pass its settings by environment, so that the database password is on no command line."""
        tree = site.trees["registry"]
        program = java.Java(
            target=("-jar", str(tree / "quarkus-run.jar")),
            heap_mb=_HEAP_MB,
            flags=("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xss512k"),
        )
        return java.launch(program, site, **_settings(site))

    def answers(self, site: Site, pid: int) -> bool:
        """It lists its subjects, which it reads from its database."""
        del pid
        return httpx.get(f"{url(site.ports)}/subjects", timeout=5).status_code == httpx.codes.OK


def url(ports: Mapping[str, int]) -> str:
    """Return the address of Confluent's API."""
    return f"http://127.0.0.1:{ports['http']}/apis/ccompat/v7"


def native_url(ports: Mapping[str, int]) -> str:
    """Return the address that Connect's Avro converter speaks to."""
    return f"http://127.0.0.1:{ports['http']}/apis/registry/v2"


def _settings(site: Site) -> dict[str, str]:
    store = site.peers["store"]
    return {
        "QUARKUS_HTTP_HOST": "127.0.0.1",
        "QUARKUS_HTTP_PORT": str(site.ports["http"]),
        "QUARKUS_MANAGEMENT_HOST": "127.0.0.1",
        "QUARKUS_MANAGEMENT_PORT": str(site.ports["management"]),
        "QUARKUS_LOG_LEVEL": "WARN",
        "QUARKUS_LOG_CATEGORY__IO_APICURIO__LEVEL": "WARN",
        "QUARKUS_HTTP_ACCESS_LOG_ENABLED": "false",
        "QUARKUS_LOG_CONSOLE_COLOR": "false",
        "APICURIO_STORAGE_KIND": "sql",
        "APICURIO_STORAGE_SQL_KIND": "postgresql",
        "APICURIO_DATASOURCE_URL": f"jdbc:postgresql://127.0.0.1:{store['sql']}/registry",
        "APICURIO_DATASOURCE_USERNAME": postgres.SUPERUSER,
        "APICURIO_DATASOURCE_PASSWORD": postgres.password(site.home, "store"),
        "APICURIO_DATASOURCE_JDBC_INITIAL_SIZE": "1",
        "APICURIO_DATASOURCE_JDBC_MIN_SIZE": "1",
        "APICURIO_DATASOURCE_JDBC_MAX_SIZE": "8",
    }
