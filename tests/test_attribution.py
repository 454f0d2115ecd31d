"""Factor regressions as statsmodels, Bacon's attribution, linked effects that add up, cells and nonsense."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import market, tables

import xlalloc as xa
from xlalloc.cells import call
from xlalloc.errors import DivisionError, InputError, NotAvailableError, NumberError
from xlalloc.formula import evaluate

pytestmark = pytest.mark.filterwarnings("error", "default::pytest.PytestUnraisableExceptionWarning")
WP, RP = [0.4, 0.3, 0.3], [0.2, -0.05, 0.06]
WB, RB = [0.4, 0.2, 0.4], [0.1, -0.04, 0.08]


# Factors ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stock", ["AAPL", "XOM"])
@pytest.mark.parametrize("rf", [0.0, 0.02])
@pytest.mark.parametrize("lags", [0, 7, 20])
def test_newey_west_on_real_prices(stock, rf, lags):
    r = market.kpi_series(stock)
    table = xa.factor_regression(r, market.fund_returns().values, rf, lags, 252)
    expected = tables.vector("factor_regression.csv", f"{stock}{'_rf2' if rf else ''}_{lags}")
    estimates, t = table.column("estimate"), table.column("t-statistic")
    np.testing.assert_allclose([*estimates[:6], *t[:6], estimates[6]], expected, rtol=1e-9)
    assert estimates[7] == pytest.approx(xa.specific_vols(r, market.fund_returns().values, 252), rel=1e-12)
    assert table.column("term")[0] == "alpha" and table.column("term")[6:] == ["R²", "residual volatility", "lags"]


def test_with_one_factor_the_functions_of_the_chapter_on_performance():
    r, b = market.kpi_series("AAPL"), market.benchmark()
    table = xa.factor_regression(r, b, 0.0, None, 252)
    estimates = table.column("estimate")
    assert estimates[0] == pytest.approx(xa.jensen_alpha(r, b, 0.0, 252), rel=1e-10)
    assert estimates[1] == pytest.approx(xa.port_beta(r, b), rel=1e-12)
    assert estimates[2] == pytest.approx(np.corrcoef(r, b)[0, 1] ** 2, rel=1e-12)
    assert estimates[-1] == 7  # ⌊4(12.6)^(2/9)⌋


def test_newey_west_term_by_term():
    """The double sum over pairs of rows not further apart than the lags."""
    rng = np.random.default_rng(1)
    F, L = rng.standard_normal((30, 2)), 3
    r = F @ [0.5, -0.2] + np.convolve(rng.standard_normal(32), [1, 0.5, 0.3], "valid") + 0.1
    X = np.column_stack([np.ones(30), F])
    coefficients = np.linalg.lstsq(X, r, rcond=None)[0]
    e = r - X @ coefficients
    S = sum(
        (1 - abs(s - t) / (L + 1)) * e[s] * e[t] * np.outer(X[s], X[t])
        for s in range(30)
        for t in range(30)
        if abs(s - t) <= L
    )
    bread = np.linalg.inv(X.T @ X)
    table = xa.factor_regression(0.01 * r, 0.01 * F, 0.0, L, 12)
    np.testing.assert_allclose(
        table.column("t-statistic")[:3], coefficients / np.sqrt(np.diag(bread @ S @ bread)), rtol=1e-10
    )


def test_several_series_stand_below_each_other():
    R, F = market.daily().values[:, :3], market.fund_returns().values[:, :2]
    table = xa.factor_regression(R, F, 0.01, 5, 252)
    assert table.header == ("series", "term", "estimate", "t-statistic") and len(table.rows) == 18
    for i in range(3):
        alone = xa.factor_regression(R[:, i], F, 0.01, 5, 252)
        for row, own in zip(table.rows[6 * i : 6 * i + 6], alone.rows, strict=True):
            assert row[0].index == i and row[1] == own[0]
            np.testing.assert_allclose([float(x or 0) for x in row[2:]], [float(x or 0) for x in own[1:]], rtol=1e-8)


def test_the_share_of_variation_that_the_policy_explains():
    """R² of a portfolio on itself at other weights: what the recipe of the handbook does."""
    R = market.daily().values
    account, policy = R @ market.given_weights(), R @ np.full(20, 0.05)
    r2 = xa.factor_regression(account, policy, 0.0, None, 252).rows[2][1]
    assert r2 == pytest.approx(np.corrcoef(account, policy)[0, 1] ** 2, rel=1e-12) and 0.9 < r2 < 1


def test_names_of_factors_in_cells():
    F = [["Market", "Value"], [0.01, 0.02], [-0.02, 0.01], [0.02, -0.01], [0.01, 0.01], [0.0, 0.02], [0.03, 0.0]]
    R = [["Fund"], [0.02], [-0.01], [0.03], [0.01], [-0.02], [0.04]]
    rows = call("FACTOR_REGRESSION", [R, F, None, 0, 12])
    assert [row[0] for row in rows] == ["term", "alpha", "Market", "Value", "R²", "residual volatility", "lags"]


# Allocation and selection -----------------------------------------------------------------------------------------


def effects(table):
    return np.array([row[1:] for row in table.rows], float)


def test_bacon_s_example():
    """Practical Portfolio Performance Measurement and Attribution, ch. 5: −1.2%, 3.0%, 0.1%, together 1.9%."""
    table = xa.brinson(WP, RP, WB, RB)
    expected = [[0, 0.04, 0, 0.04], [-0.0104, -0.002, -0.001, -0.0134], [-0.0016, -0.008, 0.002, -0.0076]]
    np.testing.assert_allclose(effects(table), [*expected, [-0.012, 0.03, 0.001, 0.019]], atol=1e-15)
    assert table.rows[-1][0] == "Total"


@given(st.integers(1, 6), st.integers(1, 6), st.integers(0, 10**6))
@settings(max_examples=80)
def test_linked_effects_add_up_to_the_active_return(T, n, seed):
    rng = np.random.default_rng(seed)
    wp, wb = rng.dirichlet(np.ones(n), T), rng.dirichlet(np.ones(n), T)
    wp = np.where((rng.random(n) < 0.3) & (np.arange(n) > 0), 0.0, wp)
    wp /= wp.sum(axis=1, keepdims=True)
    rp, rb = rng.uniform(-0.2, 0.3, (2, T, n))
    if seed % 5 == 0:
        wp, rp = wb.copy(), rb.copy()
    groups = [f"g{i % 3}" for i in range(n)] if seed % 2 else None
    table = xa.brinson(wp, rp, wb, rb, groups)
    total = effects(table)[-1]
    active = np.prod(1 + (wp * rp).sum(axis=1)) - np.prod(1 + (wb * rb).sum(axis=1))
    assert total[3] == pytest.approx(active, abs=1e-12)
    np.testing.assert_allclose(effects(table)[:-1].sum(axis=0), total, atol=1e-12)
    np.testing.assert_allclose(effects(table)[:, :3].sum(axis=1), effects(table)[:, 3], atol=1e-12)


def test_carino_s_factors_by_hand():
    wp, rp = np.array([[0.6, 0.4], [0.5, 0.5]]), np.array([[0.1, -0.02], [0.03, 0.01]])
    wb, rb = np.array([[0.5, 0.5], [0.5, 0.5]]), np.array([[0.08, 0.0], [0.02, 0.02]])
    Rp, Rb = (wp * rp).sum(axis=1), (wb * rb).sum(axis=1)
    assert Rp[1] == pytest.approx(Rb[1])  # the second period: 1/(1+Rp)
    k = (np.log1p((1 + Rp).prod() - 1) - np.log1p((1 + Rb).prod() - 1)) / ((1 + Rp).prod() - (1 + Rb).prod())
    kt = np.array([(np.log1p(Rp[0]) - np.log1p(Rb[0])) / (Rp[0] - Rb[0]), 1 / (1 + Rp[1])])
    expected = (kt / k) @ ((wp - wb) * (rb - Rb[:, None]))
    np.testing.assert_allclose(effects(xa.brinson(wp, rp, wb, rb))[:2, 0], expected, rtol=1e-12, atol=1e-15)


def test_groups_use_their_weighted_returns():
    wp, rp, wb, rb = [0.3, 0.3, 0.4], [0.1, 0.2, -0.05], [0.25, 0.25, 0.5], [0.1, 0.1, 0.0]
    table = xa.brinson(wp, rp, wb, rb, ["shares", "Shares ", "bonds"])
    by_group = xa.brinson([0.6, 0.4], [0.15, -0.05], [0.5, 0.5], [0.1, 0.0])
    np.testing.assert_allclose(effects(table), effects(by_group), atol=1e-15)
    assert [row[0] for row in table.rows] == ["shares", "bonds", "Total"]


def test_what_one_side_does_not_hold():
    """Not held: no selection; not in the benchmark: measured against the benchmark's return."""
    table = effects(xa.brinson([0.5, 0.5, 0], [0.1, 0.2, 0.9], [0.5, 0, 0.5], [0.1, -0.9, 0.06]))
    Rb = 0.08
    np.testing.assert_allclose(table[1], [0, 0, 0.5 * (0.2 - Rb), 0.5 * (0.2 - Rb)], atol=1e-15)
    np.testing.assert_allclose(table[2], [-0.5 * (0.06 - Rb), 0, 0, -0.5 * (0.06 - Rb)], atol=1e-15)


