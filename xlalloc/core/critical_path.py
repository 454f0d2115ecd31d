"""The path of optimal portfolios in λ, by parametric quadratic programming on bounded variables.

    minimise  ½ x'Σx − λ μ'x    over    A x = b,  lo ≤ x ≤ hi,      λ from +∞ down to 0

The solution is linear in λ between corners (Markowitz 1956; Markowitz & Todd 2000, ch. 8). A corner is where
a free variable meets a bound, or where the reduced gradient of a variable at a bound changes its sign. The
free set F gives the system

    [0  A_F; A_F'  Σ_FF] (y, x_F) = (b − A_N x_N,  λμ_F − Σ_FN x_N)

whose inverse M gets a border when a variable enters F and loses one when it leaves. The multipliers y count
as the first, always free variables: with K = [0 A; A' Σ] and z = (y, x), the rows F of e = Kz − (b, λμ) are 0,
and the others are the reduced gradients.

*Singular Σ.* Let s be the direction in which variable i enters. Its reduced gradient is s'Σx − λ μ's. Where
s'Σs = 0 it is −λ μ's, which keeps its sign for all λ > 0: a variable without curvature does not enter, and
the system stays regular down to λ = 0 (Best 1996, "An algorithm for the solution of the parametric quadratic
programming problem"). Where rounding decides whether s'Σs is 0, the step along s goes to the next bound.

*Ties.* Bounds are widened by δp and the linear term gets δq, with random p, q and δ infinitesimal. Tied
events are ordered by their terms in δ, so the path cannot cycle. Where several portfolios have the greatest
return, the same path first runs on that face with a random vector in place of μ, to least variance.
"""

