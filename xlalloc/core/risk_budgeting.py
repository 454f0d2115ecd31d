"""Risk budgeting: long-only weights whose shares of portfolio risk equal given budgets.

    minimise  ½ y'Σy − Σ bᵢ ln yᵢ   over y > 0,        w = y / 1'y                        (Spinu 2013, eq. 7)

At the minimum yᵢ(Σy)ᵢ = bᵢ: the share of the variance that asset i carries is its budget. Few assets are
solved by Newton's method, many by conjugate gradients, which factorise nothing. What is
returned has been checked on the returned weights, or an error is raised.

Weights within bounds are in the second half: the same minimum over lᵢ·1'y ≤ yᵢ ≤ uᵢ·1'y.

Sources: Maillard, Roncalli & Teiletche (2010), "The Properties of Equally Weighted Risk Contribution
Portfolios"; Spinu (2013), "An Algorithm for Computing Risk Parity Weights"; see risk_newton for the steps.
"""

from dataclasses import dataclass, field
from math import fsum, sqrt

import numpy as np

from xlalloc.core.risk_newton import (
    NO_RISK,
    conjugate_gradients,
    exact_product,
    lowest_ritz,
    lowest_seen,
    newton,
    newton_within,
    over_directions,
    refined,
    start,
)
from xlalloc.errors import Label, NumberError
from xlalloc.requirements import DEFINITE, factorises, indefinite, smallest

SHARE_ERROR = 1e-10  # greatest error of a share of risk that is let through
KKT_ERROR = 1e-9  # greatest residual of the optimality conditions within bounds, in shares of risk
DIRECT_SIZE = 64  # up to here a dense solve a step is the quickest
EXACT_CHECK = 300.0  # diversification ratio above which rounding could make wrong shares look right
REFINEMENTS = 6  # steps with exact sums
NAMED = 8  # assets that a message names
MANY = 200  # assets from which on a Cholesky costs as much as the solution
PRODUCTS = 6  # Σp that show a negative variance if there is much of it
TIGHT = 1e-12  # bounds that add to 1 within this leave nothing to choose
ROUNDING = 1e-14  # a weight this little beyond its bound, relative to it, has reached it
FREE, LOWER, UPPER, FIXED = 0, 1, 2, 3
QUIET = np.errstate(divide="ignore", over="ignore", invalid="ignore")  # what is no number passes no check


class NoSolution(NumberError):
    """A long-only mix without risk exists, so that no weights have the shares of risk asked for."""


@dataclass(slots=True)
class Solution:
    """Weights, and what a careful user asks about them."""

    weights: np.ndarray  # (n,), sum 1
    shares: np.ndarray  # (n,), shares of risk reached, wᵢ(Σw)ᵢ/σ²
    error: float  # greatest |share − budget|; within bounds the residual of the optimality conditions
    method: str  # "newton", "conjugate gradients", "active set", "barrier" or "bounds"
    steps: int = 0
    binding: list[tuple[int, str]] = field(default_factory=list)  # (asset, "lower" or "upper")


def risk_budgeting(cov, budgets, lower=None, upper=None, checked: bool = False) -> Solution:
    """Weights for budgets that sum to 1, some of them perhaps 0, with or without bounds: a number, or one per asset.

    An asset without budget gets weight 0 and is left out of the problem; ``checked`` as in ``solve``.
    """
    if smallest(budgets) > 0.0:
        if lower is None and upper is None:
            return solve(cov, budgets, checked)
        return solve_bounded(cov, budgets, lower, upper, checked)
    if not checked:
        check_definite(cov)
    n, keep = len(budgets), budgets > 0.0
    kept = np.flatnonzero(keep)
    if not kept.size:
        raise NumberError("budgets: every budget is zero; at least one must be positive.")
    lower, upper = _per_asset(lower, n, 0.0), _per_asset(upper, n, 1.0)
    if (lower[~keep] > 0.0).any():
        i = int(np.argmax(np.where(keep, 0.0, lower)))
        raise NumberError(
            f"lower: {{}} must have a weight of at least {lower[i]:.6g} but has no risk budget. "
            "Give it a budget, or a lower bound of 0.",
            Label("assets", i),
        )
    small = np.ascontiguousarray(cov[np.ix_(kept, kept)])
    try:
        part = solve_bounded(small, budgets[kept], lower[kept], upper[kept], checked=True)
    except NumberError as error:
        raise type(error)(error.template, *_relabelled(error.labels, kept)) from None
    weights, shares = np.zeros(n), np.zeros(n)
    weights[kept], shares[kept] = part.weights, part.shares
    binding = [(int(kept[i]), side) for i, side in part.binding]
    return Solution(weights, shares, part.error, part.method, part.steps, binding)


