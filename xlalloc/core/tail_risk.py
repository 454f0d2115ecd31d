"""Expected shortfall (CVaR) of portfolios from history: contributions, minimum, risk budgets."""

from typing import Annotated

import numpy as np

from xlalloc.catalogue import worksheet_function
from xlalloc.core.checks import label_pairs, record_level, risk_budgets
from xlalloc.core.limits import GroupLower, GroupUpper, Limits
from xlalloc.core.portfolio import Mode
from xlalloc.core.shortfall import TIED, budgeted, minimum, optimal_face, scenario_weights, shortfall
from xlalloc.errors import DivisionError, Label, NumberError
from xlalloc.explanation import record, recording
from xlalloc.quantities import Budgets, Groups, Level, Lower, Quantity, Returns, Upper, Weights, WeightsResult

Contributions = Annotated[
    np.ndarray,
    Quantity("vector", "Contribution of each asset to the expected shortfall", "fraction", ("assets",), joint=True),
]
GAP = 1e-9  # of the largest |return|: certified excess of the shortfall over its minimum
BUDGET_ERROR = 1e-8  # of a share of the shortfall
SAME = 1e-4  # a portfolio whose weights differ by less is the same


@worksheet_function(
    "=CVAR_CONTRIB({0.6;0.4},{0.03,0.01;-0.05,0.02;0.02,-0.03;-0.01,-0.02;0.04,0},0.7)", [[1.137931], [-0.137931]]
)
def cvar_contrib(weights: Weights, returns: Returns, level: Level = 0.95, mode: Mode = "percent") -> Contributions:
    """Contribution of each asset to the expected shortfall (CVaR) of a portfolio, from history.

    Formula: wᵢ·(−Σ_t p_t r_{t,i}); percent: over their sum CVaR = HIST_CVAR(Σ wᵢrᵢ)

    p_t is the weight of period t in the mean of the tail: with m = T(1−level), 1/m for each of the ⌊m⌋ worst periods of
    the portfolio and the rest for the next; periods whose loss equals that last one (within 1e-12 of the largest
    |return|) share it equally. By Euler's theorem the contributions add up to the expected shortfall. A negative one
    is an asset that gained in the worst periods. The weights are restored every period.

    Errors: #DIV/0! where the expected shortfall is not positive, so that there is no loss to divide (percent).

    Peers: riskfolio.Risk_Contribution (rm CVaR, by differences); skfolio.Portfolio (its contribution).

    Source: Tasche (2000), Risk Contributions and Performance Measurement; Rockafellar & Uryasev (2002), Conditional
    Value-at-Risk for General Loss Distributions.
    """
    record_level(level)
    losses = -returns.dot(weights)
    p = scenario_weights(losses, level, float(np.abs(returns).max()))
    parts = -p.dot(returns) * weights
    total = float(p.dot(losses))
    record("expected shortfall", total)
    if recording():
        record("periods in the tail", [Label("time", int(t)) for t in np.flatnonzero(p)])
    if mode == "absolute":
        return parts
    if not total > 1e-15 * np.abs(parts).sum():
        raise DivisionError(
            f"weights: the expected shortfall of this portfolio is {total:.6g}, not a loss that could be divided. "
            "Choose "
            'the mode "absolute", or a higher level.'
        )
    return parts / total


@worksheet_function(
    "=MIN_CVAR_WEIGHTS({0.03,0.01;-0.05,0.02;0.02,-0.03;-0.01,-0.02;0.04,0},0.7)", [[0.4166667], [0.5833333]]
)
def min_cvar_weights(
    returns: Returns,
    level: Level = 0.95,
    lower: Lower = 0.0,
    upper: Upper = 1.0,
    groups: Groups | None = None,
    group_lower: GroupLower | None = None,
    group_upper: GroupUpper | None = None,
) -> WeightsResult:
    """Minimum-CVaR portfolio within the bounds: the lowest expected shortfall that history shows.

    Formula: min v + Σ_t max(−w'r_t − v, 0)/(T(1−level)) over v, 1'w = 1 and the bounds

    A linear program, solved by HiGHS. Its minimum is HIST_CVAR of the portfolio's returns; the bounds are those of
    MIN_VAR_WEIGHTS. The value is certified: the dual solution proves that no allowed portfolio is lower by more than
    1e-9 of the largest |return|. Often several portfolios reach the minimum, and one of them is given: compare their
    HIST_CVAR, not their weights; EXPLAIN says whether there are others. The tail holds T(1−level) periods, 12 of 250 at
    95%: the answer rests on these few and changes with each of them.

    Errors: #NUM! where the bounds leave nothing to choose from, or no accurate answer was found; #VALUE! where limits
    of groups come without groups.

    Peers: skfolio.optimization.MeanRisk (risk_measure CVAR); riskfolio.Portfolio.optimization (rm CVaR);
    pypfopt.EfficientCVaR.min_cvar.

    Source: Rockafellar & Uryasev (2000), Optimization of Conditional Value-at-Risk, eq. 17.
    """
    record_level(level)
    limits = Limits.given(returns.shape[1], lower, upper, groups, group_lower, group_upper)
    scale = float(np.abs(returns).max()) or 1.0
    problem = limits.problem(*_no_moments(returns.shape[1]))
    weights, proven = minimum(returns, level, problem)
    weights = limits.cleaned(weights)
    found = shortfall(-returns.dot(weights), level)
    if not found - proven <= GAP * scale:
        raise NumberError(
            f"returns: the minimum was not reached (certified gap {(found - proven) / scale:.1g} of the largest "
            "return). Check the returns for numbers of very different size."
        )
    if recording():
        record("expected shortfall", found)
        record("certified gap", max(found - proven, 0.0))
        record("returns in the tail", f"{(1.0 - level) * len(returns):.6g}")
        record("binding bounds", limits.binding(weights) or "none")
        other = optimal_face(returns, level, problem, found + GAP * scale, weights)
        several = np.abs(other - weights).max() > SAME
        record("portfolios of this shortfall", "several; this is one of them" if several else "this one alone")
    return weights


