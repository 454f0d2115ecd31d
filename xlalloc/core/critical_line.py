"""The whole mean-variance frontier, exactly: the critical line with bounds on assets and on group totals.

    minimise  ½ w'Σw − λ μ'w    over    1'w = 1,  l ≤ w ≤ u,  L ≤ Gw ≤ U,      λ from +∞ down to 0

The solution is linear in λ between corner portfolios (Markowitz 1956; Markowitz & Todd 2000, ch. 8). A corner is where a
free asset meets a bound, or where the reduced gradient of an asset at a bound changes its sign.

*Groups.* The total of group g is a variable of its own, s_g, without mean or variance: A = [G −I; 0 1'], b = (0, 1). What is
left are bounds on single variables, and each free set F has the system  [0 A_F; A_F' Σ_FF] (y, w_F) = right-hand side.

*Singular Σ.* Let s be the direction in which variable i enters. Its reduced gradient is s'Σw − λ μ's. Where s'Σs = 0 it is
−λ μ's, which has one sign for all λ > 0: a variable without curvature never enters, and the matrix stays regular down to
λ = 0 (Best 1996, "An algorithm for the solution of the parametric quadratic programming problem", §3).

*Ties.* Bounds are widened by δp and the linear term gets δq, with random p, q > 0 and δ infinitesimal, carried symbolically
as a third column next to those of 1 and λ: tied events are ordered by their terms in δ, so the path cannot cycle. Ties in
the greatest return come first: on that face the same path runs with a random vector in place of μ, to least variance.

*Certificate.* With d = Σw − λμ + A'y, any feasible w is within  Σ d⁺(w−l) + d⁻(u−w)  of the least value, whatever y. This
bound is computed from Σ at both ends of every segment and across it; a path that misses it is not returned.
"""

from dataclasses import dataclass

import numpy as np

from xlalloc.errors import Label, NumberError

ATTEMPTS = 6  # random perturbations tried before giving up
SAME_MEAN = 1e-11  # means this close (relative to the largest) are tied
FEASIBLE = 1e-11  # slack in sums of bounds, for bounds like 10 x 0.1
TIE = 1e-10  # events this close in λ (relative) are tied
ON_BOUND = 1e-12  # a weight this far beyond its bound is rounding
FLAT = 1e-13  # curvature below this share of its terms is rounding
GAP = 1e-10  # certified excess of variance (relative)
FLOOR = 1e-14  # variance below this share of (Σ|w|σ)² is zero to rounding


@dataclass
class _Problem:
    """Standard form: n assets, then g group totals; A x = b, lo ≤ x ≤ hi. Σ and μ are scaled to 1."""

    mu: np.ndarray  # N
    columns: np.ndarray  # N x (m+N): row i is (A_i, Σ_i)
    b: np.ndarray  # m
    lo: np.ndarray  # N
    hi: np.ndarray
    vols: np.ndarray  # N, the scaled √Σ_ii
    member: np.ndarray | None  # group of each asset
    n: int  # assets

    @property
    def m(self) -> int:
        return self.b.size

    @property
    def A(self) -> np.ndarray:
        return self.columns[:, : self.m].T

    @property
    def sigma(self) -> np.ndarray:
        return self.columns[:, self.m :]


@dataclass
class _Segment:
    """One piece of the path: λ and multipliers at its start and end, the solution at its end."""

    lam: tuple[float, float]
    y: tuple[np.ndarray, np.ndarray]
    x: np.ndarray


# ------------------------------------------------------------------------------------------------ the problem


def _group_totals(lo, hi, member, group_lower, group_upper):
    """Feasible interval of each group's total; NumberError where there is none."""
    least, most = np.bincount(member, lo), np.bincount(member, hi)
    lower = np.full(least.size, -np.inf) if group_lower is None else np.array(group_lower, float)
    upper = np.full(least.size, np.inf) if group_upper is None else np.array(group_upper, float)
    for g in range(least.size):
        here = Label("groups", g)
        if lower[g] > upper[g]:
            raise NumberError(f"group_lower, {{}}: {lower[g]:g} is above its group_upper {upper[g]:g}", here)
        if lower[g] > most[g] + FEASIBLE:
            raise NumberError(f"group_lower, {{}}: {lower[g]:g} cannot be reached, the upper bounds of its assets "
                              f"sum to {most[g]:g}; lower group_lower or raise upper", here)
        if upper[g] < least[g] - FEASIBLE:
            raise NumberError(f"group_upper, {{}}: {upper[g]:g} cannot be kept, the lower bounds of its assets "
                              f"sum to {least[g]:g}; raise group_upper or reduce lower", here)
    lower, upper = np.minimum(lower, most), np.maximum(upper, least)
    low, high = np.maximum(lower, least).sum(), np.minimum(upper, most).sum()
    if low > 1 + FEASIBLE:
        raise NumberError(f"group_lower: with the lower bounds of the assets the groups need {low:g} in total; "
                          "at most 1 is there")
    if high < 1 - FEASIBLE:
        raise NumberError(f"group_upper: with the upper bounds of the assets the groups hold {high:g} in total; "
                          "at least 1 is needed")
    lower = np.where(np.isfinite(lower), lower, least - 1)  # never binds
    upper = np.where(np.isfinite(upper), upper, most + 1)
    return lower, upper, min(max(1.0, low), high)


