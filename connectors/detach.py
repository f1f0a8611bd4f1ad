"""Detaches a provider so that nothing of it stays behind in the department's database; what was taken over is kept."""

import time

from connectors.attach import CONNECTOR, SLOT
from connectors.database import Connection, execute, opened
from connectors.errors import ConnectError, SourceError
from connectors.grants import revoke_statements
from connectors.names import HUILIU_SCHEMA, captured_columns, connector_name, slot_name
from connectors.plan import GRANTS, PUBLICATION, SIGNALS, Prepared, Step, read_prepared
from connectors.publication import drop_publication
from connectors.report import Report
from connectors.secrets import remove_password
from connectors.signals import drop_schema, drop_signal_table
from connectors.state import read_slot
from connectors.worker import Worker
from domain.contract import Contract
from settings import Settings, SettingsError

KEPT = "已接收的记录保留 what was taken over is kept: records, entities and the index stay; the source topics empty themselves in 72 h"
_PATIENCE_SECONDS = 15.0
_POLL_SECONDS = 0.1
_OTHERS = """
SELECT count(*)::int AS others FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = %s AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
"""


def detach(contract: Contract, settings: Settings, worker: Worker) -> Report:
    """Remove connector, slot, publication, signal table and grants; what is already gone is no mistake."""
    report = Report(contract.provider)
    try:
        removed = worker.remove(connector_name(contract.provider))
        report.add(CONNECTOR, "removed" if removed else "unchanged")
        remove_password(settings.home, contract.provider)
        variable = contract.source.url_env
        with opened(settings.source_url(variable), variable) as (capture, address):
            _drop_slot(capture, contract, report)
            found = read_prepared(capture, contract, address.user)
            _undo(_undoing(contract, address.user, found), contract, settings, report)
        report.notes.append(KEPT)
    except (SettingsError, ConnectError) as error:
        report.problems.append(str(error))
    except SourceError as error:
        report.problems.append(f"{error}; 复制槽和发布仍在 the slot and the publication are still there, so detach again then")
    return report


def _drop_slot(capture: Connection, contract: Contract, report: Report) -> None:
    """Drop the slot once its reader has left; a slot left behind would hold back the database's log for ever."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while (slot := read_slot(capture, contract.provider)) and slot.reader:
        if time.monotonic() > deadline:
            raise SourceError(f"复制槽仍在使用 slot {slot_name(contract.provider)} is still being read: end its reader, then detach again")
        time.sleep(_POLL_SECONDS)
    if slot:
        capture.execute("SELECT pg_drop_replication_slot(%s)", (slot_name(contract.provider),))
    report.add(SLOT, "removed" if slot else "unchanged")


def _undoing(contract: Contract, role: str, found: Prepared) -> list[Step]:
    ours = sorted(found.granted & captured_columns(contract).keys())
    return [
        Step(PUBLICATION, "removed", "", drop_publication(contract) if found.publication else []),
        Step(SIGNALS, "removed", "", drop_signal_table() if found.signal_table else []),
        Step(GRANTS, "removed", "", revoke_statements(ours, role)),
    ]


def _undo(undoing: list[Step], contract: Contract, settings: Settings, report: Report) -> None:
    todo = [step for step in undoing if step.statements]
    admin = contract.source.admin_url_env
    if todo and admin:
        with opened(settings.source_url(admin), admin) as (dba, _):
            execute(dba, [statement for step in todo for statement in step.statements])
            left = dba.execute(_OTHERS, (HUILIU_SCHEMA,)).fetchone()
            if left and not left["others"]:
                execute(dba, drop_schema())
    elif todo:
        report.script = "".join(step.script() for step in todo)
        report.notes.append("请库管执行下列语句 have the department's DBA run the SQL below: it removes what is left at the database")
    for step in undoing:
        state = "unchanged" if not step.statements else step.state if admin else "left to the DBA"
        report.add(step.piece, state)
