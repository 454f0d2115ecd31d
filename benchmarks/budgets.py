"""Risk budgets drawn at random, and the checks of the weights. `benchmarks.fuzz` runs them.

The columns:

share error  without bounds, of a share of risk, summed in extended precision where there is one: 1e-10 at most
outside      within bounds, how far a weight is beyond them or the sum from 1: 1e-12 at most
gap          by how much ½ ln w'Σw − Σ bᵢ ln wᵢ could be less at most, by duality: 1e-12
groups       nested and capped groups, of a share of risk: 1e-9 at most, as two levels of weights are rounded
errors       refused: for no risk, of which bounded least squares must find a mix; or for bounds that admit none
declined     refused for "almost no risk"
"""

import numpy as np
from scipy.optimize import lsq_linear

import xlalloc as xa

LIMITS = {"share error": 1e-10, "outside": 1e-12, "gap": 1e-12, "groups": 1e-9}
RISKLESS = 1e-6  # σ of a mix over Σ wᵢσᵢ, below which it has no risk


def equicorrelated(rho: float, vols) -> np.ndarray:
    return (np.full((len(vols), len(vols)), rho) + (1 - rho) * np.eye(len(vols))) * np.outer(vols, vols)


def stocks(n: int, periods: int, rng) -> np.ndarray:
    """Monthly returns: market, eight sectors, own risk."""
    market, sectors = rng.standard_normal((periods, 1)) * 0.05, rng.standard_normal((periods, 8)) * 0.03
    own = rng.standard_normal((periods, n)) * rng.uniform(0.03, 0.13, n)
    return market * rng.uniform(0.4, 1.6, n) + sectors[:, rng.integers(0, 8, n)] * rng.uniform(0.5, 1.3, n) + own


