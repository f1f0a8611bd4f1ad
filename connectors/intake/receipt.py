"""What intake takes and gives: a row, what is wrong with one, and the receipt, which never holds a value."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["file", "entry"]
State = Literal["staged", "waiting", "sending", "done", "refused", "cancelled", "repeated"]
"""staged: checked only; waiting: for a person's confirmation; repeated: the very same was accepted before, nothing was done."""

Progress = Callable[[str, int, int | None], None]
"""Called with (step: "check" or "send", rows done, rows in all if known)."""

MOST_SHOWN = 1_000  # rejected rows that a receipt lists; the workbook of rejects has all


class IntakeError(Exception):
    """Rows cannot be taken; the message is one sentence with place and remedy, and holds no value. Nothing of them was kept."""

    def __init__(self, sentence: str, receipt: "Receipt | None" = None) -> None:
        """``receipt`` is the refusal's, where one was written down."""
        super().__init__(sentence)
        self.receipt = receipt


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one cell of a row: the column, the reason without any value, the remedy."""

    column: str
    reason: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row as text: dates ISO, numbers plain, None where nothing stands. ``line`` is 1-based and unique in the delivery."""

    line: int
    op: Literal["upsert", "delete"]
    values: dict[str, str | None]
    fault: Fault | None = None
    """found while reading: the row is rejected"""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that was not taken."""

    line: int
    column: str
    reason: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Followed:
    """A row that was sent, to be followed on its way: source position, and the handles under which it is known (16 bytes each)."""

    line: int
    lsn: int
    op: Literal["c", "u", "d"]
    row_handle: bytes
    record_handles: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one delivery to one table. Times in Unix ms; ``id`` 0 when nothing was written down (a mere check)."""

    id: int
    provider: str
    table: str
    kind: Kind
    name: str
    state: State
    rows: int = 0
    created: int = 0
    updated: int = 0
    deleted: int = 0
    unchanged: int = 0
    rejected: int = 0
    flagged: int = 0
    received_ms: int = 0
    done_ms: int | None = None
    reason: str = ""
    """why it waits, was refused or cancelled, and what to do"""
    call_id: int | None = None
    notes: tuple[str, ...] = ()
    """what was found while reading: encoding, delimiter, columns that no contract names"""
    rejects: tuple[Rejected, ...] = field(default=())
    """the first ``MOST_SHOWN`` rejected rows"""

    @property
    def position(self) -> tuple[int, int]:
        """The first and last source position (lsn) that its events may have."""
        return self.id << 32, (self.id + 1 << 32) - 1
