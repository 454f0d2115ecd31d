"""Tracking error: closed forms, cvxpy on real prices, optimality conditions on random problems, nonsense."""

import numpy as np
import pytest
from reference import market, tables

import xlalloc as xa
from xlalloc.cells import call
from xlalloc.errors import AllocError, InputError, NumberError
from xlalloc.explanation import recorded

pytestmark = pytest.mark.filterwarnings("error", "default::pytest.PytestUnraisableExceptionWarning")
FILE = "tracking.csv"
COV = np.array([[0.04, 0.012, 0.004], [0.012, 0.0225, 0.003], [0.004, 0.003, 0.0064]])
BENCH = np.array([0.3, 0.3, 0.4])
MU = np.array([0.08, 0.06, 0.03])


@pytest.fixture(scope="module")
def real():
    daily = market.daily()
    return daily.values.mean(axis=0) * 252, np.cov(daily.values.T) * 252, market.given_weights()


def tracking_error(w, b, cov) -> float:
    return float(np.sqrt(max((w - b) @ cov @ (w - b), 0.0)))


def test_port_te_is_the_volatility_of_the_difference():
    w = np.array([0.5, 0.3, 0.2])
    assert xa.port_te(w, BENCH, COV) == pytest.approx(0.03919183588453085, rel=1e-14)
    assert xa.port_te(BENCH, BENCH, COV) == 0.0
    returns = market.daily().values
    w, b = np.full(20, 0.05), market.given_weights()
    realised = xa.tracking_error(returns @ w, returns @ b, 252)
    assert xa.port_te(w, b, xa.cov_matrix(returns, "sample", 252)) == pytest.approx(realised, rel=1e-12)


@pytest.mark.parametrize("case", ["min_te_cap", "min_te_groups"])
def test_the_closest_portfolio_on_real_prices(case, real):
    """As cvxpy: in tracking error never worse, and the same weights."""
    _, cov, b = real
    labels, low, high = market.group_limits()
    limits = {"upper": 0.07} if case == "min_te_cap" else {"groups": labels, "group_lower": low, "group_upper": high}
    w, other = xa.min_te_weights(cov, b, **limits), tables.vector(FILE, case)
    assert tracking_error(w, b, cov) <= tracking_error(other, b, cov) * (1 + 1e-7)
    np.testing.assert_allclose(w, other, atol=2e-5)


@pytest.mark.parametrize("case", ["target_te", "target_te_cap", "target_te_groups"])
def test_the_highest_return_for_a_tracking_error_on_real_prices(case, real):
    mu, cov, b = real
    labels, low, high = market.group_limits()
    limits = {
        "target_te": {},
        "target_te_cap": {"upper": market.CAP},
        "target_te_groups": {"groups": labels, "group_lower": low, "group_upper": high},
    }[case]
    most = 0.06 if case == "target_te_groups" else 0.03
    w, other = xa.target_te_weights(mu, cov, b, most, **limits), tables.vector(FILE, case)
    assert tracking_error(w, b, cov) <= most * (1 + 1e-12)
    assert w @ mu >= other @ mu - 1e-8
    np.testing.assert_allclose(w, other, atol=2e-5)


def test_without_binding_bounds_the_closed_form():
    """b + TE·z/√(z'Σz), z = Σ⁻¹(μ − λ1) with λ such that z sums to 0 (Roll 1992)."""
    inverse = np.linalg.inv(COV)
    z = inverse @ (MU - (inverse.sum(axis=0) @ MU) / inverse.sum())
    for te in (0.0, 0.001, 0.01, 0.03):
        w = xa.target_te_weights(MU, COV, BENCH, te, -5, 5)
        np.testing.assert_allclose(w, BENCH + te * z / np.sqrt(z @ COV @ z), rtol=1e-11, atol=1e-12)


def test_the_benchmark_itself_where_it_is_allowed(real):
    mu, cov, b = real
    np.testing.assert_allclose(xa.min_te_weights(cov, b), b, atol=1e-13)
    np.testing.assert_allclose(xa.target_te_weights(mu, cov, b, 0.0), b, atol=1e-13)
    cash = np.zeros((3, 3))
    cash[:2, :2] = COV[:2, :2]
    np.testing.assert_allclose(xa.min_te_weights(cash, BENCH), BENCH, atol=1e-12)