def column(names, numbers):
    return [[name, number] for name, number in zip(names, numbers, strict=True)]


def test_cells_of_one_period_are_matched_by_name():
    names = ["UK", "Japan", "US"]
    rows = call("BRINSON", [column(names, WP), column(names[::-1], RP[::-1]), [names, WB], column(names, RB)])
    assert [row[0] for row in rows] == ["group", *names, "Total"]
    np.testing.assert_allclose(rows[-1][1:], [-0.012, 0.03, 0.001, 0.019], atol=1e-15)
    plain = call("BRINSON", [[[x] for x in WP], [[x] for x in RP], [WB], [RB]])
    np.testing.assert_allclose(plain[-1][1:], rows[-1][1:], atol=1e-15)


def test_cells_of_several_periods_are_joined_on_dates():
    days = [dt.date(2024, 1, 31), dt.date(2024, 2, 29), dt.date(2024, 3, 31)]

    def panel(rows, names=("A", "B"), order=(0, 1, 2)):
        return [["date", *names], *[[days[t], *rows[t]] for t in order]]

    wp, rp = [[0.6, 0.4], [0.5, 0.5], [0.7, 0.3]], [[0.1, -0.02], [0.03, 0.01], [-0.05, 0.02]]
    wb, rb = [[0.5, 0.5]] * 3, [[0.08, 0.0], [0.02, 0.02], [-0.03, 0.01]]
    expected = effects(xa.brinson(wp, rp, wb, rb))
    turned = [[b, a] for a, b in rp]
    rows = call("BRINSON", [panel(wp), panel(turned, ("B", "A")), panel(wb), panel(rb, order=(2, 1, 0))])
    np.testing.assert_allclose([row[1:] for row in rows[1:]], expected, atol=1e-14)
    two = call("BRINSON", [panel(wp, order=(0,)), panel(rp, order=(0,)), panel(wb, order=(0,)), panel(rb, order=(0,))])
    np.testing.assert_allclose(
        [row[1:] for row in two[1:]], effects(xa.brinson(wp[0], rp[0], wb[0], rb[0])), atol=1e-14
    )


