"""Connect's answers become states and sentences; a trace never shows a row's value."""

import httpx
import pytest

from connectors.errors import ConnectError
from connectors.failures import failure_of
from connectors.worker import ConnectorState, Worker, state_of

TRACE = """org.apache.kafka.connect.errors.ConnectException: An exception occurred in the change event producer.
\tat io.debezium.pipeline.ErrorHandler.setProducerThrowable(ErrorHandler.java:69)
Caused by: io.debezium.DebeziumException: {cause}
\tat io.debezium.Foo.bar(Foo.java:1)
"""


def _status(connector: str, *tasks: str, trace: str = "") -> dict[str, object]:
    return {"connector": {"state": connector}, "tasks": [{"id": n, "state": state, "trace": trace} for n, state in enumerate(tasks)]}


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (_status("RUNNING", "RUNNING"), "running"),
        (_status("RUNNING"), "starting"),
        (_status("RUNNING", "UNASSIGNED"), "starting"),
        (_status("PAUSED", "PAUSED"), "paused"),
        (_status("STOPPED"), "stopped"),
        (_status("RUNNING", "FAILED"), "failed"),
        (_status("FAILED"), "failed"),
    ],
)
def test_states(status: dict[str, object], state: str) -> None:
    assert state_of(status).state == state


@pytest.mark.parametrize(
    ("cause", "remedy"),
    [
        ('FATAL: password authentication failed for user "x"', "attach again"),
        ("ERROR: permission denied for table boatman", "huiliu contract plan"),
        ('ERROR: publication "huiliu_x" does not exist', "attach again"),
        ('ERROR: can no longer access replication slot "huiliu_x"', "reads the tables again"),
        ("ERROR: all replication slots are in use", "max_replication_slots"),
        ("Connection to 127.0.0.1:5432 refused. Connection refused", "start it"),
        ("(conn=40) SHOW command denied to user 'cap'@'127.0.0.1' for table `ferry`.`boatman`", "huiliu contract plan"),
        ("Access denied for user 'cap'@'127.0.0.1' (using password: YES)", "attach again"),
        ("Error: connecting slave requested to start from GTID 0-1-90, which is not in the master's binlog", "purged or reset"),
    ],
)
def test_known_failures_say_the_remedy(cause: str, remedy: str) -> None:
    assert remedy in failure_of(TRACE.format(cause=cause))


def test_unknown_failure_names_the_class_and_no_value() -> None:
    sentence = failure_of(TRACE.format(cause="cannot convert 张三 11010519491231002X"))
    assert "DebeziumException" in sentence
    assert "张三" not in sentence
    assert "11010519491231002X" not in sentence


def _worker(handler: httpx.MockTransport) -> Worker:
    worker = Worker("http://connect")
    worker._client = httpx.Client(base_url="http://connect", transport=handler)
    return worker


def test_an_absent_worker_is_one_sentence() -> None:
    with (
        pytest.raises(ConnectError, match=r"does not answer at http://127\.0\.0\.1:9"),
        Worker("http://127.0.0.1:9") as worker,
    ):
        worker.state("src.x")


def test_a_rebalance_is_waited_for() -> None:
    said = {"error_code": 500, "message": "Request cannot be completed because a rebalance is expected"}
    answers = iter([httpx.Response(409), httpx.Response(500, json=said), httpx.Response(200, json=_status("RUNNING", "RUNNING"))])
    with _worker(httpx.MockTransport(lambda _: next(answers))) as worker:
        assert worker.state("src.x") == ConnectorState("running")


def test_a_refused_configuration_gives_its_first_error() -> None:
    said = "Connector configuration is invalid and contains the following 1 error(s):\nThe 'slot.name' value is invalid\n"
    with (
        _worker(httpx.MockTransport(lambda _: httpx.Response(400, json={"message": said}))) as worker,
        pytest.raises(ConnectError, match=r"400.*'slot.name' value is invalid"),
    ):
        worker.put_config("src.x", {})


def test_unknown_connector_is_not_attached() -> None:
    with _worker(httpx.MockTransport(lambda _: httpx.Response(404, json={}))) as worker:
        assert worker.state("src.x").state == "not_attached"
        assert worker.config("src.x") is None
        assert worker.remove("src.x") is False
