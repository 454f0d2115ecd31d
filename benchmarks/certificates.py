"""How far from the best mix some weights are at most: bounds by duality, whatever solver found the weights.

A linear function c'x over the allowed mixes is at most y + z·b + Σ max(rᵢlᵢ, rᵢuᵢ), r = c − y − A'z, for any y and any
z ≥ 0. The multipliers are those that make r vanish where weights are inside their bounds, else a linear program's;
wrong ones only make the bound larger.
"""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from scipy.optimize import linprog

RISKLESS = 1e-6  # of Σ|wᵢ|σᵢ: a volatility up to it is judged by that level, not by itself
ENOUGH = 1e-11  # a bound this close is not looked for any better
INSIDE = 1e-11  # of a weight or total: this far from its limits it is free to move


@dataclass(frozen=True)
class Allowed:
    """Mixes with 1'x = 1, lower ≤ x ≤ upper, Ax ≤ b."""

    lower: np.ndarray
    upper: np.ndarray
    A: np.ndarray
    b: np.ndarray

    @classmethod
    def within(cls, lower, upper, groups=(), group_lower=None, group_upper=None) -> "Allowed":
        names = np.array(groups)
        members = np.array([names == name for name in dict.fromkeys(groups)], dtype=float).reshape(-1, len(lower))
        A, b = [np.zeros((0, len(lower)))], [np.zeros(0)]
        for limit, sign in ((group_upper, 1.0), (group_lower, -1.0)):
            if limit is not None:
                A, b = [*A, sign * members], [*b, sign * np.asarray(limit)]
        return cls(np.asarray(lower), np.asarray(upper), np.vstack(A), np.concatenate(b))

    def also(self, a, most: float) -> "Allowed":
        """With a'x ≤ most in addition."""
        return Allowed(self.lower, self.upper, np.vstack([self.A, a]), np.append(self.b, most))

    def violation(self, w) -> float:
        """By how much w misses the worst of the limits."""
        beyond = [abs(w.sum() - 1), (self.lower - w).max(), (w - self.upper).max(), *(self.A @ w - self.b)]
        return float(max(0.0, *beyond))

    def gain(self, c, w) -> float:
        """c'x exceeds c'w by this much at most."""
        found = self._gain(c, w, *self._multipliers_at(c, w))
        return found if found <= ENOUGH else min(found, self._gain(c, w, *self._multipliers_of_program(c)))

    def _gain(self, c, w, y: float, z) -> float:
        r = c - y - z @ self.A
        step = np.where(r > 0.0, self.upper, self.lower) - w
        return float(y + z @ self.b + r @ w - c @ w + r @ step)

    def _multipliers_at(self, c, w):
        """Those that leave nothing of c where weights are free; a limit with a negative one does not bind."""
        free = (w > self.lower + INSIDE) & (w < self.upper - INSIDE)
        held, z = np.flatnonzero(self.A @ w >= self.b - INSIDE), np.zeros(len(self.b))
        while True:
            columns = np.column_stack([np.ones(len(w)), self.A[held].T])[free]
            y, *found = np.linalg.lstsq(columns, c[free].astype(float), rcond=None)[0]
            if min(found, default=0.0) >= 0.0:
                z[held] = found
                return y, z
            held = np.delete(held, np.argmin(found))

    def _multipliers_of_program(self, c):
        solved = self._program(c)
        if solved.status != 0:
            return 0.0, np.zeros(len(self.b))
        return -solved.eqlin.marginals[0], np.maximum(-solved.ineqlin.marginals, 0.0) if len(self.b) else np.zeros(0)

    def _program(self, c):
        tight = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10}
        A, b = (self.A, self.b) if len(self.b) else (None, None)
        bounds = np.column_stack([self.lower, self.upper])
        return linprog(-c, A, b, np.ones((1, len(c))), [1.0], bounds, method="highs", options=tight)

    def most(self, c) -> float:
        """The greatest c'x by a linear program; −∞ where no mix is allowed."""
        solved = self._program(c)
        return -np.inf if solved.status == 2 else float(-solved.fun)


exact = np.vectorize(Fraction, otypes=[object])


def level(cov, w) -> float:
    """Σ|wᵢ|σᵢ, and a little of the greatest σ for the rounding of w."""
    sd = np.sqrt(np.diag(cov))
    return max(float(np.abs(w) @ sd + 1e-7 * sd.max()), 1e-100)


