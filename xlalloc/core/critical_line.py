"""The exact mean-variance frontier with bounds on assets and on group totals, by its corner portfolios.

    minimise  ½ w'Σw − λ μ'w    over    1'w = 1,  l ≤ w ≤ u,  L ≤ Gw ≤ U,      λ from +∞ down to 0

The total of each group is a variable of its own, without mean or variance: x = (w, s), A = [G −I; 0 1'],
b = (0, 1). What is left are bounds on single variables; ``critical_path`` follows the solution from the
greatest return to the least variance. Between two corner portfolios the weights are linear in the return, so
every question below has an exact answer (Markowitz & Todd 2000, "Mean-Variance Analysis", ch. 7-8).

*Certificate.* With d = Σx − λμ + A'y, a feasible x is within  Σ d⁺(x−l) + d⁻(u−x)  of the least value,
whatever y is. This bound is computed afresh from Σ at every corner and half way between neighbours; a path
that misses it is not returned.
"""

import numpy as np

from xlalloc.core.checks import RISKLESS, risk_level
from xlalloc.core.critical_path import SAME_MEAN, TOLERANCES, LostError, Problem, trace
from xlalloc.errors import Label, NumberError

LARGEST = 1e300  # a variance beyond it is none
FEASIBLE = 1e-11  # slack in sums of bounds, for bounds like 10 x 0.1
GAP = 1e-10  # certified excess of variance (relative)
NO_RATIO = 1e-12  # below this share half of its digits are: no ratio is made of such a risk


def corner_portfolios(mu, cov, lower=0.0, upper=1.0, groups=None, group_lower=None, group_upper=None, origin=None):
    """The Frontier of ``mu`` (n) and ``cov`` (n x n, positive semidefinite).

    ``lower`` and ``upper`` are scalars or per asset; ``groups`` holds the index of each asset's group,
    0 … g−1, and ``group_lower``, ``group_upper`` the limits of the g totals (none where left out). The most
    diversified portfolio is ``corner_portfolios(vols, cov, …).max_sharpe(0)``. With an ``origin``, a benchmark's
    weights, the portfolios are the deviations from it, w − origin: their variance is the squared tracking error.
    """
    mu, cov = np.asarray(mu, float), np.asarray(cov, float)
    p = standard_form(mu, cov, lower, upper, groups, group_lower, group_upper, origin)
    for attempt in range(len(TOLERANCES)):
        try:
            path, top = trace(p, attempt)
        except LostError:
            continue
        risk = p.risk(path[2])
        if certified(p, path, risk, top):
            return Frontier(path[2][:, : p.n], mu, np.diag(cov), p.scale * risk[:, : p.n])
    raise NumberError(
        "cov: the frontier cannot be computed accurately: some assets are almost exact copies "
        'or hedges of others. Leave one of them out, or estimate cov with "ledoit_wolf".'
    )


# ------------------------------------------------------------------------------------------------ the problem


def standard_form(mu, cov, lower, upper, groups, group_lower, group_upper, origin=None) -> Problem:
    """The Problem of ``critical_path``; NumberError where the bounds leave no weights."""
    n = mu.size
    origin = np.zeros(n) if origin is None else origin
    lo, hi = np.broadcast_to(lower, n).astype(float), np.broadcast_to(upper, n).astype(float)
    _check_bounds(lo, hi)
    if not (largest := float(np.abs(np.diag(cov)).max())) < LARGEST:
        raise NumberError("cov: its numbers are too large or too small to compute with. Check their units.")
    scale = 2.0 ** int(np.frexp(largest)[1])  # a power of 2, so that scaling is exact
    if groups is None:
        total = min(max(1.0, lo.sum()), hi.sum())
        K = np.empty((1 + n, 1 + n))
        K[0], K[:, 0], K[0, 0] = 1.0, 1.0, 0.0
        _symmetric(cov, scale, K[1:, 1:])
        return Problem(n, scale, _snap(mu), K, np.array([total - origin.sum()]), lo - origin, hi - origin, None)
    member = np.asarray(groups, int)
    low, high, total = _group_totals(lo, hi, member, group_lower, group_upper)
    g = low.size
    m = g + 1
    A = np.zeros((m, n + g))
    A[member, np.arange(n)] = 1.0
    A[:g, n:], A[g, n:] = -np.eye(g), 1.0
    K = np.zeros((m + n + g, m + n + g))
    K[:m, m:], K[m:, :m] = A, A.T
    _symmetric(cov, scale, K[m : m + n, m : m + n])
    means, b = np.append(_snap(mu), np.zeros(g)), np.append(np.zeros(g), total - origin.sum())
    shift = np.append(origin, np.bincount(member, origin))
    return Problem(n, scale, means, K, b, np.append(lo, low) - shift, np.append(hi, high) - shift, member)


