"""The exact frontier: published examples, closed forms, linear programmes as proof, degenerate data."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from xlalloc.core.critical_line import corner_portfolios
from xlalloc.errors import NumberError


def vol(w, cov):
    return float(np.sqrt(max(w @ cov @ w, 0.0)))


def excess_variance(w, cov, constraints, mu=None, target=None):
    """Upper bound of w'Σw − min z'Σz over feasible z (with μ'z ≥ target), relative to the size of w'Σw.

    By convexity z'Σz ≥ w'Σw + 2(Σw)'(z − w); the least right-hand side is a linear programme.
    It knows nothing of critical lines.
    """
    lower, upper, G, low, high = constraints
    gradient, sigma = 2 * cov @ w, np.sqrt(np.diag(cov))
    scale = max(np.abs(w) @ sigma, 1e-3 * sigma.max()) ** 2 or 1.0
    rows, limits = [G, -G], [high, -low]
    if target is not None:
        rows, limits = [*rows, -mu[None]], [*limits, [-target]]
    found = linprog(
        gradient / scale,
        np.vstack(rows),
        np.concatenate(limits),
        np.ones((1, w.size)),
        [1.0],
        np.column_stack([lower, upper]),
        options={"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10},
    )
    assert found.status == 0, found.message
    return gradient @ w / scale - found.fun


def violation(w, constraints):
    lower, upper, G, low, high = constraints
    return max(
        abs(w.sum() - 1),
        (lower - w).max(),
        (w - upper).max(),
        (G @ w - high).max(initial=0.0),
        (low - G @ w).max(initial=0.0),
    )


# ----------------------------------------------------------------------------------------- published examples

# Ten assets of Markowitz & Todd, solved by Bailey & López de Prado (2013), Algorithms 6, 169-196
TODD_MU = np.array([1.175, 1.19, 0.396, 1.12, 0.346, 0.679, 0.089, 0.73, 0.481, 1.08])
TODD_COV = np.zeros((10, 10))
TODD_COV[np.tril_indices(10)] = [
    0.40755159,
    0.03175842, 0.9063047,
    0.05183923, 0.03136385, 0.19490901,
    0.05663904, 0.02687256, 0.04408485, 0.19528471,
    0.0330226, 0.01917172, 0.03006772, 0.02777345, 0.34059105,
    0.00827775, 0.00934384, 0.01322738, 0.00526665, 0.00777055, 0.15983874,
    0.02165938, 0.02495043, 0.03525971, 0.01375808, 0.02067844, 0.02105575, 0.68056711,
    0.01332419, 0.00761036, 0.0115493, 0.00780878, 0.00736409, 0.00518686, 0.01377882, 0.95526918,
    0.0343476, 0.02874874, 0.0427563, 0.02914176, 0.02542657, 0.01723737, 0.04627027, 0.0106553, 0.31681584,
    0.02249903, 0.01336866, 0.02057303, 0.01640377, 0.01284075, 0.00723779, 0.01926088, 0.00760955,
    0.01854318, 0.11079287,
]  # fmt: skip
TODD_COV += np.tril(TODD_COV, -1).T
TODD_CORNERS = [  # return, volatility
    (1.190, 0.952), (1.180, 0.546), (1.160, 0.417), (1.111, 0.267), (1.108, 0.265),
    (1.022, 0.230), (1.015, 0.228), (0.973, 0.220), (0.950, 0.216), (0.803, 0.205),
]  # fmt: skip
TODD_LEAST = [0.037, 0.027, 0.095, 0.126, 0.077, 0.219, 0.030, 0.036, 0.061, 0.292]


def test_the_ten_assets_of_markowitz_and_todd():
    frontier = corner_portfolios(TODD_MU, TODD_COV)
    corners = np.column_stack([frontier.returns, frontier.vols])
    assert np.abs(corners - TODD_CORNERS).max() < 6e-4
    assert np.abs(frontier.min_variance() - TODD_LEAST).max() < 6e-4


def test_two_assets_in_closed_form():
    s, t, rho, mu, rf = 0.2, 0.1, 0.3, np.array([0.09, 0.04]), 0.01
    cov = np.array([[s * s, rho * s * t], [rho * s * t, t * t]])
    frontier = corner_portfolios(mu, cov)
    least = (t * t - rho * s * t) / (s * s + t * t - 2 * rho * s * t)
    assert frontier.min_variance() == pytest.approx([least, 1 - least], abs=1e-14)
    tangency = np.linalg.solve(cov, mu - rf)
    assert frontier.max_sharpe(rf) == pytest.approx(tangency / tangency.sum(), abs=1e-14)
    assert frontier.at_return(0.07) == pytest.approx([0.6, 0.4], abs=1e-14)
    assert vol(frontier.at_vol(0.15), cov) == pytest.approx(0.15, abs=1e-15)
    assert frontier.at_vol(0.15)[0] > least
    assert frontier.points(5) @ mu == pytest.approx(np.linspace(least * 0.05 + 0.04, 0.09, 5), abs=1e-14)


def test_unbounded_weights_equal_the_inverse_matrix():
    rng = np.random.default_rng(4)
    cov, mu = np.cov(rng.standard_normal((60, 12)), rowvar=False), rng.uniform(0, 0.1, 12)
    frontier = corner_portfolios(mu, cov, lower=-50, upper=50)
    for w, target in ((frontier.min_variance(), np.zeros(12)), (frontier.at_return(0.3), mu)):
        rows = np.vstack([np.ones(12), target])[: 1 + target.any()]
        system = np.block([[cov, rows.T], [rows, np.zeros((len(rows), len(rows)))]])
        exact = np.linalg.solve(system, np.append(np.zeros(12), [1, 0.3][: len(rows)]))[:12]
        assert w == pytest.approx(exact, abs=1e-11)


# ------------------------------------------------------------------------------ optimality, whatever the data


def covariance(kind, n, rng):
    sigma = rng.uniform(0.02, 0.4, n)
    if kind == "sample":
        return np.atleast_2d(np.cov(rng.standard_normal((3 * n + 5, n)) * sigma, rowvar=False))
    if kind == "few observations":  # rank below n
        rows = rng.integers(2, max(3, n))
        return np.atleast_2d(
            np.cov(rng.standard_normal((rows, n)) * sigma + rng.standard_normal((rows, 1)) * 0.2, rowvar=False)
        )
    if kind == "low rank":  # long-only portfolios without risk exist
        B = rng.standard_normal((n, rng.integers(1, max(2, n // 2 + 1)))) * 0.1
        return B @ B.T
    if kind == "two kinds":
        sigma = np.where(np.arange(n) % 2, 0.05, 0.2)
        rho = rng.choice([0, 0.3, 0.9, 1])
        return np.outer(sigma, sigma) * (rho + (1 - rho) * np.eye(n))
    if kind == "copies":
        B, i = rng.standard_normal((n, n + 2)) * 0.1, rng.integers(0, max(1, n // 2), n)
        return (B @ B.T)[np.ix_(i, i)]
    if kind == "cash":
        cov, i = covariance("sample", n, rng), rng.integers(0, n, max(1, n // 4))
        cov[i], cov[:, i] = 0, 0
        return cov
    if kind == "scales":
        return np.atleast_2d(np.cov(rng.standard_normal((3 * n + 5, n)) * 10 ** rng.uniform(-3, 0, n), rowvar=False))
    return np.eye(n) * 0.04


def bounds(kind, n, rng):
    if kind == "long":
        return np.zeros(n), np.ones(n)
    if kind == "round":  # vertices are degenerate
        return np.zeros(n), np.full(n, max(1 / n, rng.choice([0.1, 0.2, 0.25, 0.5])))
    if kind == "short":
        return np.full(n, -0.5), np.ones(n)
    if kind == "tight":
        lower = rng.dirichlet(np.ones(n))
        return (lower, np.ones(n)) if rng.random() < 0.5 else (np.zeros(n), lower)
    lower = rng.uniform(0, 1 / n, n)
    upper = lower + rng.uniform(1 / n, 4 / n, n) * (rng.random(n) < 0.8)  # some are fixed
    upper[0] += max(0.0, 1 - upper.sum())
    return lower, upper


def group_limits(kind, lower, upper, rng):
    member = np.unique(rng.integers(0, 4, lower.size), return_inverse=True)[1]
    spread = upper.sum() - lower.sum()
    inside = lower + ((1 - lower.sum()) / spread if spread > 1e-12 else 0) * (upper - lower)
    total, g = np.bincount(member, inside), member.max() + 1
    if kind == "fixed":
        return member, total, total
    if kind == "round":
        return member, np.floor(total * 20) / 20, np.ceil(total * 20) / 20
    if kind == "redundant":
        return member, np.bincount(member, lower), np.bincount(member, upper)
    return member, total - rng.uniform(0, 0.2, g), total + rng.uniform(0, 0.2, g)


KINDS = ["sample", "few observations", "low rank", "two kinds", "copies", "cash", "scales", "unit"]


def problem(kind, seed):
    """mu, cov, the arguments, and the same as (lower, upper, G, low, high)."""
    rng = np.random.default_rng([KINDS.index(kind), seed])
    n = int(rng.integers(1, 15 if seed % 5 else 40))
    cov = covariance(kind, n, rng)
    mu = [rng.uniform(0, 0.1, n), np.round(rng.uniform(0, 0.1, n), 2), np.full(n, 0.05), np.zeros(n)][seed % 4]
    lower, upper = bounds(["long", "round", "short", "tight", "own"][rng.integers(5)], n, rng)
    arguments, G, low, high = (lower, upper), np.zeros((0, n)), np.zeros(0), np.zeros(0)
    if rng.random() < 0.6:
        limits = group_limits(["free", "fixed", "round", "redundant"][rng.integers(4)], lower, upper, rng)
        arguments, (member, low, high) = (lower, upper, *limits), limits
        G = (member == np.arange(member.max() + 1)[:, None]).astype(float)
    return mu, cov, arguments, (lower, upper, G, low, high)


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("kind", KINDS)
def test_every_portfolio_on_the_frontier_is_feasible_and_optimal(kind, seed):
    mu, cov, arguments, constraints = problem(kind, seed)
    frontier = corner_portfolios(mu, cov, *arguments)
    least, best = frontier.returns[-1], frontier.returns[0]
    assert violation(frontier.min_variance(), constraints) < 1e-12
    assert excess_variance(frontier.min_variance(), cov, constraints) < 1e-9
    for share in (0.0, 0.2, 0.7, 1.0):
        target = least + share * (best - least)
        w = frontier.at_return(target)
        assert violation(w, constraints) < 1e-12
        assert w @ mu >= target - 1e-13
        assert excess_variance(w, cov, constraints, mu, target - 1e-13) < 1e-9
    assert (np.diff(frontier.returns) < 1e-15).all()
    assert (np.diff(frontier.vols) < 1e-15).all()
    lower, upper, G, low, high = constraints
    greatest = linprog(
        -mu,
        np.vstack([G, -G]),
        np.concatenate([high, -low]),
        np.ones((1, mu.size)),
        [1.0],
        np.column_stack([lower, upper]),
    )
    assert best == pytest.approx(-greatest.fun, abs=1e-9)


@pytest.mark.parametrize("seed", range(30))
def test_no_random_mix_beats_the_tangency_portfolio_or_the_volatility_target(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 12))
    cov, mu = covariance("sample", n, rng), rng.uniform(0, 0.1, n)
    frontier, rf = corner_portfolios(mu, cov), 0.5 * mu.max() * rng.random()
    w = frontier.max_sharpe(rf)
    mixes = np.vstack([rng.dirichlet(np.full(n, 0.3), 2000), frontier.weights, frontier.points(400)])
    vols = np.sqrt(np.einsum("ij,jk,ik->i", mixes, cov, mixes))
    assert ((mixes @ mu - rf) / vols).max() <= (w @ mu - rf) / vol(w, cov) * (1 + 1e-12)
    target = rng.uniform(frontier.vols[-1], frontier.vols[0])
    held = frontier.at_vol(target)
    assert vol(held, cov) == pytest.approx(target, rel=1e-12)
    assert (mixes @ mu)[vols <= target].max() <= held @ mu + 1e-12


def test_two_hundred_assets_from_a_year_of_days_are_solved():
    rng = np.random.default_rng(9)
    days = rng.standard_normal((120, 200)) * rng.uniform(0.005, 0.02, 200) + rng.standard_normal((120, 1)) * 0.01
    cov, mu = np.cov(days, rowvar=False), days.mean(0)
    frontier = corner_portfolios(mu, cov)
    free = (np.zeros(200), np.ones(200), np.zeros((0, 200)), np.zeros(0), np.zeros(0))
    for w in frontier.points(5):
        assert excess_variance(w, cov, free, mu, w @ mu - 1e-15) < 1e-9


# ------------------------------------------------------------------------------------------- degenerate cases


def test_one_asset():
    frontier = corner_portfolios(np.array([0.05]), np.array([[0.04]]))
    assert frontier.weights.tolist() == [[1.0]]
    assert frontier.points(3).tolist() == [[1.0]] * 3


@pytest.mark.parametrize("mu", [0.0, 0.05, -0.01])
def test_equal_means_leave_the_least_variance(mu):
    cov = np.diag([0.01, 0.04])
    frontier = corner_portfolios(np.full(2, mu), cov)
    assert frontier.weights == pytest.approx(np.array([[0.8, 0.2]]), abs=1e-15)
    assert frontier.at_return(mu) == pytest.approx([0.8, 0.2], abs=1e-15)


def test_ties_in_the_greatest_return_are_broken_by_least_variance():
    mu = np.array([0.08, 0.08, 0.08 * (1 + 1e-15), 0.02])
    w = corner_portfolios(mu, np.diag([0.01, 0.04, 0.02, 0.0001])).weights[0]
    inverse = np.array([100, 25, 50, 0])
    assert w == pytest.approx(inverse / inverse.sum(), abs=1e-14)


def test_ties_in_the_least_variance_are_broken_by_return():
    frontier = corner_portfolios(np.array([0.01, 0.02, 0.015, 0.09]), np.diag([0, 0, 0, 0.04]))
    assert frontier.min_variance().tolist() == [0, 1, 0, 0]
    hedge = np.outer([0.1, -0.1, 0.2], [0.1, -0.1, 0.2])  # rank 1: 1-2 and 2-3 hedge each other
    w = corner_portfolios(np.array([0.03, 0.01, 0.09]), hedge).min_variance()
    assert w == pytest.approx([0, 2 / 3, 1 / 3], abs=1e-14)


def test_tight_bounds_leave_one_portfolio():
    cov, mu, only = np.diag([0.01, 0.04, 0.09]), np.array([0.01, 0.03, 0.05]), np.array([0.2, 0.3, 0.5])
    for lower, upper in ((only, 1.0), (0.0, only), (only, only)):
        assert corner_portfolios(mu, cov, lower, upper).weights == pytest.approx(only[None], abs=1e-15)
    ten = corner_portfolios(np.arange(10.0), np.eye(10), 0.0, 0.1)  # ten times 0.1 is below 1 in floating point
    assert ten.weights == pytest.approx(np.full((1, 10), 0.1), abs=1e-15)


def test_a_fixed_asset_stays():
    lower, upper = np.array([0, 0.25, 0]), np.array([1, 0.25, 1])
    frontier = corner_portfolios(np.array([0.01, 0.03, 0.05]), np.diag([0.01, 0.04, 0.09]), lower, upper)
    assert (frontier.weights[:, 1] == 0.25).all()
    assert frontier.min_variance() == pytest.approx([0.675, 0.25, 0.075], abs=1e-15)


def test_copies_share_the_weight_of_one():
    two, mu = np.diag([0.01, 0.04]), np.array([0.02, 0.06])
    single, copied = (corner_portfolios(mu, two), corner_portfolios(mu[[0, 1, 1]], two[np.ix_([0, 1, 1], [0, 1, 1])]))
    assert copied.vols[[0, -1]] == pytest.approx(single.vols[[0, -1]], rel=1e-13)
    assert copied.min_variance()[1:].sum() == pytest.approx(single.min_variance()[1], abs=1e-14)


def test_fixed_groups_equal_weights_of_each_group_alone():
    cov, mu = np.diag([0.01, 0.04, 0.09, 0.01]), np.array([0.02, 0.03, 0.05, 0.01])
    fixed = corner_portfolios(mu, cov, 0, 1, [0, 0, 1, 1], [0.4, 0.6], [0.4, 0.6])
    assert fixed.min_variance() == pytest.approx([0.32, 0.08, 0.06, 0.54], abs=1e-15)
    assert fixed.weights[0] == pytest.approx([0, 0.4, 0.6, 0], abs=1e-15)


def test_redundant_groups_change_nothing():
    rng = np.random.default_rng(2)
    cov, mu, member = covariance("sample", 9, rng), rng.uniform(0, 0.1, 9), np.arange(9) % 3
    plain = corner_portfolios(mu, cov, 0, 0.25)
    for limits in ((None, None), ([0, 0, 0], [1, 1, 1]), ([0, 0, 0], [0.75, 0.75, 0.75])):
        assert corner_portfolios(mu, cov, 0, 0.25, member, *limits).weights == pytest.approx(plain.weights, abs=1e-13)


def test_cash_that_pays_rf_stays_out_of_the_tangency_portfolio():
    mu, cov = np.array([0.02, 0.06, 0.08]), np.diag([0, 0.01, 0.04])
    frontier = corner_portfolios(mu, cov)
    assert frontier.min_variance().tolist() == [1, 0, 0]
    assert frontier.vols[-1] == 0
    assert frontier.max_sharpe(0.02) == pytest.approx([0, 8 / 11, 3 / 11], abs=1e-14)
    assert frontier.at_vol(0.0).tolist() == [1, 0, 0]
    with pytest.raises(NumberError, match="infinite"):
        frontier.max_sharpe(0.01)


# ----------------------------------------------------------------------------------------------------- errors


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"upper": 0.3}, "upper: the bounds sum to 0.9; at least 1 is needed"),
        ({"lower": 0.4}, "lower: the bounds sum to 1.2; at most 1 is possible"),
        ({"lower": [0, 0.5, 0], "upper": [1, 0.4, 1]}, "lower, Asset 2: 0.5 is above its upper bound 0.4"),
        ({"upper": [1, np.inf, 1]}, "upper, Asset 2: the bound must be a finite number"),
        ({"groups": [0, 0, 1], "group_lower": [0.2, 0], "group_upper": [0.1, 1]}, "group_lower, Group 1: 0.2 is above"),
        ({"groups": [0, 0, 1], "upper": 0.4, "group_lower": [0.9, 0]}, "group_lower, Group 1: 0.9 cannot be reached"),
        ({"groups": [0, 0, 1], "lower": 0.2, "group_upper": [0.3, 1]}, "group_upper, Group 1: 0.3 cannot be kept"),
        ({"groups": [0, 0, 1], "group_lower": [0.6, 0.6]}, "the groups must hold 1.2 in total"),
        ({"groups": [0, 0, 1], "group_upper": [0.5, 0.4]}, "the groups can hold 0.9 in total"),
    ],
)
def test_infeasible_bounds_are_named(arguments, message):
    with pytest.raises(NumberError) as error:
        corner_portfolios(np.array([0.01, 0.02, 0.03]), np.eye(3), **arguments)
    assert message in str(error.value)


def test_targets_out_of_reach_are_named():
    frontier = corner_portfolios(np.array([0.02, 0.06]), np.diag([0.01, 0.04]))
    with pytest.raises(NumberError, match=r"target_return: 0.07 is above the maximum return possible, 0.06"):
        frontier.at_return(0.07)
    with pytest.raises(NumberError, match=r"target_vol: 0.05 is below the minimum volatility possible, 0.0894427"):
        frontier.at_vol(0.05)
    with pytest.raises(NumberError, match=r"rf: no feasible portfolio earns more than 0.06"):
        frontier.max_sharpe(0.06)
    assert frontier.at_return(-1) == pytest.approx(frontier.min_variance(), abs=0)
    assert frontier.at_vol(9).tolist() == [0, 1]


def test_a_volatility_below_the_least_by_rounding_is_reached():
    hedge = np.array([[1, 1e-12 - 1], [1e-12 - 1, 1]])
    frontier = corner_portfolios(np.array([0.02, 0.06]), hedge)
    assert frontier.at_vol(frontier.vols[-1] * (1 - 1e-5)) == pytest.approx([0.5, 0.5], abs=1e-12)
    with pytest.raises(NumberError, match="target_vol"):
        frontier.at_vol(0.9 * frontier.vols[-1])


def test_an_indefinite_covariance_is_never_answered():
    with pytest.raises(NumberError):
        corner_portfolios(np.zeros(3), np.array([[1, -0.9, -0.9], [-0.9, 1, -0.9], [-0.9, -0.9, 1.0]]))


# ------------------------------------------------------------------------------------------------- invariants

seeds = st.integers(0, 2**32 - 1)


@settings(max_examples=60)
@given(seeds, st.floats(1e-6, 1e6), st.floats(1e-3, 1e3), st.floats(-1, 1))
def test_scale_of_risk_and_scale_and_level_of_returns_do_not_matter(seed, risk, scale, level):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 12))
    cov, mu = covariance("sample", n, rng), rng.uniform(0, 0.1, n)
    plain = corner_portfolios(mu, cov, 0, 1 if n == 1 else 0.8)
    other = corner_portfolios(level + scale * mu, risk * cov, 0, 1 if n == 1 else 0.8)
    assert other.weights.shape == plain.weights.shape
    assert np.abs(other.weights - plain.weights).max() < 1e-7
    assert np.abs(other.min_variance() - plain.min_variance()).max() < 1e-11


@settings(max_examples=60)
@given(seeds)
def test_order_of_assets_does_not_matter(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 12))
    cov, mu, member = covariance("sample", n, rng), rng.uniform(0, 0.1, n), np.arange(n) % 2
    order = rng.permutation(n)
    plain = corner_portfolios(mu, cov, 0, 1, member, [0.1, 0.1], [0.8, 0.8])
    mixed = corner_portfolios(mu[order], cov[np.ix_(order, order)], 0, 1, member[order], [0.1, 0.1], [0.8, 0.8])
    assert mixed.weights == pytest.approx(plain.weights[:, order], abs=1e-10)


@settings(max_examples=40)
@given(seeds)
def test_a_wider_bound_never_costs_risk(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(3, 12))
    cov, mu = covariance(KINDS[seed % len(KINDS)], n, rng), rng.uniform(0, 0.1, n)
    narrow, wide = corner_portfolios(mu, cov, 0, 0.4), corner_portfolios(mu, cov, -0.1, 0.6)
    for target in np.linspace(narrow.returns[-1], narrow.returns[0], 4):
        before, after = vol(narrow.at_return(target), cov), vol(wide.at_return(target), cov)
        assert after <= before * (1 + 1e-9) + 1e-8 * np.sqrt(np.diag(cov).max())
