"""What attaching or detaching a feed did: piece by piece, so that a second run visibly changes nothing."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Change:
    """One piece of a feed; ``state`` is unchanged, created, altered or removed."""

    piece: str
    state: str
    detail: str = ""


@dataclass(slots=True)
class Report:
    """One provider's run. ``notes`` are loud but stop nothing; ``problems`` are why it did not come about; ``script`` is for its DBA."""

    provider: str
    changes: list[Change] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    script: str = ""
    new_source: bool = False
    """a topic that no running process can be reading yet was made"""

    @property
    def ok(self) -> bool:
        """Whether all of it came about."""
        return not self.problems

    def add(self, piece: str, state: str, detail: str = "") -> None:
        """Note one piece."""
        self.changes.append(Change(piece, state, detail))
