"""Risk parity: weights by the share of risk each asset, group or factor is to carry."""

from contextlib import contextmanager
from typing import Annotated

import numpy as np

from xlalloc.catalogue import Table, worksheet_function
from xlalloc.core.checks import (
    condition_number,
    distinct,
    label_pairs,
    one_per_group,
    position_of,
    positive_risk,
    positive_variances,
    risk_budgets,
    scaled,
    variance,
)
from xlalloc.core.closest_exposures import least_distance
from xlalloc.core.risk_budgeting import Solution, risk_budgeting
from xlalloc.errors import DivisionError, InputError, Label, NumberError, quoted
from xlalloc.explanation import record, recording
from xlalloc.quantities import (
    BudgetedCovariance,
    Budgets,
    Covariance,
    FactorCovariance,
    Groups,
    GroupValues,
    Loadings,
    Lower,
    MaxLeverage,
    Quantity,
    SpecificVols,
    TableResult,
    TargetVol,
    Upper,
    Weights,
    WeightsResult,
    number,
    option,
)

FactorBudgets = Annotated[
    np.ndarray,
    Quantity("vector", "Risk budget of each factor; scaled to 1, equal if left out", "fraction", ("factors",), low=0),
]
Tolerance = Annotated[
    float,
    number("Relative deviation beyond which a contribution is in breach (0.2 is 20%)", "fraction", low=0, unit_to=1),
]
Capped = Annotated[str, Quantity("text", "Name of the group whose risk is capped")]
Cap = Annotated[float, number("Maximum share of risk of the group (0.4 is 40%)", "fraction", low=0, high=1)]
LINKAGES = ("single", "complete", "average", "ward")
Linkage = Annotated[
    str,
    option(
        "Distance of two clusters: single nearest, complete farthest, average mean, ward minimum variance", *LINKAGES
    ),
]

UNTOUCHED = 1e-12  # a share of risk below it is none
SAME = 1e-9  # a deviation this little beyond its limit is rounding


@worksheet_function("=RP_WEIGHTS({0.04,0.006;0.006,0.01})", [[0.3333333], [0.6666667]])
def rp_weights(
    cov: BudgetedCovariance, budgets: Budgets | None = None, lower: Lower | None = None, upper: Upper | None = None
) -> WeightsResult:
    """Long-only weights with which every asset carries its share of the risk: equal shares, or the budgets given.

    Formula: w = y/1'y, y = argmin ½y'Σy − Σ bᵢ ln yᵢ over y > 0, so that wᵢ(Σw)ᵢ/σ² = bᵢ

    The weights sum to 1; the largest error of a share is at most 1e-10, checked on every call. An asset with budget 0
    is left out before solving and has weight 0. Known elsewhere as equal risk contribution (ERC) or risk budgeting.

    With bounds, one number or one per asset, it is the same minimum over lᵢ·1'y ≤ yᵢ ≤ uᵢ·1'y. Shares cannot all be met
    then: EXPLAIN names the binding bounds and the shares reached.

    Errors: #NUM! where some portfolio has a negative variance, an asset with a budget has no variance, a long-only
    portfolio has no risk, every budget is zero, or the bounds leave nothing to choose from.

    Peers: riskparityportfolio.RiskParityPortfolio; riskfolio.Portfolio.rp_optimization;
    skfolio.optimization.RiskBudgeting; ffn.core.calc_erc_weights; bt.algos.WeighERC.

    Source: Spinu (2013), An Algorithm for Computing Risk Parity Weights; Maillard, Roncalli & Teiletche (2010),
    The Properties of Equally Weighted Risk Contribution Portfolios.
    """
    solution = risk_budgeting(cov, risk_budgets(budgets, len(cov)), lower, upper)
    if recording():
        _learn(cov, solution, bounded=lower is not None or upper is not None)
    return solution.weights


@worksheet_function("=INV_VOL_WEIGHTS({0.04,0.006;0.006,0.01})", [[0.3333333], [0.6666667]])
def inv_vol_weights(cov: Covariance) -> WeightsResult:
    """Weights in inverse proportion to volatility, the naive form of risk parity.

    Formula: wᵢ = (1/σᵢ) / Σ 1/σⱼ

    Correlations play no part; where all are the same these are the risk-parity weights.

    Errors: #NUM! where an asset has no variance.

    Peers: skfolio.optimization.InverseVolatility; ffn.core.calc_inv_vol_weights; bt.algos.WeighInvVol.

    Source: Maillard, Roncalli & Teiletche (2010), The Properties of Equally Weighted Risk Contribution Portfolios.
    """
    vols = positive_variances(cov)
    return scaled(1.0 / vols, "cov")


