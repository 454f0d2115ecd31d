"""Risk parity: weights by the share of risk each asset, group or factor is to carry."""

from contextlib import contextmanager
from typing import Annotated

import numpy as np

from xlalloc.catalogue import Table, worksheet_function
from xlalloc.core.checks import distinct, one_per_group, per_asset, positive_variances, scaled, variance
from xlalloc.core.risk_budgeting import Solution, risk_budgeting
from xlalloc.errors import DivisionError, InputError, Label, NumberError
from xlalloc.facts import learn, learning
from xlalloc.quantities import (
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
    Text,
    Upper,
    Weights,
    number,
    option,
    result,
)

RpWeights = Annotated[np.ndarray, result("vector", "Weight of each asset", "fraction", ("assets",))]
FactorBudgets = Annotated[
    np.ndarray,
    Quantity("vector", "Share of risk wanted from each factor; scaled to 1, equal if left out", "fraction",
             ("factors",), low=0),
]  # fmt: skip
Tolerance = Annotated[float, number("Relative deviation of a contribution that is a breach (0.2 is 20%)", "fraction", low=0)]
Cap = Annotated[float, number("Greatest share of risk of the group (0.4 is 40%)", "fraction", low=0, high=1)]
Linkage = Annotated[
    str,
    option("Distance between two clusters: single nearest, complete farthest, average mean, ward least variance",
           "single", "complete", "average", "ward"),
]  # fmt: skip

UNTOUCHED = 1e-12  # a share of risk below it is none
SAME = 1e-9  # a deviation this little beyond its limit is rounding
FLAT = 1e-14  # an asset's co-movement with the factor mix that is rounding
RANK = 1e-11  # singular values at or below it are zero, where the largest is of order 1
CLOSE = 1e-10  # rounding in the optimality conditions of the closest exposures


@worksheet_function("=RP_WEIGHTS({0.04,0.006;0.006,0.01})", [[0.3333333], [0.6666667]])
def rp_weights(cov: Covariance, budgets: Budgets = None, lower: Lower = None, upper: Upper = None) -> RpWeights:
    """Long-only weights with which every asset carries its share of the risk: equal shares, or the budgets given.

    The weights y/1'y of the minimum of ½y'Σy − Σ bᵢ ln yᵢ over y > 0, where wᵢ(Σw)ᵢ/σ² = bᵢ. They sum to 1 and the largest
    error of a share is at most 1e-10. An asset with budget 0 is left out before solving and has weight 0.

    With bounds, one number or one per asset, the same minimum over lᵢ·1'y ≤ yᵢ ≤ uᵢ·1'y: no share can then be promised,
    and EXPLAIN names the binding bounds and the shares reached. Known elsewhere as equal risk contribution (ERC) or risk
    budgeting. #NUM! where an asset has no variance or a long-only mix has no risk.

    Source: Spinu (2013), An Algorithm for Computing Risk Parity Weights, eq. 7; Maillard, Roncalli & Teiletche (2010).
    """
    n = len(cov)
    b = np.full(n, 1.0 / n) if budgets is None else _shares(budgets)
    if lower is None and upper is None:
        solution = risk_budgeting(cov, b, checked=True)
    else:
        least = np.zeros(n) if lower is None else per_asset(lower, n)
        most = np.ones(n) if upper is None else per_asset(upper, n)
        solution = risk_budgeting(cov, b, least, most, checked=True)
    if learning():
        _learn(cov, solution, bounded=lower is not None or upper is not None)
    return solution.weights


@worksheet_function("=INV_VOL_WEIGHTS({0.04,0.006;0.006,0.01})", [[0.3333333], [0.6666667]])
def inv_vol_weights(cov: Covariance) -> RpWeights:
    """Weights in inverse proportion to volatility, the naive form of risk parity.

    wᵢ = (1/σᵢ) / Σ 1/σⱼ. Correlations play no part; where all are equal these are the risk-parity weights.

    Source: Maillard, Roncalli & Teiletche (2010), The Properties of Equally Weighted Risk Contribution Portfolios, sec. 2.
    """
    vols = positive_variances(cov)
    return scaled(vols.min() / vols, "cov")


