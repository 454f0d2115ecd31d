"""Mean-variance against a conic solver: `python -m benchmarks.conic [--problems 2200] [--seed 10000]`.

Random problems of up to 60 assets, rank-deficient ones among them; of each the least risky portfolio and three target
returns, by the public ``min_var_weights`` and ``target_return_weights`` (targets by ``frontier``), beside the same
quadratic program in Clarabel at tight tolerances. Exit status 1 if a limit is exceeded. The columns:

violation   of a constraint, 1e-10 at most
excess      of volatility over Clarabel's, 1e-9 of it at most
riskless    the same where Clarabel's is below 1e-6 of Σ|wᵢ|σᵢ, as a share of that: 3e-8 at most (its square is 1e-15)
declined    problems that end in an error; any reason but almost exact copies or hedges is a failure
no answer   Clarabel gives up, or violates a constraint by more than 1e-10
allowed     an excess no greater than Clarabel gains by its own violations, by duality their sum at its multipliers
worse       Clarabel's volatility exceeds ours by more than these limits
"""

import argparse
from collections import Counter, defaultdict
from importlib.util import find_spec

import numpy as np
from scipy.sparse import csc_matrix

import xlalloc as xa

LIMITS = {"violation": 1e-10, "excess": 1e-9, "riskless": 3e-8}
RISKLESS = 1e-6  # of Σ|wᵢ|σᵢ: a volatility up to it is compared by the absolute rule
INACCURATE = "the frontier cannot be computed accurately"  # the one reason to decline that is no failure
NEARLY_EQUAL = "equal but for 1e-9"  # rounding of a target return moves such portfolios: least risk only

COVARIANCES = ("sample", "three factors", "short sample", "low rank", "two classes", "duplicates", "with cash")
COVARIANCES += ("badly scaled", "rounded sample", "near duplicates", "no risk", "identity", "rounded diagonal")
MEANS = {
    "uniform": lambda n, rng, S: rng.uniform(0, 0.15, n),
    "equal": lambda n, rng, S: np.full(n, 0.05),
    "zero": lambda n, rng, S: np.zeros(n),
    "rounded": lambda n, rng, S: np.round(rng.uniform(0, 0.1, n), 2),
    "two levels": lambda n, rng, S: np.where(np.arange(n) % 2, 0.03, 0.07),
    "volatilities": lambda n, rng, S: np.sqrt(np.maximum(np.diag(S), 0)),
    NEARLY_EQUAL: lambda n, rng, S: 0.05 + rng.standard_normal(n) * 1e-9,
    "both signs": lambda n, rng, S: rng.standard_normal(n) * 0.1,
    "ties": lambda n, rng, S: rng.choice([0.02, 0.05, 0.05 + 1e-17, 0.08], n),
    "implied by 1/n": lambda n, rng, S: S @ np.ones(n) / n * 3 + 0.01,
}
BOUNDS = ("long only", "capped", "around 1/n", "short sales", "whole percent", "no choice", "multiples of 1/n")
GROUPS = {  # limits of g totals: s those of a portfolio within bounds, least and most the sums of bounds
    "no groups": None,
    "around a portfolio": lambda g, rng, s, least, most: (s - rng.uniform(0, 0.2, g), s + rng.uniform(0, 0.2, g)),
    "whole 5%": lambda g, rng, s, least, most: (np.floor(s * 20) / 20, np.ceil(s * 20) / 20),
    "fixed totals": lambda g, rng, s, least, most: (s, s),
    "upper only": lambda g, rng, s, least, most: (None, s + rng.uniform(0, 0.1, g) * (rng.random(g) < 0.5)),
    "sums of bounds": lambda g, rng, s, least, most: (least, most),
    "0 to 1": lambda g, rng, s, least, most: (np.minimum(0, s), np.maximum(1, s)),
}
FAMILIES = {"covariance": COVARIANCES, "means": MEANS, "bounds": BOUNDS, "groups": GROUPS}