@worksheet_function(
    '=RP_NESTED({0.04,0.018,0;0.018,0.0225,0;0,0,0.01},{"Shares";"Shares";"Bonds"})',
    [[0.1691749], [0.2255665], [0.6052585]],
)
def rp_nested(cov: Covariance, groups: Groups, group_budgets: GroupValues | None = None) -> WeightsResult:
    """Risk parity in layers: equal shares of risk inside each group, then the groups at their budgets.

    Formula: v_g = RP_WEIGHTS(Σ_gg) for every group; shares of V'ΣV at the group budgets

    Inside group g the weights v_g give its assets equal shares of the risk of the group alone. The groups are then
    assets of covariance V'ΣV, V with columns v_g, and get the shares `group_budgets` (in order of first appearance;
    scaled to 1, equal if left out). The contributions of a group's assets add to its budget; single ones inside
    it need not be equal in the whole portfolio. A group with budget 0 has weight 0.

    Errors: #NUM! where an asset has no variance, or a portfolio has no risk; #VALUE! where there is not one budget for
    each group.

    Peers: skfolio.optimization.NestedClustersOptimization (groups by clustering).

    Source: Roncalli (2013), Introduction to Risk Parity and Budgeting, ch. 2, applied twice.
    """
    names, code = distinct(groups)
    if group_budgets is not None:
        one_per_group(group_budgets, names, "group_budgets")
    b = risk_budgets(group_budgets, len(names), "group_budgets")
    V = np.zeros((len(cov), len(names)))
    for g in np.flatnonzero(b):
        members = np.flatnonzero(code == g)
        with _in_words_of("cov", [Label("assets", int(i)) for i in members]):
            inside = cov[np.ix_(members, members)]
            V[members, g] = risk_budgeting(inside, risk_budgets(None, len(members)), checked=True).weights
    with _in_words_of("cov", [f"group {name}" for name in names]):
        across = risk_budgeting(V.T @ cov @ V, b, checked=True)
    record("share of risk by group", label_pairs(names, across.shares))
    _record_steps(across)
    return V @ across.weights


@worksheet_function("=RP_LEVERED({0.04,0.006;0.006,0.01},0.12)", [[0.3721042], [0.7442084]])
def rp_levered(
    cov: BudgetedCovariance, target_vol: TargetVol, max_leverage: MaxLeverage = 2.0, budgets: Budgets | None = None
) -> WeightsResult:
    """Risk-parity weights scaled up or down to a target volatility; they sum to the leverage, not to 1.

    Formula: L·w, L = min(σ_target/σ, max_leverage)

    w are the weights of RP_WEIGHTS and σ is their volatility. Above 1 the part L − 1 is borrowed, below 1 the rest is
    cash. EXPLAIN returns L and the volatility reached, which is below the target where max_leverage binds.

    Errors: #NUM! where some portfolio has a negative variance, an asset with a budget has no variance, or a long-only
    portfolio has no risk.

    Peers: bt.algos.TargetVol (with WeighERC).

    Source: Asness, Frazzini & Pedersen (2012), Leverage Aversion and Risk Parity.
    """
    solution = risk_budgeting(cov, risk_budgets(budgets, len(cov)))
    sigma = variance(solution.weights, cov) ** 0.5
    leverage = min(target_vol / sigma, max_leverage)
    if recording():
        record("leverage", leverage)
        record("volatility reached", leverage * sigma)
        _learn(cov, solution)
    return leverage * solution.weights


@worksheet_function(
    "=RP_CHECK({0.6;0.4},{0.04,0.006;0.006,0.01})",
    [
        ["asset", "weight", "contribution", "budget", "relative deviation", "breach"],
        ["Asset 1", 0.6, 0.838983, 0.5, 0.677966, True],
        ["Asset 2", 0.4, 0.161017, 0.5, -0.677966, True],
    ],
)
def rp_check(
    weights: Weights, cov: Covariance, budgets: Budgets | None = None, tolerance: Tolerance = 0.2
) -> TableResult:
    """Table of each asset's share of risk beside its budget, with a mark where it has drifted too far.

    Formula: cᵢ = wᵢ(Σw)ᵢ/σ²; relative deviation cᵢ/bᵢ − 1

    A breach is a relative deviation beyond `tolerance` either way. An asset with budget 0 is in breach where it carries
    any risk, and then has no relative deviation. Budgets are scaled to 1, equal if left out.

    Errors: #DIV/0! where the portfolio has no risk, and in the cell of a relative deviation where the budget is 0.

    Peers: riskfolio.Risk_Contribution (the contributions).

    Source: Maillard, Roncalli & Teiletche (2010), eq. 1, for the contributions.
    """
    contributions = weights * cov.dot(weights) / positive_risk(variance(weights, cov))
    b = risk_budgets(budgets, len(weights))
    rows = []
    for i, (w, c, budget) in enumerate(zip(weights.tolist(), contributions.tolist(), b.tolist(), strict=True)):
        asset = Label("assets", i)
        if budget > 0.0:
            deviation = c / budget - 1.0
            breach = abs(deviation) > tolerance + SAME
        else:
            breach = abs(c) > UNTOUCHED
            deviation = DivisionError("budgets: {} has budget 0 but carries risk.", asset) if breach else 0.0
        rows.append((asset, w, c, budget, deviation, breach))
    return Table(("asset", "weight", "contribution", "budget", "relative deviation", "breach"), rows)