@pytest.mark.parametrize(
    ("nonsense", "error", "words"),
    [
        (lambda: xa.brinson([0.5, 0.4, 0.3], RP, WB, RB), InputError, "weights: the weights sum to 1.2"),
        (lambda: xa.brinson(WP, RP, [WB, [0.4, 0.2, 0.3]], RB), InputError, "time|rows"),
        (
            lambda: xa.brinson([WP, [0.4, 0.3, 0.2]], [RP] * 2, [WB] * 2, [RB] * 2),
            InputError,
            "weights of Time 2 sum to 0.9",
        ),
        (lambda: xa.brinson(WP, RP, WB, RB[:2]), InputError, "bench_returns: 2 assets"),
        (
            lambda: xa.brinson([0.5, -0.5, 1], RP, WB, RB, ["a", "a", "b"]),
            NumberError,
            "weights.*positions of a cancel",
        ),
        (lambda: xa.brinson([WP] * 2, [[-1, -1, -1], RP], [WB] * 2, [RB] * 2), NumberError, "Time 1 is −100% or less"),
        (lambda: xa.factor_regression([0.1, 0.2, 0.1], [0.1, 0.3, 0.2], 0, 3), NumberError, "lags: 3"),
        (lambda: xa.factor_regression([0.1, 0.2, 0.1], [0.1, 0.3, 0.2], 0, 1.5), NumberError, "lags.*whole"),
        (lambda: xa.factor_regression([0.1, 0.2], [0.1, 0.3]), NotAvailableError, "factor_returns.*at least 3"),
        (lambda: xa.factor_regression([0.1, 0.2, 0.1], [0.1, 0.1, 0.1]), NumberError, "Factor 1 does not move"),
    ],
)
def test_nonsense_is_refused_by_name(nonsense, error, words):
    with pytest.raises(error, match=words):
        nonsense()


