"""The path of optimal portfolios in λ, by parametric quadratic programming on bounded variables.

    minimise  ½ x'Σx − λ μ'x    over    A x = b,  lo ≤ x ≤ hi,      λ from +∞ down to 0

The solution is linear in λ between corners (Markowitz 1956; Markowitz & Todd 2000, ch. 8). A corner is where
a free variable meets a bound, or where the reduced gradient of a variable at a bound changes its sign. The
free set F gives the system

    [0  A_F; A_F'  Σ_FF] (y, x_F) = (b − A_N x_N,  λμ_F − Σ_FN x_N)

whose inverse M gets a border when a variable enters F and loses one when it leaves.

*Singular Σ.* Let s be the direction in which variable i enters. Its reduced gradient is s'Σx − λ μ's. Where
s'Σs = 0 it is −λ μ's, which keeps its sign for all λ > 0: a variable without curvature does not enter, and
the system stays regular down to λ = 0 (Best 1996, "An algorithm for the solution of the parametric quadratic
programming problem"). Where rounding decides whether s'Σs is 0, the step along s goes to the next bound.

*Ties.* Bounds are widened by δp and the linear term gets δq, with random p, q and δ infinitesimal, carried
along as a third row next to those of 1 and λ. Tied events are ordered by their terms in δ, so the path cannot
cycle. Where several portfolios have the greatest return, the same path first runs on that face with a random
vector in place of μ, to least variance.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

SAME_MEAN = 1e-11  # means this close (relative to the largest) are tied
TIE = 1e-10  # events this close in λ (relative) are tied
ROUNDING = 1e-12  # a weight this far beyond its bound is still on it
EPS = 1e-16
REFRESH = 50  # corners between two inversions
ENTER, LOWER, UPPER, EXCHANGE = 0.0, 1.0, -1.0, 2.0  # what happens to a variable at a corner
# Per attempt: from which shares of its rounding a gradient has changed its sign, and a curvature is positive.
TOLERANCES = ((1e-13, 1e-11), (1e-12, 1e-11), (1e-13, 1e-14), (1e-14, 1e-11), (1e-11, 1e-11), (1e-13, 1e-11))


@dataclass
class Problem:
    """Standard form of n assets and g group totals, N = n + g variables and m rows; Σ and μ scaled to 1."""

    n: int
    mu: np.ndarray  # N
    columns: np.ndarray  # N x (m+N): row i is (A_i, Σ_i)
    b: np.ndarray  # m
    lo: np.ndarray  # N
    hi: np.ndarray  # N
    member: np.ndarray | None  # group of each asset

    def __post_init__(self):
        self.m = self.b.size
        self.AT, self.sigma = self.columns[:, : self.m].copy(), self.columns[:, self.m :]
        self.A = self.AT.T
        self.vols = np.sqrt(np.maximum(np.diag(self.sigma), 0.0))

    def feasible(self, x):
        """x without its rounding: clipped, and A x = b restored in proportion to the room to the bounds."""
        x = np.minimum(np.maximum(x, self.lo), self.hi)
        miss = self.b - self.A @ x
        if np.abs(miss).max() > 1e-14:
            room = np.minimum(x - self.lo, self.hi - x)
            x += room * (self.A.T @ np.linalg.lstsq((self.A * room) @ self.A.T, miss, rcond=1e-10)[0])
            x = np.minimum(np.maximum(x, self.lo), self.hi)
        return x


class Corner(NamedTuple):
    """A corner portfolio: λ, the multipliers y of A, and x."""

    lam: float
    y: np.ndarray
    x: np.ndarray


class LostError(Exception):
    """The path cannot go on in this attempt."""


# ------------------------------------------------------------------------------ the vertex of greatest return


def greatest_return(p: Problem, lo, hi, tie_break):
    """Side of each variable at the vertex of greatest return: +1 at lower, −1 at upper, 0 between (basic).

    Filling by descending return is optimal, as the groups are nested in the whole. A number a + δ·a' is the
    complex a + a'j: the widened bounds lo, hi leave exactly m variables between.
    """
    order = np.lexsort((-tie_break[: p.n], -p.mu[: p.n])).tolist()
    x, lower, upper = lo.tolist(), lo.tolist(), hi.tolist()
    if p.member is None:
        _fill(x, upper, order, p.b[0] - sum(x))
    else:
        _fill_groups(p, x, lower, upper, order)
    ends = zip(x, lower, upper, strict=True)
    return np.array([1.0 if a == b else -1.0 if a == c else 0.0 for a, b, c in ends])


def _less(a, b):
    """a < b, by the number first (up to rounding), then by its term in δ."""
    return a.real < b.real if abs(a.real - b.real) > ROUNDING else a.imag < b.imag


def _fill(x, upper, order, money):
    """Put ``money`` into the assets, one after the other, each up to its bound."""
    for i in order:
        room = upper[i] - x[i]
        if not _less(room, money):
            x[i] += money
            return
        x[i] = upper[i]
        money -= room


def _fill_groups(p, x, lower, upper, order):
    """The same for groups: first what each must hold, then the rest by return, each group up to its bound."""
    n, member = p.n, p.member.tolist()
    for k in range(p.m - 1):
        inside = [i for i in order if member[i] == k]
        x[n + k] = sum(x[i] for i in inside)
        if _less(x[n + k], lower[n + k]):
            _fill(x, upper, inside, lower[n + k] - x[n + k])
            x[n + k] = lower[n + k]
    money = p.b[-1] - sum(x[n:])
    for i in order:
        k = n + member[i]
        room, cap = upper[i] - x[i], upper[k] - x[k]
        if _less(money, room) and _less(money, cap):
            x[i] += money
            x[k] += money
            return
        if _less(room, cap):
            x[i], x[k], money = upper[i], x[k] + room, money - room
        else:
            x[i], x[k], money = x[i] + cap, upper[k], money - cap


# ------------------------------------------------------------------------------------------ the critical line


class CriticalLine:
    """The path in one attempt: the free set F, the inverse M of its system, its right-hand sides ``base``.

    Every quantity has three rows, its terms in 1, λ and δ. ``side`` is +1 at lower, −1 at upper, 0 when free.
    """

    def __init__(self, p: Problem, side, widen, tolerances):
        self.p, self.side, self.lo, self.hi = p, side, p.lo, p.hi
        self.lo1, self.hi1 = -widen[0], widen[1]
        self.real, self.flat = tolerances
        m, N = p.m, p.lo.size
        self.rows = np.arange(m + N)  # the equations kept: those of A, then m + i for each free i
        self.M, self.R = np.empty((m + N, m + N)), np.empty((m + N, N))  # R: the rows A, then Σ_F
        self.R[:m] = p.A
        self.size, self.level = m, 1.0
        for i in np.flatnonzero(side == 0):
            self._append(i)

    def aim(self, objective, tilt, frozen):
        """Start at λ = ∞ with the linear term −(λ·objective + δ·tilt)'x; frozen ones keep their bound."""
        self.objective, self.tilt, self.frozen, self.lam = objective, tilt, frozen, np.inf
        self.rebuild()

    def rebuild(self):
        """Right-hand sides of all equations, and M, from scratch."""
        m, k = self.p.m, self.size
        self.at = np.where(self.side > 0, self.lo, self.hi) * (self.side != 0)
        at1 = np.where(self.side > 0, self.lo1, self.hi1) * (self.side != 0)
        self.pull = np.where(self.frozen, 0.0, self.side)
        self.base = np.zeros((3, m + self.side.size))
        self.base[0, :m] = self.p.b
        self.base[1, m:], self.base[2, m:] = self.objective, self.tilt
        self.base[0] -= self.at @ self.p.columns
        self.base[2] -= at1 @ self.p.columns
        K = np.zeros((k, k))
        K[:, m:] = self.R[:k, self.rows[m:k] - m]
        K[m:, :m] = K[:m, m:].T
        try:
            self.M[:k, :k] = np.linalg.inv(K)
        except np.linalg.LinAlgError:
            raise LostError from None
        self.age = 0

    def solve(self):
        """(y, x_F) and d = Σx − λμ + A'y, refined until the residuals are rounding."""
        m, k = self.p.m, self.size
        if self.age >= REFRESH:
            self.rebuild()
        rows, lam = self.rows[:k], min(self.lam, 1.0)
        F = rows[m:] - m
        b, A_F = self.base.take(rows, axis=1), self.p.AT.take(F, axis=0)
        self.noise = self.level * (self.p.vols + self.level) + 1e-3 * ROUNDING  # scale of the rounding in d
        x = b @ self.M[:k, :k]
        for attempt in range(5):
            d = x @ self.R[:k]
            d -= self.base[:, m:]
            miss, wrong = b[:, :m] - x[:, m:] @ A_F, d.take(F, axis=1)
            exact = np.abs(wrong[0] + lam * wrong[1]) <= 1e-14 * self.noise.take(F)
            if exact.all() and np.abs(miss[0] + lam * miss[1]).max() <= 1e-14:
                break
            if attempt == 2 and self.age:
                self.rebuild()
                b = self.base[:, rows]
            x += np.concatenate([miss, -wrong], axis=1) @ self.M[:k, :k]
        return x, d, F

    def events(self, x, d, F):
        """What breaks before λ = 0: places in F, then variables at a bound, and the λ of all of them."""
        m = self.p.m
        a, b = x[0, m:], x[1, m:]
        over = np.maximum(self.lo.take(F) - a, a - self.hi.take(F))
        j = (over > ROUNDING).nonzero()[0]  # free variables that meet a bound
        excess = self.pull * d[0]
        i = (excess < -10 * EPS * self.noise).nonzero()[0]  # variables at a bound that would rather move
        short, slope = -excess[i], self.pull[i] * d[1, i]
        real = (slope > 0) | (short > 1e-13 * self.noise[i])
        if not real.all():
            i, short, slope = i[real], short[real], slope[real]
        slope = np.concatenate([np.abs(b[j]), slope])
        return j, i, np.minimum(np.concatenate([over[j], short]) / np.maximum(slope, 1e-200), self.lam)

    def tie(self, j, i, x, d):
        """The term in δ of the λ where place j of F meets its bound, or else variable i may move."""
        if j is None:
            top, slope = -d[2, i], d[1, i]
        else:
            a, slope, c = x[:, self.p.m + j]
            i = self.rows[self.p.m + j] - self.p.m
            top, slope = (self.lo1[i] if slope > 0 else self.hi1[i]) - c, slope
        return top / slope if slope else -np.inf

    def step(self, x, d, F):
        """The next event: its λ, row of F or variable, and what happens; λ = 0 and None at the end."""
        j, i, lam = self.events(x, d, F)
        places = lambda e: (j[e], None) if e < j.size else (None, i[e - j.size])  # noqa: E731
        while lam.size:
            e = lam.argmax()
            top = lam[e]
            if top == np.inf:
                raise LostError
            if top <= 0:
                break
            tied = (lam >= top * (1 - TIE)).nonzero()[0]
            if tied.size > 1:
                e = max(tied, key=lambda t: self.tie(*places(t), x, d))
            leaves, enters = places(e)
            if leaves is not None:
                row = self.p.m + leaves
                return lam[e], row, LOWER if x[1, row] > 0 else UPPER
            what = self._way_in(enters, x[0] + lam[e] * x[1], d[0])
            if what is not None:
                return lam[e], enters, what
            lam[e] = 0.0
        return 0.0, None, None

    def _way_in(self, i, now, d):
        """How variable i leaves its bound: ENTER; without curvature EXCHANGE, or None for rounding."""
        curvature, noise = self._border(i)
        if curvature > self.flat / EPS * noise:
            return ENTER
        wrong = -self.side[i] * d[i]  # its gradient at λ = 0, if it stayed
        if curvature > noise and wrong < curvature * self._room(i, now)[0]:
            return ENTER
        return EXCHANGE if wrong > self.real * self.noise[i] else None

    def _border(self, i):
        """Keeps g = M c and the curvature Σ_ii − c'Mc along e_i − g; gives the curvature and its noise."""
        m, k = self.p.m, self.size
        rows, own, M = self.rows[:k], self.p.sigma[i, i], self.M[:k, :k]
        F, c = rows[m:] - m, self.p.columns[i].take(rows)
        g, miss = np.zeros(k), c
        for _ in range(2):
            g = g + M @ miss
            miss = c - np.concatenate([g[m:] @ self.p.AT.take(F, axis=0), (g @ self.R[:k]).take(F)])
            if np.abs(miss).max() < 1e-14:
                break
        curvature = own - g @ (c + miss)  # correct to the second order of the error in g
        self.border = g, curvature
        return curvature, EPS * (1 + own + (1 + np.abs(c)) @ np.abs(g))

    def _room(self, i, now):
        """How far variable i can go before one meets a bound, and the row of that one (None: i itself)."""
        m, k = self.p.m, self.size
        F, towards = self.rows[m:k] - m, -self.side[i] * self.border[0][m:]
        with np.errstate(divide="ignore", invalid="ignore"):
            room = (np.where(towards > 0, self.hi[F], self.lo[F]) - now[m:]) / towards
        room[np.abs(towards) < ROUNDING] = np.inf
        j = int(room.argmin())
        own = self.hi[i] - self.lo[i]
        return (room[j], m + j) if room[j] < own else (own, None)

    def enter(self, i):
        """Free variable i: M gets a border."""
        k, (g, curvature) = self.size, self.border
        M, scaled = self.M, g / curvature
        M[:k, :k] += scaled[:, None] * g
        M[k, :k] = M[:k, k] = -scaled
        M[k, k] = 1.0 / curvature
        self._shift(i, 1.0)
        self._append(i)
        self.at[i] = self.pull[i] = 0.0

    def leave(self, j, side):
        """Fix the variable of row j at its lower (+1) or upper (−1) bound; the last row takes its place."""
        k, i = self.size - 1, self.rows[j] - self.p.m
        M = self.M[: k + 1, : k + 1]
        g, pivot = M[j].copy(), M[j, j]
        if not pivot > 0:
            raise LostError
        M -= (g / pivot)[:, None] * g
        if j < k:
            corner = M[k, k]
            M[j, :k] = M[:k, j] = M[k, :k]
            M[j, j] = corner
            self.R[j], self.rows[j] = self.R[k], self.rows[k]
        self.size, self.side[i] = k, side
        self.pull[i] = 0.0 if self.frozen[i] else side
        self.at[i] = self.lo[i] if side > 0 else self.hi[i]
        self._shift(i, -1.0)

    def exchange(self, i, now):
        """Move along the direction of i, which has no curvature, to a bound; the variable that meets it."""
        row = self._room(i, now)[1]
        if row is None:
            self.side[i] *= -1.0
            stops = i
        else:
            stops = self.rows[row] - self.p.m
            self.side[stops] = np.sign(self.border[0][row]) * self.side[i]
            self.rows[row], self.R[row], self.side[i] = self.p.m + i, self.p.sigma[i], 0.0
        self.rebuild()
        return stops

    def _append(self, i):
        self.rows[self.size], self.R[self.size] = self.p.m + i, self.p.sigma[i]
        self.size += 1
        self.side[i] = 0.0

    def _shift(self, i, sign):
        """Take variable i, at a bound, out of (+1) or into (−1) the right-hand sides."""
        at, at1 = (self.lo[i], self.lo1[i]) if self.side[i] > 0 else (self.hi[i], self.hi1[i])
        self.age += 1
        if at:
            self.base[0] += sign * at * self.p.columns[i]
        self.base[2] += sign * at1 * self.p.columns[i]

    def corner(self, x, d, F, lam) -> Corner:
        """The solution at λ, corrected once for the residuals of its equations."""
        m, k = self.p.m, self.size
        full, now = self.at.copy(), x[0] + lam * x[1]
        full[F] = now[m:]
        miss = np.concatenate([self.p.b - self.p.A @ full, -(d[0].take(F) + lam * d[1].take(F))])
        now += self.M[:k, :k] @ miss
        full[F] = now[m:]
        full = self.p.feasible(full)
        self.level = np.abs(full) @ self.p.vols
        return Corner(lam, now[:m], full)

    def run(self) -> list[Corner]:
        """The path from λ = ∞ to 0. A corner is computed from the smaller free set of the two that meet."""
        path, left, reach = [], None, 0.0
        for _ in range(100 + 20 * self.side.size):
            x, d, F = self.solve()
            if left is not None:
                if d[1, left]:  # its gradient is 0 at the corner: λ from the better conditioned system
                    lam = -d[0, left] / d[1, left]
                    self.lam = lam if -1e-9 * lam < self.lam - lam < reach else self.lam
                path.append(self.corner(x, d, F, self.lam))
                left = None
            lam, where, what = self.step(x, d, F)
            if what not in (LOWER, UPPER):
                path.append(self.corner(x, d, F, lam))
            self.lam = lam
            if what is None:
                self.end = x, d, F
                return path
            if what == ENTER:
                self.enter(where)
            elif what == EXCHANGE:
                left, reach = self.exchange(where, x[0] + lam * x[1]), lam
            else:
                left, reach = self.rows[where] - self.p.m, 1e-6 * lam
                self.leave(where, what)
        raise LostError

    def last_tie(self):
        """After ``run``: what is tied at λ = 0 holds for λ = δ·t from this t on."""
        x, d, F = self.end
        a, b, c = x[:, self.p.m :]
        low, high = a - self.lo[F] < ROUNDING, self.hi[F] - a < ROUNDING
        tied = (np.abs(d[0]) <= 1e-13 * self.noise) & (self.pull * d[1] > 0)
        with np.errstate(divide="ignore", invalid="ignore"):
            t = np.concatenate(
                [
                    np.where(tied, -d[2] / d[1], 0.0),
                    np.where(low & (b > 0), (self.lo1[F] - c) / b, 0.0),
                    np.where(high & (b < 0), (self.hi1[F] - c) / b, 0.0),
                ]
            )
        return t.max(initial=0.0)


def trace(p: Problem, attempt: int):
    """The whole path in this attempt, and the multipliers y that prove the greatest return."""
    rng = np.random.default_rng(attempt)
    widen, tilt = rng.uniform(0.5, 1.5, (2, p.lo.size)), rng.uniform(-0.5, 0.5, p.lo.size)
    tilt[p.n :] = 0.0
    side = greatest_return(p, p.lo - 1j * widen[0], p.hi + 1j * widen[1], tilt)
    if (side == 0).sum() != p.m:
        raise LostError
    line, fixed = CriticalLine(p, side, widen, TOLERANCES[attempt]), p.lo == p.hi
    line.aim(p.mu, tilt, fixed)
    x, d, _ = line.solve()
    top, tied = x[1, : p.m], np.abs(d[1]) <= 0.1 * SAME_MEAN
    if tied.sum() > p.m:  # least variance among the portfolios of greatest return
        line.aim(tilt, np.zeros_like(tilt), fixed | ~tied)
        line.run()
        line.aim(p.mu, (2 * line.last_tie() + 1) * tilt, fixed)
    return line.run(), top