def _symmetric(cov, scale, out):
    """cov / scale, without what rounding left between its halves."""
    np.add(cov, cov.T, out=out)
    out *= 0.5 / scale


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
            raise NumberError(f"{name}, {{}}: the bound must be a finite number.", Label("assets", int(i)))
    for i in np.flatnonzero(lo > hi):
        here = Label("assets", int(i))
        raise NumberError(f"lower, {{}}: {lo[i]:g} is above its upper bound {hi[i]:g}. Change one of them.", here)
    if lo.sum() > 1 + FEASIBLE:
        raise NumberError(f"lower: the bounds sum to {lo.sum():.10g}; at most 1 is possible. Reduce some.")
    if hi.sum() < 1 - FEASIBLE:
        raise NumberError(f"upper: the bounds sum to {hi.sum():.10g}; at least 1 is needed. Raise some.")


def _group_totals(lo, hi, member, group_lower, group_upper):
    """Interval of each group's total, and the sum of weights (1 but for rounding)."""
    least, most = np.bincount(member, lo), np.bincount(member, hi)
    lower = np.full(least.size, -np.inf) if group_lower is None else np.array(group_lower, float)
    upper = np.full(least.size, np.inf) if group_upper is None else np.array(group_upper, float)
    for g in range(least.size):
        here = Label("groups", g)
        if lower[g] > upper[g]:
            raise NumberError(
                f"group_lower, {{}}: {lower[g]:g} is above its group_upper {upper[g]:g}. Change one of them.", here
            )
        if lower[g] > most[g] + FEASIBLE:
            raise NumberError(
                f"group_lower, {{}}: {lower[g]:g} cannot be reached: the upper bounds of its "
                f"assets sum to {most[g]:.10g}; reduce group_lower or raise upper.",
                here,
            )
        if upper[g] < least[g] - FEASIBLE:
            raise NumberError(
                f"group_upper, {{}}: {upper[g]:g} cannot be kept: the lower bounds of its "
                f"assets sum to {least[g]:.10g}; raise group_upper or reduce lower.",
                here,
            )
    lower, upper = np.minimum(lower, most), np.maximum(upper, least)
    low, high = np.maximum(lower, least).sum(), np.minimum(upper, most).sum()
    if low > 1 + FEASIBLE:
        raise NumberError(f"group_lower: the groups must hold {low:.10g} in total; at most 1 is possible. Reduce some.")
    if high < 1 - FEASIBLE:
        raise NumberError(f"group_upper: the groups can hold {high:.10g} in total; at least 1 is needed. Raise some.")
    lower = np.where(np.isfinite(lower), lower, least - 1)  # never binds
    upper = np.where(np.isfinite(upper), upper, most + 1)
    return lower, upper, min(max(1.0, low), high)


# -------------------------------------------------------------------------------------------- the certificate


def certified(p: Problem, path, risk, top) -> bool:
    """Whether every portfolio on the path is feasible and within GAP of the least variance for its return."""
    lam, y, X = path
    above, below = X - p.lo, p.hi - X
    if np.abs(X @ p.A.T - p.b).max() > FEASIBLE or not (above.min() >= 0 and below.min() >= 0):
        return False
    rounding = 1e-14 * (0.1 + np.abs(X) @ p.vols + lam) + 1e-15 * (p.hi - p.lo)[: p.n].sum()
    allowed = GAP * np.vecdot(X, risk) + rounding
    d = risk + np.column_stack((-lam, y)) @ np.vstack((p.mu, p.A))
    up = np.maximum(d, 0.0)
    down = up - d

    def gap(k, j):
        """Bound with the gradients of corners k at the portfolios j."""
        return np.vecdot(up[k], above[j]) + np.vecdot(down[k], below[j])

    here, before, after = slice(None), slice(None, -1), slice(1, None)
    across = (gap(before, after) + gap(after, before)) / 4  # its share half way
    short = top @ p.A - p.mu  # by how much the first portfolio could miss the greatest return
    missed = np.maximum(short, 0.0) @ above[0] + np.maximum(-short, 0.0) @ below[0]
    most = np.maximum(allowed[before], allowed[after])
    return bool((gap(here, here) <= allowed).all() and (across <= most).all() and missed <= 1e-12)


# ----------------------------------------------------------------------------------------------- the frontier


