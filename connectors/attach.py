"""Attaches a provider: database prepared, topics made, connector running; what is already so stays untouched."""

import time
from collections.abc import Mapping

from confluent_kafka import KafkaException

from connectors.debezium import poll_ms
from connectors.door.keys import desk_key
from connectors.engines import engine_of
from connectors.engines.engine import Engine, Source, source_address
from connectors.errors import ConnectError, SourceError
from connectors.names import connector_name
from connectors.plan import Step
from connectors.report import Report
from connectors.secrets import password_reference, write_password
from connectors.topics import feed_topics
from connectors.worker import Worker
from domain.contract import Contract, ContractFile
from schemas.topics import ensure_topics, source_topics
from settings import Settings, SettingsError

TOPICS = "主题 topics"
CONNECTOR = "连接器 connector"
SNAPSHOT = "重读 snapshot"
DESK = "报送密钥 desk key"
NOT_RUN = "配置好，未在此运行 configured, not run here: this kind of database was never run with huiliu, so try it on a copy first"
_RESTING = frozenset({"paused", "stopped"})
_PATIENCE_SECONDS = 40.0
_OLD_FAILURE_SECONDS = 5.0
_POLL_SECONDS = 0.1


def attach(file: ContractFile, settings: Settings, worker: Worker) -> Report:
    """Attach one provider and tell what changed; what is wrong stands in the report, so that the other providers go on."""
    report = Report(file.contract.provider)
    try:
        if file.contract.mode == "cdc":
            _Attaching(file, settings, worker, report).run()
        elif file.contract.mode == "role":
            report.notes.append("只有角色 this unit has a role and no feed: there is nothing to attach")
        else:
            _open_desk(file.contract, settings, report)
    except (SettingsError, SourceError, ConnectError) as error:
        report.problems.append(str(error))
    except KafkaException as error:
        report.problems.append(f"Kafka 没有建主题 the broker did not create topics ({error.args[0].name()}): see `huiliu status`")
    return report


def _open_desk(contract: Contract, settings: Settings, report: Report) -> None:
    """Make what periodic copies and entries need: topics, and the key that the provider's desk shows."""
    _make_topics(contract, settings, report)
    try:
        desk_key(settings.home, contract.provider)
    except OSError as error:
        report.problems.append(f"无法写入报送密钥 the desk key cannot be written ({error.strerror}): make {settings.home} writable")
        return
    report.add(DESK, "unchanged" if report.changes[0].state == "unchanged" else "created", f"keys/desk/{contract.provider}")


def _make_topics(contract: Contract, settings: Settings, report: Report) -> None:
    made: list[str] = []
    for partitions, topics in feed_topics(contract, settings.partitions):
        made += ensure_topics(settings.kafka_bootstrap, topics, partitions)
    report.add(TOPICS, "created" if made else "unchanged", ", ".join(made))
    report.new_source = any(topic.name in made for topic in source_topics(contract))