@QUIET
def solve(cov: np.ndarray, budgets: np.ndarray, checked: bool = False) -> Solution:
    """Weights whose shares of risk equal positive budgets that sum to 1.

    ``checked`` says that the caller knows ``cov`` to be positive semidefinite (of many assets it is looked
    at all the same). Raises NoSolution where a long-only portfolio has no risk, and NumberError for an asset
    without variance, an indefinite matrix, and where a share is not reached.
    """
    n = len(budgets)
    vols = _vols(cov)
    if not checked and n < MANY:
        check_definite(cov)
    solution = None
    if n > DIRECT_SIZE:
        by_columns = cov.T  # the same matrix; BLAS multiplies it quicker
        y, met = conjugate_gradients(by_columns, budgets, start(by_columns, budgets, vols))
        solution = _measured(by_columns, budgets, y, "conjugate gradients", len(met))
        if not solution.error <= SHARE_ERROR / 10.0:
            y, met = over_directions(by_columns, budgets, y, met)
            solution = _measured(by_columns, budgets, y, "conjugate gradients", len(met))
        if n >= MANY:
            check_definite(cov, vols, met)
    if solution is None or not solution.error <= SHARE_ERROR:
        y, steps = newton(cov, budgets, start(cov, budgets, vols), vols)
        solution = _measured(cov, budgets, y, "newton", steps)
    if solution.error <= SHARE_ERROR and vols.dot(y) < EXACT_CHECK:
        return solution
    return _second_look(cov, budgets, vols, y, solution)


def _vols(cov: np.ndarray) -> np.ndarray:
    variances = cov.diagonal()
    if not smallest(variances) > 0.0:
        i = int(variances.argmin())
        raise NumberError(
            "cov: {} has no variance, so it cannot carry a share of the risk. Leave it out, or give it a budget of 0.",
            Label("assets", i),
        )
    return np.sqrt(variances)


# Checks -----------------------------------------------------------------------------------------------------


def check_definite(cov: np.ndarray, vols=None, met=(), thorough: bool = False) -> None:
    """No mix may have a negative variance: the correlations plus 1e-8 on the diagonal factorise.

    Of many, where that costs as much as the solution, there must be no such mix among those ``met`` while
    solving, or, of too few, in a short Lanczos run.
    """
    if thorough or len(cov) < MANY:
        definite = factorises(cov)
    else:
        lowest = lowest_ritz(cov, PRODUCTS) if len(met) < PRODUCTS else lowest_seen(vols, met)
        definite = lowest >= -DEFINITE
    if not definite:
        raise indefinite("cov", cov)


def _measured(cov, b, y, method: str, steps: int) -> Solution:
    """The shares wᵢ(Σw)ᵢ/w'Σw of the very weights that are returned, and their greatest error."""
    few = len(y) <= DIRECT_SIZE  # of few numbers a list's sum and max are quicker than an array's
    w = y / (fsum(y.tolist()) if few else y.sum())
    marginal = cov.dot(w)
    variance = float(w.dot(marginal))
    shares = w * marginal / (variance if variance > 0.0 else np.nan)
    off = np.abs(shares - b)
    error = max(off.tolist()) if few else float(off.max())  # NaN without a variance: it passes no comparison
    return Solution(w, shares, error, method, steps)


