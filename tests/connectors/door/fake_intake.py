"""Intake in memory: what the door relies on, and no more; ``test_intake.py`` holds it and the real one to the same promises."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from connectors.intake.receipt import Followed, IntakeError, Kind, Receipt, Rejected, Row
from domain.contract import Contract, Table
from domain.normalise import row_id
from domain.tokens import Tokeniser

MASTER = bytes(range(32))
CLOCK_MS = 1_385_000_000_000


class FakeIntake:
    """Keeps rows by key and receipts by number; sends nothing anywhere."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, str], dict[tuple[str | None, ...], dict[str, str | None]]] = {}
        self.receipts: list[Receipt] = []
        self.sent: dict[int, list[Followed]] = {}
        self.keys: dict[tuple[str, str], tuple[bytes, int]] = {}
        self.broken: Exception | None = None
        self.waits = False
        self._token = Tokeniser(MASTER).raw

    def accept(  # noqa: C901, PLR0913  # one delivery has that many sides
        self,
        contract: Contract,
        table: Table,
        rows: Iterable[Row],
        *,
        kind: Kind,
        whole: bool,  # noqa: ARG002  # the real one's word
        name: str,
        sha256: bytes,
        idempotency_key: str | None = None,
        call_id: int | None = None,
        notes: tuple[str, ...] = (),
    ) -> Receipt:
        if self.broken:
            raise self.broken
        if idempotency_key is not None:
            known = self.keys.get((contract.provider, idempotency_key))
            if known and known[0] != sha256:
                raise IntakeError("键已用于别的内容 the key was used for something else: use a new one")
            if known:
                return replace(self.receipts[known[1] - 1], state="repeated")
        number = len(self.receipts) + 1
        counts = {"created": 0, "updated": 0, "deleted": 0, "unchanged": 0}
        rejects, followed, total = [], [], 0
        known_rows = dict(self.rows.get((contract.provider, table.name), {}))
        for row in rows:
            total += 1
            if any(column in table.withheld for column in row.values):
                raise IntakeError("有扣留的列 a withheld column is there: leave it out")
            key = tuple(row.values.get(column) for column in table.key)
            if not all(key):
                rejects.append(Rejected(row.line, table.key[0], "关键列为空 the key is empty", "fill it in"))
                continue
            before = known_rows.get(key)
            if row.op == "delete":
                done = "unchanged" if before is None else "deleted"
                known_rows.pop(key, None)
            else:
                done = "created" if before is None else "unchanged" if before == row.values else "updated"
                known_rows[key] = row.values
            counts[done] += 1
            if done != "unchanged":
                handle = self._token("row", row_id(contract.provider, table.name, key))
                letter = {"created": "c", "updated": "u", "deleted": "d"}[done]
                followed.append(Followed(row.line, number << 32 | row.line, letter, handle, ()))  # type: ignore[arg-type]  # one of the three
        receipt = Receipt(
            id=number,
            provider=contract.provider,
            table=table.name,
            kind=kind,
            name=name,
            state="waiting" if self.waits else "done",
            rows=total,
            rejected=len(rejects),
            received_ms=CLOCK_MS,
            done_ms=None if self.waits else CLOCK_MS,
            reason="变化超过限度 beyond its limits: confirm it" if self.waits else "",
            call_id=call_id,
            notes=notes,
            rejects=tuple(rejects),
            **counts,
        )
        self.rows[contract.provider, table.name] = known_rows
        self.receipts.append(receipt)
        self.sent[number] = followed
        if idempotency_key is not None:
            self.keys[contract.provider, idempotency_key] = (sha256, number)
        return receipt

    def confirm(self, submission_id: int, by: str) -> Receipt:
        return self._decide(submission_id, replace(self._waiting(submission_id), state="done", reason=f"由 {by} 确认 confirmed by {by}"))

    def cancel(self, submission_id: int, by: str) -> Receipt:
        return self._decide(
            submission_id, replace(self._waiting(submission_id), state="cancelled", reason=f"由 {by} 取消 cancelled by {by}")
        )

    def receipt(self, submission_id: int) -> Receipt:
        if not 0 < submission_id <= len(self.receipts):
            raise IntakeError("没有这张回执 there is no such receipt: see the list")
        return self.receipts[submission_id - 1]

    def followed(self, submission_id: int) -> list[Followed]:
        return self.sent.get(submission_id, [])

    def history(self, provider: str, limit: int) -> list[Receipt]:
        own = [replace(receipt, rejects=()) for receipt in self.receipts if receipt.provider == provider]
        return own[::-1][:limit]

    def submit(self, contract: Contract, path: Path, *, name: str | None, table: str | None, call_id: int | None) -> list[Receipt]:
        """Stand in for ``connectors.intake.files.submit``: one row a line, the key alone."""
        chosen = contract.table(table or contract.tables[0].name)
        lines = path.read_text(encoding="utf-8").splitlines()
        if not lines:
            raise IntakeError("文件是空的 the file is empty: choose another")
        rows = [Row(number, "upsert", {chosen.key[0]: line}) for number, line in enumerate(lines, 1)]
        return [
            self.accept(contract, chosen, rows, kind="file", whole=True, name=name or path.name, sha256=path.name.encode(), call_id=call_id)
        ]

    def write_rejects(self, submission_id: int, path: Path) -> int:
        path.write_bytes(b"PK rejects")
        return self.receipt(submission_id).rejected

    def _waiting(self, submission_id: int) -> Receipt:
        receipt = self.receipt(submission_id)
        if receipt.state != "waiting":
            raise IntakeError("这一件不在等待 this one does not wait: nothing to decide")
        return receipt

    def _decide(self, submission_id: int, receipt: Receipt) -> Receipt:
        self.receipts[submission_id - 1] = receipt
        return receipt
