"""Risk budgets, checked independently: `python -m benchmarks.budgets [--problems 1400] [--seed 0]`.

Random problems of 2 to 200 assets, each solved by the public ``rp_weights`` without and within bounds. Exit status 1 if
a limit is exceeded. The columns:

share error  without bounds, of a share of risk, summed in extended precision where there is one: 1e-10 at most
no risk      refused with or without bounds, as such a mix has no risk; bounded least squares must find one
declined     refused for "almost no risk"; refused without reason counts as an infinite gap
outside      within bounds, how far a weight is beyond them or the sum from 1: 1e-12 at most
gap          by how much ½ ln w'Σw − Σ bᵢ ln wᵢ could be less at most, by duality: 1e-12
compared     up to 60 assets, with Clarabel's exponential cones at tight tolerances
excess       of the objective over Clarabel's, 1e-9 at most
no answer    Clarabel gives up, or misses a bound by more than 1e-10
allowed      an excess no greater than Clarabel gains by its own violations, by duality their sum at its multipliers
worse        Clarabel's objective exceeds ours by more than 1e-9
"""

import argparse
from collections import Counter, defaultdict
from importlib.util import find_spec

import numpy as np
from scipy.optimize import lsq_linear
from scipy.sparse import csc_matrix

import xlalloc as xa

LIMITS = {"share error": 1e-10, "outside": 1e-12, "gap": 1e-12, "excess": 1e-9}
COLUMNS = ("problems", "share error", "no risk", "declined", "outside", "gap", "compared", "excess")
COLUMNS += ("no answer", "allowed", "worse")
RISKLESS = 1e-6  # σ of a mix over Σ wᵢσᵢ, below which it has no risk
CONIC_SIZE = 60  # more assets take Clarabel seconds


def equicorrelated(rho: float, vols) -> np.ndarray:
    return (np.full((len(vols), len(vols)), rho) + (1 - rho) * np.eye(len(vols))) * np.outer(vols, vols)


def stocks(n: int, periods: int, rng) -> np.ndarray:
    """Monthly returns: market, eight sectors, own risk."""
    market, sectors = rng.standard_normal((periods, 1)) * 0.05, rng.standard_normal((periods, 8)) * 0.03
    own = rng.standard_normal((periods, n)) * rng.uniform(0.03, 0.13, n)
    return market * rng.uniform(0.4, 1.6, n) + sectors[:, rng.integers(0, 8, n)] * rng.uniform(0.5, 1.3, n) + own


