"""What a provider can do at its desk, once it was let in: hand in a record, a bulk or a file, decide on copies, follow receipts."""

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Protocol

from confluent_kafka import KafkaException
from elasticsearch import ApiError, TransportError
from psycopg import OperationalError
from psycopg.errors import LockNotAvailable

from connectors.door.bulk import Bulk
from connectors.door.calls import Calls
from connectors.door.checking import check
from connectors.door.errors import CallError
from connectors.door.following import Follower
from connectors.door.problems import ProblemError
from connectors.door.providers import Providers
from connectors.intake.receipt import Followed, IntakeError, Kind, Receipt, Row
from domain.contract import Contract, Table

HANDED_IN = frozenset({"file", "entry"})  # modes whose data come over the door
_SENT = frozenset({"sending", "done", "repeated"})


class Intake(Protocol):
    """What the door needs of intake (``connectors.intake.core.Intake``)."""

    def accept(  # noqa: PLR0913  # one delivery has that many sides
        self,
        contract: Contract,
        table: Table,
        rows: Iterable[Row],
        *,
        kind: Kind,
        whole: bool,
        name: str,
        sha256: bytes,
        idempotency_key: str | None = None,
        call_id: int | None = None,
        notes: tuple[str, ...] = (),
    ) -> Receipt:
        """Take rows."""
        ...

    def confirm(self, submission_id: int, by: str) -> Receipt:
        """Send a copy that waits."""
        ...

    def cancel(self, submission_id: int, by: str) -> Receipt:
        """Drop a copy that waits."""
        ...

    def receipt(self, submission_id: int) -> Receipt:
        """Return a receipt."""
        ...

    def followed(self, submission_id: int) -> list[Followed]:
        """Return rows to follow."""
        ...

    def history(self, provider: str, limit: int) -> list[Receipt]:
        """Return receipts, newest first."""
        ...


class SubmitFile(Protocol):
    """What the door needs of ``connectors.intake.files.submit``, settings and intake given already."""

    def __call__(self, contract: Contract, path: Path, *, name: str | None, table: str | None, call_id: int | None) -> list[Receipt]:
        """Submit a file; one receipt a table."""
        ...


@dataclass(frozen=True, slots=True)
class Files:
    """What the door needs for files. ``write_rejects``: ``connectors.intake.rejects.write_rejects``, settings given already."""

    submit: SubmitFile
    write_rejects: Callable[[int, Path], int]


