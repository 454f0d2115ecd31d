"""One portfolio of the frontier at a time, for many assets: the set of binding bounds at one λ, found many at a time.

    minimise  ½ x'Σx − λ μ'x    over    A x = b,  lo ≤ x ≤ hi

Block principal pivoting: solve with the free variables alone, put all that left their bounds on them, free those whose
gradient is of the wrong sign, again until nothing changes (Júdice & Pires 1994; Kostreva 1978). It takes some ten
systems of about the size of the answer, where the critical line takes one corner after the other. There is no proof
that it ends; where it does not, or the answer may not be the only one, the whole path answers instead.

While the free set F stays the same the solution is x₀ + λx₁, and along it, with R = μ'x₁,

    return = r + Rλ,   variance = c + Rλ²       (x₁ is zero at bounds and A x₁ = 0, so x₁'Σx = λR)

so every question is an equation for λ: a return t, λ = (t − r)/R; a variance s², λ² = (s² − c)/R; the greatest ratio
(return − rf)/vol, where variance = λ·(return − rf), λ = c/(r − rf). Where that λ belongs to another free set, it is the
next guess, within the interval that is left.

*Certificate.* As in ``critical_line``: no feasible x has an objective lower by more than Σ d⁺(x−lo) + d⁻(hi−x).
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from xlalloc.core.checks import RISKLESS, risk_level
from xlalloc.core.critical_path import EPS, ROUNDING, Problem

MANY_FREE = 0.15  # of all assets: once more of them are free, the answer may hold (nearly) all
NEARLY = 0.1  # of all assets: so few off their bounds are taken out of a portfolio of all
START = 32  # assets that are free at first, and that become free at a time, at least
PIVOTS = 40  # systems after which the whole path is quicker
GUESSES = 40
UNIQUE = 1e-12  # of the scale of a gradient: one that is smaller at a bound may have other answers beside it
GAP = 1e-10  # certified excess of variance (relative)
FAR = 1e9  # λ beyond it: the answer is at the end of the path


class LostError(Exception):
    """The whole path has to answer."""


class OnDemand:
    """The answers of a Frontier, each found alone; what it does not know, or may get wrong, the whole path answers."""

    def __init__(self, problem: Problem, mu: np.ndarray, whole: Callable):
        self._problem, self._mu, self._make, self._made = problem, mu, whole, None

    def __getattr__(self, name):
        if self._made is None:
            self._made = self._make()
        return getattr(self._made, name)

    def _answer(self, question: str, *given):
        try:
            return getattr(_Search(self._problem, self._mu), question)(*given)
        except (LostError, np.linalg.LinAlgError):
            return self.__getattr__(question)(*given)

    def min_variance(self):
        return self._answer("min_variance")

    def at_return(self, target):
        return self._answer("at_return", target)

    def at_vol(self, target):
        return self._answer("at_vol", target)

    def max_sharpe(self, rf=0.0):
        return self._answer("max_sharpe", rf)


class _Search:
    """The free set in one search: ``side`` is +1 at lower, −1 at upper, 0 free."""

    def __init__(self, p: Problem, mu: np.ndarray):
        self.p, self.mu, self.spread = p, mu, float(np.ptp(mu)) or 1.0
        self.fixed = p.lo == p.hi
        self.side = np.where(self.fixed, 1.0, 0.0)
        if p.lo[: p.n].min() >= 0.0:  # few of many are held
            calm = np.argsort(np.where(self.fixed[: p.n], np.inf, p.vols[: p.n]))[START:]
            self.side[calm] = 1.0
        self.noise: Any = 1.0  # of each variable, once there is a solution
        self.lam = 0.0

    # The questions ------------------------------------------------------------------------------------------------

    def min_variance(self):
        self._pivot(0.0)
        return self._certified(0.0)

    def at_return(self, target):
        _, _, r, _ = self._measured(0.0)
        if target <= r:
            return self._certified(0.0)
        scale = max(float(np.abs(self.mu).max()), abs(target))
        return self._where(
            lambda r, slope, c: ((target - r) / self.spread / slope, r + self.spread * slope * self.lam < target),
            lambda lam, earned, variance: abs(earned - target) <= 1e-13 * scale,
        )

    def at_vol(self, target):
        s2 = target * target / self.p.scale
        _, c, _, _ = self._measured(0.0)
        if s2 <= c * (1.0 + 1e-9):
            raise LostError
        return self._where(
            lambda r, slope, c: ((max(s2 - c, 0.0) / slope) ** 0.5, c + slope * self.lam**2 < s2),
            lambda lam, earned, variance: abs(variance - s2) <= 1e-12 * s2,
        )

    def max_sharpe(self, rf):
        x, c, r, _ = self._measured(0.0)
        level = risk_level(x, self.p.vols[: self.p.n] ** 2) ** 2
        if not c > 1e-10 * level:
            raise LostError

        def question(r, slope, c):
            excess = (r - rf) / self.spread
            return c / excess if excess > 0.0 else np.inf, c > self.lam * excess

        return self._where(
            question, lambda lam, earned, variance: abs(variance - lam * (earned - rf) / self.spread) <= 1e-9 * variance
        )

    def _where(self, question, met):
        """The solution at the λ that a question wants: its answer by the free set at hand, until both belong together.

        ``question(r, R, c)`` gives that λ, and whether the λ at hand is too small; ``met(λ, return, variance)``
        whether the portfolio found answers it.
        """
        low, high, looked = 0.0, np.inf, False
        for _ in range(GUESSES):
            _, c, r, slope = self._measured(self.lam)
            if not slope > 0.0:
                raise LostError
            if not looked and self.F.size > MANY_FREE * self.side.size:
                looked = True
                r, slope, c = self._all_free(question, r, slope, c)
            wanted, more = question(r, slope, c)
            low, high = (self.lam, high) if more else (low, self.lam)
            if wanted < FAR and (wanted == self.lam or self._holds(wanted)):
                self.lam = wanted
                x = self._certified(wanted)
                if met(wanted, float(self.mu @ x), float(x @ self.p.sigma[: x.size, : x.size] @ x)):
                    return x
                break
            if not low < wanted < high:
                wanted = 0.5 * (low + high) if high < np.inf else 4.0 * max(low, c)
            if not wanted < FAR:
                break
            self.lam = wanted
        raise LostError

    def _all_free(self, question, r, slope, c):
        """The line without bounds, where it answers the question or nearly does; else the one at hand."""
        side, lam = self.side.copy(), self.lam
        self.side[~self.fixed] = 0.0
        self._solve()
        r0, slope0, c0 = self._line(lam)
        wanted = question(r0, slope0, c0)[0] if slope0 > 0.0 else np.inf
        if wanted < FAR:
            low, high, _ = self._off(wanted)
            if not low.any() and not high.any():
                return r0, slope0, c0
            if np.count_nonzero(low | high) <= NEARLY * side.size:
                self.side[low], self.side[high], self.lam = 1.0, -1.0, wanted
                _, c, r, slope = self._measured(wanted)
                return r, slope, c
        self.side = side
        self._solve()
        return r, slope, c

    # One λ --------------------------------------------------------------------------------------------------------

    def _measured(self, lam):
        """x at λ, and c, r, R of the line that it is on."""
        self._pivot(lam)
        r, slope, c = self._line(lam)
        return (self.x0 + lam * self.x1)[: self.p.n], c, r, slope

    def _line(self, lam):
        """r, R, c of the free set at hand."""
        x = self.x0 + lam * self.x1
        slope = float(self.p.mu @ self.x1)
        c = float(x @ (self.s0 + lam * self.s1)) - slope * lam * lam
        return float(self.mu @ self.x0[: self.p.n]), slope, c

    def _pivot(self, lam):
        """The free set that is optimal at λ."""
        self.lam, fewest, patience = lam, np.inf, 3
        for _ in range(PIVOTS):
            self._solve()
            low, high, wrong = self._off(lam)
            count = int(low.sum() + high.sum() + wrong.sum())
            if count == 0:
                return
            self._most(low, high, wrong, lam)
            if count < fewest:
                fewest, patience = count, 3
            elif patience > 0:
                patience -= 1
            else:  # it may go round in circles: one at a time (Murty's rule)
                last = int(np.flatnonzero(low | high | wrong)[-1])
                keep = np.zeros(low.size, bool)
                keep[last] = True
                low, high, wrong = low & keep, high & keep, wrong & keep
            self.side[low], self.side[high], self.side[wrong] = 1.0, -1.0, 0.0
        raise LostError

    def _most(self, low, high, wrong, lam):
        """Of very many that would move, those that would most; where too few were left, those that would move next."""
        pull = np.abs(self._gradient(lam)) / np.maximum(self.noise, 1e-300)
        room = max(START, int(self.free.sum()))
        if wrong.sum() > room:
            wrong[np.argsort(np.where(wrong, -pull, np.inf))[room:]] = False
        if ((self.free & ~low & ~high) | wrong).sum() <= self.p.m:
            others = np.where(self.free | self.fixed | wrong, np.inf, pull)
            wrong[np.argsort(others)[: START // 4]] |= np.sort(others)[: START // 4] < np.inf

    def _solve(self):
        """The system of the free variables F, and its solution."""
        p, m = self.p, self.p.m
        self.free = self.side == 0.0
        self.F = F = np.flatnonzero(self.free)
        self.held = np.where(self.free, 0.0, np.where(self.side > 0.0, p.lo, p.hi))
        at = np.flatnonzero(self.held)
        rows = np.append(np.arange(m), m + F)
        right = np.zeros((m + F.size, 2))
        right[:m, 0], right[m:, 1] = p.b, p.mu[F]
        if at.size:
            right[:m, 0] -= p.A[:, at] @ self.held[at]
            right[m:, 0] -= p.sigma[np.ix_(F, at)] @ self.held[at]
        self.K, self.right = p.K[np.ix_(rows, rows)], right
        self._take(np.linalg.solve(self.K, right))

    def _refine(self):
        """The same solution, corrected for its residual."""
        self._take(self.z + np.linalg.solve(self.K, self.right - self.K @ self.z))

    def _take(self, z):
        """x₀, x₁, Σx₀, Σx₁ and the multipliers of a solution."""
        if not np.isfinite(z).all():
            raise LostError
        m, self.z = self.p.m, z
        self.y0, self.y1 = z[:m].T
        self.x0, self.x1 = self.held.copy(), np.zeros(self.held.size)
        self.x0[self.F], self.x1[self.F] = z[m:].T
        rows = np.flatnonzero(self.x0)
        self.s0, self.s1 = np.array([self.x0[rows], self.x1[rows]]) @ self.p.sigma[rows]

    def _off(self, lam):
        """Which free variables are below or above their bounds, and which of the others would rather move."""
        p = self.p
        x = self.x0 + lam * self.x1
        d = self._gradient(lam)
        level = float(np.abs(x) @ p.vols)
        self.noise = 1e-13 * (level * (p.vols + level) + lam) + 1e-3 * EPS
        low = self.free & (x < p.lo - ROUNDING)
        high = self.free & (x > p.hi + ROUNDING)
        wrong = ~self.free & ~self.fixed & (self.side * d < -self.noise)
        return low, high, wrong

    def _gradient(self, lam):
        return self.s0 + lam * self.s1 - lam * self.p.mu + (self.y0 + lam * self.y1) @ self.p.A

    def _holds(self, lam) -> bool:
        """Is the free set at hand optimal at this λ as well?"""
        return lam >= 0.0 and not any(part.any() for part in self._off(lam))

    def _certified(self, lam):
        """The weights at λ, refined, if nothing is lower and no other portfolio is as low."""
        p = self.p
        if lam != self.lam or not self._holds(lam):
            self._pivot(lam)
        self._refine()
        if not self._holds(lam) or not self._strict(lam):
            raise LostError
        np.linalg.cholesky(p.sigma[np.ix_(*[np.flatnonzero(self.free[: p.n])] * 2)])  # LinAlgError: no minimum, or many
        x = p.feasible((self.x0 + lam * self.x1)[None])[0]
        above, below = x - p.lo, p.hi - x
        risk = p.risk(x[None])[0]
        d = risk - lam * p.mu + (self.y0 + lam * self.y1) @ p.A
        up = np.maximum(d, 0.0)
        rounding = 1e-14 * (0.1 + float(np.abs(x) @ p.vols) + lam) + 1e-15 * float((p.hi - p.lo)[: p.n].sum())
        feasible = np.abs(p.A @ x - p.b).max() <= 1e-11 and above.min() >= 0.0 and below.min() >= 0.0
        if not feasible or not up @ above + (up - d) @ below <= GAP * float(x @ risk) + rounding:
            raise LostError
        if float(x @ risk) <= RISKLESS:
            raise LostError
        return x[: p.n]

    def _strict(self, lam) -> bool:
        """Does every bound that holds hold by force? Else another portfolio may be as good."""
        held = ~self.free & ~self.fixed
        d = np.abs(self._gradient(lam))[held]
        return not d.size or bool((d > UNIQUE * np.maximum(self.noise[held] * 1e13, 1e-300)).all())
