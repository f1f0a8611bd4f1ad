"""The databases a department may have: what each needs to be captured, behind one protocol."""

from connectors.engines.binlog import BinlogEngine
from connectors.engines.engine import Engine
from connectors.engines.oracle import Oracle
from connectors.engines.postgresql import Kingbase, PostgreSQL
from connectors.engines.sqlserver import SQLServer
from connectors.errors import SourceError
from domain.contract import Contract

_ENGINES: dict[str, Engine] = {
    engine.kind: engine for engine in (PostgreSQL(), Kingbase(), BinlogEngine("mariadb"), BinlogEngine("mysql"), Oracle(), SQLServer())
}
_WITHOUT = {
    "dameng": (
        "达梦没有 Debezium 连接器 there is no Debezium connector for Dameng: deliver copies (mode: file), or have Dameng's own DMHS "
        "replicate the contract's columns into a PostgreSQL or MariaDB that is captured (kind: postgresql or mariadb)"
    )
}


def engine_of(contract: Contract) -> Engine:
    """Return the engine of a captured contract.

    Raises:
        SourceError: there is no connector for this kind of database; says what is done instead.
    """
    kind = contract.source.kind
    if kind in _WITHOUT:
        raise SourceError(_WITHOUT[kind])
    return _ENGINES[kind]