@worksheet_function(
    '=RP_NESTED({0.04,0.018,0;0.018,0.0225,0;0,0,0.01},{"Shares";"Shares";"Bonds"})',
    [[0.1691749], [0.2255665], [0.6052585]],
)
def rp_nested(cov: Covariance, groups: Groups, group_budgets: GroupValues = None) -> RpWeights:
    """Risk parity in layers: equal shares of risk inside each group, then the groups at their budgets.

    Inside group g the weights v_g give its assets equal shares of the risk of the group alone. The groups are then assets of
    covariance V'ΣV, V the columns v_g, and get the shares of risk `group_budgets` (in order of first appearance; scaled to 1,
    equal if left out). The contributions of a group's assets add to its budget. A group with budget 0 has weight 0.

    Source: Roncalli (2013), Introduction to Risk Parity and Budgeting, sec. 2.4 (risk budgets of nested portfolios).
    """
    names, code = distinct(groups)
    b = one_per_group(group_budgets, names, "group_budgets") if group_budgets is not None else np.ones(len(names))
    b = _shares(b, "group_budgets")
    V = np.zeros((len(cov), len(names)))
    for g in np.flatnonzero(b):
        members = np.flatnonzero(code == g)
        with _spoken_of("cov", [Label("assets", int(i)) for i in members]):
            V[members, g] = risk_budgeting(cov[np.ix_(members, members)], _equal(len(members)), checked=True).weights
    with _spoken_of("cov", [f"group {name}" for name in names]):
        across = risk_budgeting(V.T @ cov @ V, b, checked=True)
    learn("share of risk by group", [[name, float(s)] for name, s in zip(names, across.shares, strict=True)])
    _learn_steps(across)
    return V @ across.weights


@worksheet_function("=RP_LEVERED({0.04,0.006;0.006,0.01},0.12)", [[0.3721042], [0.7442084]])
def rp_levered(cov: Covariance, target_vol: TargetVol, max_leverage: MaxLeverage = 2.0, budgets: Budgets = None) -> RpWeights:
    """Risk-parity weights scaled up or down to a target volatility; they sum to the leverage, not to 1.

    L·w with L = min(target_vol/σ, max_leverage), w the weights of RP_WEIGHTS and σ their volatility. Above 1 the part
    L − 1 is borrowed, below 1 the rest is cash. EXPLAIN gives L, and the volatility where max_leverage keeps it below the
    target.

    Source: Asness, Frazzini & Pedersen (2012), Leverage Aversion and Risk Parity, sec. 2.
    """
    n = len(cov)
    solution = risk_budgeting(cov, _equal(n) if budgets is None else _shares(budgets), checked=True)
    sigma = variance(solution.weights, cov) ** 0.5
    leverage = min(target_vol / sigma, max_leverage)
    learn("leverage", leverage)
    learn("volatility reached", leverage * sigma)
    if learning():
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
def rp_check(weights: Weights, cov: Covariance, budgets: Budgets = None, tolerance: Tolerance = 0.2) -> TableResult:
    """Table that compares each asset's share of risk with its budget: has the portfolio drifted too far?

    Contribution wᵢ(Σw)ᵢ/σ², relative deviation contribution/budget − 1, breach where it exceeds `tolerance` either way. An
    asset with budget 0 breaches where it carries any risk, and has no relative deviation then (#DIV/0!).

    Source: Maillard, Roncalli & Teiletche (2010), eq. 1, against the budgets of Roncalli (2013), sec. 2.1.
    """
    total = variance(weights, cov)
    if total <= 0.0:
        raise DivisionError("weights: this portfolio has no risk to share out. Include an asset whose variance is not zero.")
    contributions = weights * cov.dot(weights) / total
    b = _equal(len(weights)) if budgets is None else _shares(budgets)
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


