"""Attaches a provider: database prepared, topics made, connector running; what is already so stays untouched."""

import time
from collections.abc import Mapping

from confluent_kafka import KafkaException

from connectors.address import Address
from connectors.catalogue import read_catalogue
from connectors.comparison import differences
from connectors.database import Connection, execute, opened
from connectors.debezium import connector_config
from connectors.errors import ConnectError, SourceError
from connectors.names import connector_name, slot_name
from connectors.plan import GRANTS, PUBLICATION, SIGNALS, Step, beyond, read_prepared, steps, widened
from connectors.report import Report
from connectors.secrets import password_reference, write_password
from connectors.signals import snapshot_signal
from connectors.state import read_slot
from connectors.topics import feed_topics
from connectors.worker import Worker
from domain.contract import Contract, ContractFile
from schemas.topics import ensure_topics, source_topics
from settings import Settings, SettingsError

SLOT = "复制槽 replication slot"
TOPICS = "主题 topics"
CONNECTOR = "连接器 connector"
SNAPSHOT = "重读 snapshot"
_RESTING = frozenset({"paused", "stopped"})
_PATIENCE_SECONDS = 40.0
_OLD_FAILURE_SECONDS = 5.0
_POLL_SECONDS = 0.1


def attach(file: ContractFile, settings: Settings, worker: Worker) -> Report:
    """Attach one provider and tell what changed; what is wrong stands in the report, so that the other providers go on."""
    report = Report(file.contract.provider)
    try:
        _Attaching(file, settings, worker, report).run()
    except (SettingsError, SourceError, ConnectError) as error:
        report.problems.append(str(error))
    except KafkaException as error:
        report.problems.append(f"Kafka 没有建主题 the broker did not create topics ({error.args[0].name()}): see `huiliu status`")
    return report


