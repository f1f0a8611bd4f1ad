"""Sends lists as PostgreSQL arrays in one piece each, where psycopg converts element by element.

The binary form of a one-dimensional array (``array_send`` in PostgreSQL): dimensions, whether there are nulls, the elements' type, length,
lower bound; then each element's length, or -1 for null, and its bytes.
"""

from collections.abc import Callable, Sequence
from struct import Struct
from typing import Any

from psycopg import AsyncConnection
from psycopg.adapt import Buffer, Dumper
from psycopg.postgres import types
from psycopg.pq import Format

_HEAD = Struct("!iiIii")
_LENGTH = Struct("!i").pack
_NULL = _LENGTH(-1)


class Column:
    """The values of one column of many rows, and how they are sent."""

    __slots__ = ("values",)

    def __init__(self, values: Sequence[Any]) -> None:
        """Keep the values; None is null."""
        self.values = values


class Bytes(Column):
    """bytea[]."""


class Texts(Column):
    """text[]."""


class Longs(Column):
    """bigint[]."""


class Ints(Column):
    """int[]."""


class Shorts(Column):
    """smallint[]."""


class Bools(Column):
    """bool[]."""
