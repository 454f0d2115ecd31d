"""The critical line: the path of optimal portfolios with bounds on assets and on group totals.

    minimise  ½ w'Σw − λ μ'w    over    1'w = 1,  l ≤ w ≤ u,  L ≤ Gw ≤ U,      λ from +∞ down to 0

The solution is linear in λ between corner portfolios (Markowitz 1956; Markowitz & Todd 2000, ch. 8). A corner is where a
free asset meets a bound, or where the reduced gradient of an asset at a bound changes its sign.

*Groups.* The total of group g is a variable of its own, without mean or variance: x = (w, s), A = [G −I; 0 1'], b = (0, 1).
What is left are bounds on single variables, and one system for each free set F:

    [0  A_F; A_F'  Σ_FF] (y, x_F) = (b − A_N x_N,  λμ_F − Σ_FN x_N)

*Singular Σ.* Let s be the direction in which variable i enters. Its reduced gradient is s'Σx − λ μ's. Where s'Σs = 0 it is
−λ μ's, which keeps its sign for all λ > 0: a variable without curvature never enters, and the system stays regular down to
λ = 0 (Best 1996, "An algorithm for the solution of the parametric quadratic programming problem").

*Ties.* Bounds are widened by δp and the linear term gets δq, with random p, q and δ infinitesimal, carried along as a third
column next to those of 1 and λ. Tied events are ordered by their terms in δ, so the path cannot cycle. Where several
portfolios have the greatest return, the same path first runs on that face with a random vector for μ, to least variance.

*Certificate.* With d = Σx − λμ + A'y, a feasible x is within  Σ d⁺(x−l) + d⁻(u−x)  of the least value, whatever y is. This
bound is computed afresh from Σ at both ends of every segment and across it; a path that misses it is not returned.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from xlalloc.errors import Label, NumberError

ATTEMPTS = 6  # random perturbations tried before giving up
SAME_MEAN = 1e-11  # means this close (relative to the largest) are tied
FEASIBLE = 1e-11  # slack in sums of bounds, for bounds like 10 x 0.1
TIE = 1e-12  # events this close in λ (relative) are tied
ROUNDING = 1e-12  # a weight this far beyond its bound
FLAT = 1e-11  # curvature below this share of its terms
EPS = 1e-16
REAL = 1e-13
ENTER, EXCHANGE, SKIP = 0.0, None, "skip"
REFRESH = 50  # corners between two inversions
GAP = 1e-10  # certified excess of variance (relative)


@dataclass
class Problem:
    """Standard form of n assets and g group totals: A x = b, lo ≤ x ≤ hi; Σ and μ scaled to 1. N = n + g, m rows."""

    n: int
    mu: np.ndarray  # N
    columns: np.ndarray  # N x (m+N): row i is (A_i, Σ_i)
    b: np.ndarray  # m
    lo: np.ndarray  # N
    hi: np.ndarray  # N
    member: np.ndarray | None  # group of each asset

    def __post_init__(self):
        self.m = self.b.size
        self.A, self.sigma = self.columns[:, : self.m].T, self.columns[:, self.m :]
        self.vols = np.sqrt(np.maximum(np.diag(self.sigma), 0.0))

    def feasible(self, x):
        """x with its rounding errors removed: clipped, and A x = b restored in proportion to the room to the bounds."""
        x = np.clip(x, self.lo, self.hi)
        miss = self.b - self.A @ x
        if np.abs(miss).max() > 1e-15:
            room = np.minimum(x - self.lo, self.hi - x)
            x += room * (self.A.T @ np.linalg.lstsq((self.A * room) @ self.A.T, miss, rcond=1e-10)[0])
        return np.clip(x, self.lo, self.hi)


class Corner(NamedTuple):
    """A corner portfolio: λ, the multipliers y of A, and x."""

    lam: float
    y: np.ndarray
    x: np.ndarray


class LostError(Exception):
    """The path cannot go on with this perturbation."""


# ------------------------------------------------------------------------------------------------------ the problem


def standard_form(mu, cov, lower, upper, groups=None, group_lower=None, group_upper=None) -> Problem:
    n = mu.size
    lo, hi = np.broadcast_to(lower, n).astype(float), np.broadcast_to(upper, n).astype(float)
    _check_bounds(lo, hi)
    scale = np.abs(np.diag(cov)).max() or 1.0
    if groups is None:
        total = min(max(1.0, lo.sum()), hi.sum())
        return Problem(n, _snap(mu), np.column_stack([np.ones(n), cov / scale]), np.array([total]), lo, hi, None)
    member = np.asarray(groups, int)
    low, high, total = _group_totals(lo, hi, member, group_lower, group_upper)
    g = low.size
    columns = np.zeros((n + g, g + 1 + n + g))
    columns[np.arange(n), member] = 1.0
    columns[n:, :g] = -np.eye(g)
    columns[n:, g] = 1.0
    columns[:n, g + 1 : g + 1 + n] = cov / scale
    b = np.append(np.zeros(g), total)
    return Problem(n, np.append(_snap(mu), np.zeros(g)), columns, b, np.append(lo, low), np.append(hi, high), member)


def _snap(mu):
    """Means with ties made exact, centred and scaled to a spread of 1: neither changes the frontier."""
    order = np.argsort(mu)
    rising = mu[order]
    new = np.diff(rising, prepend=rising[0]) > SAME_MEAN * np.abs(mu).max()
    out = np.empty_like(mu)
    out[order] = rising[np.maximum.accumulate(np.where(new, np.arange(mu.size), 0))]
    out -= (out.min() + out.max()) / 2
    return out / (np.ptp(out) or 1.0)


def _check_bounds(lo, hi):
    """NumberError where the bounds of the assets leave no weights that sum to 1."""
    for name, bound in (("lower", lo), ("upper", hi)):
        for i in np.flatnonzero(~np.isfinite(bound)):
            raise NumberError(f"{name}, {{}}: the bound must be a finite number", Label("assets", int(i)))
    for i in np.flatnonzero(lo > hi):
        raise NumberError(f"lower, {{}}: {lo[i]:g} is above its upper bound {hi[i]:g}", Label("assets", int(i)))
    if lo.sum() > 1 + FEASIBLE:
        raise NumberError(f"lower: the bounds sum to {lo.sum():.10g}; at most 1 is possible")
    if hi.sum() < 1 - FEASIBLE:
        raise NumberError(f"upper: the bounds sum to {hi.sum():.10g}; at least 1 is needed")


def _group_totals(lo, hi, member, group_lower, group_upper):
    """Interval of each group's total and the sum of weights (1 but for rounding); NumberError where infeasible."""
    least, most = np.bincount(member, lo), np.bincount(member, hi)
    lower = np.full(least.size, -np.inf) if group_lower is None else np.array(group_lower, float)
    upper = np.full(least.size, np.inf) if group_upper is None else np.array(group_upper, float)
    for g in range(least.size):
        here = Label("groups", g)
        if lower[g] > upper[g]:
            raise NumberError(f"group_lower, {{}}: {lower[g]:g} is above its group_upper {upper[g]:g}", here)
        if lower[g] > most[g] + FEASIBLE:
            raise NumberError(f"group_lower, {{}}: {lower[g]:g} cannot be reached: the upper bounds of its assets "
                              f"sum to {most[g]:.10g}; reduce group_lower or raise upper", here)
        if upper[g] < least[g] - FEASIBLE:
            raise NumberError(f"group_upper, {{}}: {upper[g]:g} cannot be kept: the lower bounds of its assets "
                              f"sum to {least[g]:.10g}; raise group_upper or reduce lower", here)
    lower, upper = np.minimum(lower, most), np.maximum(upper, least)
    low, high = np.maximum(lower, least).sum(), np.minimum(upper, most).sum()
    if low > 1 + FEASIBLE:
        raise NumberError(f"group_lower: the groups must hold {low:.10g} in total; at most 1 is possible")
    if high < 1 - FEASIBLE:
        raise NumberError(f"group_upper: the groups can hold {high:.10g} in total; at least 1 is needed")
    lower = np.where(np.isfinite(lower), lower, least - 1)  # never binds
    upper = np.where(np.isfinite(upper), upper, most + 1)
    return lower, upper, min(max(1.0, low), high)