@worksheet_function("=RP_FACTOR({1,0;0,1;0.5,0.5},{0.04,0;0,0.01},{0.1;0.1;0.1})", [[0.1666667], [0.5], [0.3333333]])
def rp_factor(
    loadings: Loadings,
    factor_cov: FactorCovariance,
    specific_vols: SpecificVols,
    factor_budgets: FactorBudgets | None = None,
) -> WeightsResult:
    """Long-only weights whose factor exposures are closest to those that give each factor its share of the risk.

    Formula: w = y/1'y, y = argmin (B'y − f)'F(B'y − f) over y ≥ 0, f = RP_WEIGHTS(F, budgets)

    f is the risk-budgeting vector of the factor covariance F at `factor_budgets` (scaled to 1, equal if left out).
    Among equally close y the one of minimum y'Dy is taken, D the specific variances (then y'y, where assets without
    specific risk leave a choice). EXPLAIN returns the residual, the distance left as a share of the volatility of f: 0
    where the assets can carry f exactly.

    Errors: #NUM! where no asset moves with the combination of factors that the budgets ask for, or too many portfolios
    are equally close.

    Peers: riskfolio.Portfolio.frc_optimization (exact factor shares).

    Source: Roncalli & Weisang (2016), Risk Parity Portfolios with Risk Factors.
    """
    factors = [Label("factors", k) for k in range(len(factor_cov))]
    b = risk_budgets(factor_budgets, len(factors), "factor_budgets")
    with _in_words_of("factor_cov", factors):
        solution = risk_budgeting(factor_cov, b, checked=True)
    f = solution.weights / variance(solution.weights, factor_cov) ** 0.5
    eigenvalues, Q = np.linalg.eigh(factor_cov)
    R = np.sqrt(np.maximum(eigenvalues, 0.0))[:, None] * Q.T  # F = R'R
    loadings = loadings / (np.abs(loadings).max() or 1.0)  # as y, they count up to a factor
    y = least_distance(R @ loadings.T, R @ f, specific_vols)
    if recording():
        x = loadings.T @ y
        record("residual", float(np.linalg.norm(R @ (x - f))))
        shares = x * (factor_cov @ x) / variance(x, factor_cov)
        record("shares of factor risk reached", label_pairs(factors, shares))
        _record_steps(solution)
    return y / y.sum()


@worksheet_function(
    "=HRP_WEIGHTS({0.04,0.032,0,0;0.032,0.04,0,0;0,0,0.01,0.005;0,0,0.005,0.01})",
    [[0.0862069], [0.0862069], [0.4137931], [0.4137931]],
)
def hrp_weights(cov: Covariance, linkage: Linkage = "single") -> WeightsResult:
    """Hierarchical risk parity: similar assets stand side by side in a tree, and risk is split in halves along it.

    Formula: distances √(½(1 − ρᵢⱼ)); at each split α = 1 − V₁/(V₁ + V₂)

    The tree of `linkage` on the distances √(½(1 − ρ)) orders the assets. The order is halved again and again; the
    weight of the two halves is in inverse proportion to their variances at inverse-variance weights. The matrix is
    never inverted. PyPortfolioOpt, and Riskfolio-Lib and skfolio without reordered leaves, give the same; the
    paper's own listing clusters on distances between columns of distances, which is another tree. Left and right in
    the tree follow the order of the assets: another order can give other weights.

    Errors: #NUM! where an asset has no variance, or two halves have no risk.

    Peers: pypfopt.HRPOpt; riskfolio.HCPortfolio.optimization (model HRP); skfolio.optimization.HierarchicalRiskParity.

    Source: López de Prado (2016), Building Diversified Portfolios that Outperform Out of Sample.
    """
    vols = positive_variances(cov)
    order = _tree_order(cov / vols / vols[:, None], linkage)
    record("order of the tree", [Label("assets", i) for i in order])
    weights = np.ones(len(cov))
    clusters = [order]
    while clusters:
        cluster = clusters.pop()
        half = len(cluster) // 2
        if half == 0:
            continue
        left, right = cluster[:half], cluster[half:]
        risk_left, risk_right = _cluster_variance(cov, left), _cluster_variance(cov, right)
        total = risk_left + risk_right
        if total <= 0.0:
            assets = [Label("assets", i) for i in cluster]
            raise NumberError("cov: two portfolios of {} have no risk, so it cannot be split. Leave one out.", assets)
        weights[left] *= risk_right / total
        weights[right] *= risk_left / total
        clusters += [left, right]
    return weights