def test_a_limit_that_is_not_used_up_and_one_too_low():
    with recorded() as facts:
        w = xa.target_te_weights(MU, COV, BENCH, 5.0)
    assert w.tolist() == [1, 0, 0] and "not used up" in facts["limit"]
    least = xa.port_te(xa.min_te_weights(COV, BENCH, 0, [0.1, 1, 1]), BENCH, COV)
    with pytest.raises(NumberError, match=f"max_te: 0.01 is below the minimum .*{least:.10g}"):
        xa.target_te_weights(MU, COV, BENCH, 0.01, 0, [0.1, 1, 1])
    assert xa.target_te_weights(MU, COV, BENCH, least, 0, [0.1, 1, 1])[0] == pytest.approx(0.1)


@pytest.mark.parametrize("seed", range(40))
def test_optimality_on_random_problems(seed):
    """No feasible direction lowers the tracking error: the gradient at the answer is least there, by linear programming."""
    from scipy.optimize import linprog

    rng = np.random.default_rng(seed)
    n, T = int(rng.integers(2, 25)), int(rng.integers(3, 40))
    X = rng.standard_normal((T, n)) @ np.diag(rng.uniform(0.05, 0.4, n))
    cov = X.T @ X / T
    b = rng.dirichlet(np.ones(n)) * (rng.random(n) < 0.7) + 1e-3
    b /= b.sum()
    groups = [f"g{i % 3}" for i in range(n)]
    names = list(dict.fromkeys(groups))
    upper = float(max(1.3 / n, rng.uniform(0.05, 0.5)))
    high = np.full(len(names), max(0.5, 1.05 / len(names)))
    G = np.array([[g == name for g in groups] for name in names], float)
    try:
        w = xa.min_te_weights(cov, b, 0, upper, groups, None, high)
    except AllocError as error:
        assert error.code == "#NUM!" and "group" in str(error)
        return
    slope = cov @ (w - b)
    least = linprog(slope, G, high, np.ones((1, n)), [1.0], [(0, upper)] * n, method="highs")
    assert slope @ w <= least.fun + 1e-9 * np.abs(slope).max() + 1e-15
    assert w.sum() == pytest.approx(1, abs=1e-12) and w.min() >= 0 and w.max() <= upper + 1e-12
    assert (G @ w <= high + 1e-11).all()
    te = tracking_error(w, b, cov)
    mu = rng.uniform(0, 0.1, n)
    x = xa.target_te_weights(mu, cov, b, te * 1.2 + 0.01, 0, upper, groups, None, high)
    assert tracking_error(x, b, cov) <= (te * 1.2 + 0.01) * (1 + 1e-10)
    assert x @ mu >= w @ mu - 1e-12


def test_names_are_matched():
    cov = [["", "A", "B", "C"], *[[n, *row] for n, row in zip("ABC", COV.tolist(), strict=True)]]
    bench = [["C", 0.4], ["A", 0.3], ["B", 0.3]]
    weights = [["B", 0.3], ["C", 0.2], ["A", 0.5]]
    ((te,),) = call("PORT_TE", [weights, bench, cov])
    assert te == pytest.approx(0.03919183588453085, rel=1e-14)


@pytest.mark.parametrize(
    ("nonsense", "error", "words"),
    [
        (lambda: xa.port_te([0.5, 0.3], BENCH, COV), InputError, "weights|bench_weights"),
        (lambda: xa.port_te([0.5, 0.3, 0.1], BENCH, COV), InputError, "weights.*sum to 0.9"),
        (lambda: xa.min_te_weights(COV, [0.5, 0.3, 0.1]), InputError, "bench_weights.*sum to 0.9"),
        (lambda: xa.min_te_weights(COV, BENCH, 0, 0.2), NumberError, "upper.*sum to 0.6"),
        (
            lambda: xa.min_te_weights(COV, BENCH, [0.5, 0, 0], [0.4, 1, 1]),
            NumberError,
            "lower, Asset 1.*above its upper",
        ),
        (lambda: xa.target_te_weights(MU, COV, BENCH, -0.01), NumberError, "max_te"),
    ],
)
def test_nonsense_is_refused_by_name(nonsense, error, words):
    with pytest.raises(error, match=words):
        nonsense()
