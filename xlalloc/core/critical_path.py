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
REFRESH = 100  # corners between two inversions
ENTER, LOWER, UPPER, EXCHANGE = 0.0, 1.0, -1.0, 2.0  # what happens to a variable at a corner
# Per attempt: from which shares of its rounding a gradient has changed its sign, and a curvature is positive.
TOLERANCES = ((1e-13, 1e-11), (1e-12, 1e-11), (1e-13, 1e-14), (1e-14, 1e-11), (1e-11, 1e-11), (1e-13, 1e-11))


@dataclass
class Problem:
    """Standard form of n assets and g group totals, N = n + g variables and m rows; Σ and μ scaled to 1."""

    n: int
    scale: float  # of Σ
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

    def risk(self, X):
        """XΣ, in whose columns of zeros there is nothing to multiply."""
        held = X.any(axis=0)
        return X[:, held] @ self.sigma[held]

    def feasible(self, X):
        """Rows x of X without their rounding: clipped, and A x = b restored in proportion to the room left."""
        X = np.clip(X, self.lo, self.hi)
        missed = self.b - X @ self.A.T
        for k in np.flatnonzero(np.abs(missed).max(axis=1) > 1e-14):
            room = np.minimum(X[k] - self.lo, self.hi - X[k])
            X[k] += room * (self.A.T @ np.linalg.lstsq((self.A * room) @ self.A.T, missed[k], rcond=1e-10)[0])
            X[k] = np.clip(X[k], self.lo, self.hi)
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
    x, upper = lo.tolist(), hi.tolist()
    if p.member is None:
        _fill(x, upper, order, p.b[0] - sum(x))
    else:
        _fill_groups(p, x, upper, order)
    x = np.array(x)
    return np.where(x == lo, 1.0, np.where(x == hi, -1.0, 0.0))


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


