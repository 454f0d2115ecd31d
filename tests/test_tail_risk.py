"""Expected shortfall of portfolios: public packages on real prices, certificates on random histories, ties, nonsense."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import market, tables

import xlalloc as xa
from xlalloc.errors import DivisionError, InputError, NumberError
from xlalloc.explanation import recorded

pytestmark = pytest.mark.filterwarnings("error", "default::pytest.PytestUnraisableExceptionWarning")
FILE = "tail_risk.csv"
LEVELS = pytest.mark.parametrize("level", [0.95, 0.99, 0.9555])


def history(seed: int, rows: int, assets: int) -> np.ndarray:
    """Returns with fat tails, a common factor and, by the seed, ties: rounded, or every row twice."""
    rng = np.random.default_rng(seed)
    common = rng.standard_t(4, (rows, 1)) * rng.uniform(-0.3, 1.5, assets)
    R = 0.01 * (common + rng.standard_t(4, (rows, assets)) * 10 ** rng.uniform(-1.5, 0.3, assets))
    R += rng.uniform(-0.002, 0.001, assets)
    R = R.clip(-0.9, None)
    return np.round(R, 3) if seed % 3 == 1 else np.repeat(R[: rows // 2], 2, axis=0) if seed % 3 == 2 else R


@LEVELS
def test_shortfall_on_real_prices(level):
    r = market.daily().values @ market.given_weights()
    assert xa.hist_cvar(r, level) == pytest.approx(tables.values(FILE, f"cvar_{level:g}")["cvar"], rel=1e-12)


@LEVELS
def test_contributions_on_real_prices(level):
    """Riskfolio takes differences: within their error."""
    R, w = market.daily().values, market.given_weights()
    parts = xa.cvar_contrib(w, R, level, "absolute")
    np.testing.assert_allclose(parts, tables.vector(FILE, f"contrib_{level:g}"), atol=1e-8)
    assert parts.sum() == pytest.approx(xa.hist_cvar(R @ w, level), rel=1e-12)
    np.testing.assert_allclose(xa.cvar_contrib(w, R, level), parts / parts.sum(), rtol=1e-12)


@LEVELS
def test_the_minimum_on_real_prices(level):
    R = market.daily().values
    w = xa.min_cvar_weights(R, level)
    assert xa.hist_cvar(R @ w, level) == pytest.approx(tables.values(FILE, f"min_cvar_{level:g}")["cvar"], abs=1e-11)
    assert w.min() >= 0 and w.sum() == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("case", ["equal", "uneven"])
def test_risk_budgets_on_real_prices(case):
    R = market.daily().values
    w = xa.rp_cvar_weights(R, None if case == "equal" else market.unequal_budgets())
    np.testing.assert_allclose(w, tables.vector(FILE, f"rp_cvar_{case}"), atol=1e-7)


def test_contributions_divide_ties_equally():
    """m = 1.5; the second and third worst periods lose the same: a sixth of the whole each."""
    R = np.array([[-0.05, 0.01], [-0.02, 0.0], [0.02, -0.04], [0.03, 0.01], [0.02, 0.02]])
    parts = xa.cvar_contrib([0.5, 0.5], R, 0.7, "absolute")
    p = np.array([1.0, 0.25, 0.25]) / 1.5
    np.testing.assert_allclose(parts, -0.5 * p @ R[:3], rtol=1e-13, atol=1e-16)


@given(st.integers(0, 10**6), st.floats(0.5, 0.99))
@settings(max_examples=60)
def test_contributions_are_euler_s(seed, level):
    """The derivative of w ↦ CVaR(w) along each asset, times the weight; at kinks between the one-sided ones."""
    R = history(3 * seed, 40, 3)
    w = np.array([0.5, 0.3, 0.2])
    parts = xa.cvar_contrib(w, R, level, "absolute")
    m = (1 - level) * len(R)

    def cvar(x):
        return min(v + np.maximum(-R @ x - v, 0).sum() / m for v in -R @ x)

    assert parts.sum() == pytest.approx(cvar(w), rel=1e-9, abs=1e-12)
    h = 1e-6
    for i, e in enumerate(np.eye(3)):
        left, right = (cvar(w) - cvar(w - h * e)) / h, (cvar(w + h * e) - cvar(w)) / h
        assert left - 1e-6 <= parts[i] / w[i] <= right + 1e-6


@pytest.mark.parametrize("seed", range(30))
def test_no_portfolio_is_below_the_minimum(seed):
    """Against scipy's own program written out densely, and EXPLAIN's certificate; with bounds and groups."""
    from scipy.optimize import linprog

    rng = np.random.default_rng(seed)
    R = history(seed, int(rng.choice([8, 30, 90])), int(rng.integers(2, 9)))
    T, n = R.shape
    level = float(rng.choice([0.5, 0.9, 0.95, 0.99]))
    groups = [f"g{i % 2}" for i in range(n)]
    low, high, most = (0.0, 1.0, 1.0) if seed % 2 else (-0.2, max(0.5, 1.5 / n), 0.7)
    with recorded() as facts:
        w = xa.min_cvar_weights(R, level, low, high, groups, None, [most, most])
    m = (1 - level) * T
    G = np.array([[g == name for g in groups] for name in ("g0", "g1")], float)
    A = np.block([[-R, -np.ones((T, 1)), -np.eye(T)], [G, np.zeros((2, T + 1))]])
    bounds = [(low, high)] * n + [(None, None)] + [(0, None)] * T
    cost = [*np.zeros(n), 1.0, *np.full(T, 1 / m)]
    one = np.concatenate([np.ones(n), np.zeros(T + 1)])[None]
    best = linprog(cost, A, [*np.zeros(T), most, most], one, [1.0], bounds, method="highs").fun
    assert xa.hist_cvar(np.maximum(R @ w, -1), level) == pytest.approx(best, abs=1e-9)
    assert facts["certified gap"] <= 1e-9 * np.abs(R).max()
    assert w.min() >= low - 1e-12 and w.max() <= high + 1e-12 and (G @ w <= most + 1e-11).all()


def test_explain_says_whether_the_minimum_is_one_portfolio():
    with recorded() as facts:
        xa.min_cvar_weights(np.column_stack([np.linspace(-0.05, 0.05, 21)] * 2))  # the same asset twice
    assert "several" in facts["portfolios of this shortfall"]
    with recorded() as facts:
        xa.min_cvar_weights(market.daily().values)
    assert "alone" in facts["portfolios of this shortfall"]


@pytest.mark.parametrize("seed", range(60))
def test_shares_are_certified_by_probabilities(seed):
    """The conditions of the optimum, tested from scratch: some p, 0 ≤ p ≤ 1/m on the worst losses, gives every share."""
    from scipy.optimize import lsq_linear

    rng = np.random.default_rng(seed)
    R = history(seed, int(rng.choice([12, 40, 200])), int(rng.integers(1, 8)))
    T, n = R.shape
    level, b = float(rng.choice([0.5, 0.8, 0.9, 0.95])), rng.dirichlet(np.ones(n)) + 1e-3
    b /= b.sum()
    try:
        w = xa.rp_cvar_weights(R, b, level)
    except NumberError as error:
        assert "no loss" in str(error)
        assert xa.hist_cvar(R @ xa.min_cvar_weights(R, level), level) <= 1e-9
        return
    m, losses = (1 - level) * T, -R @ w
    cvar = xa.hist_cvar(-losses, level)
    worst = np.sort(losses)[::-1][max(int(np.ceil(m - 1e-9)) - 1, 0)]
    above, tied = losses > worst + 1e-10, np.abs(losses - worst) <= 1e-10
    fixed = -R[above].sum(axis=0) / m
    system = np.vstack([w[:, None] * -R[tied].T / cvar, np.ones(tied.sum())])
    aim = np.append(b - w * fixed / cvar, 1 - above.sum() / m)
    p = lsq_linear(system, aim, (0, 1 / m), tol=1e-15, method="bvls" if tied.sum() < 50 else "trf").x
    np.testing.assert_allclose(system @ p, aim, atol=1e-7)
    assert w.min() > 0 and w.sum() == pytest.approx(1, abs=1e-12)


def test_budgets_of_zero_and_one_asset():
    R = history(0, 60, 3)
    w = xa.rp_cvar_weights(R, [1, 0, 2], 0.9)
    assert w[1] == 0
    np.testing.assert_allclose(w[[0, 2]], xa.rp_cvar_weights(R[:, [0, 2]], [1, 2], 0.9), atol=1e-12)
    assert xa.rp_cvar_weights(R[:, :1], None, 0.9).tolist() == [1.0]


def test_scaling_changes_nothing():
    R = history(3, 80, 4)
    w = xa.rp_cvar_weights(R, None, 0.9)
    np.testing.assert_allclose(xa.rp_cvar_weights(R / 100, None, 0.9), w, atol=1e-10)
    np.testing.assert_allclose(
        xa.rp_cvar_weights(R / [1, 10, 1, 100], None, 0.9) / [1, 10, 1, 100] / w,
        np.full(4, 1) * (1 / (w * [1, 10, 1, 100]).sum()),
        rtol=1e-9,
    )


@pytest.mark.parametrize(
    ("nonsense", "error", "words"),
    [
        (
            lambda: xa.cvar_contrib([0.5, 0.5], [[0.02, 0.01], [0.01, 0.03]]),
            DivisionError,
            "expected shortfall.*not a loss",
        ),
        (lambda: xa.cvar_contrib([0.5, 0.6], [[0.02, 0.01], [0.01, 0.03]]), InputError, "weights.*1.1"),
        (lambda: xa.cvar_contrib([0.5, 0.5], [[0.02, 0.01], [0.01, 0.03]], 95), NumberError, "level"),
        (lambda: xa.min_cvar_weights([[0.02, 0.01], [0.01, 0.03]], 0.95, 0, 0.4), NumberError, "upper.*0.8"),
        (lambda: xa.rp_cvar_weights([[0.02, 0.01], [0.01, 0.03]]), NumberError, "Asset.*no loss"),
        (lambda: xa.rp_cvar_weights([[0.02, 0.01], [0.01, 0.03]], [0, 0]), NumberError, "budgets"),
        (lambda: xa.rp_cvar_weights([[0.02, 0.01], [0.01, 0.03]], [1, -1]), NumberError, "budgets"),
    ],
)
def test_nonsense_is_refused_by_name(nonsense, error, words):
    with pytest.raises(error, match=words):
        nonsense()
