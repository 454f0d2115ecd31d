"""Risk budgeting against closed forms, published tables, exact arithmetic and the optimality conditions."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlalloc.core import risk_newton
from xlalloc.core.risk_budgeting import (
    DIRECT_SIZE,
    MANY,
    NoSolution,
    check_definite,
    kkt_error,
    risk_budgeting,
    solve,
    solve_bounded,
)
from xlalloc.errors import NumberError

pytestmark = pytest.mark.filterwarnings("error", "default::pytest.PytestUnraisableExceptionWarning")


def covariance(vols, correlation) -> np.ndarray:
    return np.outer(vols, vols) * np.array(correlation, float)


def equicorrelation(n: int, rho: float) -> np.ndarray:
    return np.full((n, n), rho) + (1.0 - rho) * np.eye(n)


def equal(n: int) -> np.ndarray:
    return np.full(n, 1.0 / n)


def share_error(cov, weights, budgets) -> float:
    shares = weights * (cov @ weights)
    return float(np.abs(shares / shares.sum() - budgets).max())


def exact_share_error(cov, weights, budgets) -> float:
    """The same in rational arithmetic: no rounding at all."""
    w = [Fraction(float(x)) for x in weights]
    rows = [[Fraction(float(x)) for x in row] for row in cov]
    shares = [x * sum(a * y for a, y in zip(row, w, strict=True)) for x, row in zip(w, rows, strict=True)]
    total = sum(shares)
    return max(abs(float(s / total - Fraction(float(b)))) for s, b in zip(shares, budgets, strict=True))


def slope_gap(cov, budgets, lower, upper, w) -> float:
    """0 where one θ fits: dᵢ ≤ θ for each weight that could be lower, dᵢ ≥ θ for each that could be higher.

    (A weight that may rise must not fall in the objective by rising, and the reverse.) In shares of risk.
    """
    d = (cov @ w) / (w @ cov @ w) - budgets / w
    may_fall, may_rise = w > lower + 1e-11, w < upper - 1e-11
    low, high, tolerance = -np.inf, np.inf, 0.0
    for i in np.flatnonzero(may_fall):
        low, tolerance = max((low, tolerance), (d[i], 1.0 / w[i]))
    for i in np.flatnonzero(may_rise):
        high, tolerance = min((high, tolerance), (d[i], 1.0 / w[i]))
    return max(0.0, low - high) / max(tolerance, 1.0) if np.isfinite(low - high) else 0.0


def objective(cov, budgets, w) -> float:
    return 0.5 * float(np.log(w @ cov @ w)) - float(budgets @ np.log(w))


# Families of covariance matrices ------------------------------------------------------------------


def wishart(n, rng):
    X = rng.standard_normal((2 * n + 2, n))
    return np.cov(X * 10.0 ** rng.uniform(-2, 0, n), rowvar=False)


def factors(n, rng, periods=None):
    periods = periods or 4 * n + 60
    market = rng.standard_normal((periods, 1)) * rng.uniform(0.4, 1.6, n)
    styles = rng.standard_normal((periods, 3)) @ rng.standard_normal((3, n)) * 0.4
    return np.cov(market + styles + rng.standard_normal((periods, n)) * rng.uniform(0.5, 2.0, n), rowvar=False)


def too_few_observations(n, rng):
    return factors(n, rng, periods=max(n // 2, 3))


def stocks_and_bonds(n, rng):
    cov = factors(n, rng)
    sign = np.where(np.arange(n) < n // 2, 1.0, -0.35)
    return cov * np.outer(sign, sign) + np.diag(rng.uniform(0.1, 0.5, n) * cov.diagonal())


def hedged_and_duplicate(n, rng):
    X = rng.standard_normal((4 * n + 4, n))
    for _ in range(max(1, n // 4)):
        i, j = rng.choice(n, 2, replace=False)
        noise = rng.choice([3e-3, 1e-2, 0.1]) * rng.standard_normal(len(X))
        X[:, j] = rng.choice([-1, 1]) * X[:, i] + noise
    return np.cov(X * 10.0 ** rng.uniform(-4, 0, n), rowvar=False)


def equicorrelated(n, rng):
    return covariance(10.0 ** rng.uniform(-3, 0, n), equicorrelation(n, rng.choice([0.9, 0.99, 0.9999])))


def negative_equicorrelated(n, rng):
    rho = -rng.choice([0.5, 0.9, 0.999]) / (n - 1)
    return covariance(10.0 ** rng.uniform(-2, 0, n), equicorrelation(n, rho))


FAMILIES = [
    wishart,
    factors,
    too_few_observations,
    stocks_and_bonds,
    hedged_and_duplicate,
    equicorrelated,
    negative_equicorrelated,
]


def some_budgets(n, rng, kind):
    b = [equal(n), rng.dirichlet(np.ones(n)), rng.dirichlet(np.full(n, 0.2)) + 1e-8][kind % 3]
    return b / b.sum()


def least_relative_risk(cov) -> float:
    """Least √(z'Cz)/1'z of a long-only z, C the correlations (non-negative least squares)."""
    from scipy.optimize import nnls

    vols = np.sqrt(np.diag(cov))
    values, vectors = np.linalg.eigh(cov / np.outer(vols, vols))
    root = (vectors * np.sqrt(np.maximum(values, 0.0))).T
    z = nnls(np.vstack([root, np.ones(len(cov))]), np.r_[np.zeros(len(cov)), 1.0])[0]
    return float(np.linalg.norm(root @ z) / z.sum())


# Without bounds -----------------------------------------------------------------------------------


@pytest.mark.parametrize("family", FAMILIES)
def test_shares_are_right_or_there_is_no_solution(family):
    rng = np.random.default_rng(20240101)
    solved = 0
    for trial in range(40):
        n = int(np.exp(rng.uniform(np.log(2), np.log(150))))
        cov = family(max(n, 4), rng)
        b = some_budgets(len(cov), rng, trial)
        try:
            solution = solve(cov, b)
        except NoSolution as refusal:
            if "almost" not in str(refusal):
                assert least_relative_risk(cov) < 1e-6
            continue
        solved += 1
        w = solution.weights
        assert (w > 0).all()
        assert w.sum() == pytest.approx(1.0, abs=1e-12)
        assert share_error(cov, w, b) <= 1e-10
        assert solution.error <= 1e-10
        assert np.abs(solution.shares - b).max() <= 1e-10
    assert solved >= (25 if family is too_few_observations else 39)


def test_two_assets_of_equal_budgets_are_inverse_volatility():
    for rho in (-0.99, -0.3, 0.0, 0.5, 0.999, 1.0):
        w = solve(covariance([0.2, 0.05], [[1, rho], [rho, 1]]), equal(2)).weights
        np.testing.assert_allclose(w, [0.2, 0.8], atol=1e-11)


def test_two_assets_of_unequal_budgets_meet_the_quadratic():
    """(1−b)(r²σ₁² + rρσ₁σ₂) = b(σ₂² + rρσ₁σ₂) in the ratio r = w₁/w₂."""
    s1, s2, rho, b = 0.3, 0.1, 0.4, 0.7
    w = solve(covariance([s1, s2], [[1, rho], [rho, 1]]), np.array([b, 1 - b])).weights[0]
    own, cross, other = w**2 * s1**2, w * (1 - w) * rho * s1 * s2, (1 - w) ** 2 * s2**2
    assert (own + cross) * (1 - b) == pytest.approx((other + cross) * b, rel=1e-10)
    a = (s1**2 * (1 - b), rho * s1 * s2 * (1 - 2 * b), -(s2**2) * b)  # of the ratio w₁/w₂
    ratio = (-a[1] + np.sqrt(a[1] ** 2 - 4 * a[0] * a[2])) / (2 * a[0])
    assert w == pytest.approx(ratio / (1 + ratio), rel=1e-11)


@pytest.mark.parametrize("n", [2, 3, 8, 60, 100, 350])
@pytest.mark.parametrize("rho", [0.0, 0.3, 0.99])
def test_equal_correlations_are_inverse_volatility(n, rho):
    vols = np.linspace(0.05, 0.4, n)
    w = solve(covariance(vols, equicorrelation(n, rho)), equal(n)).weights
    np.testing.assert_allclose(w, (1 / vols) / (1 / vols).sum(), rtol=1e-8)


def test_no_correlation_is_root_of_budget_over_volatility():
    vols, b = np.array([0.1, 0.2, 0.05, 0.4]), np.array([0.1, 0.2, 0.3, 0.4])
    expected = np.sqrt(b) / vols
    np.testing.assert_allclose(solve(np.diag(vols**2), b).weights, expected / expected.sum(), rtol=1e-9)


def test_published_tables():
    """Roncalli's three assets; Maillard, Roncalli & Teiletche (2010), section 4."""
    cov = covariance([0.3, 0.2, 0.15], [[1, 0.8, 0.5], [0.8, 1, 0.3], [0.5, 0.3, 1]])
    np.testing.assert_allclose(solve(cov, equal(3)).weights, [0.1969, 0.3244, 0.4787], atol=5.1e-5)
    w = solve(cov, np.array([0.5, 0.2, 0.3])).weights
    np.testing.assert_allclose(w, [0.3115, 0.2190, 0.4696], atol=6e-5)
    correlation = [[1, 0.8, 0, 0], [0.8, 1, 0, 0], [0, 0, 1, -0.5], [0, 0, -0.5, 1]]
    cov = covariance([0.1, 0.2, 0.3, 0.4], correlation)
    w = solve(cov, equal(4)).weights
    np.testing.assert_allclose(w, [0.3836, 0.1918, 0.2426, 0.1820], atol=5.1e-5)
    assert np.sqrt(w @ cov @ w) == pytest.approx(0.1029, abs=5.1e-5)


def test_one_asset():
    assert solve(np.array([[0.04]]), np.ones(1)).weights.tolist() == [1.0]


def test_duplicates_share_their_weight():
    """Two copies of an asset at budgets b₁, b₂ are one asset at b₁ + b₂, split in proportion."""
    pair = covariance([0.2, 0.1], [[1, 0.3], [0.3, 1]])
    one = solve(pair, np.array([0.6, 0.4])).weights
    two = solve(pair[np.ix_([0, 0, 1], [0, 0, 1])], np.array([0.2, 0.4, 0.4])).weights
    np.testing.assert_allclose(two, [one[0] / 3, one[0] * 2 / 3, one[1]], rtol=1e-9)


@pytest.mark.parametrize("gap", [1e-2, 1e-4, 1e-6, 1e-8, 1e-10, 1e-12, 1e-14, 1e-16, 0.0])
@pytest.mark.parametrize("vols", [(0.2, 0.1, 0.3), (1.0, 1.0, 1.0)])
def test_hedges_are_exact_or_refused(gap, vols):
    cov = covariance(vols, [[1, -1 + gap, 0.0], [-1 + gap, 1, 0.0], [0.0, 0.0, 1]])
    b = np.array([0.2, 0.3, 0.5])
    try:
        w = solve(cov, b).weights
    except NoSolution as refusal:
        assert gap <= 1e-7
        assert "Asset 1, Asset 2 has" in str(refusal)
    else:
        assert gap >= 1e-13
        assert share_error(cov, w, b) <= 1e-10
        assert exact_share_error(cov, w, b) <= 1e-10


def test_a_riskless_mix_is_named():
    cov = covariance([0.2, 0.3, 0.1, 0.4], np.eye(4))
    cov[1, 3] = cov[3, 1] = -0.3 * 0.4
    with pytest.raises(NoSolution, match=r"portfolio of Asset 2, Asset 4 has no risk"):
        solve(cov, equal(4))
    noise = np.random.default_rng(1).standard_normal((20, 90))
    with pytest.raises(NoSolution, match=r"and \d+ more has no risk"):
        solve(np.cov(noise, rowvar=False), equal(90))


def test_singular_without_a_riskless_mix_is_solved():
    rng = np.random.default_rng(3)
    for n in (10, 50, 80, 200, 400):
        X = rng.standard_normal((n // 2, 1)) + 0.5 * rng.standard_normal((n // 2, n))
        cov = np.cov(X, rowvar=False)
        assert np.linalg.matrix_rank(cov) < n
        assert share_error(cov, solve(cov, equal(n)).weights, equal(n)) <= 1e-10


def test_volatilities_of_any_scale():
    vols = 10.0 ** -np.arange(7.0)
    cov = covariance(vols, equicorrelation(7, 0.5))
    w = solve(cov, equal(7)).weights
    np.testing.assert_allclose(w, (1 / vols) / (1 / vols).sum(), rtol=1e-9)


@pytest.mark.parametrize("n", [6, 100])
def test_tiny_budgets(n):
    b = np.full(n, 1e-8)
    b[n // 2] = 1.0 - 1e-8 * (n - 1)
    cov = factors(n, np.random.default_rng(4))
    solution = solve(cov, b)
    assert share_error(cov, solution.weights, b) <= 1e-10
    assert (solution.weights > 0).all()


@pytest.mark.parametrize("n", [2, 9, 80])
def test_budgets_at_the_ends_of_arithmetic_are_met_or_refused(n):
    rng = np.random.default_rng(21)
    for spread in (12, 100, 250):
        b = 10.0 ** rng.uniform(-spread, 0, n)
        b /= b.sum()
        for cov in (factors(n, rng), too_few_observations(n, rng), np.full((n, n), 1e290)):
            for upper in (None, np.full(n, 1.5 / n)):
                try:
                    solution = risk_budgeting(cov, b, None, upper)
                except NumberError:
                    continue
                assert abs(solution.weights.sum() - 1.0) < 1e-11
                if upper is None:
                    assert share_error(cov / cov.max(), solution.weights, b) <= 1e-10


def test_what_cannot_be_solved_says_why():
    with pytest.raises(NumberError, match="Asset 2 has no variance"):
        solve(np.diag([0.04, 0.0, 0.01]), equal(3))
    bad = covariance([0.2, 0.1, 0.1], [[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]])
    with pytest.raises(NumberError, match="not a covariance matrix"):
        solve(bad, equal(3))
    rng = np.random.default_rng(5)
    large = rng.uniform(-0.5, 0.5, (MANY + 140, MANY + 140))
    large = (large + large.T) / 2
    np.fill_diagonal(large, 1.0)
    with pytest.raises(NumberError, match="not a covariance matrix"):
        solve(large, equal(len(large)))
    check_definite(np.ones((5, 5)))  # singular is not indefinite


def test_indefinite_is_found_even_where_shares_could_be_set():
    """Common correlation 0.3, each estimated with an error of up to 0.1: most eigenvalues go astray."""
    n = MANY + 140
    noise = np.triu(np.random.default_rng(11).uniform(-0.1, 0.1, (n, n)), 1)
    cov = equicorrelation(n, 0.3) + noise + noise.T
    assert np.linalg.eigvalsh(cov)[0] < -0.5
    for size in (n, 150):
        with pytest.raises(NumberError, match="not a covariance matrix"):
            solve(np.ascontiguousarray(cov[:size, :size]), equal(size))
    assert risk_newton.lowest_ritz(cov, products=60) == pytest.approx(np.linalg.eigvalsh(cov)[0], rel=1e-3)


def test_the_least_eigenvalue_seen_is_that_of_the_correlations_on_what_was_seen():
    """Rayleigh and Ritz on an orthogonal basis of the same vectors; vectors nearly the same add nothing."""
    rng = np.random.default_rng(14)
    cov = rng.standard_normal((40, 40))
    cov += cov.T
    np.fill_diagonal(cov, rng.uniform(4.0, 9.0, 40))
    vols = np.sqrt(cov.diagonal())
    us = rng.standard_normal((12, 40))
    Q = np.linalg.qr((us * vols).T)[0]
    expected = np.linalg.eigvalsh(Q.T @ (cov / np.outer(vols, vols)) @ Q)[0]
    assert risk_newton.lowest_seen(vols, np.hstack([us, us @ cov])) == pytest.approx(expected, rel=1e-10)
    us = np.vstack([us, us[0] * (1 + 1e-9), us[3]])
    assert risk_newton.lowest_seen(vols, np.hstack([us, us @ cov])) == pytest.approx(expected, rel=1e-6)


def test_ordinary_problems_need_no_repair(monkeypatch):
    """The steps alone reach 1e-10; refinement with exact sums is for hedges."""

    def never(*_):
        raise AssertionError("refined")

    monkeypatch.setattr("xlalloc.core.risk_budgeting.exact_product", never)
    rng = np.random.default_rng(12)
    for n in (2, 4, 8, 20, 30, 64, 65, 120):
        for family in (factors, wishart, stocks_and_bonds, equicorrelated):
            assert solve(family(n, rng), some_budgets(n, rng, n)).steps <= 80


def test_a_wrong_result_is_not_let_through(monkeypatch):
    cov, b = factors(6, np.random.default_rng(13)), equal(6)
    steps = "xlalloc.core.risk_budgeting.newton"
    monkeypatch.setattr(steps, lambda cov, b, y, vols: (1.0 / vols, 1))
    monkeypatch.setattr("xlalloc.core.risk_budgeting.refined", lambda cov, b, y: y)
    with pytest.raises(NumberError, match="not reached in"):
        solve(cov, b)
    monkeypatch.undo()
    wrong = np.full(6, 0.18)
    wrong[solve(cov, b).weights.argmax()] = 0.1
    monkeypatch.setattr("xlalloc.core.risk_budgeting._active_set", lambda *_: (wrong, 1))
    with pytest.raises(NumberError, match="within the bounds were not reached"):
        solve_bounded(cov, b, np.full(6, 0.01), np.full(6, 0.18))


def test_both_methods_agree(monkeypatch):
    rng = np.random.default_rng(6)
    for n in (DIRECT_SIZE + 1, 150):
        cov, b = stocks_and_bonds(n, rng), rng.dirichlet(np.ones(n))
        many = solve(cov, b)
        monkeypatch.setattr("xlalloc.core.risk_budgeting.DIRECT_SIZE", 10**6)
        few = solve(cov, b)
        monkeypatch.undo()
        assert (many.method, few.method) == ("conjugate gradients", "newton")
        np.testing.assert_allclose(many.weights, few.weights, rtol=1e-6)


def test_hedges_are_solved_over_all_directions_met():
    """Where conjugate gradients take long, what they have met is enough with a few more; nothing is factorised."""
    rng = np.random.default_rng(8)
    for n in (90, 240):
        cov, b = stocks_and_bonds(n, rng), rng.dirichlet(np.ones(n))
        solution = solve(cov, b, checked=True)
        assert solution.method == "conjugate gradients"
        assert risk_newton.MOST_PRODUCTS < solution.steps < risk_newton.MOST_PRODUCTS + risk_newton.MORE_PRODUCTS
        assert share_error(cov, solution.weights, b) <= 1e-11


def test_exact_product_has_one_rounding():
    rng = np.random.default_rng(7)
    A, x = rng.standard_normal((20, 20)) * 10.0 ** rng.uniform(-6, 6, (20, 20)), rng.standard_normal(20)
    A[:, 0] = -(A[:, 1:] @ x[1:]) / x[0]  # almost everything cancels
    exact = [float(sum(Fraction(a) * Fraction(b) for a, b in zip(row, x.tolist(), strict=True))) for row in A.tolist()]
    np.testing.assert_array_equal(risk_newton.exact_product(A, x), exact)


@st.composite
def problems(draw, least=2, most=9):
    """A factor covariance of any signs, volatilities over four decades, budgets over six."""
    n = draw(st.integers(least, most))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    B = rng.standard_normal((n, 2)) * draw(st.sampled_from([0.0, 0.5, 1.0, 2.0]))
    cov = (B @ B.T + np.diag(rng.uniform(0.1, 1.0, n))) * np.multiply.outer(*[10.0 ** rng.uniform(-3, 1, n)] * 2)
    cov = (cov + cov.T) / 2
    scale = 10.0 ** rng.uniform(-2, 1, n)
    b = 10.0 ** rng.uniform(-draw(st.integers(0, 6)), 0, n)
    return cov * np.outer(scale, scale), b / b.sum(), rng


@settings(max_examples=150)
@given(problems())
def test_scale_and_order_do_not_matter(problem):
    cov, b, rng = problem
    w = solve(cov, b).weights
    assert exact_share_error(cov, w, b) <= 1e-10
    np.testing.assert_allclose(solve(cov * 1e-4, b).weights, w, rtol=1e-7, atol=1e-12)
    order = rng.permutation(len(b))
    np.testing.assert_allclose(solve(cov[np.ix_(order, order)], b[order]).weights, w[order], rtol=1e-7, atol=1e-12)
    units = 10.0 ** rng.uniform(-1, 1, len(b))  # an asset levered k times gets 1/k of the weight
    levered = solve(cov * np.outer(units, units), b).weights * units
    np.testing.assert_allclose(levered / levered.sum(), w, rtol=1e-6, atol=1e-12)


# Within bounds ------------------------------------------------------------------------------------


def some_bounds(n, rng, kind):
    w = rng.dirichlet(np.full(n, (0.5, 1.0, 5.0)[kind % 3]))
    if kind % 6 == 0:
        return np.zeros(n), np.full(n, min(1.0, rng.uniform(1.05, 3.0) / n))
    if kind % 6 == 1:
        return np.full(n, rng.uniform(0.2, 0.95) / n), np.ones(n)
    if kind % 6 == 2:
        return w * rng.uniform(0.3, 0.99), np.minimum(1.0, w * rng.uniform(1.01, 3.0) + 0.1 / n)
    if kind % 6 == 3:  # some are fixed
        fixed = rng.random(n) < 0.3
        return np.where(fixed, w, w * 0.5), np.where(fixed, w, np.minimum(1.0, w * 2.0 + 0.01))
    if kind % 6 == 4:  # narrow, down to rounding
        width = 10.0 ** rng.uniform(-10, -2)
        return w * (1.0 - width), np.minimum(1.0, w * (1.0 + width))
    return np.maximum(0.0, w - 0.3 / n), np.minimum(1.0, w + 0.3 / n)


@pytest.mark.parametrize("family", FAMILIES)
def test_bounded_weights_are_optimal(family):
    rng = np.random.default_rng(20240202)
    solved = 0
    for trial in range(36):
        n = int(np.exp(rng.uniform(np.log(3), np.log(60))))
        cov = family(max(n, 4), rng)
        n = len(cov)
        b, (lower, upper) = some_budgets(n, rng, trial), some_bounds(n, rng, trial)
        try:
            solution = solve_bounded(cov, b, lower, upper)
        except NoSolution:
            assert least_relative_risk(cov) < 1e-6
            continue
        solved += 1
        w = solution.weights
        assert (w >= lower).all()
        assert (w <= upper).all()
        assert w.sum() == pytest.approx(1.0, abs=1e-11)
        assert slope_gap(cov, b, lower, upper, w) <= 1e-9
        for i, side in solution.binding:
            assert w[i] == pytest.approx(lower[i] if side == "lower" else upper[i], abs=1e-11)
        np.testing.assert_allclose(solution.shares, w * (cov @ w) / (w @ cov @ w), atol=1e-12)
    assert solved >= (25 if family is too_few_observations else 36)


@settings(max_examples=60)
@given(problems(least=3), st.integers(0, 5))
def test_no_neighbour_within_the_bounds_is_better(problem, kind):
    cov, b, rng = problem
    lower, upper = some_bounds(len(b), rng, kind)
    w = solve_bounded(cov, b, lower, upper).weights
    best = objective(cov, b, w)
    for _ in range(20):
        i, j = rng.choice(len(b), 2, replace=False)
        step = min(upper[i] - w[i], w[j] - lower[j]) * 10.0 ** rng.uniform(-4, 0) * 0.999
        moved = w.copy()
        moved[i] += step
        moved[j] -= step
        if moved.min() > 0.0:
            assert objective(cov, b, moved) >= best - 1e-11


def test_bounds_that_do_not_bind_change_nothing():
    cov = factors(12, np.random.default_rng(8))
    free = solve(cov, equal(12))
    within = solve_bounded(cov, equal(12), free.weights * 0.9, free.weights * 1.1)
    np.testing.assert_array_equal(within.weights, free.weights)
    assert within.binding == []


def test_one_upper_bound_by_hand():
    """Uncorrelated, equal volatilities: the capped asset at its cap, the others share the rest alike."""
    solution = solve_bounded(np.eye(4) * 0.04, np.array([0.7, 0.1, 0.1, 0.1]), np.zeros(4), np.array([0.3, 1, 1, 1]))
    np.testing.assert_allclose(solution.weights, [0.3, 0.7 / 3, 0.7 / 3, 0.7 / 3], atol=1e-12)
    assert solution.binding == [(0, "upper")]


def test_bounds_that_leave_no_choice():
    cov = covariance([0.1, 0.2, 0.3, 0.4], equicorrelation(4, 0.2))
    quarter = np.full(4, 0.25)
    for lower, upper in ((quarter, np.ones(4)), (np.zeros(4), quarter), (quarter, quarter)):
        np.testing.assert_array_equal(solve_bounded(cov, equal(4), lower, upper).weights, quarter)
    tenth = np.full(10, 0.1)  # these add to a little less than 1
    np.testing.assert_allclose(solve_bounded(np.eye(10), equal(10), tenth, np.ones(10)).weights, tenth, atol=1e-15)
    corner = np.array([0.3, 0.2, 0.4, 0.1])
    reached = solve_bounded(cov, equal(4), np.array([0, 0, 0.4, 0]), np.array([0.3, 0.2, 1, 0.1]))
    np.testing.assert_allclose(reached.weights, corner, atol=1e-12)
    assert len(reached.binding) == 4


@pytest.mark.parametrize(
    ("lower", "upper", "reason"),
    [
        ([0.3] * 4, [1.0] * 4, r"lower bounds add up to 1\.2, more than 1 .* Asset 1"),
        ([0.0] * 4, [0.2, 0.1, 0.2, 0.2], r"upper bounds add up to 0\.7, less than 1 .*0\.1 for Asset 2"),
        ([0.0, 0.0, 0.5, 0.0], [1.0, 1.0, 0.4, 1.0], r"Asset 3 must be at least 0\.5 but at most 0\.4"),
        ([0.0] * 4, [1.0, 1.0, 1.0, 0.0], "Asset 4 may not be held"),
        ([0.5, 0.5, 0.0, 0.0], [1.0] * 4, "no weight for Asset 3"),
    ],
)
def test_bounds_that_cannot_be_met(lower, upper, reason):
    with pytest.raises(NumberError, match=reason):
        solve_bounded(np.eye(4), equal(4), np.array(lower), np.array(upper))


def test_bounds_can_rule_a_riskless_mix_out():
    """Perfect hedges of volatility 20% and 10%: the mix 1:2 has no risk; half in the first rules it out."""
    cov = covariance([0.2, 0.1], [[1, -1], [-1, 1]])
    solution = solve_bounded(cov, equal(2), np.array([0.5, 0.0]), np.ones(2))
    np.testing.assert_allclose(solution.weights, [0.5, 0.5], atol=1e-9)
    with pytest.raises(NoSolution, match="no risk"):
        solve_bounded(cov, equal(2), np.array([0.1, 0.0]), np.ones(2))


def test_the_check_itself_rejects_what_is_not_optimal():
    cov, b = factors(6, np.random.default_rng(9)), equal(6)
    lower, upper = np.zeros(6), np.full(6, 0.2)
    w = solve_bounded(cov, b, lower, upper).weights
    assert kkt_error(cov, b, lower, upper, w) < 1e-10
    free = np.flatnonzero(w < 0.2)[:2]
    w[free] += [1e-5, -1e-5]
    assert kkt_error(cov, b, lower, upper, w) > 1e-7
    assert slope_gap(cov, b, lower, upper, w) > 1e-7


# Budgets of zero ----------------------------------------------------------------------------------


def test_assets_without_a_budget_are_left_out():
    cov = np.zeros((4, 4))
    cov[np.ix_([1, 3, 0], [1, 3, 0])] = factors(3, np.random.default_rng(10))  # asset 3 is cash
    b = np.array([0.0, 0.25, 0.0, 0.75])
    solution = risk_budgeting(cov, b)
    alone = solve(np.ascontiguousarray(cov[np.ix_([1, 3], [1, 3])]), b[[1, 3]]).weights
    np.testing.assert_allclose(solution.weights, [0.0, alone[0], 0.0, alone[1]], rtol=1e-12)
    capped = risk_budgeting(cov, b, np.zeros(4), np.array([1.0, 0.1, 1.0, 1.0]))
    assert capped.binding == [(1, "upper")]
    assert capped.weights[1] == 0.1
    with pytest.raises(NumberError, match=r"Asset 3 must have a weight of at least 0\.1 but has no risk budget"):
        risk_budgeting(cov, b, np.array([0, 0, 0.1, 0]), np.ones(4))
    with pytest.raises(NumberError, match="Asset 3 has no variance"):
        risk_budgeting(cov, np.array([0.0, 0.5, 0.5, 0.0]))