def _check_bounds(lo, hi):
    """NumberError where single bounds leave no weights that sum to 1."""
    for name, bound in (("lower", lo), ("upper", hi)):
        for i in np.flatnonzero(~np.isfinite(bound)):
            raise NumberError(f"{name}, {{}}: the bound must be a finite number", Label("assets", int(i)))
    for i in np.flatnonzero(lo > hi):
        raise NumberError(f"lower, {{}}: {lo[i]:g} is above its upper bound {hi[i]:g}", Label("assets", int(i)))
    if lo.sum() > 1 + FEASIBLE:
        raise NumberError(f"lower: the bounds sum to {lo.sum():g}; at most 1 is possible")
    if hi.sum() < 1 - FEASIBLE:
        raise NumberError(f"upper: the bounds sum to {hi.sum():g}; at least 1 is needed")


def _snap(mu):
    """Means with ties made exact, centred and scaled to a spread of 1 (a constant does not change the problem)."""
    order = np.argsort(mu)
    rising = mu[order]
    new = np.diff(rising, prepend=rising[0]) > SAME_MEAN * np.abs(mu).max()
    out = np.empty_like(mu)
    out[order] = rising[np.maximum.accumulate(np.where(new, np.arange(mu.size), 0))]
    out -= out.mean() if np.ptp(out) else out[0]
    return out / (np.ptp(out) or 1.0)


def _standard_form(mu, cov, lower, upper, groups, group_lower, group_upper) -> _Problem:
    n = mu.size
    lo, hi = np.broadcast_to(lower, n).astype(float), np.broadcast_to(upper, n).astype(float)
    _check_bounds(lo, hi)
    scale = np.abs(np.diag(cov)).max() or 1.0
    if groups is None:
        A, b, member = np.ones((1, n)), np.array([min(max(1.0, lo.sum()), hi.sum())]), None
        sigma, means = cov / scale, _snap(mu)
    else:
        member = np.asarray(groups, int)
        low, high, total = _group_totals(lo, hi, member, group_lower, group_upper)
        g = low.size
        A = np.zeros((g + 1, n + g))
        A[member, np.arange(n)] = 1.0
        A[:g, n:] = -np.eye(g)
        A[g, n:] = 1.0
        b = np.append(np.zeros(g), total)
        lo, hi = np.append(lo, low), np.append(hi, high)
        sigma, means = np.zeros((n + g, n + g)), np.append(_snap(mu), np.zeros(g))
        sigma[:n, :n] = cov / scale
    columns = np.concatenate([A, sigma]).T.copy()
    vols = np.sqrt(np.maximum(np.diag(sigma), 0.0))
    return _Problem(means, columns, b, lo, hi, vols, member, n)


# -------------------------------------------------------------------------------- the portfolio of greatest return


def _greatest_return(p: _Problem, lo1, hi1, tie_break):
    """Vertex of greatest return over the widened bounds: (side, N) with +1 at lower, −1 at upper, 0 basic.

    Groups are nested in the whole, so filling in order of return is optimal. Amounts are pairs a + δ·a1.
    """
    lo, hi = [*zip(p.lo, lo1, strict=True)], [*zip(p.hi, hi1, strict=True)]
    x = list(lo)
    order = np.lexsort((-tie_break[: p.n], -p.mu[: p.n])).tolist()
    member = np.zeros(p.n, int).tolist() if p.member is None else p.member.tolist()
    if p.member is not None:
        total = [(0.0, 0.0)] * (p.m - 1)
        for i, g in enumerate(member):
            total[g] = _plus(total[g], lo[i])
        for i in order:  # first what the groups must hold
            g = member[i]
            _fill(x, hi, i, _minus(lo[p.n + g], total[g]), total, g)
        x[p.n :] = total
        rest = _minus((p.b[-1], 0.0), (sum(t[0] for t in total), sum(t[1] for t in total)))
    else:
        total = [(0.0, 0.0)]
        rest = _minus((p.b[-1], 0.0), (p.lo.sum(), lo1.sum()))
    for i in order:  # then the rest of the money
        g = member[i]
        room = rest if p.member is None else _least(rest, _minus(hi[p.n + g], total[g]))
        rest = _minus(rest, _fill(x, hi, i, room, total, g))
    if p.member is not None:
        x[p.n :] = total
    x = np.array(x)
    near = lambda bound, bound1: (np.abs(x[:, 0] - bound) < ON_BOUND) & (np.abs(x[:, 1] - bound1) < 1e-9)
    return np.where(near(p.lo, lo1), 1, np.where(near(p.hi, hi1), -1, 0))


def _plus(a, b):
    return a[0] + b[0], a[1] + b[1]


def _minus(a, b):
    return a[0] - b[0], a[1] - b[1]


