"""Random draws by (seed, purpose, index): any row of the city can be made without making those before it.

BLAKE2b (RFC 7693) under the seed as key gives 16 uniform 32-bit numbers a draw; equal arguments give equal numbers on
every machine and in every process, so work can be shared out and the truth recomputed.
"""

from collections.abc import Sequence
from hashlib import blake2b
from struct import Struct
from typing import TypeVar

Draws = tuple[int, ...]
"""Sixteen independent uniform numbers, 0 ≤ n < 2³²."""

SPAN = 1 << 32
_T = TypeVar("_T")
_pack = Struct("<QQ").pack
_unpack = Struct("<16I").unpack


class Dice:
    """The city's only source of chance."""

    def __init__(self, seed: int) -> None:
        """Key the hash with the seed (any non-negative integer below 2⁶⁴)."""
        self._keyed = blake2b(key=seed.to_bytes(8, "little"))

    def __call__(self, purpose: int, index: int) -> Draws:
        """Return the sixteen numbers of ``index`` for one purpose (a small number, unique in the code)."""
        state = self._keyed.copy()
        state.update(_pack(purpose, index))
        return _unpack(state.digest())


def pick(choices: Sequence[_T], draw: int) -> _T:
    """Return one of the choices, each as likely as the next."""
    return choices[draw * len(choices) >> 32]


def below(limit: int, draw: int) -> int:
    """Return a number 0 ≤ n < limit."""
    return draw * limit >> 32


def share(rate: float) -> int:
    """Return the bound that a uniform draw stays below with probability ``rate``."""
    return int(rate * SPAN)


def expand(weights: dict[str, int]) -> tuple[str, ...]:
    """Return each word as often as its weight says, so that ``pick`` follows the weights."""
    return tuple(word for word, weight in weights.items() for _ in range(weight))
