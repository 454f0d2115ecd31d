"""Mean-variance: published tables, closed forms, public packages, every set of binding bounds tried in turn, nonsense."""

import itertools

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from reference import market, tables
from scipy.optimize import linprog

import xlalloc as xa
from xlalloc.cells import call
from xlalloc.errors import DivisionError, ErrorValue, InputError, Label, NumberError
from xlalloc.explanation import recorded

pytestmark = pytest.mark.filterwarnings("error", "default::pytest.PytestUnraisableExceptionWarning")


def covariance(vols, correlation) -> np.ndarray:
    return np.outer(vols, vols) * np.array(correlation, float)


def close(a, b, tolerance=1e-12):
    np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance)


def vol(w, cov) -> float:
    return float(np.sqrt(max(w @ cov @ w, 0.0)))


def percent(numbers, decimals=2) -> list:
    return [round(100 * x, decimals) for x in numbers]


MAILLARD = covariance([0.1, 0.2, 0.3, 0.4], [[1, 0.8, 0, 0], [0.8, 1, 0, 0], [0, 0, 1, -0.5], [0, 0, -0.5, 1]])
THREE = covariance([0.20, 0.06, 0.15], [[1, 0.1, 0.2], [0.1, 1, 0.3], [0.2, 0.3, 1]])  # shares, bonds, gold
MU = np.array([0.08, 0.03, 0.05])
TWO = [[0.04, 0.0], [0.0, 0.01]]


# Published tables ---------------------------------------------------------------------------------------------


def test_most_diversified_of_maillard_roncalli_teiletche():
    weights = xa.max_div_weights(MAILLARD)
    close(weights, [5 / 18, 5 / 36, 1 / 3, 1 / 4])
    assert round(xa.diversification(weights, MAILLARD), 5) == 2.26078


# He & Litterman (1999), tables 1 and 2: Australia, Canada, France, Germany, Japan, United Kingdom, United States
COUNTRIES = covariance(
    [0.160, 0.203, 0.248, 0.271, 0.210, 0.200, 0.187],
    [
        [1, 0.488, 0.478, 0.515, 0.439, 0.512, 0.491],
        [0.488, 1, 0.664, 0.655, 0.310, 0.608, 0.779],
        [0.478, 0.664, 1, 0.861, 0.355, 0.783, 0.668],
        [0.515, 0.655, 0.861, 1, 0.354, 0.777, 0.653],
        [0.439, 0.310, 0.355, 0.354, 1, 0.405, 0.306],
        [0.512, 0.608, 0.783, 0.777, 0.405, 1, 0.652],
        [0.491, 0.779, 0.668, 0.653, 0.306, 0.652, 1],
    ],
)
CAPITALISATION = np.array([0.016, 0.022, 0.052, 0.055, 0.116, 0.124, 0.615])
GERMANY, CANADA, CANADA_JAPAN = [0, 0, -0.295, 1, 0, -0.705, 0], [0, 1, 0, 0, 0, 0, -1], [0, 1, 0, 0, -1, 0, 0]


def test_equilibrium_returns_of_he_and_litterman():
    assert percent(xa.implied_returns(CAPITALISATION, COUNTRIES), 1) == [3.9, 6.9, 8.4, 9.0, 4.3, 6.8, 7.6]


@pytest.mark.parametrize(
    "picks, views, confidence, published",
    [
        ([GERMANY], [0.05], 0.5, [4.3, 7.6, 9.3, 11.0, 4.5, 7.0, 8.1]),  # table 4: ω/τ = p'Σp = 0.021
        ([GERMANY, CANADA], [0.05, 0.03], 0.5, [4.4, 8.7, 9.5, 11.2, 4.6, 7.0, 7.5]),  # table 5
        ([GERMANY, CANADA], [0.05, 0.04], 0.5, [4.4, 9.1, 9.5, 11.3, 4.6, 7.0, 7.3]),  # table 6
        ([GERMANY, CANADA], [0.05, 0.04], [1 / 3, 1 / 2], [4.3, 8.9, 9.3, 10.6, 4.6, 6.9, 7.2]),  # table 7: ω/τ = 0.043
    ],
)
def test_posterior_of_he_and_litterman(picks, views, confidence, published):
    """The paper's ω/τ is p'Σp, confidence 1/2, or twice that, 1/3. Its own inputs are rounded: half a unit and a little."""
    posterior = xa.black_litterman(CAPITALISATION, COUNTRIES, picks, views, confidence)
    close(100 * posterior, published, 0.06)


def test_a_view_that_says_what_is_expected_anyway_changes_nothing():
    """He & Litterman, table 8: Canada over Japan by what the other two views imply."""
    two = xa.black_litterman(CAPITALISATION, COUNTRIES, [GERMANY, CANADA], [0.05, 0.04], [1 / 3, 1 / 2])
    third = two[1] - two[4]
    picks, confidence = [GERMANY, CANADA, CANADA_JAPAN], [1 / 3, 1 / 2, 1 / 2]
    close(xa.black_litterman(CAPITALISATION, COUNTRIES, picks, [0.05, 0.04, third], confidence), two)


# Closed forms -------------------------------------------------------------------------------------------------


def test_two_assets():
    s, t, rho, rf, mu = 0.2, 0.1, 0.3, 0.01, np.array([0.09, 0.04])
    cov = covariance([s, t], [[1, rho], [rho, 1]])
    least = (t * t - rho * s * t) / (s * s + t * t - 2 * rho * s * t)
    close(xa.min_var_weights(cov), [least, 1 - least])
    tangency = np.linalg.solve(cov, mu - rf)
    close(xa.max_sharpe_weights(mu, cov, rf), tangency / tangency.sum())
    close(xa.target_return_weights(mu, cov, 0.07), [0.6, 0.4])
    # 0.15² = w²s² + (1−w)²t² + 2w(1−w)ρst, the root above the least-variance weight
    a, b, c = s * s + t * t - 2 * rho * s * t, 2 * rho * s * t - 2 * t * t, t * t - 0.15**2
    w = (-b + np.sqrt(b * b - 4 * a * c)) / (2 * a)
    close(xa.target_vol_weights(mu, cov, 0.15), [w, 1 - w])
    close(xa.max_div_weights(cov), [t / (s + t), s / (s + t)])


def test_uncorrelated_assets():
    """Least variance: inverse variances; tangency: μ/σ²; most diversified: 1/σ."""
    vols, mu = np.array([0.05, 0.1, 0.2, 0.4]), np.array([0.01, 0.05, 0.06, 0.3])
    for weights, raw in (
        (xa.min_var_weights(np.diag(vols**2)), vols**-2.0),
        (xa.max_sharpe_weights(mu, np.diag(vols**2)), mu * vols**-2.0),
        (xa.max_div_weights(np.diag(vols**2)), 1 / vols),
    ):
        close(weights, raw / raw.sum())


def test_wide_bounds_give_the_formulas_of_merton():
    """Merton (1972): without bounds the frontier is spanned by Σ⁻¹1 and Σ⁻¹μ."""
    inverse, one = np.linalg.inv(THREE), np.ones(3)
    A, B, C = one @ inverse @ MU, MU @ inverse @ MU, one @ inverse @ one
    close(xa.min_var_weights(THREE, -10, 10), inverse @ one / C)
    close(xa.max_sharpe_weights(MU, THREE, 0.01, -10, 10), inverse @ (MU - 0.01) / (A - 0.01 * C))
    for target in (0.05, 0.12):
        g = (B * inverse @ one - A * inverse @ MU) / (B * C - A * A)
        h = (C * inverse @ MU - A * inverse @ one) / (B * C - A * A)
        weights = xa.target_return_weights(MU, THREE, target, -10, 10)
        close(weights, g + h * target)
        close(xa.target_vol_weights(MU, THREE, vol(weights, THREE), -10, 10), weights, 1e-11)