class _Attaching:
    """One run of attach."""

    def __init__(self, file: ContractFile, settings: Settings, worker: Worker, report: Report) -> None:
        self._file = file
        self._contract: Contract = file.contract
        self._settings = settings
        self._worker = worker
        self._report = report

    def run(self) -> None:
        variable = self._contract.source.url_env
        with opened(self._settings.source_url(variable), variable) as (capture, address):
            if not self._fits(capture, address):
                return
            again = widened(self._contract, read_prepared(capture, self._contract, address.user).publication)
            if not self._prepared(capture, address) or not self._slot_usable(capture):
                return
            self._topics()
            known = self._worker.state(connector_name(self._contract.provider)).state != "not_attached"
            self._connector(capture, address)
            if again and known and self._report.ok:
                capture.execute(snapshot_signal(again))
                self._report.add(SNAPSHOT, "created", ", ".join(".".join(table) for table in again))

    def _fits(self, capture: Connection, address: Address) -> bool:
        """Compare the contract with the database; what cannot work stops here, what is only unmapped is told."""
        for difference in differences(self._contract, read_catalogue(capture, self._contract, address.user)):
            problem = str(self._file.problem(difference.path, difference.message))
            (self._report.problems if difference.stops else self._report.notes).append(problem)
        return self._report.ok

    def _prepared(self, capture: Connection, address: Address) -> bool:
        """Take the steps at the database, or hand them to its DBA; then see for itself that they had effect."""
        todo = steps(self._contract, address.user, read_prepared(capture, self._contract, address.user))
        admin = self._contract.source.admin_url_env
        if todo and admin:
            with opened(self._settings.source_url(admin), admin) as (dba, _):
                execute(dba, [statement for step in todo for statement in step.statements])
        found = read_prepared(capture, self._contract, address.user)
        left = steps(self._contract, address.user, found)
        self._tell_steps(todo, left)
        others = beyond(self._contract, found)
        if others:
            named = ", ".join(others[:5]) + (" …" if others[5:] else "")
            self._report.notes.append(f"捕获用户还能访问 {address.user} can also reach {named} through PUBLIC: have the DBA revoke it")
        return not left

    def _tell_steps(self, todo: list[Step], left: list[Step]) -> None:
        open_pieces = {step.piece for step in left}
        taken = {step.piece: step for step in todo if step.piece not in open_pieces}
        for piece in (SIGNALS, GRANTS, PUBLICATION):
            if piece in taken:
                self._report.add(piece, taken[piece].state, taken[piece].detail)
            elif piece not in open_pieces:
                self._report.add(piece, "unchanged")
        self._report.script = "".join(step.script() for step in left)
        for step in left:
            remedy = "have the DBA run the SQL below, then attach again"
            if self._contract.source.admin_url_env:
                remedy = "it comes through PUBLIC, a membership or another grantor: have the DBA revoke it there"
            self._report.problems.append(f"{step.piece} 未就绪 is not ready ({step.detail or 'missing'}): {remedy}")

    def _slot_usable(self, capture: Connection) -> bool:
        provider = self._contract.provider
        slot = read_slot(capture, provider)
        if slot is None:
            self._report.add(SLOT, "created", "Debezium makes it at the snapshot")
        elif slot.plugin != "pgoutput" or slot.database != capture.info.dbname:
            name = slot_name(provider)
            self._report.problems.append(f"复制槽 {name} 属于别人 belongs to {slot.database} ({slot.plugin}): drop or rename it there")
        elif slot.lost:
            capture.execute("SELECT pg_drop_replication_slot(%s)", (slot_name(provider),))
            self._report.add(SLOT, "altered", "its log was lost: dropped, so that the tables are read again")
        else:
            self._report.add(SLOT, "unchanged")
        return self._report.ok

    def _topics(self) -> None:
        made: list[str] = []
        for partitions, topics in feed_topics(self._contract, self._settings.partitions):
            made += ensure_topics(self._settings.kafka_bootstrap, topics, partitions)
        self._report.add(TOPICS, "created" if made else "unchanged", ", ".join(made))
        self._report.new_source = any(topic.name in made for topic in source_topics(self._contract))

    def _connector(self, capture: Connection, address: Address) -> None:
        """Give Connect the configuration if it has another, and wait until its task runs."""
        provider, home = self._contract.provider, self._settings.home
        name = connector_name(provider)
        config = connector_config(self._contract, address, password_reference(home, provider), self._settings.registry_native_url)
        before, slot = self._worker.state(name), read_slot(capture, provider)
        new_password = write_password(home, provider, address.password)
        had = self._worker.config(name)
        restarts = before.state == "failed" or (new_password and had is not None)
        if had is None or {key: value for key, value in had.items() if key != "name"} != config:
            self._worker.put_config(name, config)
            self._report.add(CONNECTOR, "created" if had is None else "altered", _changed(had, config))
            restarts = True
        elif restarts:
            self._worker.restart(name)
            self._report.add(CONNECTOR, "altered", "restarted")
        elif before.state not in _RESTING:
            self._report.add(CONNECTOR, "unchanged")
        if before.state in _RESTING:
            self._worker.resume(name)
            self._report.add(CONNECTOR, "altered", "resumed")
        self._await_running(capture, config, slot.reader if slot and restarts else None, failed=before.state == "failed")

    def _await_running(self, capture: Connection, config: Mapping[str, str], old_reader: int | None, *, failed: bool) -> None:
        """Wait for a running task that has this configuration and its slot, read by another backend than before a restart."""
        name = connector_name(self._contract.provider)
        started = time.monotonic()
        while True:
            now, slot = self._worker.state(name), read_slot(capture, self._contract.provider)
            waited = time.monotonic() - started
            if now.state == "failed" and (not failed or waited > _OLD_FAILURE_SECONDS):
                raise ConnectError(f"{name}: {now.reason}")
            fresh = slot is not None and (old_reader is None or slot.reader not in {None, old_reader})
            if now.state == "running" and fresh and self._worker.started_with(name, config):
                return
            if waited > _PATIENCE_SECONDS:
                message = f"{name}: {_PATIENCE_SECONDS:.0f} 秒后仍未运行 is still {now.state}, not running: see `huiliu logs connect`"
                raise ConnectError(message)
            time.sleep(_POLL_SECONDS)


def _changed(had: Mapping[str, str] | None, config: Mapping[str, str]) -> str:
    """Return the names of the settings that differ; never their values."""
    if had is None:
        return ""
    return ", ".join(sorted(name for name in {*had, *config} - {"name"} if had.get(name) != config.get(name)))
