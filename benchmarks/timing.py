"""Interleaved timing: every candidate in turn, round after round, so that a drifting machine hits all alike."""

import statistics
import time
from collections.abc import Callable


def side_by_side(candidates: dict[str, Callable], seconds: float = 0.6, rounds: int = 200) -> dict[str, float]:
    """Median seconds of one call of each candidate."""
    inner = {}
    for name, call in candidates.items():
        call()
        start = time.perf_counter()
        call()
        inner[name] = max(1, int(2e-4 / max(time.perf_counter() - start, 1e-9)))
    times: dict[str, list[float]] = {name: [] for name in candidates}
    stop = time.perf_counter() + seconds * len(candidates)
    for done in range(rounds):
        if done >= 3 and time.perf_counter() > stop:
            break
        for name, call in candidates.items():
            start = time.perf_counter()
            for _ in range(inner[name]):
                call()
            times[name].append((time.perf_counter() - start) / inner[name])
    return {name: statistics.median(taken) for name, taken in times.items()}


def shown(seconds: float) -> str:
    for unit, factor in (("s", 1), ("ms", 1e3), ("µs", 1e6)):
        if seconds * factor >= 1 or unit == "µs":
            return f"{seconds * factor:.3g} {unit}"
    return ""