class _Attaching:
    """One run of attach for a captured database."""

    def __init__(self, file: ContractFile, settings: Settings, worker: Worker, report: Report) -> None:
        self._file = file
        self._contract: Contract = file.contract
        self._engine: Engine = engine_of(file.contract)
        self._settings = settings
        self._worker = worker
        self._report = report
        self._name = connector_name(file.contract.provider)

    def run(self) -> None:
        self._report.notes += [*self._engine.caveats, *([] if self._engine.runs_here else [NOT_RUN])]
        if not self._worker.has_plugin(self._engine.connector_class):
            message = (
                f"Connect 没有此连接器 has no {self._engine.connector_class}: put its plugin into plugin.path, restart it, attach again"
            )
            raise ConnectError(message)
        had = self._worker.config(self._name)
        with self._engine.opened(self._contract, self._settings) as source:
            if not self._fits(source):
                return
            again = source.widened(had)
            if not self._prepared(source):
                return
            place = source.log_place(self._worker)
            self._report.add(place.piece, place.state, place.detail)
            _make_topics(self._contract, self._settings, self._report)
            self._connector(source, had)
            if again and self._report.ok:
                source.read_again(again)
                self._report.add(SNAPSHOT, "created", ", ".join(".".join(table) for table in again))

    def _fits(self, source: Source) -> bool:
        """Compare the contract with the database; what cannot work stops here, what is only unmapped is told."""
        for difference in source.differences():
            problem = str(self._file.problem(difference.path, difference.message))
            (self._report.problems if difference.stops else self._report.notes).append(problem)
        return self._report.ok

    def _prepared(self, source: Source) -> bool:
        """Take the steps at the database, or hand them to its DBA; then see for itself that they had effect."""
        todo = source.steps()
        if todo and self._contract.source.admin_url_env:
            self._engine.apply(self._contract, self._settings, [statement for step in todo for statement in step.statements])
        left = source.steps()
        self._tell_steps(source, todo, left)
        others = source.beyond()
        if others:
            named = ", ".join(others[:5]) + (" …" if others[5:] else "")
            user = source.address.user
            self._report.notes.append(f"捕获用户还能访问 {user} can also reach {named} through PUBLIC: have the DBA revoke it")
        return not left

    def _tell_steps(self, source: Source, todo: list[Step], left: list[Step]) -> None:
        open_pieces = {step.piece for step in left}
        taken = {step.piece: step for step in todo if step.piece not in open_pieces}
        for piece in source.pieces:
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

    def _connector(self, source: Source, had: Mapping[str, str] | None) -> None:
        """Give Connect the configuration if it has another, and wait until its task runs."""
        provider, home = self._contract.provider, self._settings.home
        address = source_address(self._engine, self._contract, self._settings)
        config = self._engine.config(self._contract, address, password_reference(home, provider), self._settings)
        config["poll.interval.ms"] = poll_ms(len(self._worker.states()), self._settings.capture_poll_ms, had)
        before, reader = self._worker.state(self._name), source.reader()
        new_password = write_password(home, provider, address.password)
        restarts = before.state == "failed" or (new_password and had is not None)
        if had is None or {key: value for key, value in had.items() if key != "name"} != config:
            self._worker.put_config(self._name, config)
            self._report.add(CONNECTOR, "created" if had is None else "altered", _changed(had, config))
            restarts = True
        elif restarts:
            self._worker.restart(self._name)
            self._report.add(CONNECTOR, "altered", "restarted")
        elif before.state not in _RESTING:
            self._report.add(CONNECTOR, "unchanged")
        if before.state in _RESTING:
            self._worker.resume(self._name)
            self._report.add(CONNECTOR, "altered", "resumed")
        self._await_running(source, config, reader if restarts else None, failed=before.state == "failed")

    def _await_running(self, source: Source, config: Mapping[str, str], old_reader: int | None, *, failed: bool) -> None:
        """Wait for a running task that has this configuration, its log read by another reader than before a restart."""
        started = time.monotonic()
        while True:
            now = self._worker.state(self._name)
            waited = time.monotonic() - started
            if now.state == "failed" and (not failed or waited > _OLD_FAILURE_SECONDS):
                raise ConnectError(f"{self._name}: {now.reason}")
            if now.state == "running" and source.follows(old_reader) and self._worker.started_with(self._name, config):
                return
            if waited > _PATIENCE_SECONDS:
                message = f"{self._name}: {_PATIENCE_SECONDS:.0f} 秒后仍未运行 is still {now.state}, not running: see `huiliu logs connect`"
                raise ConnectError(message)
            time.sleep(_POLL_SECONDS)


def _changed(had: Mapping[str, str] | None, config: Mapping[str, str]) -> str:
    """Return the names of the settings that differ; never their values."""
    if had is None:
        return ""
    return ", ".join(sorted(name for name in {*had, *config} - {"name"} if had.get(name) != config.get(name)))