def _second_look(cov, b, vols, y, solution: Solution) -> Solution:
    """Where assets hedge each other almost fully, rounding hides errors: measure and refine with exact sums.

    Lets through shares that are right to 1e-10 in plain and exact arithmetic, else says what is in the way.
    """
    ratio = float(vols.dot(y))
    if not ratio < NO_RISK:
        check_definite(cov, thorough=True)
        raise _no_risk(vols, y, ratio)
    for _ in range(REFINEMENTS):
        exact = solution.weights * exact_product(cov, solution.weights)
        exact_error = float(np.abs(exact / exact.sum() - b).max())
        if max(solution.error, exact_error) <= SHARE_ERROR:
            return solution
        y = refined(cov, b, y)
        solution = _measured(cov, b, y, "newton", solution.steps + 1)
    check_definite(cov, thorough=True)
    if ratio > EXACT_CHECK:
        raise _no_risk(vols, y, ratio, "almost no risk")
    raise NumberError(
        f"cov: the shares of risk were not reached in {solution.steps} steps "
        f"(largest error {solution.error:.1g}). Check cov with COV_CHECK."
    )


def _no_risk(vols: np.ndarray, y: np.ndarray, ratio: float, how_little: str = "no risk") -> NoSolution:
    """Scaled to y'Σy = 1, other assets have σᵢyᵢ of about 1 or less, those of the mix far more."""
    amounts = vols * y
    amounts *= min(ratio, NO_RISK) / amounts.sum()
    mix = np.flatnonzero(amounts > min(3.0, 0.5 * amounts.max()))
    largest = np.sort(mix[np.argsort(-amounts[mix], kind="stable")[:NAMED]])
    more = f" and {len(mix) - NAMED} more" if len(mix) > NAMED else ""
    return NoSolution(
        f"cov: a long-only portfolio of {{}}{more} has {how_little}, so shares of risk cannot be set. Leave one "
        "of them out, use more observations, or shrink the matrix (COV_MATRIX with ledoit_wolf).",
        [Label("assets", int(i)) for i in largest],
    )


# Within bounds ----------------------------------------------------------------------------------------------
#
# With w = y/1'y the program is: minimise ½ ln w'Σw − Σ bᵢ ln wᵢ over l ≤ w ≤ u, 1'w = 1. Its gradient is the
# slope dᵢ = (Σw)ᵢ/σ² − bᵢ/wᵢ, so that wᵢdᵢ is the share of risk less the budget. Optimal is: dᵢ = θ where wᵢ
# is free, dᵢ ≥ θ at a lower bound and dᵢ ≤ θ at an upper one, for one number θ.


@QUIET
def solve_bounded(cov, budgets, lower, upper, checked: bool = False) -> Solution:
    """The same minimum over lᵢ·1'y ≤ yᵢ ≤ uᵢ·1'y, for positive budgets that sum to 1.

    A lower bound of 0 and an upper one of 1 or more are none. The bounds that hold are found by a primal-dual
    active set (Hintermüller, Ito & Kunisch 2002); should it go in circles, a barrier shows it where to start.
    """
    lower, upper, only = _box(lower, upper, len(budgets))
    if not checked or len(budgets) >= MANY:
        check_definite(cov)
    vols = _vols(cov)
    if only is not None:
        return _within(cov, budgets, lower, upper, only, "bounds", 0)
    try:
        solution = solve(cov, budgets, checked=True)
        w = solution.weights
        if (w >= lower).all() and (w <= upper).all():
            return solution
    except NumberError:  # within the bounds there may be a solution all the same
        w = 1.0 / vols
    w, steps = _active_set(cov, budgets, lower, upper, _fill(w, lower, upper))
    method = "active set"
    if w is None:
        w, steps = _barrier(cov, budgets, lower, upper)
        method = "barrier"
    return _within(cov, budgets, lower, upper, w, method, steps)


def _per_asset(bound, n: int, none: float) -> np.ndarray:
    return np.full(n, none) if bound is None else np.broadcast_to(np.asarray(bound, float), (n,))


