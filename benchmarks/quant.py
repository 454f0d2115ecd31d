"""One portfolio of many assets, expected shortfall, bootstrap, covariance scores beside what they are held against."""

from functools import partial

import numpy as np

import xlalloc as xa
from benchmarks import peers as p
from benchmarks.problems import expected, sample
from benchmarks.table import Section
from benchmarks.timing import side_by_side

CLARABEL, PYPFOPT = "Clarabel", "PyPortfolioOpt"


def clarabel_minimum_variance():
    """The solver called directly: min w'Σw over 1'w = 1, w ≥ 0."""
    import clarabel
    from scipy import sparse

    def weights(cov):
        n = len(cov)
        settings = clarabel.DefaultSettings()
        settings.verbose = False
        A = sparse.vstack([np.ones((1, n)), -sparse.eye(n)], "csc")
        cones = [clarabel.ZeroConeT(1), clarabel.NonnegativeConeT(n)]
        upper = sparse.csc_matrix(np.triu(cov))
        return np.array(clarabel.DefaultSolver(upper, np.zeros(n), A, np.eye(1, n + 1)[0], cones, settings).solve().x)

    return weights


def pypfopt_minimum_variance():
    from pypfopt import EfficientFrontier

    def weights(cov):
        return np.array(list(EfficientFrontier(None, cov).min_volatility().values()))

    return weights


def portfolios(peers: p.Peers, sizes=(100, 500, 1000), seconds: float = 6.0) -> Section:
    """Minimum variance beside two solvers, and our other single portfolios."""
    section = Section(
        "One portfolio of many assets",
        ["MIN_VAR", "MAX_SHARPE", "TARGET_RETURN", "TARGET_VOL", "MAX_DIV", "FRONTIER (20)", CLARABEL, PYPFOPT],
        "Long-only; Clarabel, called directly, and PyPortfolioOpt at minimum variance. In brackets how far the "
        "variance is above ours, relative.",
    )
    loaded = {CLARABEL: peers.get("clarabel", clarabel_minimum_variance)}
    loaded[PYPFOPT] = peers.get("pyportfolioopt", pypfopt_minimum_variance)
    for n in sizes:
        _, cov = sample("factor", n)
        mu = expected(cov)
        ours = xa.min_var_weights(cov)
        vol = 1.2 * xa.port_vol(ours, cov)
        earned = 0.5 * float(ours @ mu) + 0.5 * float(mu.max())
        candidates = {
            "MIN_VAR": partial(xa.min_var_weights, cov),
            "MAX_SHARPE": partial(xa.max_sharpe_weights, mu, cov),
            "TARGET_RETURN": partial(xa.target_return_weights, mu, cov, earned),
            "TARGET_VOL": partial(xa.target_vol_weights, mu, cov, vol),
            "MAX_DIV": partial(xa.max_div_weights, cov),
            "FRONTIER (20)": partial(xa.frontier, mu, cov),
        } | {name: partial(solve, cov) for name, solve in loaded.items() if solve}
        accuracy = {}
        for name in loaded:
            if name in candidates:
                w = candidates[name]()
                accuracy[name] = f"{max(float(w @ cov @ w) / float(ours @ cov @ ours) - 1.0, 0.0):.0e}"
        times = side_by_side(candidates, seconds)
        other = CLARABEL if n == 1000 else PYPFOPT
        goal = f"{other} ×{times['MIN_VAR'] / times[other]:.2g}" if other in times else ""
        section.add(f"n = {n}", times, accuracy, goal)
    return section


def bare_linprog(R: np.ndarray, level: float) -> np.ndarray:
    """Rockafellar and Uryasev's program written out densely."""
    from scipy.optimize import linprog

    T, n = R.shape
    cost = np.concatenate([np.zeros(n), [1.0], np.full(T, 1.0 / ((1.0 - level) * T))])
    A = np.hstack([-R, -np.ones((T, 1)), -np.eye(T)])
    one = np.concatenate([np.ones(n), np.zeros(T + 1)])[None]
    bounds = [(0, 1)] * n + [(None, None)] + [(0, None)] * T
    return linprog(cost, A, np.zeros(T), one, [1.0], bounds, method="highs").x[:n]


def draws() -> np.ndarray:
    return np.random.RandomState(1).randint(0, 360, (10_000, 30))


def others(seconds: float = 4.0) -> Section:
    """What the goals of the tail, the bootstrap and the scores are measured against."""
    section = Section(
        "Tail risk, bootstrap, covariance scores",
        ["xlalloc", "bare linprog", "its random draws"],
        "MIN_CVAR_WEIGHTS certifies its answer; bare linprog is HiGHS on the same program. BOOTSTRAP_BANDS: 10,000 "
        "paths of 30 years from 360 months; its draws are one call of RandomState.randint. COV_SCORE: 7,560 days, "
        "three methods.",
    )
    rng = np.random.default_rng(3)
    R = 0.01 * (rng.standard_normal((1000, 1)) + rng.standard_t(4, (1000, 20))) + 0.0002
    times = side_by_side(
        {"xlalloc": partial(xa.min_cvar_weights, R), "bare linprog": partial(bare_linprog, R, 0.95)}, seconds
    )
    section.add("MIN_CVAR_WEIGHTS, 1,000 × 20", times, None, f"×2: {times['xlalloc'] / times['bare linprog']:.2g}")
    section.add("RP_CVAR_WEIGHTS, 1,000 × 20", side_by_side({"xlalloc": partial(xa.rp_cvar_weights, R)}, seconds))
    months, w = 0.005 + 0.04 * rng.standard_normal((360, 3)), np.full(3, 1 / 3)
    bands = partial(xa.bootstrap_bands, months, w, 1000.0, 10.0, 30)
    times = side_by_side({"xlalloc": bands, "its random draws": draws}, seconds)
    section.add("BOOTSTRAP_BANDS", times, None, f"×3: {times['xlalloc'] / times['its random draws']:.2g}")
    days = 0.01 * (rng.standard_normal((7560, 1)) + rng.standard_t(5, (7560, 20)))
    times = side_by_side({"xlalloc": partial(xa.cov_score, days)}, 0.1)
    section.add("COV_SCORE, 7,560 × 20", times, None, f"10 s: {times['xlalloc']:.2g} s")
    return section
