"""Bounds how often someone may ask: a token bucket a name, and the longest unused are forgotten first."""

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

_MOST_NAMES = 10_000


class Rate:
    """``burst`` requests at once, and ``per_second`` on the long run; thread-safe."""

    def __init__(self, per_second: float, burst: int, clock: Callable[[], float] = time.monotonic) -> None:
        """``clock`` gives seconds."""
        self._per_second = per_second
        self._burst = burst
        self._clock = clock
        self._lock = threading.Lock()
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()  # name → (tokens, when counted)

    def take(self, name: str) -> int:
        """Take one token; return 0, or after how many whole seconds there will be one."""
        now = self._clock()
        with self._lock:
            tokens, counted = self._buckets.pop(name, (float(self._burst), now))
            tokens = min(self._burst, tokens + (now - counted) * self._per_second)
            allowed = tokens >= 1
            self._buckets[name] = (tokens - 1 if allowed else tokens, now)
            if len(self._buckets) > _MOST_NAMES:
                self._buckets.popitem(last=False)
        return 0 if allowed else max(1, math.ceil((1 - tokens) / self._per_second))