def test_frontier_table():
    """Two uncorrelated assets: weights 1/5 … 1 in equal steps of return."""
    table = xa.frontier([0.08, 0.03], TWO, 5)
    assert table.header == ("return", "volatility", "sharpe", Label("assets", 0), Label("assets", 1))
    first = np.linspace(0.2, 1.0, 5)
    close(table.column(Label("assets", 0)), first)
    close(table.column(Label("assets", 1)), 1 - first)
    close(table.column("return"), 0.03 + 0.05 * first)
    sigma = np.sqrt(0.04 * first**2 + 0.01 * (1 - first) ** 2)
    close(table.column("volatility"), sigma)
    close(table.column("sharpe"), (0.03 + 0.05 * first) / sigma)
    assert table.rows[-1][3:] == (1.0, 0.0)
    assert len(xa.frontier([0.08, 0.03], TWO).rows) == 20


def test_the_end_of_the_frontier_has_the_least_risk_among_equals():
    """Two assets of the same greatest return: the last row mixes them by inverse variance."""
    close(xa.frontier([0.05, 0.08, 0.08], np.diag([0.0001, 0.01, 0.04]), 2).rows[-1][3:], [0, 0.8, 0.2])
    close(xa.target_return_weights([0.05, 0.08, 0.08], np.diag([0.0001, 0.01, 0.04]), 0.08), [0, 0.8, 0.2])


def test_cash_and_a_market():
    """Cash has no variance: the frontier is the capital market line, the tangency the market."""
    cov, mu = [[0.0, 0.0], [0.0, 0.0256]], [0.03, 0.08]
    assert xa.min_var_weights(cov).tolist() == [1, 0]
    close(xa.target_vol_weights(mu, cov, 0.12), [0.25, 0.75])
    assert xa.target_vol_weights(mu, cov, 0.0).tolist() == [1, 0]
    close(xa.target_vol_weights(mu, cov, 0.24, -1, 2), [-0.5, 1.5])
    assert xa.max_sharpe_weights(mu, cov, 0.03).tolist() == [0, 1]
    rows = xa.frontier(mu, cov, 3).rows
    close([row[1] for row in rows], [0, 0.08, 0.16])
    assert isinstance(rows[0][2], DivisionError)
    for _, sigma, _, _, market_weight in rows:
        close(xa.cml_return(0.03, 0.08, 0.16, sigma), 0.03 + 0.05 * market_weight)


# Public packages on real prices -----------------------------------------------------------------------------------


def real():
    try:
        panel = market.daily()
    except market.DataMissingError as missing:
        pytest.skip(str(missing))
    return panel.names, panel.values.mean(axis=0) * 252, np.cov(panel.values, rowvar=False) * 252


def limits(case) -> dict:
    if case.endswith("_cap15"):
        return {"upper": market.CAP}
    if case.endswith("_groups"):
        return dict(zip(("groups", "group_lower", "group_upper"), market.group_limits(), strict=True))
    return {}


@pytest.mark.parametrize(
    "case", [c for c in tables.cases("mean_variance.csv") if c != "mu" and not c.startswith("frontier")]
)
def test_weights_of_clarabel_pyportfolioopt_and_skfolio(case):
    _, mu, cov = real()
    close(mu, tables.vector("mean_variance.csv", "mu"), 1e-13)
    kind = case.removesuffix("_cap15").removesuffix("_groups")
    weights = {
        "min_var": lambda **more: xa.min_var_weights(cov, **more),
        "max_sharpe": lambda **more: xa.max_sharpe_weights(mu, cov, **more),
        "max_sharpe_rf2": lambda **more: xa.max_sharpe_weights(mu, cov, market.RF, **more),
        "target_return_20": lambda **more: xa.target_return_weights(mu, cov, 0.20, **more),
        "target_vol_20": lambda **more: xa.target_vol_weights(mu, cov, 0.20, **more),
        "max_div": lambda **more: xa.max_div_weights(cov, **more),
    }[kind](**limits(case))
    reference = tables.vector("mean_variance.csv", case)
    close(weights, reference, 1e-10)
    assert ((weights == 0) == (reference == 0)).all()  # what is not held is not held at all


@pytest.mark.parametrize("case", ["frontier", "frontier_cap15", "frontier_groups"])
def test_frontier_of_clarabel(case):
    _, mu, cov = real()
    rows = xa.frontier(mu, cov, 10, **limits(case)).rows
    close([[row[0], row[1], *row[3:]] for row in rows], tables.matrix("mean_variance.csv", case), 1e-10)


def test_black_litterman_of_pyportfolioopt():
    names, _, cov = real()
    w, reference = market.given_weights(), "black_litterman.csv"
    close(xa.implied_returns(w, cov, 2.5, market.RF), tables.vector(reference, "implied_returns"), 1e-13)
    views, confidence = tables.vector(reference, "views"), tables.vector(reference, "confidence")
    posterior = xa.black_litterman(w, cov, tables.matrix(reference, "picks"), views, confidence, 2.5, market.RF)
    close(posterior, tables.vector(reference, "posterior"), 1e-13)


def test_twelve_months_of_twenty_funds():
    """A covariance of rank 11: the optimum is proved by the linear bound w'Σw − min ≤ max over z of 2(Σw)'(w − z)."""
    try:
        returns = market.monthly().values[-12:]
    except market.DataMissingError as missing:
        pytest.skip(str(missing))
    cov, mu = np.cov(returns, rowvar=False) * 12, returns.mean(axis=0) * 12
    assert np.linalg.matrix_rank(cov) == 11
    weights = xa.min_var_weights(cov, 0, 0.25)
    close(weights.sum(), 1.0, 1e-15)
    assert best_linear(-cov @ weights, 0, 0.25) + weights @ cov @ weights < 1e-12
    sharpe = xa.max_sharpe_weights(mu, cov, 0.0, 0, 0.25)
    assert no_better_ratio(sharpe, mu, cov, 0, 0.25)
    assert no_better_ratio(xa.max_div_weights(cov, 0, 0.25), np.sqrt(cov.diagonal()), cov, 0, 0.25)
    rows = xa.frontier(mu, cov, 30, 0, 0.25).rows
    assert (np.diff([row[1] for row in rows]) >= 0).all()


# Second versions, slow and obvious ------------------------------------------------------------------------------------


def best_linear(gain, lower, upper, member=None, low=None, high=None) -> float:
    """The greatest gain'z over all allowed mixes z, by a linear programme."""
    n, A, b = len(gain), None, None
    if member is not None:
        G = (np.array(member) == np.arange(max(member) + 1)[:, None]).astype(float)
        A, b = np.vstack([G, -G]), np.concatenate([high, -np.asarray(low)])
    bounds = np.column_stack([np.broadcast_to(lower, n), np.broadcast_to(upper, n)])
    scale = np.abs(gain).max() or 1.0
    found = linprog(-gain / scale, A, b, np.ones((1, n)), [1.0], bounds)
    assert found.status == 0, found.message
    return -found.fun * scale


def no_better_ratio(w, gain, cov, *bounds) -> bool:
    """gain'z/√(z'Σz) is pseudo-concave where gain'z > 0: w is best where no z is better to first order."""
    variance, total = w @ cov @ w, gain @ w
    gradient = gain * variance - total * (cov @ w)
    return total > 0 and best_linear(gradient, *bounds) <= gradient @ w + 1e-9 * total * variance