@worksheet_function(
    '=CAP_RISK_WEIGHTS({0.04,0,0;0,0.04,0;0,0,0.01},{"Shares";"Shares";"Bonds"},"Shares",0.4)',
    [[0.1830127], [0.1830127], [0.6339746]],
)
def cap_risk_weights(
    cov: BudgetedCovariance, groups: Groups, group: Capped, cap: Cap, budgets: Budgets | None = None
) -> WeightsResult:
    """Risk-parity weights in which one group carries at most a given share of the risk, such as stocks at most 40%.

    Formula: bᵢ' = bᵢ · cap/B in the group, bᵢ · (1 − cap)/(1 − B) outside, where its budget B is above cap

    Where the budgets of the group add to more than `cap`, they are scaled down to it and the others scaled up to
    1 − cap, each in proportion; otherwise they stand. Then as RP_WEIGHTS. Budgets are equal if left out.

    Errors: #VALUE! where no asset is in the group named; #NUM! where no asset outside the group has a budget, and where
    RP_WEIGHTS has no answer.

    Peers: none.

    Source: Roncalli (2013), Introduction to Risk Parity and Budgeting, ch. 2, with budgets capped by group.
    """
    names, code = distinct(groups)
    wanted = position_of(group, names)
    if wanted is None:
        raise InputError(f"group: {quoted(group)} is not among the groups ({', '.join(names)}).")
    inside = code == wanted
    b = risk_budgets(budgets, len(cov))
    share, rest = float(b[inside].sum()), float(b[~inside].sum())
    if share > cap:
        if rest <= 0.0:
            raise NumberError(
                f"budgets: no asset outside {names[wanted]} has a risk budget, so the group carries all the risk, more "
                f"than the cap of {cap:g}. Give other assets a budget."
            )
        b = np.where(inside, b * (cap / share), b * ((1.0 - cap) / rest))
    solution = risk_budgeting(cov, b)
    if recording():
        record("share of risk of the group", float(solution.shares[inside].sum()))
        _learn(cov, solution)
    return solution.weights


# Budgets, facts, messages ------------------------------------------------------------------------------------


def _record_steps(solution: Solution, error: str = "largest error of the shares") -> None:
    record("steps", solution.steps)
    record("method", solution.method)
    record(error, solution.error)


def _learn(cov: np.ndarray, solution: Solution, bounded: bool = False) -> None:
    """What EXPLAIN shows of a solution."""
    if bounded:
        _record_steps(solution, "residual of the optimality conditions")
        bounds = [(Label("assets", i), f"at its {side} bound") for i, side in solution.binding]
        record("binding bounds", [word for bound in bounds for word in bound] or "none")
        record("shares of risk reached", label_pairs([Label("assets", i) for i in range(len(cov))], solution.shares))
    else:
        _record_steps(solution)
    record("condition number", condition_number(cov))


@contextmanager
def _in_words_of(argument: str, items: list):
    """Errors about a smaller problem in the words of the caller: its argument, what its items are called."""

    def own(label):
        return [own(each) for each in label] if isinstance(label, list) else items[label.index]

    try:
        yield
    except NumberError as error:
        template = error.template
        if template.startswith("cov:"):
            template = argument + template.removeprefix("cov")
        raise type(error)(template, *map(own, error.labels)) from None


# Clusters ----------------------------------------------------------------------------------------------------


def _tree_order(correlation: np.ndarray, linkage: str) -> list[int]:
    """The leaves of the tree from left to right, so that similar assets are neighbours."""
    n = len(correlation)
    if n == 1:
        return [0]
    from scipy.cluster import hierarchy

    correlation = correlation.round(12)  # equal correlations stay equal, so that order decides ties, not rounding
    distance = np.sqrt(np.clip(0.5 * (1.0 - correlation), 0.0, 1.0))
    return hierarchy.leaves_list(hierarchy.linkage(distance[np.triu_indices(n, 1)], linkage)).tolist()


def _cluster_variance(cov: np.ndarray, cluster: list[int]) -> float:
    """The variance of a cluster at inverse-variance weights."""
    part = cov[np.ix_(cluster, cluster)]
    inverse = part.diagonal().min() / part.diagonal()
    return variance(inverse / inverse.sum(), part)
