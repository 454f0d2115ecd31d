"""Beside Clarabel, a conic solver, at tight tolerances: problems of up to 60 assets (`benchmarks.fuzz --conic`).

excess       of the objective (budgets, 1e-9 at most) or of volatility (mixes, 1e-9 of it at most) over Clarabel's
riskless     the same where Clarabel's is below 1e-6 of Σ|wᵢ|σᵢ, as a share of that: 3e-8 at most (its square is 1e-15)
no answer    Clarabel gives up, or violates a constraint by more than 1e-10 (budgets: of a weight, for its logarithm)
allowed      mixes: an excess no greater than Clarabel gains by its own violations, their sum at its multipliers
worse        Clarabel's is worse than ours by more than these limits
"""

import numpy as np
from scipy.sparse import csc_matrix

import xlalloc as xa
from benchmarks import budgets, mixes

LIMITS = {"excess": 1e-9, "riskless": 3e-8}
MISSED = 1e-10
RISKLESS = 1e-6  # of Σ|wᵢ|σᵢ: a volatility up to it is compared by the absolute rule
SIZE = 60  # more assets take Clarabel seconds


# Risk budgets -------------------------------------------------------------------------------------------------


def objective(cov, b, w) -> float:
    """½ ln w'Σw − Σ bᵢ ln wᵢ."""
    return float(np.log(w @ cov @ w) / 2 - b @ np.log(w))


def budgeted(cov, b, lower, upper):
    """Clarabel's weights, and whether it found an answer.

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
    y, missed = np.array(solution.x)[:n], A[: 2 * n] @ solution.x
    within = y.min() > 0.0 and (missed <= MISSED * np.tile(y, 2)).all()
    return y / y.sum(), within and str(solution.status) in ("Solved", "AlmostSolved")


def check_budgets(seed: int) -> tuple[list[str], list[tuple[str, dict]]]:
    families, cov, b, lower, upper = budgets.random_problem(seed)
    held = b > 0.0
    if held.sum() > SIZE:
        return families, []
    try:
        w = xa.rp_weights(cov, b, lower, upper)[held]
    except xa.AllocError:
        return families, []  # what is refused is judged without Clarabel
    cov, b, lower, upper = cov[np.ix_(held, held)], b[held], lower[held], upper[held]
    other, solved = budgeted(cov, b, lower, upper)
    figures = {"compared": int(solved), "no answer": int(not solved)}
    if solved:
        excess = objective(cov, b, w) - objective(cov, b, other)
        figures |= {"excess": excess, "worse": int(excess < -LIMITS["excess"])}
    return families, [("within bounds", figures)]


# Mixes --------------------------------------------------------------------------------------------------------


def answers(families, mu, cov, limits) -> list[tuple[float | None, np.ndarray]]:
    """(target, weights): the least risk, then 0.9, 0.5 and 0.1 of the way from its return to the greatest."""
    found = [(None, xa.min_var_weights(cov, **limits))]
    if mixes.NEARLY_EQUAL not in families:
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


def least_risky(cov, A, b):
    """Clarabel's weights, what its violations have taken off its variance, and whether it found an answer."""
    import clarabel

    settings = clarabel.DefaultSettings()
    settings.verbose, settings.max_iter, settings.static_regularization_constant = False, 300, 1e-13
    settings.tol_gap_abs, settings.tol_gap_rel, settings.tol_feas = 1e-14, 1e-12, 1e-12
    scale, cones = np.diag(cov).max() or 1.0, [clarabel.ZeroConeT(1), clarabel.NonnegativeConeT(len(b) - 1)]
    P, q = csc_matrix(np.triu(cov / scale)), np.zeros(len(cov))
    solution = clarabel.DefaultSolver(P, q, csc_matrix(A), b, cones, settings).solve()
    w, multipliers = np.array(solution.x), np.abs(solution.z)
    solved = str(solution.status) in ("Solved", "AlmostSolved") and missed(A, b, w).max() <= MISSED
    return w, 2.0 * scale * float(multipliers @ missed(A, b, w)), solved


def compare(cov, A, b, w) -> dict[str, float]:
    """One portfolio beside Clarabel's; what is not there or not compared is absent."""
    other, gained, solved = least_risky(cov, A, b)
    found = {"compared": int(solved), "no answer": int(not solved)}
    if solved:
        ours, theirs = (max(x @ cov @ x, 0.0) ** 0.5 for x in (w, other))
        level = max(float(np.abs(w) @ np.sqrt(np.diag(cov))), 1e-300)
        kind, unit = ("excess", theirs) if theirs > RISKLESS * level else ("riskless", level)
        excess = (ours - theirs) / unit
        if excess > LIMITS[kind]:
            found["allowed"], excess = 1, (ours - (theirs**2 + gained) ** 0.5) / unit
        found |= {kind: excess, "worse": int(excess < -LIMITS[kind])}
    return found


def check_mixes(seed: int) -> tuple[list[str], list[tuple[str, dict]]]:
    families, mu, cov, limits = mixes.random_problem(seed)
    try:
        portfolios = answers(families, mu, cov, limits)
    except xa.AllocError:
        return families, []
    return families, [
        (f"target {target!r}", compare(cov, *constraints(mu, limits, target), w)) for target, w in portfolios
    ]