# ------------------------------------------------------------------------------------ the vertex of greatest return


def greatest_return(p: Problem, lo, hi, tie_break):
    """Side of each variable at the vertex of greatest return: +1 at lower, −1 at upper, 0 between (basic).

    Filling by descending return is optimal, as the groups are nested in the whole. A number a + δ·a' is the complex
    a + a'j, so that the widened bounds lo, hi leave exactly m variables between.
    """
    x, order = lo.tolist(), np.lexsort((-tie_break[: p.n], -p.mu[: p.n])).tolist()
    lower, upper = lo.tolist(), hi.tolist()
    if p.member is None:
        _fill(x, upper, order, p.b[0] - lo.sum())
    else:
        _fill_groups(p, x, lower, upper, order)
    return np.array([1 if a == b else -1 if a == c else 0 for a, b, c in zip(x, lower, upper, strict=True)])


def _less(a, b):
    """a < b, by the number first (up to rounding), then by its term in δ."""
    return a.real < b.real if abs(a.real - b.real) > ROUNDING else a.imag < b.imag


def _fill(x, upper, order, money):
    """Put ``money`` into the assets, one after the other, each up to its bound; what is left."""
    for i in order:
        if not _less(0j, money):
            break
        if _less(upper[i] - x[i], money):
            money -= upper[i] - x[i]
            x[i] = upper[i]
        else:
            x[i] += money
            return 0j
    return money