def _box(lower, upper, n: int):
    """The bounds within 0 and 1, and the only weights they allow if they leave no choice."""
    lower = np.maximum(_per_asset(lower, n, 0.0), 0.0)
    upper = np.minimum(_per_asset(upper, n, 1.0), 1.0)
    if (lower > upper).any():
        i = int((lower - upper).argmax())
        raise NumberError(
            f"lower: {{}} must be at least {lower[i]:.6g} but at most {upper[i]:.6g}. "
            "Lower the one or raise the other.",
            Label("assets", i),
        )
    if not upper.min() > 0.0:
        i = int(upper.argmin())
        raise NumberError(
            "upper: {} may not be held but has a risk budget. Raise its bound, or give it a budget of 0.",
            Label("assets", i),
        )
    low, high = fsum(lower.tolist()), fsum(upper.tolist())
    if low > 1.0 + TIGHT:
        raise NumberError(
            f"lower: the lower bounds add up to {low:.6g}, more than 1 (the largest is {lower.max():.6g} "
            "for {}). Lower them.",
            Label("assets", int(lower.argmax())),
        )
    if high < 1.0 - TIGHT:
        raise NumberError(
            f"upper: the upper bounds add up to {high:.6g}, less than 1 (the smallest is {upper.min():.6g} "
            "for {}). Raise them.",
            Label("assets", int(upper.argmin())),
        )
    if low >= 1.0 - TIGHT:
        return lower, upper, lower
    return lower, upper, upper if high <= 1.0 + TIGHT else None


def _within(cov, b, lower, upper, w, method: str, steps: int) -> Solution:
    """The weights, if they pass the optimality conditions."""
    if not w.min() > 0.0:
        raise NumberError(
            "lower: the other bounds leave no weight for {}, which has a risk budget. "
            "Lower them, or give it a budget of 0.",
            Label("assets", int(w.argmin())),
        )
    marginal, vols = cov.dot(w), _vols(cov)
    variance = float(w.dot(marginal))
    if not variance * NO_RISK**2 > float(vols.dot(w)) ** 2:
        raise _no_risk(vols, w, NO_RISK)
    shares = w * marginal / variance
    error = kkt_error(cov, b, lower, upper, w)
    if not error <= KKT_ERROR:
        raise NumberError(
            f"cov: the weights within the bounds were not reached in {steps} steps (residual {error:.1g}). "
            "Check cov with COV_CHECK."
        )
    at_lower = (lower > 0.0) & (w - lower <= TIGHT)
    at_upper = (upper < 1.0) & (upper - w <= TIGHT) & ~at_lower
    binding = [(int(i), "lower" if at_lower[i] else "upper") for i in np.flatnonzero(at_lower | at_upper)]
    return Solution(w, shares, error, method, steps, binding)


def kkt_error(cov, b, lower, upper, w) -> float:
    """How far a step down the slope, taken back into the bounds, leads from w; 0 is optimal.

    The greatest |wᵢ − clip(wᵢ − wᵢ(dᵢ − θ), lᵢ, uᵢ)|, θ such that the clipped weights sum to 1: for a free
    asset that is in shares of risk.
    """
    marginal = cov.dot(w)
    slope = marginal / w.dot(marginal) - b / w
    low, high = float(slope.min()) - 1.0, float(slope.max()) + 1.0
    for _ in range(200):  # θ by bisection: the sum only grows with it
        theta = (low + high) / 2.0
        if theta in (low, high):
            break
        stepped = np.minimum(np.maximum(w - w * (slope - theta), lower), upper)
        low, high = (theta, high) if fsum(stepped.tolist()) < 1.0 else (low, theta)
    outside = max((lower - w).max(), (w - upper).max(), abs(fsum(w.tolist()) - 1.0))
    return float(max(np.abs(w - stepped).max(), outside))


def _sides(lower, upper, w) -> np.ndarray:
    """Which bound each weight has reached; where both are the same its slope does not matter."""
    reached = [lower >= upper, (w <= lower) & (lower > 0.0), (w >= upper) & (upper < 1.0)]
    return np.select(reached, [FIXED, LOWER, UPPER], FREE)