def variance_excess(cov, allowed: Allowed, w) -> dict[str, float]:
    """By how much the variance could be less: x'Σx ≥ w'Σw − (w − v)'Σ(w − v) − 2v'Σ(w − x). As shares of volatility.

    v is w, and if that is not enough the least risky mix that has reached the limits of w: where a hedge leaves hardly
    any risk, the last digit of a weight moves the gradient of w by more than its excess.
    """
    variance, unit = max(float(w @ cov @ w), 0.0), level(cov, w)
    kind = "excess" if variance > (RISKLESS * unit) ** 2 else "riskless"
    scale = variance if kind == "excess" else unit**2

    gain, held = max(allowed.gain(-(cov @ w) / scale, w), 0.0), allowed.A @ w >= allowed.b - INSIDE
    while gain > ENOUGH:
        v, slope = _least_at_limits(cov, allowed, w, held)
        c, d = -slope.astype(float) / scale, exact(w) - v
        gain = min(gain, float(d @ exact(cov) @ d) / scale / 2 + max(allowed.gain(c, w), 0.0))
        pushing = allowed._multipliers_at(c, w)[1] > 0.0
        if (pushing >= held).all():
            break
        held = pushing
    return {kind: gain} if kind == "excess" else {kind: min(2 * gain, variance / scale) ** 0.5}


def _least_at_limits(cov, allowed: Allowed, w, held):
    """The mix v of least variance with the limits of w that are held, far beyond rounding, and Σv without any."""
    free = np.flatnonzero((w > allowed.lower + INSIDE) & (w < allowed.upper - INSIDE))
    _, size, basis = np.linalg.svd(np.vstack([np.ones(len(free)), allowed.A[held][:, free]]))
    along = basis[(size > 1e-12 * size.max(initial=0.0)).sum() :].T  # what keeps the limits
    curvature = along.T @ cov[np.ix_(free, free)] @ along
    v, sigma = exact(w), exact(cov)
    for _ in range(5):
        slope = sigma @ v
        v[free] -= exact(
            along @ np.linalg.lstsq(curvature, (exact(along.T) @ slope[free]).astype(float), rcond=None)[0]
        )
    return v, sigma @ v


def sharpe_excess(mu, cov, rf: float, allowed: Allowed, w) -> float:
    """For all x, v: e'x/e'w ≤ x'Σv/(σ(v)σ(w)) + most ≤ σ(x)/σ(w) + most; so its ratio is greater by most·σ(w)/σ(x).

    Given is that of a mix x of volatility Σ|wᵢ|σᵢ; v as for the variance.
    """
    e, vol = mu - rf, float(w @ cov @ w) ** 0.5

    def excess(v) -> float:
        slope = cov @ v
        c = e / (e @ w) - slope / (v @ slope) ** 0.5 / vol
        return float(allowed.gain(c, w) + c @ w) * min(1.0, vol / level(cov, w))

    first = excess(w)
    return first if first <= ENOUGH else min(first, excess(_best_at_limits(e, cov.astype(np.longdouble), allowed, w)))


def _best_at_limits(e, cov, allowed: Allowed, w):
    """The y of least y'Σy for e'y = 1 whose mix y/1'y has reached the same limits as w; as precise as cov is."""
    low, high = w <= allowed.lower + INSIDE, w >= allowed.upper - INSIDE
    held, free = allowed.A @ w >= allowed.b - INSIDE, np.flatnonzero(~(low | high))
    at = np.column_stack([np.eye(len(w))[:, free], np.where(low, allowed.lower, np.where(high, allowed.upper, 0.0))])
    total = np.eye(len(free) + 1)[-1]
    rows = [e @ at, at.sum(axis=0) - total, *(allowed.A[held] @ at - np.outer(allowed.b[held], total))]
    k, m = len(total), len(rows)
    K, right = np.zeros((k + m, k + m), cov.dtype), np.zeros(k + m, cov.dtype)
    K[:k, :k], K[k:, :k], K[:k, k:], right[k] = at.T @ cov @ at, rows, np.transpose(rows), 1.0
    found = np.zeros(k + m, cov.dtype)
    for _ in range(5):  # the residual in the precision of cov
        found += np.linalg.lstsq(K.astype(float), (right - K @ found).astype(float), rcond=None)[0]
    return at @ found[:k]


def return_lack(mu, cov, allowed: Allowed, w) -> float:
    """By how much a mix no riskier than w could earn more: its x'Σv is at most σ(w)σ(v); v as for the variance.

    No riskier by more than what rounding leaves of w'Σw: where a hedge costs hardly any risk, a last digit of the
    variance buys any return.
    """
    c, risk = mu / (np.abs(mu).max() or 1.0), cov @ w
    variance, unit = float(w @ risk), level(cov, w)
    if variance <= (RISKLESS * unit) ** 2:
        return allowed.gain(c, w)
    rounding = 1e-16 * unit**2 / variance
    gain = allowed.also(risk / variance, 1.0 - rounding).gain(c, w)
    if gain > ENOUGH:
        as_much = allowed.also(-c, -c @ w)
        v, slope = _least_at_limits(cov, as_much, w, as_much.A @ w >= as_much.b - INSIDE)
        variance = exact(w) @ exact(cov) @ exact(w)
        most = float(v @ slope / variance) ** 0.5 - rounding
        gain = min(gain, allowed.also((slope / variance).astype(float), most).gain(c, w))
    return gain
