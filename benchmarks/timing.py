"""Interleaved timing: every candidate in turn, round after round, so that a drifting machine hits all alike.

What counts is the processor time of all threads, which other work on the machine lengthens least.
"""

import time
from collections.abc import Callable

BLOCK = 2e-3  # seconds that a candidate runs on end, after a first call that brings its code and data to the cache
SLOW = 1.0  # seconds of a call that is not repeated
_clock = time.process_time if time.get_clock_info("process_time").resolution < 1e-5 else time.perf_counter


def side_by_side(candidates: dict[str, Callable], seconds: float = 1.5) -> dict[str, float]:
    """The least seconds of one call of each candidate: what other work on the machine adds is left out."""
    least, calls = {}, {}
    for name, call in candidates.items():
        least[name] = _block(call, 1)
        if least[name] < SLOW:  # the first call may import or compile
            least[name] = _block(call, 1)
        calls[name] = max(1, int(BLOCK / max(least[name], 1e-9)))
    quick = [name for name in candidates if least[name] < SLOW]
    stop = time.perf_counter() + seconds
    while quick and time.perf_counter() < stop:
        for name in quick:
            least[name] = min(least[name], _block(candidates[name], calls[name]))
    return least


def once(call: Callable) -> float:
    """Seconds of one call, the first."""
    return _block(call, 1)


def _block(call: Callable, times: int) -> float:
    if times > 1:
        call()
    begun = _clock()
    for _ in range(times):
        call()
    return max(_clock() - begun, 1e-9) / times


def shown(seconds: float) -> str:
    for unit, factor in (("s", 1), ("ms", 1e3), ("µs", 1e6)):
        if seconds * factor >= 1 or unit == "µs":
            return f"{seconds * factor:.3g} {unit}"
    return ""