def covariance(family: str, n: int, rng) -> np.ndarray:
    """Of n assets; those of a sample with volatilities of 2% to 40%, if not said otherwise."""
    sd, normal = rng.uniform(0.02, 0.4, n), rng.standard_normal
    match family:
        case "three factors":
            B = normal((n, 3)) * 0.1
            return B @ B.T + np.diag(sd**2 * 0.5)
        case "low rank":
            B = normal((n, rng.integers(1, max(2, n // 2 + 1)))) * 0.1
            return B @ B.T
        case "duplicates":
            B = normal((max(1, n // 2), max(1, n // 2) + 2))[rng.integers(0, max(1, n // 2), n)] * 0.1
            return B @ B.T
        case "two classes":
            s, rho = np.where(np.arange(n) % 2, 0.05, 0.2), rng.choice([0, 0.3, 0.5, 0.9, 1.0])
            return np.outer(s, s) * (rho + (1 - rho) * np.eye(n))
        case "no risk" | "identity" | "rounded diagonal":
            return np.diag({"no risk": 0 * sd, "identity": 0 * sd + 0.04}.get(family, np.round(sd, 1) ** 2))
        case "short sample":  # fewer observations than assets, and a market
            periods = rng.integers(2, max(3, n))
            X = normal((periods, n)) * sd + normal((periods, 1)) * 0.2
        case "rounded sample":
            X = np.round(normal((12, n)) * sd + 0.01, 2)
        case "near duplicates":
            X, half = normal((2 * n + 5, n)) * sd, n // 2
            X[:, half : 2 * half] = X[:, :half] * rng.choice([1, 2])
            X[:, half : 2 * half] += normal((2 * n + 5, half)) * 10.0 ** rng.uniform(-8, -2)
        case _:
            X = normal((3 * n + 5, n)) * (10.0 ** rng.uniform(-4, 0, n) if family == "badly scaled" else sd)
    if family == "with cash":
        X[:, rng.integers(0, n, max(1, n // 4))] = 0.0
    return np.atleast_2d(np.cov(X, rowvar=False))


def bounds(family: str, n: int, rng) -> tuple[np.ndarray, np.ndarray]:
    """Bounds that some weights satisfy."""
    zeros, ones = np.zeros(n), np.ones(n)
    match family:
        case "capped":
            return zeros, ones * max(1 / n, rng.choice([0.1, 0.2, 0.25, 0.3, 0.5]))
        case "around 1/n":
            lower = rng.uniform(0, 1 / n, n)
            return lower, lower + rng.uniform(1 / n, 4 / n, n)
        case "short sales":
            return -ones * rng.choice([0.1, 0.5, 1.0]), ones * (rng.choice([0.5, 1.0, 2.0]) if n > 1 else 1)
        case "whole percent":  # now and then a fixed weight, or upper bounds that only just reach 1
            lower = np.round(rng.uniform(0, 1 / n, n), 2)
            upper = np.round(lower + rng.uniform(0.5 / n, 6 / n, n), 2)
            upper[0] = max(upper[0], 1 - upper[1:].sum())
            lower = np.minimum(lower, upper)
            if rng.random() < 0.3:
                fixed = rng.integers(n)
                upper[fixed] = lower[fixed]
            if upper.sum() < 1:
                upper[rng.integers(n)] += 1 - upper.sum() + (0 if rng.random() < 0.5 else 0.2)
            return lower if lower.sum() <= 1 else zeros, upper
        case "no choice":
            w = rng.dirichlet(ones)
            return (w, ones) if rng.random() < 0.5 else (zeros, w)
        case "multiples of 1/n":
            return ones / n * rng.choice([0, 0.5, 1]), ones / n * rng.choice([1, 2, 4])
    return zeros, ones


def group_limits(family: str, n: int, rng, lower, upper) -> dict:
    """Names of up to six groups, and limits in order of first appearance that some weights satisfy."""
    if GROUPS[family] is None:
        return {}
    code = rng.integers(0, rng.integers(1, max(2, min(n, 6)) + 1), n)
    _, first, code = np.unique(code, return_index=True, return_inverse=True)
    w = lower + np.clip((1 - lower.sum()) / max(upper.sum() - lower.sum(), 1e-300), 0, 1) * (upper - lower)
    low, high = GROUPS[family](len(first), rng, *(np.bincount(code, part) for part in (w, lower, upper)))
    limits = {"groups": [f"group {k}" for k in code], "group_upper": high[first.argsort()]}
    return limits if low is None else limits | {"group_lower": low[first.argsort()]}


def random_problem(seed: int):
    """Families drawn, means, covariance, and the bounds as arguments of the public functions."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 13)) if rng.random() < 0.7 else int(rng.integers(13, 61))
    families = [list(kind)[rng.integers(len(kind))] for kind in (COVARIANCES, MEANS, BOUNDS)]
    families.append(list(GROUPS)[rng.integers(len(GROUPS)) if rng.random() < 0.6 else 0])
    cov = covariance(families[0], n, rng)
    mu = MEANS[families[1]](n, rng, cov)
    lower, upper = bounds(families[2], n, rng)
    upper = upper / min(upper.sum(), 1)
    return families, mu, cov, {"lower": lower, "upper": upper} | group_limits(families[3], n, rng, lower, upper)


def answers(families, mu, cov, limits) -> list[tuple[float | None, np.ndarray]]:
    """(target, weights): the least risk, then 0.9, 0.5 and 0.1 of the way from its return to the greatest."""
    found = [(None, xa.min_var_weights(cov, **limits))]
    if NEARLY_EQUAL not in families:
        least, most = xa.frontier(mu, cov, 2, **limits).column("return")
        targets = [least + share * (most - least) for share in (0.9, 0.5, 0.1)]
        found += [(target, xa.target_return_weights(mu, cov, target, **limits)) for target in targets]
    return found


def constraints(mu, limits, target) -> tuple[np.ndarray, np.ndarray]:
    """A, b: in the first row Aw = b, the sum of weights; in all others Aw ≤ b."""
    n, scale, names = len(mu), np.abs(mu).max() or 1.0, np.array(limits.get("groups", []))
    A, b = [np.ones((1, n)), np.eye(n), -np.eye(n)], [[1.0], limits["upper"], -limits["lower"]]
    for argument, sign in (("group_upper", 1.0), ("group_lower", -1.0)):
        if argument in limits:
            A += [sign * (names == name) for name in dict.fromkeys(names)]
            b.append(sign * limits[argument])
    if target is not None:
        A, b = [*A, -mu / scale], [*b, [-target / scale]]
    return np.vstack(A), np.concatenate(b)


def missed(A, b, w) -> np.ndarray:
    """By how much w violates each constraint."""
    beyond = A @ w - b
    return np.append(abs(beyond[0]), np.maximum(beyond[1:], 0.0))


def conic(cov, A, b):
    """Clarabel's weights, what its violations have taken off its variance, and whether it found an answer."""
    import clarabel

    settings = clarabel.DefaultSettings()
    settings.verbose, settings.max_iter, settings.static_regularization_constant = False, 300, 1e-13
    settings.tol_gap_abs, settings.tol_gap_rel, settings.tol_feas = 1e-14, 1e-12, 1e-12
    scale, cones = np.diag(cov).max() or 1.0, [clarabel.ZeroConeT(1), clarabel.NonnegativeConeT(len(b) - 1)]
    P, q = csc_matrix(np.triu(cov / scale)), np.zeros(len(cov))
    solution = clarabel.DefaultSolver(P, q, csc_matrix(A), b, cones, settings).solve()
    w, multipliers = np.array(solution.x), np.abs(solution.z)
    solved = str(solution.status) in ("Solved", "AlmostSolved") and missed(A, b, w).max() <= LIMITS["violation"]
    return w, 2.0 * scale * float(multipliers @ missed(A, b, w)), solved


def compare(cov, A, b, w) -> dict[str, float]:
    """One portfolio beside Clarabel's; what is not there or not compared is absent."""
    other, gained, solved = conic(cov, A, b)
    found = {"violation": missed(A, b, w).max(), "compared": int(solved), "no answer": int(not solved)}
    if solved:
        ours, theirs = (max(x @ cov @ x, 0.0) ** 0.5 for x in (w, other))
        level = max(float(np.abs(w) @ np.sqrt(np.diag(cov))), 1e-300)
        kind, unit = ("excess", theirs) if theirs > RISKLESS * level else ("riskless", level)
        excess = (ours - theirs) / unit
        if excess > LIMITS[kind]:
            found["allowed"], excess = 1, (ours - (theirs**2 + gained) ** 0.5) / unit
        found |= {kind: excess, "worse": int(excess < -LIMITS[kind])}
    return found


def note(table, families, figures) -> None:
    """Count, or keep the worst, for all problems and for each family."""
    for key in [("all", "all"), *zip(FAMILIES, families, strict=True)]:
        for name, figure in figures.items():
            table[key][name] = max(table[key][name], figure) if name in LIMITS else table[key][name] + figure


def show(table) -> None:
    """By kind of family, the columns above."""
    columns = ("problems", "compared", *LIMITS, "declined", "no answer", "allowed", "worse")
    for kind, names in (FAMILIES | {"all": ["all"]}).items():
        print(f"{kind:<20}" + "".join(f"{name:>10}" for name in columns))
        for family in names:
            row = table[kind, family]
            print(f"  {family:<18}" + "".join(f"{row[c]:>10.1e}" if c in LIMITS else f"{row[c]:>10}" for c in columns))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.conic", description=__doc__.splitlines()[0])
    parser.add_argument("--problems", type=int, default=2200)
    parser.add_argument("--seed", type=int, default=10000, help="of the first problem; the others follow")
    given = parser.parse_args()
    if find_spec("clarabel") is None:
        parser.exit(2, "This comparison needs Clarabel: pip install clarabel\n")
    table, failures = defaultdict(Counter), []
    for seed in range(given.seed, given.seed + given.problems):
        families, mu, cov, limits = random_problem(seed)
        try:
            portfolios = answers(families, mu, cov, limits)
        except xa.AllocError as error:
            portfolios = []
            print(f"seed {seed} declined: {error}")
            failures += [] if INACCURATE in str(error) else [f"seed {seed}: {error}"]
        note(table, families, {"problems": 1, "declined": int(not portfolios)})
        for target, w in portfolios:
            figures = compare(cov, *constraints(mu, limits, target), w)
            note(table, families, figures)
            beyond = {name: figures[name] for name in LIMITS if not figures.get(name, 0.0) <= LIMITS[name]}
            failures += [f"seed {seed}, target {target}: {beyond}"] if beyond else []
    show(table)
    print(f"beyond the limits {LIMITS}: {len(failures)}", *failures, sep="\n")
    return 0 if table["all", "all"]["compared"] and not failures else 1


if __name__ == "__main__":
    raise SystemExit(main())