@worksheet_function(
    "=RP_FACTOR({1,0;0,1;0.5,0.5},{0.04,0;0,0.01},{0.1;0.1;0.1})", [[0.1666667], [0.5], [0.3333333]]
)
def rp_factor(
    loadings: Loadings, factor_cov: FactorCovariance, specific_vols: SpecificVols, factor_budgets: FactorBudgets = None
) -> RpWeights:
    """Long-only weights whose factor exposures come closest to those that give each factor its share of the risk.

    f is the risk-budgeting vector of the factor covariance F at `factor_budgets` (scaled to 1, equal if left out). y ≥ 0
    minimises (B'y − f)'F(B'y − f); among equally close ones y'Dy, D the specific variances (then y'y, where specific
    volatilities of 0 leave a choice). The weights are y/1'y. EXPLAIN gives the residual, the distance left as a share of
    the volatility of f: 0 where the assets can carry f exactly. #NUM! where the best long-only choice is to hold nothing.

    Source: Roncalli & Weisang (2016), Risk Parity Portfolios with Risk Factors, sec. 3.
    """
    factors = [Label("factors", k) for k in range(len(factor_cov))]
    with _spoken_of("factor_cov", factors):
        solution = risk_budgeting(
            factor_cov,
            _equal(len(factors)) if factor_budgets is None else _shares(factor_budgets, "factor_budgets"),
            checked=True,
        )
    f = solution.weights / variance(solution.weights, factor_cov) ** 0.5
    eigenvalues, Q = np.linalg.eigh(factor_cov)
    R = np.sqrt(np.maximum(eigenvalues, 0.0))[:, None] * Q.T  # F = R'R
    y = least_distance(R @ loadings.T, R @ f, specific_vols)
    if learning():
        x = loadings.T @ y
        gap = x - f
        learn("residual", variance(gap, factor_cov) ** 0.5)
        shares = x * (factor_cov @ x) / variance(x, factor_cov)
        learn("shares of factor risk reached", [[k, float(s)] for k, s in zip(factors, shares, strict=True)])
        _learn_steps(solution)
    return y / y.sum()


@worksheet_function(
    "=HRP_WEIGHTS({0.04,0.032,0,0;0.032,0.04,0,0;0,0,0.01,0.005;0,0,0.005,0.01})",
    [[0.0862069], [0.0862069], [0.4137931], [0.4137931]],
)
def hrp_weights(cov: Covariance, linkage: Linkage = "single") -> RpWeights:
    """Hierarchical risk parity: similar assets are put side by side in a tree, and risk is split half by half along it.

    Distance √(½(1 − ρ)); the tree of `linkage` on these distances orders the assets; the order is halved again and again, each
    half weighted in inverse proportion to its variance at inverse-variance weights. The matrix is never inverted. These are
    the weights of PyPortfolioOpt, and of Riskfolio-Lib and skfolio without reordering of leaves; the paper's own listing
    clusters on the distances between the columns of distances, which gives another tree.

    Source: López de Prado (2016), Building Diversified Portfolios that Outperform Out of Sample, sec. 3 and app. A.2-A.4.
    """
    vols = positive_variances(cov)
    order = _tree_order(cov / vols / vols[:, None], linkage)
    learn("order of the tree", [Label("assets", i) for i in order])
    weights = np.ones(len(cov))
    clusters = [order]
    while clusters:
        cluster = clusters.pop()
        half = len(cluster) // 2
        if half == 0:
            continue
        left, right = cluster[:half], cluster[half:]
        risk_left, risk_right = _cluster_variance(cov, left), _cluster_variance(cov, right)
        if risk_left + risk_right <= 0.0:
            raise NumberError("cov: mixes of {} have no risk, so risk cannot be split between them. Leave one of them out.",
                              [Label("assets", i) for i in cluster])  # fmt: skip
        weights[left] *= risk_right / (risk_left + risk_right)
        weights[right] *= risk_left / (risk_left + risk_right)
        clusters += [left, right]
    return weights