def _fill_groups(p, x, lower, upper, order):
    n, g = p.n, p.m - 1
    inside = [[i for i in order if p.member[i] == k] for k in range(g)]
    for k in range(g):  # first what each group must hold
        total = sum(x[i] for i in inside[k])
        x[n + k] = total
        if _less(total, lower[n + k]):
            _fill(x, upper, inside[k], lower[n + k] - total)
            x[n + k] = lower[n + k]
    money = p.b[-1] - sum(x[n:])
    for i in order:  # then the rest of the money
        k = n + p.member[i]
        room, cap = upper[i] - x[i], upper[k] - x[k]
        if not _less(0j, money):
            break
        if _less(money, room) and _less(money, cap):
            x[i] += money
            x[k] += money
            break
        step = room if _less(room, cap) else cap
        money -= step
        x[i], x[k] = (upper[i], x[k] + step) if step is room else (x[i] + step, upper[k])


# ------------------------------------------------------------------------------------------------ the critical line


class CriticalLine:
    """The path for one perturbation: the free set F, the inverse M of its system, and its right-hand sides."""

    def __init__(self, p: Problem, side, lo, hi):
        self.p, self.side, self.lo, self.hi = p, side.astype(float), lo, hi
        m, N = p.m, lo.size
        self.rows = np.arange(m + N)  # the equations kept: those of A, then m + i of each free i
        self.M, self.R = np.empty((m + N, m + N)), np.empty((m + N, N))  # R: the rows A, then Σ_F
        self.R[:m] = p.A
        self.size = m
        self.level = 1.0
        self.objective, self.tilt = np.zeros(N), np.zeros(N)
        self.frozen = np.zeros(N, bool)
        for i in np.flatnonzero(side == 0):
            self._append(i)

    def aim(self, objective, tilt, frozen):
        """Start again at λ = ∞ with the linear term −(λ·objective + δ·tilt)'x; frozen variables keep their bound."""
        self.objective, self.tilt, self.frozen, self.lam = objective, tilt, frozen, np.inf
        self.rebuild()

    def rebuild(self):
        """Right-hand sides of 1, λ and δ for all equations, and M, from scratch."""
        m, k = self.p.m, self.size
        value = self.bound_values()
        self.base = np.zeros((3, m + self.side.size))
        self.base[0, :m] = self.p.b
        self.base[0] -= value.real @ self.p.columns
        self.base[1, m:] = self.objective
        self.base[2, m:] = self.tilt
        self.base[2] -= value.imag @ self.p.columns
        K = np.zeros((k, k))
        K[:, m:] = self.R[:k, self.rows[m:k] - m]
        K[m:, :m] = K[:m, m:].T
        try:
            self.M[:k, :k] = np.linalg.inv(K)
        except np.linalg.LinAlgError:
            raise LostError from None
        self.age = 0

    def bound_values(self):
        """x of the variables at a bound, 0 for the free ones."""
        return np.where(self.side > 0, self.lo, self.hi) * (self.side != 0)

    def solve(self):
        """(y, x_F) and d = Σx − λμ + A'y, a row each for the terms in 1, λ and δ."""
        m, k = self.p.m, self.size
        if self.age >= REFRESH:
            self.rebuild()
        rows, lam = self.rows[:k], min(self.lam, 1.0)
        F = rows[m:] - m
        b, A_F = self.base[:, rows], self.p.columns[F, :m]
        allowed = 1e-14 * np.append(np.ones(m), self.noise(F))
        x = b @ self.M[:k, :k]
        for attempt in range(5):
            d = x @ self.R[:k] - self.base[:, m:]
            error = np.concatenate([b[:, :m] - x[:, m:] @ A_F, -d[:, F]], axis=1)
            if (np.abs(error[0]) + lam * np.abs(error[1]) <= allowed).all():
                break
            if attempt == 2 and self.age:
                self.rebuild()
                b = self.base[:, rows]
            x += error @ self.M[:k, :k]
        return x, d, F

    def noise(self, i):
        """Scale of the rounding in d_i: σ_i·Σ|x|σ and the multipliers."""
        return self.level * (self.p.vols[i] + self.level) + 1e-3 * ROUNDING

    def events(self, x, d, F):
        """What would break a condition before λ = 0: (λ, its term in δ, variable's row or index, new side)."""
        m = self.p.m
        low, high = self.lo[F].real - x[0, m:] > ROUNDING, x[0, m:] - self.hi[F].real > ROUNDING
        j = np.flatnonzero(low | high)  # free variables that meet a bound
        bound, (a, b, c) = np.where(low[j], self.lo[F[j]], self.hi[F[j]]), x[:, m + j]
        to = np.where(low[j], 1.0, -1.0)
        excess = self.side * d[0] * ~self.frozen / self.noise(slice(None))
        i = np.flatnonzero((excess < -1e-15) & ((self.side * d[1] > 0) | (excess < -1e-13)))
        top, slope = np.append(bound.real - a, -d[0, i]), np.append(b, d[1, i])
        sign = np.append(to, self.side[i])
        with np.errstate(divide="ignore", invalid="ignore"):
            lam = np.where(sign * slope > 0, np.minimum(top / slope, self.lam), self.lam)
            tie = np.append(bound.imag - c, -d[2, i]) / slope
        return lam, tie, np.append(m + j, i), np.append(to, np.zeros(i.size))

    def step(self, x, d, F):
        """Take the next event; the λ where it happens and the weight that met its bound, (0, None) at the end."""
        lam, tie, where, to = self.events(x, d, F)
        while lam.size and lam.max() > 0:
            top = lam.max()
            tied = np.flatnonzero(lam >= top * (1 - TIE))
            e = tied[tie[tied].argmax()] if tied.size > 1 else tied[0]
            if not np.isfinite(lam[e]):
                raise LostError
            how = to[e] or self._how(where[e], x[0] + lam[e] * x[1], d[0])
            if how != SKIP:
                return lam[e], (where[e], how)
            lam[e] = 0.0
        return 0.0, None

    def _how(self, i, now, d):
        """What to do with variable i whose gradient changes sign: ENTER, or EXCHANGE or SKIP without curvature."""
        g, curvature, noise = self._border(i)
        if curvature > max(FLAT / EPS * noise, noise):
            return ENTER
        wrong = -self.side[i] * d[i]  # its gradient at λ = 0, if it stayed
        room = self._room(i, now)[0]
        if curvature > noise and wrong < curvature * room:
            return ENTER
        return EXCHANGE if wrong > REAL * self.noise(i) else SKIP

    def _border(self, i):
        """g = M c and the curvature Σ_ii − c'Mc of the direction e_i − g, corrected for the residual c − Kg; its noise."""
        m, k = self.p.m, self.size
        rows, own, M = self.rows[:k], self.p.sigma[i, i], self.M[:k, :k]
        F, c = rows[m:] - m, self.p.columns[i][rows]
        g, miss = np.zeros(k), c
        for _ in range(2):
            g = g + M @ miss
            miss = c - np.append(g[m:] @ self.p.columns[F, :m], (g @ self.R[:k])[F])
        self.border = g, own - g @ (c + miss)
        return *self.border, EPS * (1 + own + np.abs(c) @ np.abs(g) + np.abs(g[m:]).sum())

    def _room(self, i, now):
        """How far variable i can move before a variable meets a bound: the distance and that one's place in F."""
        m, k = self.p.m, self.size
        F, towards = self.rows[m:k] - m, -self.side[i] * self.border[0][m:]
        with np.errstate(divide="ignore", invalid="ignore"):
            room = np.where(towards > 0, self.hi[F].real - now[m:], self.lo[F].real - now[m:]) / towards
        room[np.abs(towards) < ROUNDING] = np.inf
        j = int(room.argmin())
        own = self.hi[i].real - self.lo[i].real
        return (room[j], j) if room[j] < own else (own, None)

    def enter(self, i):
        """Free variable i: M gets a border."""
        k, (g, curvature) = self.size, self.border
        M = self.M
        M[:k, :k] += np.outer(g / curvature, g)
        M[k, :k] = M[:k, k] = -g / curvature
        M[k, k] = 1.0 / curvature
        self._shift(i, 1.0)
        self._append(i)

    def leave(self, j, side):
        """Fix the variable of row j at its lower (+1) or upper (−1) bound; the last row moves into its place."""
        k, i = self.size - 1, self.rows[j] - self.p.m
        M = self.M[: k + 1, : k + 1]
        g, pivot = M[j].copy(), M[j, j]
        if not pivot > 0:
            raise LostError
        M -= np.outer(g / pivot, g)
        if j < k:
            corner = M[k, k]
            M[j, :k] = M[:k, j] = M[k, :k]
            M[j, j] = corner
            self.R[j], self.rows[j] = self.R[k], self.rows[k]
        self.size, self.side[i] = k, side
        self._shift(i, -1.0)

    def exchange(self, i, now):
        """Move along the direction of variable i, which has no curvature, until a bound is met; that one leaves."""
        j = self._room(i, now)[1]
        if j is None:
            self.side[i] *= -1.0
        else:
            row = self.p.m + j
            left = self.rows[row] - self.p.m
            self.side[left] = np.sign(self.border[0][row]) * self.side[i]
            self.rows[row], self.R[row], self.side[i] = self.p.m + i, self.p.sigma[i], 0.0
            i = left
        self.rebuild()
        return i

    def _append(self, i):
        self.rows[self.size], self.R[self.size] = self.p.m + i, self.p.sigma[i]
        self.size += 1
        self.side[i] = 0.0

    def _shift(self, i, sign):
        """Move variable i, at a bound, out of (+1) or into (−1) the right-hand sides."""
        value = sign * (self.lo[i] if self.side[i] > 0 else self.hi[i])
        self.age += 1
        if value.real:
            self.base[0] += value.real * self.p.columns[i]
        self.base[2] += value.imag * self.p.columns[i]

    def corner(self, x, d, F, lam) -> Corner:
        """The solution at λ, corrected once for the residuals of its equations."""
        m, k = self.p.m, self.size
        full, now = self.bound_values().real, x[0] + lam * x[1]
        full[F] = now[m:]
        miss = np.append(self.p.b - self.p.A @ full, -(d[0, F] + lam * d[1, F]))
        now += self.M[:k, :k] @ miss
        full[F] = now[m:]
        full = self.p.feasible(full)
        self.level = np.abs(full) @ self.p.vols
        return Corner(lam, now[:m], full)

    def run(self) -> list[Corner]:
        """The path from λ = ∞ to 0. A corner is computed from the smaller of the two free sets that meet there."""
        path, left = [], None
        for _ in range(100 + 20 * self.side.size):
            x, d, F = self.solve()
            if left is not None:
                if d[1, left]:  # its gradient is 0 at the corner: the same λ, from the better conditioned system
                    lam = -d[0, left] / d[1, left]
                    self.lam = lam if -1e-9 * lam < self.lam - lam < shift else self.lam
                path.append(self.corner(x, d, F, self.lam))
                left = None
            lam, event = self.step(x, d, F)
            if event is None or not event[1]:
                path.append(self.corner(x, d, F, lam))
            self.lam = lam
            if event is None:
                self.end = x, d, F
                return path
            where, to = event
            if to is None:
                left, shift = self.exchange(where, x[0] + lam * x[1]), lam
            elif to:
                left, shift = self.rows[where] - self.p.m, 1e-6 * lam
                self.leave(where, to)
            else:
                self.enter(where)
        raise LostError

    def last_tie(self):
        """At the end of ``run``: the conditions tied at λ = 0 hold for λ = δ·t from this t on."""
        x, d, F = self.end
        free = x[:, self.p.m :]
        tied = np.abs(d[0]) <= 1e-13 * self.noise(slice(None))
        with np.errstate(divide="ignore", invalid="ignore"):
            t = np.concatenate([
                np.where(tied & (self.side * d[1] > 0) & ~self.frozen, -d[2] / d[1], 0.0),
                np.where((free[0] - self.lo[F].real < ROUNDING) & (free[1] > 0), (self.lo[F].imag - free[2]) / free[1], 0.0),
                np.where((self.hi[F].real - free[0] < ROUNDING) & (free[1] < 0), (self.hi[F].imag - free[2]) / free[1], 0.0),
            ])
        return max(float(t.max()), 0.0)