def test_an_exact_fit_has_no_t_statistic_and_a_still_series_no_r2():
    F = np.array([0.01, -0.02, 0.03, 0.02])
    table = xa.factor_regression(2 * F + 0.001, F, 0, 0, 12)
    assert isinstance(table.rows[0][2], DivisionError) and table.rows[2][1] == pytest.approx(1)
    assert table.rows[1][1] == pytest.approx(2)
    still = xa.factor_regression(np.full(4, 0.01), F, 0, 0, 12)
    assert isinstance(still.rows[2][1], DivisionError)


def test_a_return_of_what_is_not_held_may_be_blank():
    """Weight 0 needs no return: the answer is that of any number in its place; what is held needs its own."""
    bench = '{"UK",0.4;"Japan",0.2;"US",0.4},{"UK",0.1;"Japan",-0.04;"US",0.08}'
    ours = '{"UK",0.4;"Japan",0;"US",0.6}'
    blank, given = (f'BRINSON({ours},{{"UK",0.2;"Japan",{r};"US",0.06}},{bench})' for r in ('""', "0.77"))
    assert evaluate(f"={blank}") == evaluate(f"={given}")
    facts = dict(evaluate("=EXPLAIN(" + blank.replace("(", '",', 1).replace("BRINSON", '"BRINSON'))[1:])
    assert facts["blank returns where nothing is held"] == "1, not needed"
    held = evaluate("=" + blank.replace('"Japan",0;"US",0.6', '"Japan",0.1;"US",0.5'))[0][0]
    assert held == "#N/A" and held.reason.startswith("returns, Japan: it is blank, and weights holds 0.1 of it")
    weights, returns = {"A": 1.0, "B": 0.0}, {"A": 0.02, "B": None}
    assert xa.brinson(weights, returns, {"A": 0.5, "B": 0.5}, {"A": 0.02, "B": 0.01}).rows[-1][-1] == pytest.approx(
        0.005
    )


def test_no_period_is_lost_for_a_return_that_is_not_needed():
    days = pd.to_datetime(["2024-01-31", "2024-02-29", "2024-03-31"])

    def frame(*rows):
        return pd.DataFrame(list(rows), index=days, columns=["A", "B"])

    w, b = frame([1, 0], [0.5, 0.5], [0.4, 0.6]), frame([0.5, 0.5], [0.5, 0.5], [0.5, 0.5])
    r, rb = frame([0.02, np.nan], [0.01, 0.02], [0.03, 0.01]), frame([0.02, 0.01], [0.01, 0.02], [0.03, 0.01])
    full = np.prod(1 + (w * r.fillna(0)).sum(axis=1)) - np.prod(1 + (b * rb).sum(axis=1))
    assert xa.brinson(w, r, b, rb).rows[-1][-1] == pytest.approx(full, rel=1e-12)
    r.loc["2024-02-29", "B"] = np.nan
    with pytest.raises(NotAvailableError, match=r"returns, 2024-02-29 / B: it is blank, and weights holds 0\.5"):
        xa.brinson(w, r, b, rb)