def _theta(slope, w, at) -> float:
    """The common slope θ of the free assets, by least squares of w(d − θ); if none is free, one between."""
    free = at == FREE
    if free.any():
        weight = w[free] ** 2
        return float(weight.dot(slope[free]) / weight.sum())
    if (at == FIXED).all():
        return 0.0
    low = slope[at == LOWER].min(initial=np.inf)
    high = slope[at == UPPER].max(initial=-np.inf)
    if np.isfinite(low) and np.isfinite(high):
        return float(low + high) / 2.0
    return float(low if np.isfinite(low) else high)


def _fill(w, lower, upper) -> np.ndarray:
    """Weights in proportion to w as far as the bounds allow: clip(cw, l, u), c such that they sum to 1."""
    w = np.maximum(w, 1e-30)
    small, large = 0.0, 1.0 / w.min()
    for _ in range(200):
        c = (small + large) / 2.0
        if c in (small, large):
            break
        filled = np.minimum(np.maximum(c * w, lower), upper)
        small, large = (c, large) if filled.sum() < 1.0 else (small, c)
    return filled


def _active_set(cov, b, lower, upper, w):
    """Hold the assets at the bounds w has reached, solve for the rest, correct; weights or None, steps."""
    at, seen, steps = _sides(lower, upper, w), set(), 0
    while at.tobytes() not in seen:
        seen.add(at.tobytes())
        w = np.select([at == FREE, at == UPPER], [w, upper], lower)
        free = at == FREE
        left = 1.0 - fsum(w[~free].tolist())
        if not w.min() > 0.0 or (left <= 0.0 if free.any() else abs(left) > TIGHT):
            break
        if free.any():
            w[free] *= left / w[free].sum()
            w, ratio, used = newton_within(cov, b, w, free, lower, upper)
            steps += used
            if not ratio < NO_RISK:
                break
        marginal = cov.dot(w)
        slope = marginal / w.dot(marginal) - b / w
        pull = w * (slope - _theta(slope, w, at))  # what the bound holds back, in shares of risk
        after = at.copy()
        after[(at == LOWER) & (pull < -TIGHT) | (at == UPPER) & (pull > TIGHT)] = FREE
        after[free & (w < lower * (1.0 - ROUNDING))] = LOWER
        after[free & (w > upper * (1.0 + ROUNDING))] = UPPER
        if (after == at).all():
            return np.clip(w, lower, upper), steps
        at = after
    return None, steps


def _barrier(cov, b, lower, upper):
    """Follow the central path of the barrier −μ Σ ln(slack), and on the way try the bounds it points to."""
    fixed = lower >= upper
    room = np.where(fixed, 0.0, upper - lower)
    w = lower + room * ((1.0 - fsum(lower.tolist())) / room.sum())  # strictly between the bounds
    vols, mu, steps = np.sqrt(cov.diagonal()), 1.0 / len(b), 0
    while mu > 1e-18:
        w, ratio, used = newton_within(cov, b, w, ~fixed, lower, upper, mu)
        steps += used
        if not ratio < NO_RISK:
            raise _no_risk(vols, w, ratio)
        if mu < 1e-3:
            # A bound holds where its pull μw/slack is more, in shares of risk, than slack/w.
            reach = np.minimum(sqrt(mu) * w, 0.1 * room)
            near = np.where(w - lower < reach, lower, np.where(upper - w < reach, upper, w))
            found, used = _active_set(cov, b, lower, upper, near)
            steps += used
            if found is not None:
                return found, steps
        mu *= 0.1
        if not ((w > lower) & (w < upper) | fixed).all():  # the bounds are narrower than rounding
            break
    return np.clip(w, lower, upper), steps


def _relabelled(labels, kept):
    """Labels of the assets kept, as labels among all of them."""

    def among_all(label):
        return Label(label.axis, int(kept[label.index]))

    return [[among_all(i) for i in label] if isinstance(label, list) else among_all(label) for label in labels]
