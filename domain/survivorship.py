"""Chooses a field's best value (择优): the register's first, then one without doubts, then the freshest, then by handle.

The order is total and made of public facts only, so sealed values need not be opened for it, and neither the order in which
records came nor how many others there are matters.
"""

from collections.abc import Collection, Iterable

Standing = tuple[bool, bool, int, bytes]
"""How a record's value of one field compares with others': the smallest is the best."""

BENIGN = frozenset(
    {
        "control_characters",
        "county_not_in_use",
        "extension",
        "form_2017",
        "from_uscc",
        "honorific",
        "imeisv",
        "residence_permit",
        "service_number",
        "travel_permit",
        "unit",
    }
)
"""Flags that say how a value was read, not that it may be wrong; any other flag is a doubt."""


def doubts(flags: Iterable[str]) -> frozenset[str]:
    """Return the fields of a record that are doubted; ``flags``: ``<field>:<flag>`` each."""
    pairs = (flag.split(":", 1) for flag in flags)
    return frozenset(field for field, *said in pairs if said and said[0] not in BENIGN)


def standing(field: str, authority: Collection[str], doubted: Collection[str], committed_ms: int, handle: bytes) -> Standing:
    """Return how well a record's value of a field stands.

    Args:
        field: which field.
        authority: the fields of which the record's table is the city's register.
        doubted: the record's fields that are doubted.
        committed_ms: when the source committed what the record says, Unix ms.
        handle: the record's, 16 bytes.
    """
    return field not in authority, field in doubted, -committed_ms, handle