@worksheet_function(
    "=RP_CVAR_WEIGHTS({0.03,0.01;-0.05,0.02;0.02,-0.03;-0.01,-0.02;0.04,0},{3;1},0.7)", [[0.4615385], [0.5384615]]
)
def rp_cvar_weights(returns: Returns, budgets: Budgets | None = None, level: Level = 0.95) -> WeightsResult:
    """Risk parity with expected shortfall as the risk: long-only weights whose shares of the CVaR equal the budgets.

    Formula: min CVaR(y) − Σ bᵢ ln yᵢ over y > 0; w = y/1'y

    As RP_WEIGHTS, with the loss in the worst periods in place of the volatility. Budgets are equal if left out; an
    asset with a budget of 0 gets no weight. The optimum mostly lies where several periods have exactly the same loss:
    there the shares are those of the scenario probabilities p with 0 ≤ p ≤ 1/(T(1−level)), Σp = 1, on the worst losses
    alone, that the optimum proves, wᵢ(−Σ_t p_t r_{t,i}) = bᵢ·CVaR to 1e-8, checked on every call. EXPLAIN shows these
    shares; CVAR_CONTRIB, which divides ties equally, may show others.

    Errors: #NUM! where a long-only portfolio has no expected shortfall above 0, so that shares cannot be set, or every
    budget is zero.

    Peers: skfolio.optimization.RiskBudgeting (risk_measure CVAR); riskfolio.Portfolio.rp_optimization (rm CVaR).

    Source: Roncalli (2013), Introduction to Risk Parity and Budgeting, sec. 2.2.2 (risk budgeting with convex risk
    measures); Cetingoz, Fermanian & Guéant (2024), Risk Budgeting Portfolios: Existence and Computation.
    """
    record_level(level)
    b = risk_budgets(budgets, returns.shape[1])
    held = np.flatnonzero(b > 0.0)
    scale = float(np.abs(returns).max()) or 1.0
    found = budgeted(returns[:, held] / scale, b[held], level)
    if found is None or not found.error <= BUDGET_ERROR:
        raise _no_shares(returns, held, level, found)
    weights = np.zeros(len(b))
    weights[held] = found.weights
    if recording():
        record("steps", found.steps)
        record("expected shortfall", found.shortfall * scale)
        record("largest error of a share", found.error)
        record("shares", label_pairs([Label("assets", int(i)) for i in held], found.shares))
        record("periods that tie at the value at risk", int(found.tied))
        own = scenario_weights(-returns.dot(weights), level, scale)
        parts = -own.dot(returns) * weights
        if np.abs(parts / parts.sum() - b).max() > BUDGET_ERROR:
            record(
                "shares of CVAR_CONTRIB", label_pairs([Label("assets", i) for i in range(len(b))], parts / parts.sum())
            )
    return weights


def _no_moments(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Means and covariances of a program that has none."""
    return np.zeros(n), np.eye(n)


def _no_shares(returns: np.ndarray, held: np.ndarray, level: float, found) -> NumberError:
    """Why no answer was found: a long-only portfolio without shortfall, or the solver."""
    problem = Limits.given(len(held), 0.0, 1.0).problem(*_no_moments(len(held)))
    weights, _ = minimum(returns[:, held], level, problem)
    lowest = shortfall(-returns[:, held].dot(weights), level)
    if lowest <= GAP * float(np.abs(returns).max()):
        names = [Label("assets", int(held[i])) for i in np.flatnonzero(weights > TIED)]
        return NumberError(
            f"returns: a long-only portfolio of {{}} has an expected shortfall of {lowest:.3g}, no loss, so shares of "
            "it cannot be set. Use a higher level or a longer history, or leave one of them out.",
            names,
        )
    off = "" if found is None else f" (largest error {found.error:.1g})"
    return NumberError(f"returns: the shares of the expected shortfall were not reached{off}. Check the returns.")
