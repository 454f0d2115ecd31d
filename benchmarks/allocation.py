"""Risk parity and the frontier beside public packages and one Cholesky factorisation."""

import math
from functools import partial

import numpy as np
from scipy.linalg.lapack import dpotrf

import xlalloc as xa
from benchmarks import peers as p
from benchmarks.problems import expected, sample
from benchmarks.table import Section
from benchmarks.timing import side_by_side
from xlalloc.core.critical_line import corner_portfolios
from xlalloc.core.risk_budgeting import risk_budgeting

CHOLESKY = "one Cholesky"
RISK_PARITY = {  # column → distribution, loader, greatest n, greatest n of the kinds beyond the first
    "riskparityportfolio (C++)": ("riskparityportfolio", p.compiled_risk_parity, 2000, 2000),
    "skfolio": ("skfolio", p.skfolio_risk_parity, 500, 50),
    "Riskfolio-Lib": ("riskfolio-lib", p.riskfolio_risk_parity, 500, 50),
    "SLSQP, textbook": ("scipy", p.textbook_slsqp, 200, 200),
}
FRONTIERS = {  # column → distribution, loader, greatest n
    "cvxcla": ("cvxcla", p.cvxcla_frontier, 500),
    "PyPortfolioOpt CLA": ("pyportfolioopt", p.pypfopt_frontier, 50),
    "skfolio, 100 points": ("skfolio", p.skfolio_frontier, 50),
}
PROBLEMS = {
    "factor": (4, 10, 50, 200, 500, 1000, 2000),
    "random": (10, 200, 1000),
    "near-singular": (10, 200, 1000),
    "near-duplicate": (10, 200, 1000),
}


def share_error(cov: np.ndarray, w: np.ndarray) -> float:
    """The greatest |share of risk − 1/n|, in extended precision where there is one."""
    w = np.asarray(w).astype(np.longdouble)
    shares = w * (cov.astype(np.longdouble) @ w)
    return float(np.abs(shares / shares.sum() - 1 / len(w)).max())


