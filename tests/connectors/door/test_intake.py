"""The intake that the door's tests stand on and the real one keep the same promises."""

import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

from connectors.door.desk import Intake
from connectors.intake.core import Intake as RealIntake
from connectors.intake.receipt import IntakeError, Receipt, Row
from domain.contract import Contract
from domain.normalise import row_id
from domain.tokens import Tokeniser
from schemas.topics import ensure_topics, source_topics
from settings import Settings
from tests.connectors.door.fake_intake import MASTER, FakeIntake
from tests.connectors.door.test_records import ferry

Take = Callable[..., Receipt]


@pytest.fixture(params=["in memory", pytest.param("on servers", marks=pytest.mark.servers)])
def intake(request: pytest.FixtureRequest) -> Iterator[tuple[Intake, bytes]]:
    """Return an intake and the master key of its handles."""
    if request.param == "in memory":
        yield FakeIntake(), MASTER
        return
    settings: Settings = request.getfixturevalue("settings")
    yield RealIntake(settings), settings.master_key_bytes()


@pytest.fixture
def contract(request: pytest.FixtureRequest, intake: tuple[Intake, bytes]) -> Contract:
    """A provider that handed nothing in yet, attached."""
    made = ferry().model_copy(update={"provider": f"ferry_{time.time_ns() % 10**12}"})
    if isinstance(intake[0], RealIntake):
        settings: Settings = request.getfixturevalue("settings")
        ensure_topics(settings.kafka_bootstrap, source_topics(made), 1)
    return made


@pytest.fixture
def take(intake: tuple[Intake, bytes], contract: Contract) -> Take:
    def taking(rows: Iterable[Row], sha256: bytes = b"1" * 32, **more: Any) -> Receipt:
        return intake[0].accept(
            contract, contract.table("crossing"), rows, kind="entry", whole=False, name="一批 a batch", sha256=sha256, **more
        )

    return taking


def row(line: int, name: str | None, op: Any = "upsert", bank: str = "N") -> Row:
    return Row(line, op, {"渡口": name, "岸": bank})


def counts(receipt: Receipt) -> tuple[int, ...]:
    return receipt.rows, receipt.created, receipt.updated, receipt.deleted, receipt.unchanged, receipt.rejected


def test_rows_are_new_known_changed_or_gone(take: Take, contract: Contract) -> None:
    first = take([row(1, "东渡"), row(2, "西渡")])
    assert (first.state, first.provider, first.table, first.kind) == ("done", contract.provider, "crossing", "entry")
    assert counts(first) == (2, 2, 0, 0, 0, 0)
    assert counts(take([row(1, "东渡")])) == (1, 0, 0, 0, 1, 0)
    assert counts(take([row(1, "东渡", "delete"), row(2, "南渡")])) == (2, 1, 0, 1, 0, 0)
    assert counts(take([row(1, "北渡", "delete")])) == (1, 0, 0, 0, 1, 0)  # what was never there needs no event


def test_a_bulk_is_no_whole_copy(take: Take) -> None:
    take([row(1, "东渡"), row(2, "西渡")])
    assert counts(take([row(1, "西渡")])) == (1, 0, 0, 0, 1, 0)


def test_a_row_without_its_key_is_rejected_by_line(take: Take) -> None:
    receipt = take([row(1, "东渡"), row(2, None)])
    assert counts(receipt) == (2, 1, 0, 0, 0, 1)
    (rejected,) = receipt.rejects
    assert (rejected.line, rejected.column) == (2, "渡口")
    assert rejected.reason
    assert rejected.remedy


def test_a_withheld_column_refuses_everything(intake: tuple[Intake, bytes], contract: Contract) -> None:
    table = contract.table("ferryman")
    rows = [Row(1, "upsert", dict.fromkeys(table.captured) | {"编号": "1", "姓名": "王伟", "病史": "无"})]
    with pytest.raises(IntakeError, match="withheld"):
        intake[0].accept(contract, table, rows, kind="entry", whole=False, name="x", sha256=b"2" * 32)
    assert intake[0].history(contract.provider, 10) == []


def test_one_idempotency_key_is_one_delivery(take: Take) -> None:
    first = take([row(1, "东渡")], idempotency_key="bulk-0001")
    again = take([row(1, "东渡")], idempotency_key="bulk-0001")
    assert (again.state, again.id) == ("repeated", first.id)
    with pytest.raises(IntakeError):
        take([row(1, "西渡")], sha256=b"3" * 32, idempotency_key="bulk-0001")
    assert counts(take([row(1, "东渡")], idempotency_key="bulk-0002")) == (1, 0, 0, 0, 1, 0)


def test_without_a_key_the_same_words_later_are_a_new_delivery(take: Take) -> None:
    numbers = [take([row(1, "东渡", op)]).id for op in ("upsert", "delete", "upsert")]
    assert len(set(numbers)) == 3


def test_a_receipt_can_be_found_and_followed(intake: tuple[Intake, bytes], take: Take, contract: Contract) -> None:
    receipt = take([row(1, "东渡"), row(5, "西渡", "delete"), row(7, "南渡")], call_id=3, notes=("看 see",))
    found = intake[0].receipt(receipt.id)
    assert (found.id, found.call_id, found.notes, found.state) == (receipt.id, 3, ("看 see",), "done")
    assert [each.id for each in intake[0].history(contract.provider, 10)] == [receipt.id]
    followed = {each.line: each for each in intake[0].followed(receipt.id)}
    assert followed.keys() == {1, 7}
    handle = Tokeniser(intake[1]).raw("row", row_id(contract.provider, "crossing", ("东渡", "N")))
    assert (followed[1].row_handle, followed[1].op) == (handle, "c")
    assert receipt.position[0] <= followed[1].lsn < followed[7].lsn <= receipt.position[1]
    with pytest.raises(IntakeError):
        intake[0].receipt(2**31 - 1)


def test_only_what_waits_can_be_decided(intake: tuple[Intake, bytes], take: Take) -> None:
    receipt = take([row(1, "东渡")])
    with pytest.raises(IntakeError):
        intake[0].confirm(receipt.id, "业务科")
    with pytest.raises(IntakeError):
        intake[0].cancel(receipt.id, "业务科")