def by_trial(cov, lower, upper, mu=None, target=None, member=None, low=None, high=None):
    """The least variance by trying every way in which bounds and limits can bind, the equations solved each time."""
    n, best = len(cov), None
    rows = [np.eye(n)[i] for i in range(n)]
    ends = [(a, b) for a, b in zip(lower, upper, strict=True)]
    if member is not None:
        rows += [np.array([float(m == g) for m in member]) for g in range(max(member) + 1)]
        ends += list(zip(low, high, strict=True))
    if target is not None:
        rows, ends = [*rows, mu], [*ends, (target, np.inf)]
    for choice in itertools.product((None, 0, 1), repeat=len(rows)):
        held = [(r, e[c]) for r, e, c in zip(rows, ends, choice, strict=True) if c is not None]
        if len(held) >= n + 1 or any(not np.isfinite(e) for _, e in held):
            continue
        B = np.array([np.ones(n), *[r for r, _ in held]])
        d = np.array([1.0, *[e for _, e in held]])
        K = np.block([[cov, B.T], [B, np.zeros((len(B), len(B)))]])
        w = np.linalg.lstsq(K, np.concatenate([np.zeros(n), d]), rcond=1e-12)[0][:n]
        allowed = abs(w.sum() - 1) < 1e-9 and all(
            e[0] - 1e-9 <= r @ w <= e[1] + 1e-9 for r, e in zip(rows, ends, strict=True)
        )
        if allowed and (best is None or w @ cov @ w < best @ cov @ best):
            best = w
    return best


def drawn(seed, n):
    """A covariance of full rank with a common factor, returns, bounds that leave room."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n + 8, n)) + rng.uniform(-0.5, 1.5) * rng.standard_normal((n + 8, 1))
    cov = np.atleast_2d(np.cov(X * 10.0 ** rng.uniform(-1.5, -0.5, n), rowvar=False))
    lower = rng.choice([0.0, 0.05, -0.2], n)
    return rng, cov, rng.uniform(0.0, 0.12, n), lower, np.maximum(rng.choice([1.0, 0.6, 0.5], n), lower)


@settings(max_examples=60)
@given(st.integers(2, 4), st.integers(0, 2**32 - 1))
def test_least_risk_by_trial_of_every_set_of_binding_bounds(n, seed):
    rng, cov, mu, lower, upper = drawn(seed, n)
    assume(lower.sum() <= 1 <= upper.sum())
    least = xa.min_var_weights(cov, lower, upper)
    close(least, by_trial(cov, lower, upper), 1e-8)
    target = mu @ least + rng.random() * (best_linear(mu, lower, upper) - mu @ least)
    weights = xa.target_return_weights(mu, cov, target, lower, upper)
    slow = by_trial(cov, lower, upper, mu, target)
    close(weights, slow, 1e-7)
    close(xa.target_vol_weights(mu, cov, vol(weights, cov), lower, upper), slow, 1e-5)


@settings(max_examples=15)
@given(st.integers(0, 2**32 - 1))
def test_least_risk_with_groups_by_trial(seed):
    rng, cov, mu, lower, upper = drawn(seed, 4)
    assume(lower.sum() <= 1 <= upper.sum())
    member = [0, 1, 0, 1]
    inside = xa.min_var_weights(cov, lower, upper)
    share = inside[0] + inside[2]  # limits that cut off the least variance
    low, high = np.array([share + 0.05, -1.0]), np.array([2.0, 2.0])
    groups = ["risky", "safe", " Risky", "SAFE"]
    try:
        weights = xa.min_var_weights(cov, lower, upper, groups, low, high)
    except NumberError as error:
        assert "group" in str(error) and best_linear(np.array([1.0, 0, 1, 0]), lower, upper) < low[0] + 1e-9
        return
    close(weights[0] + weights[2], low[0], 1e-10)
    close(weights, by_trial(cov, lower, upper, member=member, low=low, high=high), 1e-7)
    target = mu @ weights + rng.random() * (best_linear(mu, lower, upper, member, low, high) - mu @ weights)
    tilted = xa.target_return_weights(mu, cov, target, lower, upper, groups, low, high)
    slow = by_trial(cov, lower, upper, mu, target, member, low, high)
    close(tilted, slow, 1e-6)


@settings(max_examples=60)
@given(st.integers(2, 12), st.integers(0, 2**32 - 1))
def test_no_allowed_mix_has_a_better_ratio(n, seed):
    rng, cov, mu, lower, upper = drawn(seed, n)
    assume(lower.sum() <= 1 <= upper.sum())
    rf = float(rng.choice([0.0, 0.02, 0.05]))
    best = best_linear(mu, lower, upper)
    if best <= rf + 1e-9:
        with pytest.raises(NumberError, match="rf: no feasible portfolio earns more than"):
            xa.max_sharpe_weights(mu, cov, rf, lower, upper)
    else:
        assert no_better_ratio(xa.max_sharpe_weights(mu, cov, rf, lower, upper), mu - rf, cov, lower, upper)
    assert no_better_ratio(
        xa.max_div_weights(cov, np.maximum(lower, 0), upper), np.sqrt(cov.diagonal()), cov, np.maximum(lower, 0), upper
    )


# Black and Litterman ------------------------------------------------------------------------------------------------


def by_inverting(weights, cov, P, q, c, delta, rf, tau):
    """The master formula as He & Litterman print it, in excess returns, with τ: [(τΣ)⁻¹ + P'Ω⁻¹P]⁻¹ [(τΣ)⁻¹Π + P'Ω⁻¹q]."""
    P, q, c = np.asarray(P, float), np.asarray(q, float), np.asarray(c, float)
    precision = np.linalg.inv(tau * cov)
    inverse_omega = np.diag(1.0 / ((1.0 / c - 1.0) * tau * np.diag(P @ cov @ P.T)))
    excess = q - rf * P.sum(axis=1)
    right = precision @ (delta * cov @ weights) + P.T @ inverse_omega @ excess
    return rf + np.linalg.solve(precision + P.T @ inverse_omega @ P, right)


@settings(max_examples=100)
@given(st.integers(2, 8), st.integers(1, 6), st.floats(-0.01, 0.1), st.integers(0, 2**32 - 1))
def test_posterior_by_inverting(n, k, rf, seed):
    """Whatever a row sums to: views on totals, spreads, and mixes of half a portfolio."""
    rng, cov, *_ = drawn(seed, n)
    weights = rng.dirichlet(np.ones(n))
    P, q, c = rng.standard_normal((k, n)), rng.uniform(-0.1, 0.2, k), rng.uniform(0.05, 0.95, k)
    P[0] -= P[0].mean()
    for tau in (0.02, 1.0):
        slow = by_inverting(weights, cov, P, q, c, 3.0, rf, tau)
        close(xa.black_litterman(weights, cov, P, q, c, 3.0, rf), slow, 1e-9)


@pytest.mark.parametrize("confidence", [0.0, 0.01, 0.25, 0.5, 0.9, 1.0])
@pytest.mark.parametrize("pick, view", [([1, 0, 0], 0.12), ([1, -1, 0], 0.02), ([0.5, 0.2, 0.3], 0.01)])
def test_one_view_moves_its_mix_by_its_confidence(pick, view, confidence):
    """Idzorek (2005): confidence c moves the view's mix the share c of the way from the prior."""
    weights, pick = np.array([0.5, 0.3, 0.2]), np.array(pick, float)
    prior = xa.implied_returns(weights, THREE, 3.0, 0.02)
    posterior = xa.black_litterman(weights, THREE, pick, view, confidence, 3.0, 0.02)
    close(pick @ posterior - pick @ prior, confidence * (view - pick @ prior))
    # the others follow by their regression on the mix
    beta = THREE @ pick / (pick @ THREE @ pick)
    close(posterior - prior, beta * confidence * (view - pick @ prior))