from dataclasses import dataclass

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
    K: np.ndarray  # [0 A; A' Σ], m+N square
    b: np.ndarray  # m
    lo: np.ndarray  # N
    hi: np.ndarray  # N
    member: np.ndarray | None  # group of each asset

    def __post_init__(self):
        m = self.m = self.b.size
        self.A, self.sigma = self.K[:m, m:], self.K[m:, m:]
        self.vols = np.sqrt(np.maximum(np.diag(self.sigma), 0.0))

    def feasible(self, X):
        """Rows x of X without their rounding: clipped, and A x = b restored in proportion to the room left."""
        X = np.minimum(np.maximum(X, self.lo), self.hi)
        missed = self.b - X @ self.A.T
        for k in np.flatnonzero(np.abs(missed).max(axis=1) > 1e-14):
            room = np.minimum(X[k] - self.lo, self.hi - X[k])
            X[k] += room * (self.A.T @ np.linalg.lstsq((self.A * room) @ self.A.T, missed[k], rcond=1e-10)[0])
            X[k] = np.minimum(np.maximum(X[k], self.lo), self.hi)
        return X


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
    """The path in one attempt: the free set F in ``rows``, the inverse M of its system, the right-hand sides.

    z, e and the right-hand sides ``base`` have two rows, their terms in 1 and λ. ``side`` is +1 at lower,
    −1 at upper, 0 when free, as the multipliers are.
    """

    def __init__(self, p: Problem, side, widen, attempt: int):
        self.p, (self.real, self.flat), self.afresh = p, TOLERANCES[attempt], attempt > 0
        size = p.m + p.lo.size
        self.side, self.vols, self.lo, self.hi, self.lo1, self.hi1 = np.zeros((6, size))  # of y: 0
        self.side[p.m :], self.vols[p.m :], self.lo[p.m :], self.hi[p.m :] = side, p.vols, p.lo, p.hi
        self.lo1[p.m :], self.hi1[p.m :] = -widen[0], widen[1]
        self.rows, self.size = np.zeros(size, int), 0
        self.M, self.R = np.zeros((size, size)), np.empty((size, size))  # M is 0 beyond F; R: the rows F of K
        for i in np.flatnonzero(self.side == 0):
            self._append(i)
        self._scale(1.0)

    def aim(self, objective, tilt, frozen):
        """Start at λ = ∞ with the linear term −(λ·objective + δ·tilt)'x; frozen ones keep their bound."""
        self.objective, self.tilt, self.lam = objective, tilt, np.inf
        self.frozen = np.append(np.zeros(self.p.m, bool), frozen)
        self.rebuild()

    def rebuild(self):
        """Right-hand sides of all equations, and M, from scratch; z and e are to be solved for."""
        m, k = self.p.m, self.size
        self.at = np.where(self.side > 0, self.lo, self.hi) * (self.side != 0)
        self.pull = np.where(self.frozen, 0.0, self.side)
        self.base = np.zeros((2, self.side.size))
        self.base[0, :m], self.base[1, m:] = self.p.b, self.objective
        self.base[0] -= self.at @ self.p.K
        try:
            self.M[:k, :k] = np.linalg.inv(self.R[:k, self.rows[:k]])
        except np.linalg.LinAlgError:
            raise LostError from None
        self.age, self.z = 0, None

    def solve(self):
        """z_F and e, from the last corner (in later attempts afresh), refined until the residuals of F are rounding."""
        if self.age >= REFRESH:
            self.rebuild()
        k, lam = self.size, min(self.lam, 1.0)
        rows, M, R = self.rows[:k], self.M[:k, :k], self.R[:k]
        if self.afresh or self.z is None:
            self.z = self.base.take(rows, axis=1) @ M
            self.e = self.z @ R - self.base
        allowed = 1e-14 * self.noise.take(rows)
        for attempt in range(5):
            wrong = self.e.take(rows, axis=1)
            if (np.abs(wrong[0] + lam * wrong[1]) <= allowed).all():
                break
            z = self.z
            if attempt == 2 and self.age:
                self.rebuild()
            self.z = z - wrong @ M
            self.e = self.z @ R - self.base
        return self.z, self.e

    def _scale(self, level):
        """Keeps the level Σ|w|σ of risk and the scale of the rounding in e: 1 for A, else level·(σ + level)."""
        self.level, self.noise = level, level * (self.vols + level) + 1e-3 * ROUNDING
        self.noise[: self.p.m] = 1.0
        self.most = -10 * EPS * self.noise  # a gradient down to it is 0

    def events(self, z, e):
        """The λ at which each free variable meets a bound and each other one may move (0: it never does); the first."""
        F = self.rows[self.p.m : self.size]
        a, b = z[0, self.p.m :], z[1, self.p.m :]
        over = np.maximum(self.lo.take(F) - a, a - self.hi.take(F))
        wrong, slope = self.pull * e
        lam = (wrong < self.most) * wrong
        lam /= np.minimum(-slope, -1e-200)
        lam[F] = (over > ROUNDING) * over / np.maximum(np.abs(b), 1e-200)
        i = int(lam.argmax())
        if lam[i] > self.lam:  # overdue; a gradient of the wrong sign that came from 0 may be rounding
            lam[(self.pull != 0) & (slope <= 0) & (wrong >= -1e-13 * self.noise)] = 0.0
            lam = np.minimum(lam, self.lam)
            i = int(lam.argmax())
        return lam, i

    def perturbed(self):
        """The terms in δ of z and e."""
        k, m = self.size, self.p.m
        rows, M, R = self.rows[:k], self.M[:k, :k], self.R[:k]
        base = -(np.where(self.side > 0, self.lo1, self.hi1) * (self.side != 0)) @ self.p.K
        base[m:] += self.tilt
        z = base.take(rows) @ M
        z += (base - z @ R).take(rows) @ M
        return z, z @ R - base

    def ties(self, z, e):
        """The terms in δ of the λ of all events."""
        F, z1, e1 = self.rows[self.p.m : self.size], *self.perturbed()
        b, top, slope = z[1, self.p.m :], -e1, e[1].copy()
        top[F], slope[F] = np.where(b > 0, self.lo1[F], self.hi1[F]) - z1[self.p.m :], b
        return np.divide(top, slope, out=np.full_like(top, -np.inf), where=slope != 0)

    def step(self, z, e):
        """The next event: its λ, the variable, and what happens; λ = 0 and None at the end."""
        lam, i = self.events(z, e)
        while True:
            top = float(lam[i])
            if top == np.inf:
                raise LostError
            if top <= 0:
                return 0.0, None, None
            tied = (lam >= top * (1 - TIE)).nonzero()[0]
            if tied.size > 1:
                i = int(tied[self.ties(z, e)[tied].argmax()])
                top = float(lam[i])
            if self.side[i] == 0:
                return top, i, LOWER if z[1, self._row(i)] > 0 else UPPER
            what = self._way_in(i, z, top, e[0])
            if what is not None:
                return top, i, what
            lam[i] = 0.0
            i = int(lam.argmax())

    def _row(self, i):
        return (self.rows[: self.size] == i).argmax()

    def _way_in(self, i, z, lam, d):
        """How variable i leaves its bound: ENTER; without curvature EXCHANGE, or None for rounding."""
        curvature, noise = self._border(i)
        if curvature > self.flat / EPS * noise:
            return ENTER
        wrong = -self.side[i] * d[i]  # its gradient at λ = 0, if it stayed
        if curvature > noise and wrong < curvature * self._room(i, z[0] + lam * z[1])[0]:
            return ENTER
        return EXCHANGE if wrong > self.real * self.noise[i] else None

    def _border(self, i):
        """Keeps g = M c, the curvature Σ_ii − c'Mc along e_i − g, and gK; gives the curvature and its noise."""
        k = self.size
        rows, M, R = self.rows[:k], self.M[:k, :k], self.R[:k]
        own, c = self.p.K[i, i], self.p.K[i].take(rows)
        g = M @ c
        image = g @ R
        miss = c - image.take(rows)
        if miss @ miss > 1e-28:
            g += M @ miss
            image = g @ R
            miss = c - image.take(rows)
        curvature = own - g @ (c + miss)  # correct to the second order of the error in g
        self.border = g, curvature, image
        return curvature, EPS * (1 + own + (1 + np.abs(c)) @ np.abs(g))

    def _room(self, i, now):
        """How far variable i can go before one meets a bound, and the row of that one (None: i itself)."""
        m, k = self.p.m, self.size
        F, towards = self.rows[m:k], -self.side[i] * self.border[0][m:]
        with np.errstate(divide="ignore", invalid="ignore"):
            room = (np.where(towards > 0, self.hi[F], self.lo[F]) - now[m:]) / towards
        room[np.abs(towards) < ROUNDING] = np.inf
        j = int(room.argmin())
        own = self.hi[i] - self.lo[i]
        return (room[j], m + j) if room[j] < own else (own, None)

    def enter(self, i):
        """Free variable i: M gets a border of zeros, and ss' / curvature is added, s = (g, −1).

        z moves along s until the gradient e_i is 0.
        """
        g, curvature, image = self.border
        s = np.empty(self.size + 1)
        s[:-1], s[-1] = g, -1.0
        M = self.M[: s.size, : s.size]
        M += (s / curvature)[:, None] * s
        length = (self.e[:, i] / curvature)[:, None]
        z, self.z = self.z, length * s
        self.z[:, :-1] += z
        self.z[0, -1] += self.at[i]
        self.e += length * (image - self.p.K[i])
        self._move(self.at[i], i)
        self._append(i)
        self.at[i] = self.pull[i] = 0.0

    def leave(self, i, side):
        """Fix variable i at its lower (+1) or upper (−1) bound, z moving along its row of M; the last row of F takes
        its place.
        """
        k, j = self.size - 1, self._row(i)
        M = self.M[: k + 1, : k + 1]
        g, pivot = M[j].copy(), M[j, j]
        if not pivot > 0:
            raise LostError
        M -= (g / pivot)[:, None] * g
        a = self.lo[i] if side > 0 else self.hi[i]
        length = np.array([[a - self.z[0, j]], [-self.z[1, j]]]) / pivot
        self.e += length * (g @ self.R[: k + 1])
        self.z += length * g
        self.z[:, j] = self.z[:, k]
        self.z = self.z[:, :k]
        if j < k:
            corner = M[k, k]
            M[j, :k] = M[:k, j] = M[k, :k]
            M[j, j] = corner
            self.R[j], self.rows[j] = self.R[k], self.rows[k]
        M[k] = M[:, k] = 0.0
        self.size, self.side[i] = k, side
        self.pull[i] = 0.0 if self.frozen[i] else side
        self.at[i] = a
        self._move(-a, i)

    def exchange(self, i, now):
        """Move along the direction of i, which has no curvature, to a bound; the variable that meets it."""
        row = self._room(i, now)[1]
        if row is None:
            self.side[i] *= -1.0
            stops = i
        else:
            stops = self.rows[row]
            self.side[stops] = np.sign(self.border[0][row]) * self.side[i]
            self.rows[row], self.R[row], self.side[i] = i, self.p.K[i], 0.0
        self.rebuild()
        return stops

    def _append(self, i):
        self.rows[self.size], self.R[self.size] = i, self.p.K[i]
        self.size += 1
        self.side[i] = 0.0

    def _move(self, weight, i):
        """Take the weight of variable i, at a bound, out of the right-hand sides, or with a minus into them."""
        self.age += 1
        if weight:
            self.base[0] += weight * self.p.K[i]

    def corner(self, z, e, lam):
        """λ and the solution there, corrected once for the residuals of its equations."""
        m, k = self.p.m, self.size
        rows, full = self.rows[:k], self.at.copy()
        now, wrong = z[0] + lam * z[1], e.take(rows, axis=1)
        wrong = wrong[0] + lam * wrong[1]
        full[rows] = now
        wrong[:m] = self.p.K[:m] @ full - self.p.b
        full[rows] = now - self.M[:k, :k] @ wrong
        level = np.abs(full) @ self.vols
        if abs(level - self.level) > 0.1 * self.level:
            self._scale(level)
        return lam, full

    def run(self):
        """λ, y and x of all corners from λ = ∞ to 0, each from the smaller free set of the two that meet."""
        path, left, reach = [], None, 0.0
        for _ in range(100 + 20 * self.side.size):
            z, e = self.solve()
            if left is not None:
                if e[1, left]:  # its gradient is 0 at the corner: λ from the better conditioned system
                    lam = -e[0, left] / e[1, left]
                    self.lam = lam if -1e-9 * lam < self.lam - lam < reach else self.lam
                path.append(self.corner(z, e, self.lam))
                left = None
            lam, i, what = self.step(z, e)
            if what not in (LOWER, UPPER):
                path.append(self.corner(z, e, lam))
            self.lam = lam
            if what is None:
                self.end = z, e
                lams, Z = (np.array(part) for part in zip(*path, strict=True))
                return lams, Z[:, : self.p.m], self.p.feasible(Z[:, self.p.m :])
            if what == ENTER:
                self.enter(i)
            elif what == EXCHANGE:
                left, reach = self.exchange(i, z[0] + lam * z[1]), lam
            else:
                left, reach = i, 1e-6 * lam
                self.leave(i, what)
        raise LostError

    def last_tie(self):
        """After ``run``: what is tied at λ = 0 holds for λ = δ·t from this t on."""
        (z, e), F = self.end, self.rows[self.p.m : self.size]
        a, b = z[0, self.p.m :], z[1, self.p.m :]
        low, high = a - self.lo[F] < ROUNDING, self.hi[F] - a < ROUNDING
        tied = (np.abs(e[0]) <= 1e-13 * self.noise) & (self.pull * e[1] > 0)
        tied[F] = (low & (b > 0)) | (high & (b < 0))
        return self.ties(z, e)[tied].max(initial=0.0)


def trace(p: Problem, attempt: int):
    """The whole path in this attempt, and the multipliers y that prove the greatest return."""
    rng = np.random.default_rng(attempt)
    widen, tilt = rng.uniform(0.5, 1.5, (2, p.lo.size)), rng.uniform(-0.5, 0.5, p.lo.size)
    tilt[p.n :] = 0.0
    side = greatest_return(p, p.lo - 1j * widen[0], p.hi + 1j * widen[1], tilt)
    if (side == 0).sum() != p.m:
        raise LostError
    line, fixed = CriticalLine(p, side, widen, attempt), p.lo == p.hi
    line.aim(p.mu, tilt, fixed)
    z, e = line.solve()
    top, tied = z[1, : p.m], np.abs(e[1, p.m :]) <= 0.1 * SAME_MEAN
    if tied.sum() > p.m:  # least variance among the portfolios of greatest return
        line.aim(tilt, np.zeros_like(tilt), fixed | ~tied)
        line.run()
        line.aim(p.mu, (2 * line.last_tie() + 1) * tilt, fixed)
    return line.run(), top
