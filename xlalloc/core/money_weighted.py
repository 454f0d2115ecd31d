"""The rates of return that solve a series of payments: every one of them, or proof that there is only one.

A payment c_k, τ_k years before the end, is worth c_k e^(sτ_k) at the end, s = ln(1+i). The rates are the real roots
of f(s) = Σ c_k e^(sτ_k); all work is on logarithms, so that no power overflows.
"""

from itertools import pairwise
from math import log

import numpy as np

STEPS = 200  # at most, to find one root
STEPS_OF_NEWTON = 20
LARGEST = 300.0  # of an exponent, up to which nothing overflows
CLOSE = 1e-8  # of s: a step of Newton's method whose square is rounding
ROUNDING = 1e-12  # of Σ|c_k| e^(sτ_k): a sum below it may be zero
SAME = 4e-16  # of s, or of 1: two estimates of a root this close are one


def rates(amounts: np.ndarray, years: np.ndarray) -> tuple[list[float], bool]:
    """All s with f(s) = 0, rising, and whether one of them may be two or none, as f only touches zero there.

    ``amounts`` are what was put in (+) and what came back (−), ``years`` the time of each before the end, falling.
    """
    root = _root(amounts, years)
    if root is not None:
        return [root], False
    if not (amounts > 0.0).any() or not (amounts < 0.0).any():
        return [], False
    some = amounts != 0.0
    amounts, years = amounts[some], years[some]
    return _isolated(amounts / np.abs(amounts).max(), years)


def _root(amounts, years) -> float | None:
    """The root, by Newton's method on ln Σ c⁺e^(sτ) − ln Σ c⁻e^(sτ), almost a straight line; None if others may be."""
    parts = np.empty((4, len(years)))  # c⁺, c⁻, c⁺τ, c⁻τ
    np.maximum(amounts, 0.0, out=parts[0])
    np.subtract(parts[0], amounts, out=parts[1])
    np.multiply(parts[:2], years, out=parts[2:])
    s, farthest, each = 0.0, float(years[0]), np.empty(len(years))
    each.fill(1.0)
    for _ in range(STEPS_OF_NEWTON):
        up, down, rise, fall = parts.dot(each).tolist()
        if not (up > 0.0 and down > 0.0):
            return None
        slope = rise / up - fall / down
        if slope == 0.0:
            return None
        step = log(up / down) / slope
        s -= step
        if abs(step) <= CLOSE * (1.0 + abs(s)):  # the next step is the square of it: below rounding
            return s if _alone(amounts, each) else None
        if not abs(s) * farthest < LARGEST:
            return None
        np.multiply(years, s, out=each)
        np.exp(each, out=each)
    return None


def _alone(amounts: np.ndarray, each: np.ndarray) -> bool:
    """Is there money in the account at every time, when it grows at the rate found? Then no other rate solves it.

    With C_k the sums so far, f = Σ C_k (e^(sτ_k) − e^(sτ_k+1)) changes its sign where s = 0 alone (Abel); Teichroew,
    Robichek & Montalbano (1965) call it a pure investment.
    """
    return not np.count_nonzero(np.add.accumulate(amounts * each)[:-1] < 0.0)


# All roots ---------------------------------------------------------------------------------------------------------


def _isolated(c: np.ndarray, tau: np.ndarray) -> tuple[list[float], bool]:
    """The roots of f lie between those of (e^(−as) f)', which has a change of sign less (Rolle; Descartes' rule)."""
    levels = [c]
    while (changes := np.flatnonzero(levels[-1][1:] * levels[-1][:-1] < 0.0)).size > 1:
        k = int(changes[changes.size // 2])
        next_ = levels[-1] * (tau - 0.5 * (tau[k] + tau[k + 1]))
        levels.append(next_ / np.abs(next_).max())
    points: list[float] = []
    touched = False
    for coefficients in levels[::-1]:
        points, touched = _between(coefficients, tau, points)
    return points, touched


def _between(c: np.ndarray, tau: np.ndarray, turns: list[float]) -> tuple[list[float], bool]:
    """The roots of f, monotone up to a factor between its turning points; a turn on zero is a root of its own."""
    ends = _ends(c, tau, turns)
    places = [ends[0], *turns, ends[1]]
    signs = [float(np.sign(c[-1])), *(_sign(c, tau, s) for s in turns), float(np.sign(c[0]))]
    roots = []
    for (low, high), (before, after) in zip(pairwise(places), pairwise(signs), strict=True):
        if before * after < 0.0:
            roots.append(_bracketed(c, tau, low, high, before))
    touching = [s for s, sign in zip(turns, signs[1:-1], strict=True) if sign == 0.0]
    return sorted([*roots, *touching]), bool(touching)


def _ends(c: np.ndarray, tau: np.ndarray, turns: list[float]) -> tuple[float, float]:
    """Beyond these the first or the last payment outweighs all others together."""
    low, high = min([0.0, *turns]), max([0.0, *turns])
    width = 1.0
    while _sign(c, tau, low) != np.sign(c[-1]) and width < 1e12:
        low, width = low - width, 2.0 * width
    width = 1.0
    while _sign(c, tau, high) != np.sign(c[0]) and width < 1e12:
        high, width = high + width, 2.0 * width
    return low, high


def _value(c: np.ndarray, tau: np.ndarray, s: float) -> tuple[float, float]:
    """f(s) and Σ|c| e^(sτ), both on the scale of the largest."""
    each = s * tau
    each = np.exp(each - each.max())
    return float(c.dot(each)), float(np.abs(c).dot(each))


def _sign(c: np.ndarray, tau: np.ndarray, s: float) -> float:
    value, scale = _value(c, tau, s)
    return 0.0 if abs(value) <= ROUNDING * scale else float(np.sign(value))


def _bracketed(c: np.ndarray, tau: np.ndarray, low: float, high: float, before: float) -> float:
    """The root between two places of opposite sign: regula falsi (Illinois) on f beside its parts, else halving."""

    def relative(s: float) -> float:
        value, scale = _value(c, tau, s)
        return before * value / scale

    above, below = relative(low), relative(high)
    above, below = max(above, 1e-300), min(below, -1e-300)
    for k in range(STEPS):
        s = (low * below - high * above) / (below - above) if k % 3 else 0.5 * (low + high)
        if high - low <= SAME * (1.0 + abs(s)):
            break
        if not low < s < high:  # a chord too flat to fall inside
            s = 0.5 * (low + high)
            if not low < s < high:
                break
        value = relative(s)
        if value == 0.0:
            return s
        if value > 0.0:
            low, above, below = s, value, 0.5 * below if k % 3 else below
        else:
            high, below, above = s, value, 0.5 * above if k % 3 else above
    return 0.5 * (low + high)