def test_certain_views_are_met_and_dropped_ones_are_not_there():
    weights, picks, views = [0.5, 0.3, 0.2], [[1, 0, 0], [0, 1, -1], [0, 0, 1]], [0.10, 0.01, 0.2]
    posterior = xa.black_litterman(weights, THREE, picks, views, [1, 1, 0], 2.5, 0.02)
    close(np.array(picks)[:2] @ posterior, [0.10, 0.01])
    close(posterior, xa.black_litterman(weights, THREE, picks[:2], views[:2], 1, 2.5, 0.02))
    close(xa.black_litterman(weights, THREE, picks, views, 0.0), xa.implied_returns(weights, THREE), 0)
    close(xa.black_litterman(weights, THREE, np.eye(3), views, 1.0), views)  # a certain view on each asset


def test_confidence_passes_to_its_limits_smoothly():
    weights, picks, views = [0.5, 0.3, 0.2], [[1, 0, 0], [0, 1, -1]], [0.10, 0.01]
    for end, near in ((0.0, 1e-9), (1.0, 1 - 1e-9)):
        at_end = xa.black_litterman(weights, THREE, picks, views, [end, 0.5])
        close(xa.black_litterman(weights, THREE, picks, views, [near, 0.5]), at_end, 1e-8)


def test_size_of_a_row_of_picks_does_not_matter():
    weights, picks, views = [0.5, 0.3, 0.2], np.array([[1, 0, 0], [0, 1, -1]]), np.array([0.10, 0.01])
    sizes = np.array([1e-6, 250.0])
    plain = xa.black_litterman(weights, THREE, picks, views, [0.7, 0.2], 2.5, 0.01)
    close(xa.black_litterman(weights, THREE, picks * sizes[:, None], views * sizes, [0.7, 0.2], 2.5, 0.01), plain)


def test_cash_keeps_its_rate():
    cov = np.zeros((3, 3))
    cov[1:, 1:] = THREE[:2, :2]
    posterior = xa.black_litterman([0.2, 0.5, 0.3], cov, [[0, 1, 0]], [0.15], 0.8, 2.5, 0.03)
    assert posterior[0] == 0.03
    close(xa.implied_returns([1, 0, 0], cov, 2.5, 0.03), [0.03, 0.03, 0.03])


@pytest.mark.parametrize(
    "picks, confidence, named",
    [
        ([[1, 0, 0], [2, 0, 0]], 1.0, "View 1, View 2"),
        ([[1, -1, 0], [0, 1, -1], [0.5, 0.5, 0], [1, 0, -1]], 1.0, "View 1, View 2, View 4"),
        ([[1, -1, 0], [0, 0, 1], [-1, 1, 0]], [1, 0.3, 1], "View 1, View 3"),
        ([[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 1]], [1, 1, 1, 1], "View 1, View 2, View 3, View 4"),
        ([[1, 0, 0], [0, 1, 0], [1, 0, 0]], [1, 0, 1], "View 1, View 3"),
    ],
)
def test_dependent_certain_views(picks, confidence, named):
    with pytest.raises(NumberError, match=f"confidence: of {named} one follows"):
        xa.black_litterman([0.5, 0.3, 0.2], THREE, picks, np.full(len(picks), 0.05), confidence)
    less = np.where(np.broadcast_to(confidence, len(picks)) == 1, 0.99, confidence)
    assert np.isfinite(xa.black_litterman([0.5, 0.3, 0.2], THREE, picks, np.full(len(picks), 0.05), less)).all()


def test_views_on_two_copies_of_an_asset_depend_on_each_other():
    """Different picks, the same risk: a certain 5% and a certain 6% contradict each other."""
    cov = THREE[np.ix_([0, 0, 1], [0, 0, 1])]
    with pytest.raises(NumberError, match="View 1, View 2"):
        xa.black_litterman([0.5, 0.3, 0.2], cov, [[1, 0, 0], [0, 1, 0]], [0.05, 0.06], 1.0)
    nearly = THREE.copy()
    nearly[1] = nearly[0] * 0.5
    nearly[:, 1] = nearly[1]
    nearly[1, 1] = nearly[0, 0] / 4 * (1 + 1e-9)
    picks = [[1, -2, 0], [1, 0, 0], [0, 1, 0]]  # the first follows from the others, and has next to no risk
    with pytest.raises(NumberError, match="View 1, View 2, View 3"):
        xa.black_litterman([0.5, 0.3, 0.2], nearly, picks, [0.0, 0.05, 0.06], 1.0)


# Degenerate cases ---------------------------------------------------------------------------------------------------


def test_one_asset():
    assert xa.min_var_weights([[0.04]]) == xa.max_div_weights([[0.04]]) == 1.0
    assert xa.max_sharpe_weights([0.05], [[0.04]]) == xa.target_return_weights([0.05], [[0.04]], 0.05) == 1.0
    assert xa.target_vol_weights([0.05], [[0.04]], 0.2) == 1.0
    assert xa.frontier([0.05], [[0.04]], 2).rows == [(0.05, 0.2, 0.25, 1.0)] * 2
    close(xa.black_litterman([1.0], [[0.04]], [[1.0]], [0.2], 0.5), [0.15])


@pytest.mark.parametrize("mean", [0.0, 0.05, -0.02])
def test_equal_means_leave_one_portfolio(mean):
    mu, least = np.full(3, mean), xa.min_var_weights(THREE)
    with recorded() as facts:
        rows = xa.frontier(mu, THREE, 4).rows
    assert facts["frontier"].startswith("a single portfolio") and len(rows) == 4 and rows == [rows[0]] * 4
    close(rows[0][3:], least)
    close(xa.target_return_weights(mu, THREE, mean), least)
    close(xa.target_vol_weights(mu, THREE, 0.5), least)
    if mean > 0:
        close(xa.max_sharpe_weights(mu, THREE), least)
    else:
        with pytest.raises(NumberError, match="rf: no feasible portfolio earns more than 0"):
            xa.max_sharpe_weights(mu, THREE)


def test_a_bound_that_fixes_an_asset():
    weights = xa.min_var_weights(np.diag([0.01, 0.04, 0.09]), [0, 0.25, 0], [1, 0.25, 1])
    close(weights, [0.675, 0.25, 0.075])
    assert weights[1] == 0.25


def test_bounds_that_leave_one_mix():
    only = np.array([0.2, 0.3, 0.5])
    for lower, upper in ((only, 1.0), (0.0, only), (only, only)):
        for weights in (
            xa.min_var_weights(THREE, lower, upper),
            xa.max_sharpe_weights(MU, THREE, 0.0, lower, upper),
            xa.target_return_weights(MU, THREE, 0.01, lower, upper),
            xa.target_vol_weights(MU, THREE, 0.3, lower, upper),
            xa.max_div_weights(THREE, lower, upper),
        ):
            assert weights.tolist() == only.tolist()
    assert xa.min_var_weights(np.eye(10), 0, 0.1).tolist() == [0.1] * 10  # ten times 0.1 is not 1 in floating point
    assert xa.min_var_weights(THREE, 1 / 3).tolist() == [1 / 3] * 3


def test_short_sales():
    """Two assets with correlation 0.9: the volatile one is sold, down to its bound."""
    cov = covariance([0.3, 0.1], [[1, 0.9], [0.9, 1]])
    close(xa.min_var_weights(cov, -1, 2), np.linalg.solve(cov, [1, 1]) / np.linalg.solve(cov, [1, 1]).sum())
    assert xa.min_var_weights(cov, -0.1, 2).tolist() == [-0.1, 1.1]