class Frontier:
    """Corner portfolios from greatest return to least variance: weights (k x n), returns, variances, vols.

    Made of all corners and their wΣ, the means and the variances of the assets.
    """

    def __init__(self, weights, mu, diagonal, risk):
        returns, scale = weights @ mu, np.abs(mu).max()
        lower = np.maximum.accumulate(returns[:0:-1])[::-1]  # the greatest return after each corner
        keep = np.append(returns[:-1] - lower > 1e-15 * scale, True)  # of equal returns the last
        keep[: np.flatnonzero(keep & (returns >= returns[0] - SAME_MEAN * scale)).max(initial=0)] = False
        self.weights, self.returns, self._risk, self.mu = weights[keep], returns[keep], risk[keep], mu
        with np.errstate(over="ignore", invalid="ignore"):
            variances = np.vecdot(self.weights, self._risk)
            level = risk_level(self.weights, diagonal) ** 2
            beyond = not np.isfinite(variances + level).all()
        if beyond:
            raise NumberError(
                "cov: the variances are too large to compute. Check the units: 0.04 is a volatility of 20%."
            )
        self.variances = np.where(variances > RISKLESS * level, variances, 0.0)
        self.riskless, self._rounding = variances <= NO_RATIO * level, RISKLESS * level[-1]
        self.vols = np.sqrt(self.variances)

    def min_variance(self):
        """Weights of least variance; among several, of the greatest return."""
        return self.weights[-1].copy()

    def at_return(self, target):
        """Weights of least risk with a return of at least ``target``."""
        best = self.returns[0]
        if target > best + 1e-12 * max(np.abs(self.mu).max(), abs(target)):
            raise NumberError(f"target_return: {target:.10g} is above the maximum return possible, {best:.10g}.")
        if target >= best or target <= self.returns[-1]:
            return self.weights[0 if target >= best else -1].copy()
        j = int(np.searchsorted(-self.returns, -target)) - 1  # returns[j] > target ≥ returns[j+1]
        share = (target - self.returns[j + 1]) / (self.returns[j] - self.returns[j + 1])
        return self._between(j, share)

    def at_vol(self, target):
        """Weights of greatest return with a volatility of at most ``target``."""
        least = self.vols[-1]
        if target < least and target**2 < least**2 * (1 - 2e-12) - self._rounding:
            raise NumberError(f"target_vol: {target:.10g} is below the minimum volatility possible, {least:.10g}.")
        if target >= self.vols[0] or target <= least:
            return self.weights[0 if target >= self.vols[0] else -1].copy()
        j = int(np.searchsorted(-self.vols, -target)) - 1  # vols[j] > target ≥ vols[j+1]
        v0, v1, v2 = (v[j] / self.vols[0] ** 2 for v in self._quadratics())
        more = (target / self.vols[0]) ** 2 - v0  # v2·t² + 2·v1·t = more, with v1 ≥ 0
        return self._between(j, more / (v1 + np.sqrt(v1**2 + v2 * more)) if more > 0 else 0.0)

    def max_sharpe(self, rf=0.0):
        """Weights of the greatest (w'μ − rf)/σ; where cash paying rf ties with a risky mix, the risky one."""
        excess, small = self.returns - rf, 1e-12 * max(np.abs(self.mu).max(), abs(rf))
        if excess[0] <= small:
            raise NumberError(
                f"rf: no feasible portfolio earns more than {rf:g}; the maximum return possible is "
                f"{self.returns[0]:.6g}. Reduce rf or widen the bounds."
            )
        riskless = self.riskless
        if (riskless & (excess > small)).any():
            best = self.returns[riskless].max()
            raise NumberError(
                f"cov: a portfolio without risk earns {best:.6g}, more than rf {rf:g}, so the ratio "
                "is infinite. Raise rf to what cash pays, or leave cash out."
            )
        with np.errstate(divide="ignore", invalid="ignore"):
            corners = np.where(riskless, -np.inf, excess / excess[0] / (self.vols / (self.vols.max() or 1.0)))
            # on w[j+1] + t·(w[j] − w[j+1]):  (n0 + n1·t)/√(v0 + 2·v1·t + v2·t²),  stationary at t
            v0, v1, v2 = (v / (self.variances.max() or 1.0) for v in self._quadratics())  # so that no product overflows
            n0, n1 = excess[1:] / excess[0], (excess[:-1] - excess[1:]) / excess[0]
            t = (n1 * v0 - n0 * v1) / (n0 * v2 - n1 * v1)
            inside = (t > 0) & (t < 1) & ~riskless[1:]
            between = np.where(inside, (n0 + n1 * t) / np.sqrt(v0 + 2 * v1 * t + v2 * t**2), -np.inf)
        if between.max(initial=-np.inf) > corners.max():
            j = int(between.argmax())
            return self._between(j, t[j])
        return self.weights[corners.argmax()].copy()

    def points(self, count):
        """``count`` x n weights from least variance to greatest return, evenly spaced in return."""
        targets = np.linspace(self.returns[-1], self.returns[0], count)
        return np.array([self.at_return(target) for target in targets])

    def _between(self, j, share):
        """Weights ``share`` of the way from corner j+1 to corner j."""
        return (1 - share) * self.weights[j + 1] + share * self.weights[j]

    def _quadratics(self):
        """v0, v1, v2 of the variance v0 + 2·v1·t + v2·t² on the way from each corner j+1 to j."""
        step, rise = self.weights[:-1] - self.weights[1:], self._risk[:-1] - self._risk[1:]
        v1, v2 = np.vecdot(self.weights[1:], rise), np.vecdot(step, rise)
        return self.variances[1:], np.maximum(v1, 0.0), np.maximum(v2, 0.0)
