"""One reference file: its cases, their sources, what second sources say. Used by `regenerate.py` alone."""

import datetime as dt
import functools
import sys
from importlib.metadata import version

import cvxpy as cp
import numpy as np
import pandas as pd
import tables
from scipy import optimize

DAYS_A_YEAR = 252
AGREEMENT = []


def tight(tolerance=1e-13):
    """Clarabel's tolerances."""
    return {"tol_gap_abs": tolerance, "tol_gap_rel": tolerance, "tol_feas": tolerance, "max_iter": 500}


TIGHT = tight()


class Topic:
    """One reference file: its cases, where each comes from, and what a second source says."""

    def __init__(self, file):
        self.file, self.sources, self.rows, self.stored = file, [], [], {}

    def source(self, cases, *calls):
        self.sources.append(f"{cases}: {'; '.join(calls)}")

    def vector(self, case, names, values):
        self.stored[case] = np.asarray(values, dtype=float)
        self.rows += [(case, name, "", float(x)) for name, x in zip(names, values, strict=True)]

    def table(self, case, down, across, values, lower_only=False):
        values = self.stored[case] = np.asarray(values, dtype=float)
        for i, left in enumerate(down):
            self.rows += [(case, left, top, values[i, j]) for j, top in enumerate(across) if j <= i or not lower_only]

    def symmetric(self, case, names, values):
        self.table(case, names, names, (np.asarray(values) + np.asarray(values).T) / 2.0, lower_only=True)

    def agrees(self, case, peer, values, within=None, note=""):
        """Record the worst difference to a second source; beyond `within` (None: another definition) stop."""
        worst = float(np.max(np.abs(np.asarray(values, dtype=float).ravel() - self.stored[case].ravel())))
        if within is not None and not worst <= within:
            sys.exit(f"{self.file}, {case}: {peer} differs by {worst:.3g}, more than {within:.3g}")
        AGREEMENT.append((self.file, case, peer, worst, "" if within is None else within, note))

    def write(self):
        tables.write(self.file, [*head(), *self.sources], ("case", "i", "j", "value"), self.rows)


@functools.cache
def package(name):
    return f"{name} {version(name)}"


def head():
    return [
        f"written by tests/reference/regenerate.py on {dt.date.today()}; data: {package('skfolio')} datasets,"
        " slices as in market.py"
    ]


def frame(panel):
    return pd.DataFrame(panel.values, index=pd.to_datetime(panel.dates), columns=panel.names)


def solve(objective, constraints):
    """Clarabel at the tightest tolerance at which it reports an optimum, never looser than 1e-9."""
    problem = cp.Problem(objective, constraints)
    for tolerance in (1e-13, 1e-12, 1e-11, 1e-10, 1e-9):
        try:
            problem.solve(solver="CLARABEL", **tight(tolerance))
        except cp.error.SolverError:
            continue
        if problem.status == "optimal":
            return problem.value
    sys.exit(f"Clarabel: {problem.status}")


def budgeted(S, b, lower=None, upper=None):
    """Minimise y'Sy/2 - sum b ln y over lower 1'y <= y <= upper 1'y (Spinu 2013) and scale.

    Clarabel finds which bounds hold; the optimality conditions with those bounds are then solved to rounding.
    With g = Sy - b/y they are g = k where no bound holds, y = bound 1'y where one does, and
    k = sum (k - g) bound over the latter.
    """
    n = len(S)
    lower = np.zeros(n) if lower is None else lower
    upper = np.ones(n) if upper is None else upper
    y, L = cp.Variable(n), np.linalg.cholesky(S)
    bounds = [y >= cp.multiply(lower, cp.sum(y)), y <= cp.multiply(upper, cp.sum(y))]
    solve(cp.Minimize(0.5 * cp.sum_squares(L.T @ y) - b @ cp.log(y)), bounds)
    start = y.value
    w = start / start.sum()
    at_lower, at_upper = w < lower + 1e-6, w > upper - 1e-6
    held, bound = at_lower | at_upper, np.where(at_lower, lower, upper)

    def conditions(point):
        y, k = point[:n], point[n]
        g = S @ y - b / y
        return np.append(np.where(held, y - bound * y.sum(), g - k), ((k - g) * bound)[held].sum() - k)

    point = optimize.root(conditions, np.append(start, 0.0), tol=1e-15).x
    y, k = point[:n], point[n]
    g, w = S @ y - b / y, y / y.sum()
    signs = np.where(at_upper, k - g, 0.0) + np.where(at_lower, g - k, 0.0)
    inside = (w >= lower - 1e-13).all() and (w <= upper + 1e-13).all()
    if np.abs(conditions(point)).max() > 1e-12 or signs.min() < 0.0 or not inside:
        sys.exit("risk budgeting: the optimality conditions do not hold")
    if np.abs(w - start / start.sum()).max() > 1e-6:
        sys.exit("risk budgeting: Clarabel is elsewhere")
    return w