def test_groups_without_limits_change_nothing():
    groups = ["a", "b", "a"]
    assert xa.min_var_weights(THREE, groups=groups).tolist() == xa.min_var_weights(THREE).tolist()
    close(xa.max_sharpe_weights(MU, THREE, 0.0, 0, 1, groups, [0, 0], [1, 1]), xa.max_sharpe_weights(MU, THREE))


def test_group_limits_in_order_of_first_appearance():
    weights = xa.max_sharpe_weights(MU, THREE, 0.0, 0, 1, ["Risky", "Bonds", "risky "], None, [0.2, 1.0])
    close(weights[[0, 2]].sum(), 0.2)
    free = xa.max_sharpe_weights(MU, THREE)
    assert free[[0, 2]].sum() > 0.25
    rows = xa.frontier(MU, THREE, 5, 0, 1, ["x", "y", "x"], [0.2, 0.0], [0.5, 1.0]).rows
    totals = np.array([row[3] + row[5] for row in rows])
    assert totals.min() > 0.2 - 1e-12 and totals.max() < 0.5 + 1e-12


def test_targets_that_do_not_bind():
    least = xa.min_var_weights(THREE)
    with recorded() as facts:
        close(xa.target_return_weights(MU, THREE, -1.0), least)
    assert facts["target"] == "met by the minimum-variance portfolio, which earns more"
    with recorded() as facts:
        assert xa.target_vol_weights(MU, THREE, 0.9).tolist() == [1, 0, 0]
    assert facts["target"].startswith("not used up")
    with recorded() as facts:
        xa.target_vol_weights(MU, THREE, 0.1)
    assert "target" not in facts


def test_of_several_least_variances_the_one_of_calm_assets():
    """One factor, loadings 0.2, -0.1, 0.3: assets 1 and 2, or 2 and 3, hedge each other; mean volatility 0.133 or 0.15."""
    loadings, best = np.array([0.2, -0.1, 0.3]), np.array([1 / 3, 2 / 3, 0])
    for order in map(list, itertools.permutations(range(3))):
        close(xa.min_var_weights(np.outer(loadings[order], loadings[order])), best[order])
    close(xa.min_var_weights(np.outer([0.2, 0.1], [0.2, 0.1]), 0.1), [0.1, 0.9])


def test_perfect_hedges_have_no_ratio():
    hedge = [[0.04, -0.02], [-0.02, 0.01]]
    close(xa.min_var_weights(hedge), [1 / 3, 2 / 3])
    with pytest.raises(NumberError, match="cov: a portfolio of these assets has no risk, so its diversification"):
        xa.max_div_weights(hedge)
    with pytest.raises(NumberError, match=r"cov: a portfolio without risk earns 0\.0333333, more than rf 0"):
        xa.max_sharpe_weights([0.05, 0.025], hedge)
    rows = xa.frontier([0.05, 0.025], hedge, 2).rows
    assert rows[0][1] == 0.0 and isinstance(rows[0][2], DivisionError)
    with pytest.raises(NumberError, match="lower: with these short sales"):
        xa.max_div_weights(np.diag([0.01, 0.16]), [2, -1], [2, -1])


def test_a_mix_without_risk_is_recognised_among_rounding():
    """Hedges of one factor, exact but for rounding, and cash among risky assets, where the ratio has no limit."""
    rng = np.random.default_rng(8)
    for _ in range(40):
        n = int(rng.integers(2, 9))
        loadings, mu = rng.uniform(0.05, 0.4, n) * np.where(np.arange(n) % 2, -1, 1), rng.uniform(0.01, 0.09, n)
        hedged = np.outer(loadings, loadings)
        with pytest.raises(NumberError, match="has no risk"):
            xa.max_div_weights(hedged)
        sure = xa.frontier(mu, hedged, 2).rows[0]
        assert sure[1] == 0.0 and isinstance(sure[2], DivisionError)
        with pytest.raises(NumberError, match="cov: a portfolio without risk earns"):
            xa.max_sharpe_weights(mu, hedged)


def test_cash_is_never_a_tangency():
    rng = np.random.default_rng(11)
    for _ in range(150):
        n = int(rng.integers(3, 16))
        cov, mu = (
            np.cov(rng.standard_normal((3 * n, n)) * rng.uniform(0.02, 0.4, n), rowvar=False),
            rng.uniform(0, 0.1, n),
        )
        cov[:2], cov[:, :2] = 0.0, 0.0
        with pytest.raises(
            NumberError, match=f"cov: a portfolio without risk earns {mu[:2].max():.6g}, more than rf 0"
        ):
            xa.max_sharpe_weights(mu, cov)


# Invariants ------------------------------------------------------------------------------------------------------------

sizes = st.integers(2, 12)
seeds = st.integers(0, 2**32 - 1)


def allowed_mixes(rng, lower, upper, count):
    """Random allowed mixes: a random point of the box, moved to the sum 1 in proportion to the room that way."""
    found = []
    for _ in range(count):
        w = rng.uniform(lower, upper)
        room = upper - w if w.sum() < 1 else w - lower
        found.append(w + (1 - w.sum()) * room / room.sum())
    return np.array(found)


@settings(max_examples=60)
@given(sizes, seeds)
def test_no_allowed_mix_is_better(n, seed):
    rng, cov, mu, lower, upper = drawn(seed, n)
    assume(lower.sum() < 1 < upper.sum())
    mixes = allowed_mixes(rng, lower, upper, 300)
    vols, returns = np.sqrt(np.einsum("ij,jk,ik->i", mixes, cov, mixes)), mixes @ mu
    least = xa.min_var_weights(cov, lower, upper)
    assert vol(least, cov) <= vols.min() * (1 + 1e-9)
    for target in np.quantile(returns, [0.1, 0.5, 0.9]):
        weights = xa.target_return_weights(mu, cov, target, lower, upper)
        assert weights @ mu >= target - 1e-12
        assert vol(weights, cov) <= vols[returns >= target].min() * (1 + 1e-9)
    for target in np.quantile(vols, [0.1, 0.5, 0.9]):
        weights = xa.target_vol_weights(mu, cov, target, lower, upper)
        assert vol(weights, cov) <= target * (1 + 1e-9)
        assert weights @ mu >= returns[vols <= target].max() - 1e-12


@settings(max_examples=60)
@given(sizes, seeds)
def test_order_of_the_assets_does_not_matter(n, seed):
    rng, cov, mu, lower, upper = drawn(seed, n)
    assume(lower.sum() <= 1 <= upper.sum())
    order = rng.permutation(n)
    mixed, box = cov[np.ix_(order, order)], (lower[order], upper[order])
    for ours, theirs in (
        (xa.min_var_weights(cov, lower, upper), xa.min_var_weights(mixed, *box)),
        (xa.max_div_weights(cov), xa.max_div_weights(mixed)),
        (xa.max_sharpe_weights(mu, cov), xa.max_sharpe_weights(mu[order], mixed)),
    ):
        close(theirs, ours[order], 1e-9)
    table, other = xa.frontier(mu, cov, 6, lower, upper), xa.frontier(mu[order], mixed, 6, *box)
    close(np.array([row[:2] for row in table.rows]), np.array([row[:2] for row in other.rows]), 1e-9)


