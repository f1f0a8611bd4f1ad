"""Oracle through LogMiner: configuration and the DBA's script, made from the contract alone."""

from connectors.address import Address
from connectors.debezium import EVENTS, FAULTS, PACE, SNAPSHOT, VALUES, converters, cuts, patterns
from connectors.engines.unseen import UnseenEngine
from connectors.names import captured_columns, history_topic
from connectors.plan import GRANTS, Step
from domain.contract import Contract
from schemas.topics import source_prefix
from settings import Settings

LOGGED = "补充日志 supplemental log"
_SERVER_RIGHTS = (
    "CREATE SESSION, LOGMINING, SET CONTAINER, SELECT ANY TRANSACTION, FLASHBACK ANY TABLE",
    "SELECT ON V_$DATABASE", "SELECT ON V_$LOG", "SELECT ON V_$LOGFILE", "SELECT ON V_$ARCHIVED_LOG", "SELECT ON V_$ARCHIVE_DEST_STATUS",
    "SELECT ON V_$LOGMNR_CONTENTS", "SELECT ON V_$LOGMNR_LOGS", "SELECT ON V_$TRANSACTION", "EXECUTE ON DBMS_LOGMNR",
    "EXECUTE ON DBMS_LOGMNR_D",
)  # fmt: skip


class Oracle(UnseenEngine):
    """Oracle 19c and later."""

    kind = "oracle"
    connector_class = "io.debezium.connector.oracle.OracleConnector"
    port = 1521
    caveats = (
        "Oracle 没有按列的 SELECT 授权 has no grant by column, and LogMiner shows whole rows: only the include list keeps columns back",
        "须严守的列另表存放 what must not leave at all is kept in a table that the capture user has no right on",
        "Connect 须另装连接器 Connect needs debezium-connector-oracle in its plugin.path",
    )

    def beginning(self, contract: Contract, address: Address) -> tuple[list[str], list[Step]]:
        """Return the capture user's making; the supplemental log is made of the captured columns alone."""
        user = _quoted(address.user)
        lines = [f'CREATE USER {user} IDENTIFIED BY "…";', *(f"GRANT {right} TO {user};" for right in _SERVER_RIGHTS)]
        logged, granted = [], []
        for place, columns in captured_columns(contract).items():
            named = ".".join(map(_quoted, place))
            group, listed = _quoted(f"HUILIU_{place[1]}"[:30]), ", ".join(map(_quoted, columns))
            logged.append(f"ALTER TABLE {named} ADD SUPPLEMENTAL LOG GROUP {group} ({listed}) ALWAYS")
            granted.append(f"GRANT SELECT, FLASHBACK ON {named} TO {user}")
        return lines, [Step(LOGGED, "created", "", logged), Step(GRANTS, "created", "", granted)]

    def config(self, contract: Contract, address: Address, password: str, settings: Settings) -> dict[str, str]:
        """Return the connector's configuration; ``database`` is the service name."""
        columns = captured_columns(contract)
        return {
            "connector.class": self.connector_class,
            "tasks.max": "1",
            "database.hostname": address.host,
            "database.port": str(address.port),
            "database.user": address.user,
            "database.password": password,
            "database.dbname": address.database,
            "topic.prefix": source_prefix(contract.provider),
            "topic.naming.strategy": "io.debezium.schema.DefaultTopicNamingStrategy",
            "transforms": "table",
            "transforms.table.type": "org.apache.kafka.connect.transforms.RegexRouter",
            "transforms.table.regex": r"(src\.[^.]+)\.(?:[^.]+\.)*([^.]+)",  # database and schema out: prefix and table
            "transforms.table.replacement": "$1.$2",
            "log.mining.strategy": "hybrid",
            "lob.enabled": "false",
            "include.schema.changes": "false",
            "interval.handling.mode": "string",
            "provide.transaction.metadata": "false",
            "table.include.list": patterns(columns),
            "column.include.list": patterns((*table, column) for table, names in columns.items() for column in names),
            **cuts(contract, columns),
            "schema.history.internal.kafka.bootstrap.servers": settings.kafka_bootstrap,
            "schema.history.internal.kafka.topic": history_topic(contract.provider),
            "schema.history.internal.store.only.captured.tables.ddl": "true",
            **SNAPSHOT,
            **VALUES,
            **EVENTS,
            **FAULTS,
            **PACE,
            **converters(settings.registry_native_url),
        }


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