def stocks_and_bonds(n: int, rng) -> np.ndarray:
    """Bonds that gain a little when the first stock falls, the last of them nearly cash."""
    X = stocks(n, 4 * n + 60, rng)
    X[:, n // 2 :] = 0.3 * X[:, n // 2 :] - 0.17 * X[:, :1]
    X[:, -1] *= rng.choice([1.0, 1e-2, 1e-4])
    return X


def hedges_and_copies(n: int, rng) -> np.ndarray:
    """Some assets are another, or its opposite, but for 0.1% to 10%; volatilities over four decades."""
    X = rng.standard_normal((4 * n, n))
    for _ in range(max(1, n // 4)):
        i, j = rng.choice(n, 2, replace=False)
        X[:, j] = rng.choice([-1, 1]) * X[:, i] + rng.choice([1e-3, 1e-2, 0.1]) * rng.standard_normal(4 * n)
    return X * 10.0 ** rng.uniform(-4, 0, n)


def sample(X) -> np.ndarray:
    return np.cov(X, rowvar=False)


COVARIANCES = {
    "sample": lambda n, rng: sample(rng.standard_normal((2 * n + 2, n)) * rng.uniform(0.05, 0.6, n)),
    "stocks": lambda n, rng: sample(stocks(n, 4 * n + 60, rng)),
    "short sample": lambda n, rng: sample(stocks(n, max(n // 2, 3), rng)),
    "stocks and bonds": lambda n, rng: sample(stocks_and_bonds(n, rng)),
    "hedges and copies": lambda n, rng: sample(hedges_and_copies(n, rng)),
    "all correlated": lambda n, rng: equicorrelated(rng.choice([0.9, 0.99, 0.9999]), 10 ** rng.uniform(-3, 0, n)),
    "all hedging": lambda n, rng: equicorrelated(rng.choice([0.5, 0.9, 0.999]) / (1 - n), 10 ** rng.uniform(-2, 0, n)),
}
BUDGETS = {
    "equal": lambda n, rng: np.full(n, 1 / n),
    "uneven": lambda n, rng: rng.dirichlet(np.ones(n)),
    "some zero": lambda n, rng: np.where(np.arange(n) == rng.integers(n), 0.5, rng.random(n) * (rng.random(n) < 0.6)),
    "a few large": lambda n, rng: rng.dirichlet(np.full(n, 0.2)) + 1e-8,
}


def some_fixed(w, n: int, rng):
    lower, upper, fixed = w / 2, np.minimum(1, 2 * w + 0.01), rng.random(n) < 0.3
    return np.where(fixed, w, lower), np.where(fixed, w, upper)


def held_or_capped(w, n: int, rng):
    held = rng.random(n) < 0.5
    return np.where(held, 0.9 * w, 0), np.where(held, 1, np.maximum(1.1 * w, 0.5 / n))


BOUNDS = {  # around the weights w
    "capped": lambda w, n, rng: (np.zeros(n), np.full(n, min(1, rng.uniform(1.05, 3) / n))),
    "at least": lambda w, n, rng: (np.full(n, rng.uniform(0.2, 0.95) / n), np.ones(n)),
    "a share of w": lambda w, n, rng: (w * rng.uniform(0.3, 0.99), np.minimum(1, w * rng.uniform(1.01, 3) + 0.1 / n)),
    "some fixed": some_fixed,
    "held or capped": held_or_capped,
    "narrow": lambda w, n, rng: (w * (1 - (e := 10.0 ** rng.uniform(-10, -3))), np.minimum(1, w * (1 + e))),
    "0.3/n about w": lambda w, n, rng: (np.maximum(0, w - 0.3 / n), np.minimum(1, w + 0.3 / n)),
}
FAMILIES = {"covariance": COVARIANCES, "budgets": BUDGETS, "bounds": BOUNDS}


def random_problem(seed: int):
    """Families drawn, covariance, budgets, lower and upper bounds."""
    rng = np.random.default_rng(seed)
    n = int(np.exp(rng.uniform(np.log(2), np.log(201))))
    families = [list(kind)[rng.integers(len(kind))] for kind in FAMILIES.values()]
    cov, b = COVARIANCES[families[0]](n, rng), BUDGETS[families[1]](n, rng)
    w = rng.dirichlet(np.full(n, rng.choice([0.3, 1, 5])))
    w = np.where(b > 0.0, w, 0.0) / w[b > 0.0].sum()
    lower, upper = BOUNDS[families[2]](w, n, rng)
    return families, (cov + cov.T) / 2, b / b.sum(), np.where(b > 0.0, lower, 0.0), upper


def share_error(cov, b, w) -> float:
    """The greatest |wᵢ(Σw)ᵢ/w'Σw − bᵢ|."""
    w = w.astype(np.longdouble)
    shares = w * (cov.astype(np.longdouble) @ w)
    return float(np.abs(shares / shares.sum() - b).max())


def gap(cov, b, lower, upper, w) -> float:
    """By how much the objective could be less than at w: a dual bound, whatever α, β ≥ 0 are.

    Of ½ y'Σy − Σ bᵢ ln yᵢ less α'(y − l·1'y) + β'(u·1'y − y), the gradient at y = w/σ is σr with
    r = d − α + β + α'l − β'u, d = Σw/w'Σw − b/w. The logarithms alone, with x = wr, keep its minimum above its value
    at y less Σ xᵢ − bᵢ ln(1 + xᵢ/bᵢ). A multiplier stands where it costs less than the x it spares.
    """
    held = b > 0.0
    cov, b, lower, upper, w = cov[np.ix_(held, held)], b[held], lower[held], upper[held], w[held]
    d = cov @ w / (w @ cov @ w) - b / w
    order = np.argsort(d)  # among the weights within bounds d'v is least where the least d are filled first
    filled = np.searchsorted(np.cumsum((upper - lower)[order]), 1 - lower.sum())
    pull = d - d[order[min(filled, len(b) - 1)]]
    cost, slack = _above_tangent(w * pull, b), np.where(pull > 0, w - lower, upper - w)
    held = np.where(np.abs(pull) * slack <= cost, pull, 0.0)
    alpha, beta = np.maximum(held, 0), np.maximum(-held, 0)
    x = w * (d - held + alpha @ lower - beta @ upper)
    return float(np.abs(held) @ slack + _above_tangent(x, b).sum())


def _above_tangent(x, b) -> np.ndarray:
    """−min xt + b(t − ln(1 + t)) over t > −1."""
    return np.where(x > -b, x - b * np.log1p(np.maximum(x / b, -1 + 1e-16)), np.inf)


def least_risk(cov, lower, upper) -> float:
    """σ/Σwᵢσᵢ of the least risky mix within bounds."""
    eigenvalues, Q = np.linalg.eigh(cov / np.diag(cov).mean())
    root = np.sqrt(np.maximum(eigenvalues, 0))[:, None] * Q.T
    lower, upper = (0.0, 1.0) if lower is None else (lower, np.maximum(upper, np.nextafter(lower, 2.0)))
    A, right = np.vstack([root, np.ones(len(cov))]), np.append(np.zeros(len(cov)), 1.0)
    w = lsq_linear(A, right, (lower, upper), method="bvls", tol=1e-15, max_iter=100 * len(cov)).x
    return float(max(w @ cov @ w, 0.0) ** 0.5 / (w @ np.sqrt(np.diag(cov))))


def infeasible(b, lower, upper) -> bool:
    """Whether the bounds leave no weights for the assets with a budget."""
    held = b > 0.0
    return lower.sum() > 1.0 or upper[held].sum() < 1.0 or bool((upper[held] <= 0.0).any())


def refused(error, cov, b, lower, upper) -> dict[str, float]:
    """Figures of an error: infinite where it is not shown to be right."""
    if "almost no risk" in str(error):
        return {"declined": 1}
    held = b > 0.0
    limits = (None, None) if lower is None else (lower[held], upper[held])
    if "no risk" in str(error):
        return {"errors": 1, "gap": 0.0 if least_risk(cov[np.ix_(held, held)], *limits) <= RISKLESS else np.inf}
    return {"errors": 1, "gap": 0.0 if lower is not None and infeasible(b, lower, upper) else np.inf}


def figures_of(cov, b, lower, upper) -> dict[str, float]:
    """Figures of the weights, without bounds where there are none."""
    try:
        w = xa.rp_weights(cov, b, lower, upper)
    except xa.AllocError as error:
        return refused(error, cov, b, lower, upper)
    outside = max(0.0, -w.min(), abs(w.sum() - 1), np.abs(w[b == 0.0]).max(initial=0.0))
    if lower is None:
        return {"share error": share_error(cov, b, w), "outside": outside}
    outside = max(outside, (lower - w).max(), (w - upper)[b > 0.0].max())
    return {"outside": outside, "gap": gap(cov, b, lower, upper, w)}


def figures_of_groups(cov, b, rng) -> dict[str, float]:
    """Equal risk inside each group, the groups at their budgets; then one group capped, the rest scaled up."""
    n = len(b)
    code = rng.integers(0, rng.integers(1, min(n, 6) + 1), n)
    code = np.unique(code, return_inverse=True)[1]
    names, budgets = [f"group {k}" for k in code], rng.dirichlet(np.ones(code.max() + 1)) + 1e-3
    order = list(dict.fromkeys(code.tolist()))
    b = np.full(n, 1 / n)
    try:
        w = xa.rp_nested(cov, names, budgets[order])
        worst = share_error(_totals(cov, code, w), budgets / budgets.sum(), np.ones(code.max() + 1))
        for k in order:
            own = np.flatnonzero(code == k)
            worst = max(worst, share_error(cov[np.ix_(own, own)], np.full(len(own), 1 / len(own)), w[own]))
        cap = float(rng.uniform(0.05, 0.9))
        inside = code == code[0]
        if not inside.all():
            w = xa.cap_risk_weights(cov, names, names[0], cap, b)
            share = min(b[inside].sum(), cap)
            wanted = np.where(inside, b * share / b[inside].sum(), b * (1 - share) / b[~inside].sum())
            worst = max(worst, share_error(cov, wanted, w))
    except xa.AllocError as error:
        if "almost no risk" in str(error):
            return {"declined": 1}
        return {"errors": 1, "groups": 0.0 if "no risk" in str(error) and _riskless(cov, code) else np.inf}
    return {"groups": worst}


def _totals(cov, code, w) -> np.ndarray:
    """Covariances of the groups' parts of the portfolio."""
    parts = (code == np.arange(code.max() + 1)[:, None]) * w
    return parts @ cov @ parts.T


def _riskless(cov, code) -> bool:
    """A mix of some group, or of all, has no risk."""
    sets = [np.flatnonzero(code == k) for k in set(code.tolist())] + [np.arange(len(code))]
    return any(least_risk(cov[np.ix_(own, own)], None, None) <= RISKLESS for own in sets)


def check(seed: int) -> tuple[list[str], list[tuple[str, dict]]]:
    """One problem: its families, and what was asked with its figures."""
    families, cov, b, lower, upper = random_problem(seed)
    return families, [
        ("without bounds", figures_of(cov, b, None, None)),
        ("within bounds", figures_of(cov, b, lower, upper)),
        ("groups", figures_of_groups(cov, b, np.random.default_rng([seed, 1]))),
    ]