@settings(max_examples=60)
@given(sizes, seeds, st.integers(2, 40))
def test_frontier_rows(n, seed, points):
    """Sums to 1, within the bounds, evenly spaced, risk convex in return; ends as the other functions give them."""
    _, cov, mu, lower, upper = drawn(seed, n)
    assume(lower.sum() <= 1 <= upper.sum())
    rows = np.array([list(row) for row in xa.frontier(mu, cov, points, lower, upper).rows])
    weights = rows[:, 3:]
    close(weights.sum(axis=1), 1.0, 1e-14)
    assert (weights >= lower).all() and (weights <= upper).all()
    close(weights @ mu, np.linspace(rows[0, 0], rows[-1, 0], points), 1e-12)
    close(rows[:, 1] ** 2, np.einsum("ij,jk,ik->i", weights, cov, weights), 1e-12)
    close(weights[0], xa.min_var_weights(cov, lower, upper), 1e-9)
    close(rows[-1, 0], best_linear(mu, lower, upper), 1e-9)
    assert (np.diff(rows[:, 1] ** 2, 2) >= -1e-12 * rows[-1, 1] ** 2).all()
    for row in rows[[0, points // 2, -1]]:
        close(vol(xa.target_return_weights(mu, cov, row[0], lower, upper), cov), row[1], 1e-9)


@settings(max_examples=40)
@given(sizes, seeds)
def test_implied_returns_are_those_the_weights_are_best_for(n, seed):
    """The tangency at the implied returns is the portfolio they were implied by; a view nobody holds leaves it there."""
    rng, cov, *_ = drawn(seed, n)
    weights = rng.dirichlet(np.ones(n))
    implied = xa.implied_returns(weights, cov, 3.0, 0.02)
    assume(weights @ implied > 0.02 + 1e-4)
    close(xa.max_sharpe_weights(implied, cov, 0.02, -5, 5), weights, 1e-7)
    close(xa.black_litterman(weights, cov, np.eye(n), implied, 0.7, 3.0, 0.02), implied, 1e-9)


# What EXPLAIN shows -------------------------------------------------------------------------------------------------


def test_facts():
    with recorded() as facts:
        weights = xa.target_return_weights(MU, THREE, 0.06, 0, [0.4, 1, 1], ["a", "b", "b"], [0, 0.1], [0.6, 1])
    close(facts["expected return"], 0.06)
    close(facts["volatility"], vol(weights, THREE))
    close(facts["condition number"], np.linalg.cond(THREE))
    assert facts["binding bounds"] == [Label("assets", 0), "at its upper bound"] and weights[0] == 0.4
    assert facts["corner portfolios of the frontier"] >= 2
    with recorded() as facts:
        xa.min_var_weights(THREE, [0.4, 0, 0.1], 1, ["a", "b", "c"], [0, 0, 0], [1, 0.45, 1])
    bounds = facts["binding bounds"]
    assert bounds == [Label("assets", 0), "at its lower bound", "group b", "at its upper limit"]
    assert "expected return" not in facts and "corner portfolios of the frontier" not in facts
    with recorded() as facts:
        xa.min_var_weights([[0.04, 0.04], [0.04, 0.04]], 0.5)
    assert facts["condition number"] == "beyond 1e16: cov is singular"
    assert facts["binding bounds"] == [
        Label("assets", 0),
        "at its lower bound",
        Label("assets", 1),
        "at its lower bound",
    ]
    with recorded() as facts:
        xa.min_var_weights(THREE, [0.2, 0, 0], [0.2, 1, 1])
    assert facts["binding bounds"][:2] == [Label("assets", 0), "fixed"]
    with recorded() as facts:
        xa.max_sharpe_weights(MU, THREE, 0.01)
    close(facts["Sharpe ratio"], xa.port_sharpe(xa.max_sharpe_weights(MU, THREE, 0.01), MU, THREE, 0.01))
    assert facts["binding bounds"] == "none"
    with recorded() as facts:
        xa.max_div_weights(THREE)
    close(facts["diversification ratio"], xa.diversification(xa.max_div_weights(THREE), THREE))


def test_facts_of_views():
    with recorded() as facts:
        xa.black_litterman([0.5, 0.3, 0.2], THREE, np.eye(3), [0.1, 0.2, 0.0], [1, 0, 1])
    assert facts["views dropped"] == 1
    assert facts["posterior return of each view"][::2] == [Label("views", 0), Label("views", 2)]
    close(facts["posterior return of each view"][1::2], [0.1, 0.0])
    close(facts["prior return of each view"][1::2], xa.implied_returns([0.5, 0.3, 0.2], THREE)[[0, 2]])


def test_explain_says_it_with_names():
    rows = dict(map(tuple, call("EXPLAIN", ["TARGET_RETURN_WEIGHTS", [NAMES, MU.tolist()], LABELLED, 0.079])))
    assert rows["binding bounds"] == "债券, at its lower bound"
    rows = dict(map(tuple, call("EXPLAIN", ["TARGET_RETURN_WEIGHTS", [NAMES, MU.tolist()], LABELLED, 0.09])))
    assert rows["result"] == "#NUM!" and "0.08" in rows["reason"]


# Cells ------------------------------------------------------------------------------------------------------------------

NAMES = ["股票", "债券", "黄金"]
LABELLED = [["", *NAMES], *[[n, *row] for n, row in zip(NAMES, THREE.tolist(), strict=True)]]


def test_arguments_are_matched_by_name():
    """Returns lead; bounds, groups and their limits come in other orders."""
    mu = [["黄金", 0.05], ["股票", 0.08], ["债券", 0.03]]
    upper = [["债券", 1.0], ["黄金", 0.2], ["股票", 0.7]]
    groups = [["股票", "Risky"], ["债券", "Safe"], ["黄金", "Risky"]]
    found = call("TARGET_RETURN_WEIGHTS", [mu, LABELLED, 0.055, 0, upper, groups, None, [["Safe", 1], ["Risky", 0.6]]])
    expected = xa.target_return_weights(MU, THREE, 0.055, 0, [0.7, 1, 0.2], ["r", "s", "r"], None, [0.6, 1])
    assert [row[0] for row in found] == ["黄金", "股票", "债券"]
    close([row[1] for row in found], expected[[2, 0, 1]])
    close(expected[[0, 2]].sum(), 0.6)  # the limit of the group binds
    names, row = call("TARGET_RETURN_WEIGHTS", [[MU.tolist()], LABELLED, 0.055])  # a row gives a row
    assert names == NAMES
    close(row, xa.target_return_weights(MU, THREE, 0.055))
    column = call("MIN_VAR_WEIGHTS", [LABELLED])
    assert [row[0] for row in column] == NAMES
    close([row[1] for row in column], xa.min_var_weights(THREE))


def test_frontier_has_the_names_in_its_header():
    rows = call("FRONTIER", [[NAMES, MU.tolist()], LABELLED, 3])
    assert rows[0] == ["return", "volatility", "sharpe", *NAMES] and len(rows) == 4
    close(rows[1][3:], xa.min_var_weights(THREE))
    assert rows[3] == [0.08, pytest.approx(0.2), pytest.approx(0.4), 1.0, 0.0, 0.0]
    cash = call("FRONTIER", [[[0.03], [0.08]], [[0.0, 0.0], [0.0, 0.0256]], 2])
    assert cash[1] == [0.03, 0.0, "#DIV/0!", 1.0, 0.0] and "no risk" in cash[1][2].reason


def test_picks_follow_the_names():
    weights = [["债券", 0.3], ["黄金", 0.2], ["股票", 0.5]]
    picks = [["", "黄金", "股票", "债券"], ["shares over gold", -1, 1, 0], ["bonds", 0, 0, 1]]
    views = [["bonds", 0.04], ["shares over gold", 0.05]]
    found = call(
        "BLACK_LITTERMAN", [weights, LABELLED, picks, views, [["bonds", 0.2], ["shares over gold", 0.9]], 3, 0.02]
    )
    expected = xa.black_litterman([0.5, 0.3, 0.2], THREE, [[1, 0, -1], [0, 1, 0]], [0.05, 0.04], [0.9, 0.2], 3.0, 0.02)
    assert [row[0] for row in found] == ["债券", "黄金", "股票"]
    close([row[1] for row in found], expected[[1, 2, 0]])
    ((cell,),) = call("BLACK_LITTERMAN", [weights, LABELLED, [*picks[:2], ["bonds", -2, 2, 0]], views, 1])
    assert cell == "#NUM!" and "shares over gold, bonds" in cell.reason
    ((cell,),) = call("BLACK_LITTERMAN", [weights, LABELLED, [["白银", "股票", "债券"], [-1, 1, 0]], 0.05])
    assert cell == "#VALUE!" and "picks" in cell.reason and "白银" in cell.reason


def test_names_in_messages():
    ((cell,),) = call("MIN_VAR_WEIGHTS", [LABELLED, [[0.5], [0.6], [0.2]], [[0.4], [1], [1]]])
    assert cell == "#NUM!" and cell.reason.startswith("lower, 股票: 0.5 is above its upper bound 0.4")
    arguments = [LABELLED, 0, 0.3, [["Risky"], ["Safe"], ["Risky"]], [[0], [0.5]]]
    ((cell,),) = call("MIN_VAR_WEIGHTS", [*arguments[:2], 0.4, *arguments[3:]])
    assert cell == "#NUM!" and cell.reason.startswith("group_lower, Safe: 0.5 cannot be reached")
    with pytest.raises(NumberError, match=r"group_lower, Safe: 0\.5 cannot be reached"):
        xa.min_var_weights(THREE, 0, 0.4, ["Risky", "Safe", "Risky"], [0, 0.5])


# Nonsense -----------------------------------------------------------------------------------------------------------------

CASH = [["", "Shares", "Cash"], ["Shares", 0.04, 0.0], ["Cash", 0.0, 0.0]]
PAIR, SIX = [[0.08], [0.03]], [[0.6], [0.4]]


@pytest.mark.parametrize(
    "name, arguments, code, words",
    [
        ("MIN_VAR_WEIGHTS", [[[0.04, 0.05], [0.05, 0.04]]], "#NUM!", "COV_NEAREST"),
        ("MIN_VAR_WEIGHTS", [[[0.04, 0.01], [0.02, 0.04]]], "#VALUE!", "cov: not symmetric"),
        ("MIN_VAR_WEIGHTS", [[[0.04, 0.01]]], "#VALUE!", "cov: 1 x 2 cells"),
        ("MIN_VAR_WEIGHTS", [[[0.04, "#N/A"], [0.0, 0.04]]], "#N/A", "cov"),
        ("MIN_VAR_WEIGHTS", [[[0.04, None], [0.0, 0.04]]], "#VALUE!", "cov"),
        ("MIN_VAR_WEIGHTS", [TWO, 0.6], "#NUM!", "lower: the bounds sum to 1.2"),
        ("MIN_VAR_WEIGHTS", [TWO, None, 0.4], "#NUM!", "upper: the bounds sum to 0.8"),
        ("MIN_VAR_WEIGHTS", [TWO, [[0.5], [0.2]], [[0.4], [0.9]]], "#NUM!", "lower, Asset 1: 0.5 is above"),
        ("MIN_VAR_WEIGHTS", [TWO, [[0.1], [0.1], [0.1]]], "#VALUE!", "lower: 3 assets, but cov has 2"),
        ("MIN_VAR_WEIGHTS", [TWO, "none"], "#VALUE!", "lower"),
        ("MIN_VAR_WEIGHTS", [TWO, 0, 1, None, [[0.1], [0.1]]], "#VALUE!", "group_lower: it needs groups"),
        ("MIN_VAR_WEIGHTS", [TWO, 0, 1, None, None, [[0.1], [0.1]]], "#VALUE!", "group_upper: it needs groups"),
        (
            "MIN_VAR_WEIGHTS",
            [TWO, 0, 1, [["a"], ["b"]], [[0.1]]],
            "#VALUE!",
            "group_lower: 1 given for 2 groups (a, b)",
        ),
        ("MIN_VAR_WEIGHTS", [TWO, 0, 1, [["a"], ["b"], ["c"], ["d"]], [[0.1], [0.2]]], "#VALUE!", "groups: 4 assets"),
        ("MIN_VAR_WEIGHTS", [TWO, 0, 1, [["a"], [None]], [[0.1], [0.2]]], "#VALUE!", "groups"),
        (
            "MIN_VAR_WEIGHTS",
            [TWO, 0, 1, [["a"], ["b"]], [[0.6], [0.5]]],
            "#NUM!",
            "group_lower: the groups must hold 1.1",
        ),
        (
            "MIN_VAR_WEIGHTS",
            [TWO, 0, 1, [["a"], ["b"]], None, [[0.4], [0.5]]],
            "#NUM!",
            "group_upper: the groups can hold 0.9",
        ),
        (
            "MIN_VAR_WEIGHTS",
            [TWO, 0, 1, [["a"], ["b"]], [[0.4], [0]], [[0.3], [1]]],
            "#NUM!",
            "group_lower, a: 0.4 is above",
        ),
        (
            "MIN_VAR_WEIGHTS",
            [TWO, 0.2, 1, [["a"], ["b"]], None, [[0.1], [1]]],
            "#NUM!",
            "group_upper, a: 0.1 cannot be kept",
        ),
        ("MIN_VAR_WEIGHTS", [TWO, 0, 1, [["a"], ["b"]], [[0.1], [0.2]], [[0.3], [0.2]], 1], "#VALUE!", "6 at most"),
        ("MAX_SHARPE_WEIGHTS", [[[0.08]], TWO], "#VALUE!", "cov: 2 assets, but mu has 1"),
        ("MAX_SHARPE_WEIGHTS", [PAIR, TWO, 0.08], "#NUM!", "rf: no feasible portfolio earns more than 0.08"),
        ("MAX_SHARPE_WEIGHTS", [PAIR, TWO, 0.07, 0, 0.6], "#NUM!", "the maximum return possible is 0.06"),
        ("MAX_SHARPE_WEIGHTS", [[[-0.01], [0.0]], TWO], "#NUM!", "rf: no feasible portfolio earns more than 0"),
        (
            "MAX_SHARPE_WEIGHTS",
            [PAIR, CASH, 0.02],
            "#NUM!",
            "cov: a portfolio without risk earns 0.03, more than rf 0.02",
        ),
        ("MAX_SHARPE_WEIGHTS", [PAIR, TWO, -1], "#NUM!", "rf: -1 is not possible"),
        ("TARGET_RETURN_WEIGHTS", [PAIR, TWO, 0.09], "#NUM!", "0.09 is above the maximum return possible, 0.08"),
        ("TARGET_RETURN_WEIGHTS", [PAIR, TWO, 0.07, 0, 0.6], "#NUM!", "the maximum return possible, 0.06"),
        ("TARGET_RETURN_WEIGHTS", [PAIR, TWO], "#VALUE!", "target_return: missing"),
        ("TARGET_RETURN_WEIGHTS", [PAIR, TWO, "high"], "#VALUE!", "target_return"),
        ("TARGET_VOL_WEIGHTS", [PAIR, TWO, 0.08], "#NUM!", "0.08 is below the minimum volatility possible, 0.0894427"),
        ("TARGET_VOL_WEIGHTS", [PAIR, TWO, -0.1], "#NUM!", "target_vol: -0.1 is not possible"),
        ("FRONTIER", [PAIR, TWO, 1], "#NUM!", "points: 1 is not possible; it must be at least 2"),
        ("FRONTIER", [PAIR, TWO, 2.5], "#NUM!", "points: 2.5 must be a whole number"),
        ("FRONTIER", [PAIR, TWO, 1e9], "#NUM!", "points: 1000000000 is not possible; it must be at most 10000"),
        ("FRONTIER", [PAIR, TWO, 5, 0.6], "#NUM!", "lower"),
        ("MAX_DIV_WEIGHTS", [CASH], "#NUM!", "cov: Cash has no variance"),
        ("MAX_DIV_WEIGHTS", [[[0.04, -0.02], [-0.02, 0.01]]], "#NUM!", "cov: a portfolio of these assets has no risk"),
        ("MAX_DIV_WEIGHTS", [TWO, 0.6], "#NUM!", "lower: the bounds sum to 1.2"),
        ("MAX_DIV_WEIGHTS", [TWO, 0, 1, [["a"], ["b"]]], "#VALUE!", "3 at most"),
        ("IMPLIED_RETURNS", [[[0.6], [0.6]], TWO], "#VALUE!", "weights: the weights sum to 1.2"),
        ("IMPLIED_RETURNS", [SIX, TWO, 0], "#NUM!", "risk_aversion: 0 is not possible"),
        ("BLACK_LITTERMAN", [SIX, TWO, [[1, -1, 0]], 0.02], "#VALUE!", "picks: 3 assets, but weights has 2"),
        ("BLACK_LITTERMAN", [SIX, TWO, [[1, -1]], [[0.02], [0.03]]], "#VALUE!", "views: 2 views, but picks has 1"),
        (
            "BLACK_LITTERMAN",
            [SIX, TWO, [[1, 0], [0, 1]], [[0.1], [0.1]], [[0.5], [0.5], [0.5]]],
            "#VALUE!",
            "confidence",
        ),
        ("BLACK_LITTERMAN", [SIX, TWO, [[1, -1]], 0.02, 1.01], "#NUM!", "confidence"),
        ("BLACK_LITTERMAN", [SIX, TWO, [[1, -1]], 0.02, -0.1], "#NUM!", "confidence"),
        ("BLACK_LITTERMAN", [SIX, TWO, [[0, 0]], 0.02], "#NUM!", "picks: View 1 picks nothing"),
        (
            "BLACK_LITTERMAN",
            [SIX, CASH, [[1, 0], [0, 1]], [[0.1], [0.1]]],
            "#NUM!",
            "picks: View 2 is about a portfolio without",
        ),
        (
            "BLACK_LITTERMAN",
            [SIX, TWO, [[1, 0], [1, 0]], [[0.1], [0.1]], 1],
            "#NUM!",
            "confidence: of View 1, View 2 one",
        ),
        ("BLACK_LITTERMAN", [SIX, TWO, [[1, None]], 0.02], "#VALUE!", "picks"),
        ("BLACK_LITTERMAN", [SIX, TWO, [[1, -1]], "up"], "#VALUE!", "views"),
    ],
)
def test_nonsense(name, arguments, code, words):
    ((cell,),) = call(name, arguments)
    assert isinstance(cell, ErrorValue) and cell == code and words in cell.reason, (cell, getattr(cell, "reason", ""))


def test_a_dropped_view_is_not_looked_at():
    """With confidence 0 a view on cash, or on nothing, does no harm."""
    found = call("BLACK_LITTERMAN", [SIX, CASH, [[1, 0], [0, 1], [0, 0]], [[0.1], [0.1], [0.1]], [[0.5], [0], [0]]])
    close([row[-1] for row in found], [0.08, 0.0])


def test_limits_without_groups_in_python():
    with pytest.raises(InputError, match="group_upper: it needs groups"):
        xa.frontier(MU, THREE, group_upper=[0.5, 0.5])


def test_cash_alone_has_no_risk_with_short_sales_either():
    """Rounding leaves 1e-16 of risky assets in a mix of cash alone, where 0 is no bound: it is without risk all the same."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((12, 6)) * 0.1
    X[:, 0] = 0.0
    cov, mu = np.cov(X, rowvar=False), np.array([0.02, 0.05, 0.03, 0.06, 0.04, 0.08])
    with pytest.raises(xa.AllocError, match="a portfolio without risk earns"):
        xa.max_sharpe_weights(mu, cov, 0.01, -1, 1)
    table = xa.frontier(mu, cov, 3, -1, 1)
    assert table.column("volatility")[0] == 0.0 and table.rows[0][3] == pytest.approx(1, abs=1e-14)
    assert isinstance(table.column("sharpe")[0], xa.AllocError)


def test_no_ratio_is_made_of_a_risk_that_rounding_could_be():
    """Twice an asset less one of twice its risk: a volatility of 2e-7 of the parts', half of whose digits are rounding."""
    cov = np.array([[0.04, 0.08 * (1 - 1e-13)], [0.08 * (1 - 1e-13), 0.16]])
    with pytest.raises(NumberError, match="a portfolio without risk"):
        xa.max_sharpe_weights([0.05, 0.08], cov, 0.0, -1, 2)
    assert xa.max_sharpe_weights([0.05, 0.11], cov, 0.0, -1, 2)[1] > 0  # there the portfolio without risk earns nothing


# Numbers near the end of what a computer holds --------------------------------------------------------------------


@pytest.mark.parametrize("scale", [1e-298, 1e-150, 1e150, 1e298])
def test_a_view_says_the_same_in_any_unit(scale):
    cov = [[0.04, 0.006], [0.006, 0.01]]
    plain = xa.black_litterman([0.6, 0.4], cov, [[1, -1]], [0.03])
    assert xa.black_litterman([0.6, 0.4], cov, [[scale, -scale]], [0.03 * scale]) == pytest.approx(plain)


@pytest.mark.filterwarnings("error", "default::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("seed", range(60))
def test_numbers_of_any_size_give_weights_or_an_error_and_no_warning(seed):
    """Covariances, means, loadings from 1e-300 to 1e298: the weights are those of ordinary size, where there are some."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 6))
    cov = np.cov(rng.standard_normal((n + 4, n)), rowvar=False)
    mu, loadings = rng.standard_normal(n), rng.standard_normal((n, 2))
    large, size, wide = (10.0 ** rng.choice([-300, -160, -8, 0, 77, 150, 200, 298]) for _ in range(3))
    calls = [
        (lambda c, m, b: xa.min_var_weights(cov * c, -2, 2)),
        (lambda c, m, b: xa.max_sharpe_weights(mu * m, cov * c)),
        (lambda c, m, b: xa.target_return_weights(mu * m, cov * c, float(mu.mean()) * m)),
        (lambda c, m, b: xa.target_vol_weights(mu * m, cov * c, float(np.sqrt(c * cov.diagonal().mean())))),
        (lambda c, m, b: xa.rp_factor(loadings * b, np.diag([1.0, 2.0]) * c, np.ones(n) * size)),
        (lambda c, m, b: xa.black_litterman(np.full(n, 1 / n), cov * c, mu[None, :] * b, [0.1 * b])),
    ]
    for k, compute in enumerate(calls):
        try:
            found = compute(large, size, wide)
        except xa.AllocError:
            continue
        assert np.isfinite(found).all()
        if k < 4:
            assert found == pytest.approx(compute(1.0, 1.0, 1.0), rel=1e-6, abs=1e-7)