def _least(a, b):
    """The smaller of two pairs, first by the number, then by its term in δ."""
    if abs(a[0] - b[0]) > ON_BOUND:
        return a if a[0] < b[0] else b
    return a if a[1] < b[1] else b


def _fill(x, hi, i, room, total, g):
    """Raise x_i by what fits into ``room``; the amount."""
    if _least(room, (0.0, 0.0)) is room:
        return 0.0, 0.0
    amount = _least(_minus(hi[i], x[i]), room)
    x[i] = _plus(x[i], amount)
    total[g] = _plus(total[g], amount)
    return amount


# ----------------------------------------------------------------------------------------------- the critical line


class _Lost(Exception):
    """The path cannot go on with this perturbation."""


class _CriticalLine:
    """The path of one perturbation: free set F, the inverse M of its system, and the right-hand sides."""

    def __init__(self, p: _Problem, side, lo1, hi1):
        self.p, self.side, self.lo1, self.hi1 = p, side, lo1, hi1
        m, N = p.m, p.lo.size
        self.rows = np.arange(m + N)  # equations of A, then those of F: m + i
        self.size = m
        self.M, self.R = np.empty((m + N, m + N)), np.empty((m + N, N))
        self.R[:m] = p.A
        at = side != 0
        value = np.where(side > 0, p.lo, p.hi) * at, np.where(side > 0, lo1, hi1) * at
        # right-hand sides of 1, λ and δ: (b, 0) − columns of N times their values, (0, μ), (0, q)
        self.base = np.zeros((3, m + N))
        self.base[0, :m] = p.b
        self.base[0] -= value[0] @ p.columns
        self.base[2] -= value[1] @ p.columns
        for i in np.flatnonzero(~at):
            self._append(i)
        self.invert()

    def invert(self):
        m, k = self.p.m, self.size
        K = np.zeros((k, k))
        K[:, m:] = self.R[:k, self.rows[m:k] - m]
        K[m:, :m] = K[:m, m:].T
        try:
            self.M[:k, :k] = np.linalg.inv(K)
        except np.linalg.LinAlgError:
            raise _Lost from None
        self.age = 0

    def _append(self, i):
        self.rows[self.size] = self.p.m + i
        self.R[self.size] = self.p.sigma[i]
        self.size += 1
        self.side[i] = 0

    def enter(self, i) -> bool:
        """Free variable i, M bordered by it; False where it has no curvature."""
        k, column = self.size, self.p.columns[i]
        c = column[self.rows[:k]]
        M = self.M[:k, :k]
        g = M @ c
        curvature = column[self.p.m + i] - c @ g
        if curvature <= FLAT * (column[self.p.m + i] + np.abs(c) @ np.abs(g)):
            return False
        M += np.outer(g / curvature, g)
        self.M[k, :k] = self.M[:k, k] = -g / curvature
        self.M[k, k] = 1.0 / curvature
        low = self.side[i] > 0
        self.base[0] += (self.p.lo if low else self.p.hi)[i] * column
        self.base[2] += (self.lo1 if low else self.hi1)[i] * column
        self._append(i)
        self.age += 1
        return True

    def leave(self, j, side):
        """Fix the free variable in row j at its lower (+1) or upper (−1) bound; the last row takes its place."""
        k = self.size - 1
        i = self.rows[j] - self.p.m
        M = self.M[: k + 1, : k + 1]
        g, pivot = M[j].copy(), M[j, j]
        if not pivot > 0:
            raise _Lost
        M -= np.outer(g / pivot, g)
        if j < k:
            M[j, :k] = M[k, :k]
            M[:k, j] = M[:k, k]
            M[j, j] = M[k, k]
            self.R[j], self.rows[j] = self.R[k], self.rows[k]
        self.size, self.side[i] = k, side
        self.base[0] -= (self.p.lo if side > 0 else self.p.hi)[i] * self.p.columns[i]
        self.base[2] -= (self.lo1 if side > 0 else self.hi1)[i] * self.p.columns[i]
        self.age += 1

    def aim(self, objective, tilt):
        """Set the objective λ·objective + δ·tilt, and walk from λ = ∞ again."""
        m = self.p.m
        at = self.side != 0
        value = np.where(self.side > 0, self.lo1, self.hi1) * at
        self.base[1, m:] = objective
        self.base[2] = -(value @ self.p.columns)
        self.base[2, m:] += tilt
        self.lam = np.inf

    def solve(self):
        """x = (y, w_F) and d = Σw − λμ + A'y, one row each for the terms in 1, λ and δ."""
        m, k = self.p.m, self.size
        rhs = self.base[:, self.rows[:k]]
        for _ in range(3):
            x = rhs @ self.M[:k, :k]
            d = x @ self.R[:k] - self.base[:, m:]
            F = self.rows[m:k] - m
            error = np.abs(d[:2, F])
            if self.age == 0 or (self.age < 60 and (error <= 1e-13 * self.noise(F)).all()):
                break
            self.invert()
        return x, d, F

    def noise(self, i):
        return self.level * (self.p.vols[i] + self.level)
