"""SQL Server through its own change tables, which hold the captured columns alone: configuration and the DBA's script."""

from connectors.address import Address
from connectors.debezium import EVENTS, FAULTS, PACE, SNAPSHOT, VALUES, converters, cuts, patterns
from connectors.engines.unseen import UnseenEngine
from connectors.names import captured_columns, history_topic
from connectors.plan import GRANTS, Step
from domain.contract import Contract
from schemas.topics import source_prefix
from settings import Settings

CAPTURED = "变更表 change tables"
_DEFAULT_SCHEMAS = {"public": "dbo"}  # the contract model's default schema → SQL Server's


class SQLServer(UnseenEngine):
    """SQL Server 2016 SP1 and later, with the SQL Server Agent running."""

    kind = "sqlserver"
    connector_class = "io.debezium.connector.sqlserver.SqlServerConnector"
    port = 1433
    caveats = (
        "SQL Server Agent 须运行 the Agent must run: it fills the change tables, whose columns are the contract's and no others",
        "Connect 须另装连接器 Connect needs debezium-connector-sqlserver in its plugin.path",
    )

    def beginning(self, contract: Contract, address: Address) -> tuple[list[str], list[Step]]:
        """Return the capture user's making, its column grants, and the change tables of the captured columns."""
        user = _quoted(address.user)
        lines = [
            f"CREATE LOGIN {user} WITH PASSWORD = '…';",
            f"USE {_quoted(address.database)}; CREATE USER {user} FOR LOGIN {user};",
            "EXEC sys.sp_cdc_enable_db;",
        ]
        captured, granted = [], [f"GRANT SELECT ON SCHEMA::cdc TO {user}"]
        for (schema, name), columns in _columns(contract).items():
            words = {"source_schema": schema, "source_name": name, "role_name": address.user, "captured_column_list": ", ".join(columns)}
            said = ", ".join(f"@{word} = {_literal(text)}" for word, text in words.items())
            captured.append(f"EXEC sys.sp_cdc_enable_table {said}, @supports_net_changes = 0")
            granted.append(f"GRANT SELECT ON {_quoted(schema)}.{_quoted(name)} ({', '.join(map(_quoted, columns))}) TO {user}")
        return lines, [Step(CAPTURED, "created", "", captured), Step(GRANTS, "created", "", granted)]

    def config(self, contract: Contract, address: Address, password: str, settings: Settings) -> dict[str, str]:
        """Return the connector's configuration."""
        columns = _columns(contract)
        return {
            "connector.class": self.connector_class,
            "tasks.max": "1",
            "database.hostname": address.host,
            "database.port": str(address.port),
            "database.user": address.user,
            "database.password": password,
            "database.names": address.database,
            "driver.encrypt": "false" if address.sslmode in {"disable", "prefer"} else "true",
            "topic.prefix": source_prefix(contract.provider),
            "topic.naming.strategy": "io.debezium.schema.DefaultTopicNamingStrategy",
            "transforms": "table",
            "transforms.table.type": "org.apache.kafka.connect.transforms.RegexRouter",
            "transforms.table.regex": r"(src\.[^.]+)\.(?:[^.]+\.)*([^.]+)",  # database and schema out: prefix and table
            "transforms.table.replacement": "$1.$2",
            "include.schema.changes": "false",
            "provide.transaction.metadata": "false",
            "snapshot.isolation.mode": "snapshot",
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


def _columns(contract: Contract) -> dict[tuple[str, str], tuple[str, ...]]:
    return {(_DEFAULT_SCHEMAS.get(schema, schema), name): columns for (schema, name), columns in captured_columns(contract).items()}


def _quoted(name: str) -> str:
    return "[" + name.replace("]", "]]") + "]"


def _literal(text: str) -> str:
    return "N'" + text.replace("'", "''") + "'"