@worksheet_function(
    '=CAP_RISK_WEIGHTS({0.04,0,0;0,0.04,0;0,0,0.01},{"Shares";"Shares";"Bonds"},"Shares",0.4)',
    [[0.1830128], [0.1830128], [0.6339746]],
)
def cap_risk_weights(cov: Covariance, groups: Groups, group: Text, cap: Cap, budgets: Budgets = None) -> RpWeights:
    """Risk-parity weights in which one group carries at most a given share of the risk, shares at most 40% for example.

    Where the budgets of the group add to more than `cap` they are scaled down to it, all in the same proportion, and the others
    scaled up to 1 − cap; otherwise they stand. Then as RP_WEIGHTS.

    Source: risk budgeting (Roncalli 2013, sec. 2.2) with the budgets b capped by group.
    """
    names, code = distinct(groups)
    wanted = distinct([*names, group])[1][-1]
    if wanted == len(names):
        raise InputError(f"group: {group!r} is not among the groups ({', '.join(names)}).")
    inside = code == wanted
    b = _equal(len(cov)) if budgets is None else _shares(budgets)
    share = float(b[inside].sum())
    if share > cap:
        rest = float(b[~inside].sum())
        if rest <= 0.0:
            raise NumberError(f"budgets: no asset outside {names[wanted]} has a risk budget, so the group carries all the risk, "
                              f"more than the cap of {cap:g}. Give other assets a budget.")  # fmt: skip
        b = np.where(inside, b * (cap / share), b * ((1.0 - cap) / rest))
    learn("budget of the group", min(share, cap))
    solution = risk_budgeting(cov, b, checked=True)
    if learning():
        _learn(cov, solution)
    return solution.weights


# Budgets, facts, messages ------------------------------------------------------------------------------------


def _equal(n: int) -> np.ndarray:
    return np.full(n, 1.0 / n)


def _shares(budgets: np.ndarray, name: str = "budgets") -> np.ndarray:
    """Budgets scaled to 1; the greatest first, so that no sum overflows."""
    return scaled(budgets / (budgets.max() or 1.0), name)


def _learn_steps(solution: Solution) -> None:
    learn("steps", solution.steps)
    learn("method", solution.method)
    learn("largest error of the shares", solution.error)


def _learn(cov: np.ndarray, solution: Solution, bounded: bool = False) -> None:
    """What EXPLAIN shows of a solution."""
    _learn_steps(solution)
    if bounded:
        binding = [[Label("assets", i), side] for i, side in solution.binding]
        learn("binding bounds", binding or "none")
        learn("shares of risk reached", [[Label("assets", i), float(s)] for i, s in enumerate(solution.shares)])
    condition = float(np.linalg.cond(cov))
    learn("condition number", condition if condition < 1e16 else "above 1e16: singular")


@contextmanager
def _spoken_of(argument: str, items: list):
    """Errors about a smaller problem, in the words of the caller: its argument, its items."""
    try:
        yield
    except NumberError as error:

        def own(label):
            return [own(each) for each in label] if isinstance(label, list) else items[label.index]

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

    distance = np.sqrt(np.clip(0.5 * (1.0 - correlation), 0.0, 1.0))
    return hierarchy.leaves_list(hierarchy.linkage(distance[np.triu_indices(n, 1)], linkage)).tolist()


def _cluster_variance(cov: np.ndarray, cluster: list[int]) -> float:
    """The variance of a cluster at inverse-variance weights."""
    part = cov[np.ix_(cluster, cluster)]
    inverse = part.diagonal().min() / part.diagonal()
    return variance(inverse / inverse.sum(), part)


# The closest long-only exposures -------------------------------------------------------------------------------