def trace(p: Problem, seed: int):
    """The whole path under the perturbation drawn from ``seed``, and the multipliers of the greatest return."""
    rng = np.random.default_rng(seed)
    widen, tilt = rng.uniform(0.5, 1.5, (2, p.lo.size)), rng.uniform(-0.5, 0.5, p.lo.size)
    tilt[p.n :] = 0.0
    lo, hi = p.lo - 1j * widen[0], p.hi + 1j * widen[1]
    side = greatest_return(p, lo, hi, tilt)
    if (side == 0).sum() != p.m:
        raise LostError
    line, fixed = CriticalLine(p, side, lo, hi), p.lo == p.hi
    line.aim(p.mu, tilt, fixed)
    x, d, _ = line.solve()
    top, tied = x[1, : p.m], np.abs(d[1]) <= 0.1 * SAME_MEAN
    if tied.sum() > p.m:  # least variance among the portfolios of greatest return
        line.aim(tilt, np.zeros_like(tilt), fixed | ~tied)
        line.run()
        line.aim(p.mu, (2 * line.last_tie() + 1) * tilt, fixed)
    return line.run(), top


# -------------------------------------------------------------------------------------------------- the certificate


def certified(p: Problem, path: list[Corner], top) -> bool:
    """Whether every portfolio on the path is feasible and within GAP of the least variance for its return."""
    lam, y, X = (np.array(part) for part in zip(*path, strict=True))
    if np.abs(X @ p.A.T - p.b).max() > FEASIBLE or not ((p.lo <= X) & (p.hi >= X)).all():
        return False
    SX = X @ p.sigma
    rounding = 1e-14 * (0.1 + np.abs(X) @ p.vols + lam) + 2e-16 * (p.hi - p.lo)[: p.n].sum()
    allowed = GAP * np.einsum("ij,ij->i", X, SX) + rounding
    d = SX - np.outer(lam, p.mu) + y @ p.A
    up, down = np.maximum(d, 0.0), np.maximum(-d, 0.0)

    def gap(k, j):
        """Bound with the gradients of corners k at the portfolios j."""
        return (up[k] * (X[j] - p.lo) + down[k] * (p.hi - X[j])).sum(axis=1)

    here, before, after = slice(None), slice(None, -1), slice(1, None)
    across = (gap(before, after) + gap(after, before)) / 4  # its share half way
    short = top @ p.A - p.mu  # by how much the first portfolio could miss the greatest return
    return bool(
        (gap(here, here) <= allowed).all()
        and (across <= np.maximum(allowed[before], allowed[after])).all()
        and np.maximum(short, 0.0) @ (X[0] - p.lo) + np.maximum(-short, 0.0) @ (p.hi - X[0]) <= 1e-12
    )