class Desk:
    """The desks of all providers; holds no state of what is handed in."""

    def __init__(
        self,
        providers: Providers,
        intake: Intake,
        files: Files,
        calls: Calls,
        follower: Follower,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """``clock`` gives Unix seconds."""
        self.providers = providers
        self._intake = intake
        self._files = files
        self._calls = calls
        self._follower = follower
        self._clock = clock

    def now_ms(self) -> int:
        """Return the time, Unix ms."""
        return int(self._clock() * 1000)

    def record(self, contract: Contract, table: Table, row: Row, key: str | None, call_id: int | None) -> Receipt:
        """Take one record.

        Raises:
            ProblemError: the record cannot be taken, the feed cannot take any, or a server is away.
        """
        checked = check(contract, table, row)
        if checked.errors:
            raise ProblemError(422, "bad_records", checked.errors)
        digest = hashlib.sha256(repr((table.name, row.op, sorted(row.values.items()))).encode("utf-8", "surrogatepass")).digest()
        with self._ready(contract, call_id):
            receipt = self._intake.accept(
                contract,
                table,
                [row],
                kind="entry",
                whole=False,
                name="单条录入 one entry",
                sha256=digest,
                idempotency_key=key,
                call_id=call_id,
            )
            if receipt.rejected and not receipt.created + receipt.updated + receipt.deleted + receipt.unchanged:
                raise ProblemError(422, "cannot_be_taken", said=" ".join(f"{each.reason}: {each.remedy}" for each in receipt.rejects))
            return self._answered(receipt)

    def bulk(  # noqa: PLR0913, PLR0917
        self, contract: Contract, table: Table, file: IO[bytes], media_type: str, sha256: bytes, key: str, call_id: int | None
    ) -> Receipt:
        """Take a spooled bulk: all its readable rows, or nothing.

        Raises:
            ProblemError: as for a record; every mistake has its line.
        """
        bulk = Bulk(file, media_type, table)
        bulk.check()
        strange = bulk.unknown_columns
        notes = (f"契约没有的列 {strange} 个，已略去 columns that no contract names were left out: {strange}",) if strange else ()
        with self._ready(contract, call_id):
            receipt = self._intake.accept(
                contract,
                table,
                bulk.rows(),
                kind="entry",
                whole=False,
                name="批量录入 bulk entry",
                sha256=sha256,
                idempotency_key=key,
                call_id=call_id,
                notes=notes,
            )
            return self._answered(receipt)

    def file(self, contract: Contract, path: str, name: str, table: str | None, call_id: int | None) -> list[Receipt]:
        """Take an uploaded file, as ``huiliu submit`` does.

        Raises:
            ProblemError: the file cannot be used, or a server is away.
        """
        with self._ready(contract, call_id):
            return [self._answered(each) for each in self._files.submit(contract, Path(path), name=name, table=table, call_id=call_id)]

    def receipt(self, receipt_id: int) -> Receipt | None:
        """Return a receipt, None when there is none of that number."""
        with _told():
            try:
                return self._intake.receipt(receipt_id)
            except IntakeError:
                return None

    def history(self, contract: Contract, limit: int) -> list[Receipt]:
        """Return the provider's receipts, newest first."""
        with _told():
            return self._intake.history(contract.provider, limit)

    def decide(self, receipt: Receipt, by: str, *, confirm: bool) -> Receipt:
        """Send or drop a copy that waits; ``by`` is who decided.

        Raises:
            ProblemError: it does not wait, or a server is away.
        """
        with _told():
            decided = self._intake.confirm(receipt.id, by) if confirm else self._intake.cancel(receipt.id, by)
            return self._answered(decided)

    def rejects(self, receipt: Receipt, path: str) -> None:
        """Write the workbook of rejected rows, to mend and hand in again.

        Raises:
            ProblemError: there are none, or the store is away.
        """
        with _told():
            self._files.write_rejects(receipt.id, Path(path))

    def progress(self, receipt: Receipt) -> dict[str, Any] | None:
        """Return how far the receipt's rows are, None when nothing of it was sent or a server is away."""
        if receipt.state not in {"sending", "done"}:
            return None
        try:
            rows = [] if self._follower.knows(receipt.id) else self._intake.followed(receipt.id)
            return self._follower.look(receipt.id, rows).as_json()
        except (OperationalError, TransportError, ApiError, KafkaException):
            return None  # the receipt is good all the same

    def calls(self, contract: Contract) -> list[dict[str, Any]]:
        """Return the provider's calls; its desk has seen them now."""
        with _told():
            now = self.now_ms()
            return [call.as_json(now) for call in self._calls.of(contract.provider, now)]

    def _answered(self, receipt: Receipt) -> Receipt:
        if receipt.call_id is not None and receipt.id and receipt.state in _SENT:
            self._calls.answer(receipt.call_id, receipt.id, self.now_ms())
        return receipt

    @contextmanager
    def _ready(self, contract: Contract, call_id: int | None) -> Iterator[None]:
        """See that the feed can take data and that the call is open, and tell what goes wrong then."""
        with _told():
            if contract.mode not in HANDED_IN:
                raise ProblemError(409, "other_way")
            if not self.providers.is_attached(contract):
                raise ProblemError(409, "not_attached")
            if call_id is not None:
                call = self._calls.find(call_id)
                if call is None or call.provider != contract.provider or call.closed_ms is not None:
                    raise ProblemError(422, "no_such_call")
            yield


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except IntakeError as error:
        if isinstance(error.__cause__, LockNotAvailable):
            raise ProblemError(503, "busy", headers={"Retry-After": "10"}) from error
        raise ProblemError(422, "refused", said=str(error)) from error
    except (OperationalError, CallError) as error:
        raise ProblemError(503, "store_away", headers={"Retry-After": "5"}) from error
    except KafkaException as error:
        raise ProblemError(503, "broker_away", headers={"Retry-After": "5"}) from error