def bare_numpy(cov: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The floor: the kernel's numpy calls for a few easy assets, without its tests and its check of the answer."""
    vols = np.sqrt(cov.diagonal())
    x, y = 1.0, 1.0 / vols
    for _ in range(2):
        a = cov.dot(y)
        scale = 0.5 / math.sqrt(y.dot(a))
        a = (a / vols - x) * scale
        x = np.sqrt(a * a + b) - a
        y = x / vols
    H = cov.copy()
    H.reshape(-1)[:: len(b) + 1] += b / y / y
    inverse = np.linalg.inv(H)
    for _ in range(4):
        y = y + inverse.dot(b / y - cov.dot(y))
    return y / math.fsum(y.tolist())


def risk_parity(peers: p.Peers, problems: dict = PROBLEMS, seconds: float = 1.5) -> Section:
    """RP_WEIGHTS as users call it, its kernel without the checks of the input, and the others."""
    section = Section(
        "Risk parity, equal budgets",
        ["xlalloc", "its kernel", "bare numpy", "np.linalg.solve", CHOLESKY, *RISK_PARITY],
        "In brackets the largest error of a share of risk. The kernel is `risk_budgeting` without the checks of the "
        "input (below n = 200 they factorise the matrix to see that it is positive semidefinite; the others do not "
        "look). Bare numpy is the fewest calls that get there in the easiest case: two rounds of the start, one Newton "
        "step and three with the same inverse, nothing looked at. skfolio estimates the covariances from the returns "
        "in the same call. A dash: not run at this size, as it takes seconds. SLSQP often reports success far from "
        "the solution.",
    )
    loaded = {name: peers.get(what, make) for name, (what, make, *_) in RISK_PARITY.items()}
    first = next(iter(problems))
    for kind, sizes in problems.items():
        for n in sizes:
            returns, cov = sample(kind, n)
            b, right, fortran = np.full(n, 1 / n), np.ones(n), np.asfortranarray(cov)
            solvers = {"xlalloc": partial(xa.rp_weights, cov)}
            for name, (_, _, most, most_of_others) in RISK_PARITY.items():
                if loaded[name] and n <= (most if kind == first else most_of_others):
                    solvers[name] = partial(loaded[name], returns, cov, b)
            accuracy = {
                name: f"{_tried(lambda s=solve, c=cov: share_error(c, s()))}" for name, solve in solvers.items()
            }
            candidates = {name: call for name, call in solvers.items() if accuracy[name] != "fails"}
            candidates["its kernel"] = partial(risk_budgeting, cov, b, checked=True)
            candidates[CHOLESKY] = partial(dpotrf, fortran)
            if n <= 64:
                candidates["bare numpy"] = partial(bare_numpy, cov, b)
                candidates["np.linalg.solve"] = partial(np.linalg.solve, cov, right)
            times = side_by_side(candidates, seconds)
            section.add(f"{kind}, n = {n}", times, accuracy, _risk_parity_goal(kind, n, times))
    return section


def _tried(error) -> str:
    try:
        return f"{error():.0e}"
    except Exception:
        return "fails"


def _risk_parity_goal(kind: str, n: int, times: dict[str, float]) -> str:
    if n <= 10:
        words, unit = "10 solves", times["np.linalg.solve"]
    elif n == 1000:
        words, unit = "0.25 Cholesky", times[CHOLESKY]
    else:
        words, unit = "ahead of C++", times.get("riskparityportfolio (C++)")
    if kind != "factor" or n == 50 or not unit:
        return ""
    return f"{words}: {times['xlalloc'] / unit:.2g}, kernel {times['its kernel'] / unit:.2g}"


def frontier(peers: p.Peers, sizes=(10, 50, 200, 500), seconds: float = 2.0) -> Section:
    """The whole long-only frontier by its corner portfolios."""
    section = Section(
        "The whole long-only frontier",
        ["xlalloc", CHOLESKY, *FRONTIERS],
        "Corner portfolios, exact between them; PyPortfolioOpt and skfolio give 100 points. In brackets how far the "
        "volatility is above the other's at the same return, relative: ours above cvxcla's, the others' above ours. "
        "skfolio estimates from the returns in the same call.",
    )
    loaded = {name: peers.get(what, make) for name, (what, make, _) in FRONTIERS.items()}
    for n in sizes:
        returns, cov = sample("factor", n)
        mu, fortran = expected(cov), np.asfortranarray(cov)
        ours = corner_portfolios(mu, cov)
        candidates = {"xlalloc": partial(corner_portfolios, mu, cov), CHOLESKY: partial(dpotrf, fortran)}
        accuracy = {}
        for name, (_, _, most) in FRONTIERS.items():
            if loaded[name] and n <= most:
                means = returns.mean(axis=0) if name.startswith("skfolio") else mu
                candidates[name] = partial(loaded[name], returns, mu, cov)
                compared = ours if means is mu else corner_portfolios(means, cov)
                found = candidates[name]()
                accuracy[name] = f"{_excess(compared, found, means, cov):.0e}"
                if name == "cvxcla":
                    accuracy["xlalloc"] = f"{_excess(ours, found, means, cov, -1):.0e}"
        times = side_by_side(candidates, seconds)
        goal = f"10 Choleskies: {times['xlalloc'] / times[CHOLESKY]:.1f}" if n >= 200 else ""
        section.add(f"n = {n}, {len(ours.returns)} corners", times, accuracy, goal)
    return section


def _excess(ours, weights, mu, cov, sign: int = 1) -> float:
    """The greatest excess of the volatility of the weights over ours at the same return, or the other way round."""
    weights = weights / weights.sum(axis=1, keepdims=True)
    theirs = np.sqrt(np.einsum("ij,jk,ik->i", weights, cov, weights))
    least = np.array([_vol(ours.at_return(min(r, ours.returns[0])), cov) for r in weights @ mu])
    return max(0.0, float((sign * (theirs / least - 1)).max()))


def _vol(w, cov) -> float:
    return float(np.sqrt(w @ cov @ w))