def stocks_and_bonds(n: int, rng) -> np.ndarray:
    """Bonds that gain a little when the first stock falls."""
    X = stocks(n, 4 * n + 60, rng)
    X[:, n // 2 :] = 0.3 * X[:, n // 2 :] - 0.17 * X[:, :1]
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
    return families, (cov + cov.T) / 2, b / b.sum(), *BOUNDS[families[2]](w, n, rng)


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


def objective(cov, b, w) -> float:
    """½ ln w'Σw − Σ bᵢ ln wᵢ."""
    return float(np.log(w @ cov @ w) / 2 - b @ np.log(w))


def conic(cov, b, lower, upper):
    """Clarabel's weights, what its violations have taken off the objective, and whether it found an answer.

    minimise ½ y'Σy − b't  over  tᵢ ≤ ln yᵢ,  lᵢ1'y ≤ yᵢ ≤ uᵢ1'y
    """
    import clarabel

    n, settings = len(b), clarabel.DefaultSettings()
    settings.verbose, settings.max_iter = False, 300
    settings.tol_gap_abs = settings.tol_gap_rel = settings.tol_feas = 1e-12
    P, A, right = np.zeros((2 * n, 2 * n)), np.zeros((5 * n, 2 * n)), np.zeros(5 * n)
    P[:n, :n] = np.triu(cov / np.diag(cov).mean())
    A[:n, :n], A[n : 2 * n, :n] = lower[:, None] - np.eye(n), np.eye(n) - upper[:, None]
    A[2 * n :: 3, n:], A[2 * n + 2 :: 3, :n], right[2 * n + 1 :: 3] = -np.eye(n), -np.eye(n), 1.0
    cones = [clarabel.NonnegativeConeT(2 * n), *[clarabel.ExponentialConeT()] * n]
    solver = clarabel.DefaultSolver(csc_matrix(P), np.append(0 * b, -b), csc_matrix(A), right, cones, settings)
    solution = solver.solve()
    y, missed = np.array(solution.x)[:n], np.maximum(A[: 2 * n] @ solution.x, 0.0)
    solved = str(solution.status) in ("Solved", "AlmostSolved") and y.min() > 0 and missed.max() <= 1e-10 * y.sum()
    return y / y.sum(), float(np.abs(solution.z[: 2 * n]) @ missed), solved


def compare(cov, b, lower, upper, w) -> dict[str, float]:
    """The weights within bounds, alone and beside Clarabel's."""
    beyond = max((lower - w).max(), (w - upper).max(), abs(w.sum() - 1))
    figures = {"outside": beyond, "gap": gap(cov, b, lower, upper, w)}
    if len(b) <= CONIC_SIZE:
        other, gained, solved = conic(cov, b, lower, upper)
        figures |= {"compared": int(solved), "no answer": int(not solved)}
        if solved:
            excess = objective(cov, b, w) - objective(cov, b, other)
            figures |= {"allowed": int(excess > LIMITS["excess"]), "worse": int(excess < -LIMITS["excess"])}
            figures["excess"] = excess - gained if figures["allowed"] else excess
    return figures


def check(what, cov, b, lower, upper) -> dict[str, float]:
    """Figures of the weights; infinite where they are refused without reason."""
    try:
        w = xa.rp_weights(cov, b, lower, upper)
    except xa.AllocError as error:
        if "almost no risk" not in str(error):
            reason = "no risk" in str(error) and least_risk(cov, lower, upper) <= RISKLESS
            return {"no risk": 1} if reason else {"declined": 1, "gap": np.inf}
        print(f"{what} declined: {error}")
        return {"declined": 1}
    return {"share error": share_error(cov, b, w)} if lower is None else compare(cov, b, lower, upper, w)


def note(table, families, figures) -> None:
    """Count, or keep the worst, for all problems and for each family."""
    for key in [("all", "all"), *zip(FAMILIES, families, strict=True)]:
        for name, figure in figures.items():
            table[key][name] = max(table[key][name], figure) if name in LIMITS else table[key][name] + figure


def show(table) -> None:
    """By kind of family, the columns above."""
    for kind, names in (FAMILIES | {"all": ["all"]}).items():
        print(f"{kind:<20}" + "".join(f"{name:>12}" for name in COLUMNS))
        for family in names:
            row = table[kind, family]
            print(f"  {family:<18}" + "".join(f"{row[c]:>12.1e}" if c in LIMITS else f"{row[c]:>12}" for c in COLUMNS))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.budgets", description=__doc__.splitlines()[0])
    parser.add_argument("--problems", type=int, default=1400)
    parser.add_argument("--seed", type=int, default=0, help="of the first problem; the others follow")
    given = parser.parse_args()
    if find_spec("clarabel") is None:
        parser.exit(2, "This comparison needs Clarabel: pip install clarabel\n")
    table, failures = defaultdict(Counter), []
    for seed in range(given.seed, given.seed + given.problems):
        families, cov, b, lower, upper = random_problem(seed)
        note(table, families, {"problems": 1})
        for what, limits in (("without bounds", (None, None)), ("within bounds", (lower, upper))):
            figures = check(f"seed {seed} {what}", cov, b, *limits)
            note(table, families, figures)
            beyond = {name: figures[name] for name in LIMITS if not figures.get(name, 0.0) <= LIMITS[name]}
            failures += [f"seed {seed} {what}: {beyond}"] if beyond else []
    show(table)
    print(f"beyond the limits {LIMITS}: {len(failures)}", *failures, sep="\n")
    return 0 if table["all", "all"]["compared"] and not failures else 1


if __name__ == "__main__":
    raise SystemExit(main())
