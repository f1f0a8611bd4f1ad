"""Detaches a provider so that nothing of it stays behind in the department's database; what was taken over is kept."""

from confluent_kafka import KafkaException

from connectors.attach import CONNECTOR, TOPICS
from connectors.engines import engine_of
from connectors.engines.engine import Source
from connectors.errors import ConnectError, SourceError
from connectors.names import connector_name
from connectors.report import Report
from connectors.secrets import remove_password
from connectors.topics import forget_history
from connectors.worker import Worker
from domain.contract import Contract
from settings import Settings, SettingsError

KEPT = "已接收的记录保留 what was taken over is kept: records, entities and the index stay; the source topics empty themselves in 72 h"


def detach(contract: Contract, settings: Settings, worker: Worker) -> Report:
    """Remove connector, slot, publication, signal table and grants; what is already gone is no mistake."""
    report = Report(contract.provider)
    if contract.mode != "cdc":
        report.notes.append(_uncaptured(contract))
        return report
    try:
        removed = worker.remove(connector_name(contract.provider))
        report.add(CONNECTOR, "removed" if removed else "unchanged")
        remove_password(settings.home, contract.provider)
        if forget_history(settings.kafka_bootstrap, contract.provider):
            report.add(TOPICS, "removed", "its schema history")
        engine = engine_of(contract)
        with engine.opened(contract, settings) as source:
            released = source.release()
            if released:
                report.add(released.piece, released.state, released.detail)
            _undo(source, contract, settings, report)
        report.notes.append(KEPT)
    except (SettingsError, ConnectError) as error:
        report.problems.append(str(error))
    except KafkaException as error:
        report.problems.append(f"Kafka 没有删除主题 the broker did not delete a topic ({error.args[0].name()}): detach again")
    except SourceError as error:
        left = "what was made there is still there (PostgreSQL: the slot and the publication are still there)"
        report.problems.append(f"{error}; 库中的部分仍在 {left}, so detach again then")
    return report


def _uncaptured(contract: Contract) -> str:
    if contract.mode == "role":
        return "只有角色 this unit has a role and no feed: there is nothing to detach"
    return f"没有可断开的 nothing is connected to this provider, and nothing is taken away: its topics and its desk key stay. {KEPT}"


def _undo(source: Source, contract: Contract, settings: Settings, report: Report) -> None:
    undoing = source.undoing()
    todo = [step for step in undoing if step.statements]
    admin = contract.source.admin_url_env
    if todo and admin:
        engine_of(contract).apply(contract, settings, [statement for step in todo for statement in step.statements])
    elif todo:
        report.script = "".join(step.script() for step in todo)
        report.notes.append("请库管执行下列语句 have the department's DBA run the SQL below: it removes what is left at the database")
    for step in undoing:
        state = "unchanged" if not step.statements else step.state if admin else "left to the DBA"
        report.add(step.piece, state)