def least_distance(A: np.ndarray, g: np.ndarray, s: np.ndarray) -> np.ndarray:
    """y ≥ 0 of least |Ay − g|; among these of least |s∘y|; among these of least |y|.

    For small ε the minimum of |Ay − g|² + ε²|s∘y|² over y ≥ 0 has the same positive yᵢ as the limit ε → 0. On these the
    limit is computed without ε, and is returned only if it meets the optimality conditions of both problems.
    """
    unit = np.sqrt(g @ g) / (np.sqrt((A * A).sum(axis=0).max()) or 1.0)
    A, g = A * (unit / np.sqrt(g @ g)), g / np.sqrt(g @ g)
    if (A.T @ g).max() <= FLAT:
        raise NumberError("loadings: no asset moves with the mix of factors that the budgets ask for, so the closest "
                          "long-only portfolio holds nothing. Check the signs of the loadings.")  # fmt: skip
    s = s / s.max() if s.max() > 0.0 else np.ones_like(s)
    for epsilon in (1e-2, 1e-3, 1e-4):
        ridged = _ridged(A, g, epsilon * np.maximum(s, epsilon))
        held = ridged > 0.0
        y = np.zeros_like(s)
        y[held] = _least_in_turn(A[:, held], g, s[held])
        if _optimal(A, g, s, y, held, A @ (y - ridged) / epsilon**2):
            return unit * y
    raise NumberError("loadings: the closest portfolio was not found, since several are too nearly equally close. Leave out "
                      "assets whose loadings are almost the same.")  # fmt: skip


def _ridged(A: np.ndarray, g: np.ndarray, d: np.ndarray) -> np.ndarray:
    """Minimise ½|Ay − g|² + ½|d∘y|² over y ≥ 0 by Newton's method on the dual, which has one variable a factor.

    y = (A'r)⁺/d² where r = g − Ay minimises ½|r|² + ½|(A'r)⁺/d|² − g'r, convex and quadratic on pieces: with the assets held
    known, (I + A D⁻² A')r = g; done where these do not change, else at most the best step towards it (Mangasarian 2006).
    """
    r = g
    held = A.T @ r > 0.0
    for _ in range(200):
        H = A[:, held] / d[held]
        target = np.linalg.solve(np.eye(len(g)) + H @ H.T, g)
        if (((A.T @ target) > 0.0) == held).all():
            r = target
            break
        r = r + _line_search(A, g, d, r, target - r) * (target - r)
        held = A.T @ r > 0.0
    return np.maximum(A.T @ r, 0.0) / d**2


def _line_search(A, g, d, r, step) -> float:
    """The minimum along the step, where the slope r'step + Σ (aᵢ'r)⁺(aᵢ'step)/dᵢ² − g'step rises through zero."""
    at, move = A.T @ r / d, A.T @ step / d

    def slope(t: float) -> float:
        return float((r + t * step - g) @ step + np.maximum(at + t * move, 0.0) @ move)

    low, high = 0.0, 1.0
    if slope(high) <= 0.0:
        return high
    for _ in range(60):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if slope(middle) <= 0.0 else (low, middle)
    return high


def _least_in_turn(A: np.ndarray, g: np.ndarray, s: np.ndarray) -> np.ndarray:
    """Least |Ay − g|, then least |s∘y|, then least |y|, without signs."""
    y, free = _shortest(A, g)
    return y + free @ _shortest(s[:, None] * free, -s * y)[0] if free.size else y


def _shortest(M: np.ndarray, v: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The shortest x of least |Mx − v|, and the directions x can move in without changing Mx; M is of order 1."""
    U, sv, Vt = np.linalg.svd(M)
    rank = int((sv > RANK).sum())
    return Vt[:rank].T @ ((U[:, :rank].T @ v) / sv[:rank]), Vt[rank:].T


def _optimal(A, g, s, y, held, multiplier) -> bool:
    """y ≥ 0, A'(Ay − g) ≥ 0, and where that is 0, s²y − A'λ ≥ 0 for some λ; both 0 on the assets held."""
    size = max(1.0, float(np.abs(y).max()))
    distance = A.T @ (A @ y - g)
    if y.min() < -CLOSE * size or distance.min() < -CLOSE * size or np.abs(distance[held]).max() > CLOSE * size:
        return False
    multiplier = multiplier + _shortest(A[:, held].T, (s * s * y - A.T @ multiplier)[held])[0]
    spread = s * s * y - A.T @ multiplier
    tied = distance <= CLOSE * size
    return bool(np.abs(spread[held]).max() <= 1e-8 * size and spread[tied].min() >= -1e-8 * size)