def _fill_groups(p, x, upper, order):
    """The same for groups: first what each must hold, then the rest by return, each group up to its bound."""
    n, member = p.n, p.member.tolist()
    for k in range(p.m - 1):
        inside = [i for i in order if member[i] == k]
        least, x[n + k] = x[n + k], sum(x[i] for i in inside)
        if _less(x[n + k], least):
            _fill(x, upper, inside, least - x[n + k])
            x[n + k] = least
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
    """The path in one attempt: the free set F, the right-hand sides ``base``, the solution z and the inverse M.

    z, e and ``base`` have two rows, their terms in 1 and λ. T = [z; M], as one step changes both; R is the rows F of K.
    ``side`` is +1 at lower, −1 at upper, 0 when free, as the multipliers are, whose ``ends`` are infinite. ``pulled``:
    the gradient against the bound (0 where nothing may move), and its slope.
    """

    def __init__(self, p: Problem, side, widen, attempt: int):
        self.p, (self.real, self.flat), self.afresh = p, TOLERANCES[attempt], attempt > 0
        self.side, self.vols = np.append(np.zeros((2, p.m)), [side, p.vols], axis=1)
        self.ends = np.append([[-np.inf] * p.m, [np.inf] * p.m], [p.lo, p.hi], axis=1)
        self.widen = np.append(np.zeros((2, p.m)), [-widen[0], widen[1]], axis=1)
        free, size = np.flatnonzero(self.side == 0), self.side.size
        self.all_F, self.all_R = np.empty(size, int), np.empty((size, size))
        self.all_F[: free.size], self.all_R[: free.size] = free, p.K[free]
        self.pulled, self.times, self.at_lam = np.empty((2, size)), np.empty(2 * size), np.ones(2)
        self.against, self.slope = self.pulled
        self._resize(np.empty((free.size + 2, free.size)))
        self._scale(1.0)

    def _resize(self, T):
        """Keeps T and the parts that belong to its k variables."""
        k = self.size = T.shape[1]
        self.T, self.z, self.M, self.F, self.R = T, T[:2], T[2:], self.all_F[:k], self.all_R[:k]

    def _scale(self, level):
        """Keeps the level Σ|w|σ of risk and the scale of the rounding in e: 1 for A, else level·(σ + level)."""
        self.level, self.noise = level, level * (self.vols + level) + 1e-3 * ROUNDING
        self.noise[: self.p.m] = 1.0
        self.allowed, self.least = 1e-14 * self.noise, 10 * EPS * self.noise  # a gradient above −least is 0

    def aim(self, objective, tilt, frozen):
        """Start at λ = ∞ with the linear term −(λ·objective + δ·tilt)'x; frozen ones keep their bound."""
        self.tilt, self.lam, self.right = tilt, np.inf, np.zeros((2, self.side.size))
        self.right[0, : self.p.m], self.right[1, self.p.m :] = self.p.b, objective
        self.frozen = np.append(np.zeros(self.p.m, bool), frozen)
        self.rebuild()

    def rebuild(self):
        """Right-hand sides of all equations, M, z and e from scratch."""
        self.at = self._at_bounds(self.ends)
        self.pull = np.where(self.frozen, 0.0, self.side) * [[-1.0], [1.0]]
        self.base = self.right.copy()
        if self.at.any():
            self.base[0] -= self.at @ self.p.K
        try:
            self.M[:] = np.linalg.inv(self.R[:, self.F])
        except np.linalg.LinAlgError:
            raise LostError from None
        self.age = 0
        self._solve_for(self.base.take(self.F, axis=1) @ self.M)

    def _at_bounds(self, ends):
        """The end of each variable at a bound, 0 of the others."""
        return np.where(self.side == 0, 0.0, np.where(self.side > 0, ends[0], ends[1]))

    def _solve_for(self, z):
        self.z[:] = z
        self.e = z @ self.R - self.base

    def solve(self):
        """z and e as the last step left them (in later attempts afresh), refined until e is rounding on F."""
        if self.age >= REFRESH:
            self.rebuild()
        elif self.afresh:
            self._solve_for(self.base.take(self.F, axis=1) @ self.M)
        self.at_lam[1] = min(self.lam, 1.0)
        for attempt in range(6):
            wrong = self.e.take(self.F, axis=1)
            share = self.at_lam.dot(wrong) / self.allowed.take(self.F)
            if share.dot(share) <= 1.0 or attempt == 5:
                break
            z = self.z.copy()
            if attempt == 2 and self.age:
                self.rebuild()
            self._solve_for(z - wrong @ self.M)

    def events(self):
        """The λ at which each variable of F meets a bound, then that at which each of all may move: none where ≤ 0."""
        k, ends = self.size, self.ends.take(self.F, axis=1)
        lam = self.times[: k + self.side.size]
        ends -= self.z[0]
        ends /= self.z[1] + 1e-200
        np.minimum(ends[0], ends[1], out=lam[:k])  # the end that x moves to as λ falls; the other is behind
        np.multiply(self.pull, self.e, out=self.pulled)
        np.divide(self.against, np.maximum(self.slope, 1e-200, out=self.slope), out=lam[k:])
        return lam

    def _drop_rounding(self, lam):
        """Events that are rounding do not count; those overdue, beyond the present λ, are due now."""
        k, wrong = self.size, self.against
        lam[:k][lam[:k] * np.abs(self.z[1] + 1e-200) <= ROUNDING] = 0.0
        lam[k:][wrong <= self.least] = 0.0
        if lam.max() > self.lam:  # a gradient of the wrong sign that came from 0 may be rounding
            lam[k:][(self.slope == 1e-200) & (wrong <= 1e-13 * self.noise)] = 0.0
            np.minimum(lam, self.lam, out=lam)

    def perturbed(self):
        """The terms in δ of z and e."""
        base = -self._at_bounds(self.widen) @ self.p.K
        base[self.p.m :] += self.tilt
        z = base.take(self.F) @ self.M
        z += (base - z @ self.R).take(self.F) @ self.M
        return z, z @ self.R - base

    def ties(self):
        """The terms in δ of the λ of all events."""
        (z, e), b, widen = self.perturbed(), self.z[1], self.widen[:, self.F]
        top, slope = np.append(np.where(b > 0, widen[0], widen[1]) - z, -e), np.append(b, self.e[1])
        return np.divide(top, slope, out=np.full_like(top, -np.inf), where=slope != 0)

    def step(self):
        """The next event: its λ, what happens, and the variable or, where it leaves F, its row; λ = 0 at the end."""
        lam, k, dropped = self.events(), self.size, False
        while True:
            i = int(lam.argmax())
            top = float(lam[i])
            if top <= 0:
                return 0.0, None, None
            tied = (lam >= top * (1 - TIE)).nonzero()[0]
            real = top * abs(self.z[1, i]) > ROUNDING if i < k else self.against[i - k] > self.least[i - k]
            if not dropped and (tied.size > 1 or top > self.lam or not real):
                self._drop_rounding(lam)
                dropped = True
                continue
            if tied.size > 1:
                i = int(tied[self.ties()[tied].argmax()])
                top = float(lam[i])
            if i < k:
                return top, LOWER if self.z[1, i] > 0 else UPPER, i
            what = self._way_in(i - k, top)
            if what is not None:
                return top, what, i - k
            lam[i], dropped = 0.0, False

    def _way_in(self, i, lam):
        """How variable i leaves its bound: ENTER; without curvature EXCHANGE, or None for rounding."""
        curvature, noise = self._border(i)
        if curvature > self.flat / EPS * noise:
            return ENTER
        wrong = -self.side[i] * self.e[0, i]  # its gradient at λ = 0, if it stayed
        if curvature > noise and wrong < curvature * self._room(i, lam)[0]:
            return ENTER
        return EXCHANGE if wrong > self.real * self.noise[i] else None

    def _border(self, i):
        """Keeps the direction s = (g, −1) of variable i, g = M c, below its e, the curvature Σ_ii − c'Mc along it, and
        sK; gives the curvature and its noise.
        """
        k, own = self.size, self.p.K[i]
        self.all_R[k], R = own, self.all_R[: k + 1]
        c, s = own.take(self.F), np.empty(k + 3)
        s[:2], s[-1], g = self.e[:, i], -1.0, s[2:-1]
        self.M.dot(c, out=g)
        image = s[2:].dot(R)
        miss = image.take(self.F)
        if miss.dot(miss) > 1e-28:
            g -= self.M.dot(miss)
            image = s[2:].dot(R)
            miss = image.take(self.F)
        curvature = float(g.dot(miss) - image[i])  # correct to the second order of the error in g
        self.border = s, curvature, image
        return curvature, EPS * (2 + 2 * float(k * g.dot(g)) ** 0.5)  # no number in K is above 1

    def _room(self, i, lam):
        """How far variable i can go before one meets a bound, and the row of that one (None: i itself)."""
        now, towards = self.z[0] + lam * self.z[1], -self.side[i] * self.border[0][2:-1]
        low, high = self.ends[:, self.F]
        with np.errstate(divide="ignore", invalid="ignore"):
            room = (np.where(towards > 0, high, low) - now) / towards
        room[np.abs(towards) < ROUNDING] = np.inf
        j = int(room.argmin())
        own = self.ends[1, i] - self.ends[0, i]
        return (room[j], j) if room[j] < own else (own, None)

    def _along(self, s, curvature, image):
        """z and e move along s until its gradient s[:2] is 0, and ss' / curvature is added to M; gives the new T."""
        s, own = s / curvature, s[2:]
        self.e += np.multiply(s[:2, None], image, out=self.pulled)
        T = s[:, None].dot(own[None])
        old = T[: self.size + 2, : self.size]
        old += self.T
        self.age += 1
        return T

    def enter(self, i):
        """Free variable i, at its bound: it becomes the last of F."""
        T, at = self._along(*self.border), self.at[i]
        T[0, -1] += at
        self.all_F[self.size] = i
        self.at[i] = self.side[i] = self.pull[0, i] = self.pull[1, i] = 0.0
        self._resize(T)
        if at:
            self.base[0] += at * self.p.K[i]

    def leave(self, j, side):
        """Fix the variable of row j, given back, at its lower (+1) or upper (−1) bound: z moves along its row of M.
        The last of F takes its place.
        """
        i, s = int(self.F[j]), self.T[:, j].copy()
        if not s[j + 2] > 0:
            raise LostError
        at = self.at[i] = self.ends[0 if side > 0 else 1, i]
        s[0] -= at
        T = self._along(s, -s[j + 2], s[2:].dot(self.R))
        T[:, j] = T[:, -1]
        T[j + 2] = T[-1]
        self.R[j], self.F[j], self.side[i] = self.R[-1], self.F[-1], side
        if not self.frozen[i]:
            self.pull[0, i], self.pull[1, i] = -side, side
        self._resize(T[:-1, :-1])
        if at:
            self.base[0] -= at * self.p.K[i]
        return i

    def exchange(self, i, lam):
        """Move along the direction of i, which has no curvature, to a bound; the variable that meets it."""
        row = self._room(i, lam)[1]
        if row is None:
            self.side[i] *= -1.0
            stops = i
        else:
            stops = self.F[row]
            self.side[stops] = np.sign(self.border[0][row + 2]) * self.side[i]
            self.F[row], self.R[row], self.side[i] = i, self.p.K[i], 0.0
        self.rebuild()
        return stops

    def corner(self, lam):
        """λ and the solution there, corrected once for the residuals of its equations, which K gives afresh."""
        full = self.at.copy()
        self.at_lam[1] = lam
        now = full[self.F] = self.at_lam.dot(self.z)
        wrong = self.R.dot(full) - self.at_lam.dot(self.right.take(self.F, axis=1))
        full[self.F] = now - self.M.dot(wrong)
        level = np.abs(full).dot(self.vols)
        if abs(level - self.level) > 0.1 * self.level:
            self._scale(level)
        return lam, full

    def run(self):
        """λ, y and x of all corners from λ = ∞ to 0, each from the smaller free set of the two that meet."""
        path, left, reach = [], None, 0.0
        for _ in range(100 + 20 * self.side.size):
            self.solve()
            if left is not None:
                if self.e[1, left]:  # its gradient is 0 at the corner: λ from the better conditioned system
                    lam = -self.e[0, left] / self.e[1, left]
                    self.lam = lam if -1e-9 * lam < self.lam - lam < reach else self.lam
                path.append(self.corner(self.lam))
                left = None
            lam, what, i = self.step()
            if what not in (LOWER, UPPER):
                path.append(self.corner(lam))
            self.lam = lam
            if what is None:
                lams, Z = (np.array(part) for part in zip(*path, strict=True))
                return lams, Z[:, : self.p.m], self.p.feasible(Z[:, self.p.m :])
            if what == ENTER:
                self.enter(i)
            elif what == EXCHANGE:
                left, reach = self.exchange(i, lam), lam
            else:
                left, reach = self.leave(i, what), 1e-6 * lam
        raise LostError

    def last_tie(self):
        """After ``run``: what is tied at λ = 0 holds for λ = δ·t from this t on."""
        (a, b), (low, high) = self.z, self.ends[:, self.F]
        meets = ((a - low < ROUNDING) & (b > 0)) | ((high - a < ROUNDING) & (b < 0))
        moves = (np.abs(self.e[0]) <= 1e-13 * self.noise) & (self.pull[1] * self.e[1] > 0)
        return self.ties()[np.append(meets, moves)].max(initial=0.0)


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
    line.solve()
    top, tied = line.z[1, : p.m].copy(), np.abs(line.e[1, p.m :]) <= 0.1 * SAME_MEAN
    if tied.sum() > p.m:  # least variance among the portfolios of greatest return
        line.aim(tilt, np.zeros_like(tilt), fixed | ~tied)
        line.run()
        line.aim(p.mu, (2 * line.last_tie() + 1) * tilt, fixed)
    return line.run(), top
