"""A raw value after parsing: its normal form, the doubts about it, and one verdict for each kind of check."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Value:
    """What a raw text turned out to be.

    ``normal`` is None when nothing can be read. Each verdict is True, False, or None where the check does not apply
    or could not be made. ``strong`` says whether this value alone may join records.
    """

    normal: str | None
    flags: tuple[str, ...] = ()
    format: bool | None = None
    checksum: bool | None = None
    region: bool | None = None
    plausible: bool | None = None
    strong: bool = False


def unreadable(*flags: str) -> Value:
    """Return the value of a text that has no normal form, with the reasons."""
    return Value(None, flags, format=False)


def unsafe(value: Value) -> Value:
    """Return a value whose characters were written in another order than they are shown: kept, but it joins nothing."""
    return replace(value, flags=(*value.flags, "reordered"), strong=False)
