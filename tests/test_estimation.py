"""Estimation: packages on real prices, closed forms, slow second implementations, invariants, nonsense."""

import datetime as dt
from math import log, sqrt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from reference import market, tables

import xlalloc.core.estimation as es
from xlalloc.cells import call
from xlalloc.dates import to_serial
from xlalloc.errors import AllocError, DivisionError, ErrorValue, InputError, NotAvailableError, NumberError
from xlalloc.explanation import recorded
from xlalloc.ranges import without_labels

METHODS = ("sample", "window", "ewma", "ledoit_wolf", "oas", "constant_correlation", "semi", "ewma_shrunk")
HIGHAM = np.array([[1.0, 1, 0], [1, 1, 1], [0, 1, 1]])


def history(seed, rows, assets):
    """Returns with a common factor, unequal volatilities and means."""
    random = np.random.default_rng(seed)
    common = random.standard_normal((rows, 1))
    own = random.standard_normal((rows, assets)) * random.uniform(0.5, 2.0, assets)
    return 0.01 * (common + own) + random.uniform(-0.001, 0.002, assets)


def real(slice_of_market):
    try:
        return slice_of_market().values
    except market.DataMissingError as missing:
        pytest.skip(str(missing))


def close(left, right, within=1e-12):
    """Equal up to ``within`` of the largest number."""
    left, right = np.asarray(left, dtype=float), np.asarray(right, dtype=float)
    assert left.shape == right.shape
    assert np.abs(left - right).max() <= within * max(np.abs(right).max(), 1e-300)


# Packages on real prices -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "case, rows, method",
    [
        ("sample", market.daily, "sample"),
        ("window_60", market.daily, "window"),
        ("ewma_63", market.daily, "ewma"),
        ("semi", market.daily, "semi"),
        ("ledoit_wolf", market.daily, "ledoit_wolf"),
        ("ledoit_wolf_singular", market.singular, "ledoit_wolf"),
        ("oas", market.daily, "oas"),
        ("oas_singular", market.singular, "oas"),
        ("constant_correlation", market.daily, "constant_correlation"),
        ("constant_correlation_singular", market.singular, "constant_correlation"),
    ],
)
def test_covariances_equal_the_packages(case, rows, method):
    expected = tables.matrix("covariance.csv", case)
    close(es.cov_matrix(real(rows), method, 252), expected)
    vols = np.sqrt(np.diag(expected))
    close(es.corr_matrix(real(rows), method), expected / np.outer(vols, vols))


def test_monthly_covariance_finds_its_periods_in_the_dates():
    real(market.monthly)
    panel = market.monthly_prices()
    cells = [["date", *panel.names]] + [[d, *row] for d, row in zip(panel.dates, panel.values.tolist(), strict=True)]
    close(
        without_labels(call("COV_MATRIX", [call("RETURNS", [cells])])),
        tables.matrix("covariance.csv", "sample_monthly"),
    )


@pytest.mark.parametrize("method", ["ledoit_wolf", "oas", "constant_correlation"])
@pytest.mark.parametrize("suffix, rows", [("", market.daily), ("_short", market.short), ("_singular", market.singular)])
def test_shrinkage_intensities_equal_the_packages(method, suffix, rows):
    (expected,) = tables.vector("covariance.csv", f"shrinkage_{method}{suffix}")
    assert es.shrinkage(real(rows), method) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("case", ["higham_2002", "one_decimal"])
def test_nearest_correlation_equals_the_dual_solution(case):
    given_matrix = tables.matrix("nearest_correlation.csv", case + "_input")
    nearest = es.cov_nearest(given_matrix)
    assert np.abs(nearest - tables.matrix("nearest_correlation.csv", case)).max() < 1e-11
    (distance,) = tables.vector("nearest_correlation.csv", case + "_distance")
    assert np.linalg.norm(nearest - given_matrix) == pytest.approx(distance, abs=1e-11)


def test_factor_model_equals_the_packages():
    returns, factors = real(market.daily), real(market.fund_returns)
    B = es.factor_loadings(returns, factors)
    close(B, tables.matrix("factors.csv", "loadings"), 1e-11)
    s = es.specific_vols(returns, factors, 252)
    close(s, tables.vector("factors.csv", "specific_vols_ddof1"))
    F = es.cov_matrix(factors, "sample", 252)
    close(F, tables.matrix("factors.csv", "factor_cov"))
    close(es.cov_factor(B, F, s), tables.matrix("factors.csv", "cov_factor_ddof1"))


# Slow second implementations ---------------------------------------------------------------------------------


@pytest.mark.parametrize("rows, assets", [(2, 1), (10, 3), (100, 10), (20, 30)])
@pytest.mark.parametrize("half_life", [None, 0.5, 11.2023, 400.0])
def test_ewma_equals_pandas(rows, assets, half_life):
    returns = history(rows, rows, assets)
    table = pd.DataFrame(returns).ewm(halflife=half_life or 63).cov(bias=True).tail(assets)
    close(es.cov_matrix(returns, "ewma", 1, half_life), table.values, 1e-11)


def test_riskmetrics_half_life():
    """λ = 0.94: each row weighs 0.94 of the next."""
    returns = history(1, 80, 2)
    w = 0.94 ** np.arange(79, -1, -1)
    expected = np.cov(returns.T, aweights=w / w.sum(), ddof=0)
    close(es.cov_matrix(returns, "ewma", 1, log(0.5) / log(0.94)), expected)
    assert log(0.5) / log(0.94) == pytest.approx(11.2023, abs=5e-5)


@pytest.mark.parametrize("rows, assets, half_life", [(400, 4, None), (200, 5, 20.0), (30, 8, 20.0)])
def test_ewma_shrunk_by_the_sums_of_the_paper(rows, assets, half_life):
    """Ledoit & Wolf (2004), app. B, written out pair by pair, on the weighted rows."""
    returns = history(21, rows, assets)
    returns[:, -1] -= 2.0 * returns[:, 0]  # far from one correlation for all
    w = 0.5 ** (np.arange(rows)[::-1] / (half_life or 126.0))
    w /= w.sum()
    x = np.sqrt(rows * w)[:, None] * (returns - w @ returns)
    s = x.T @ x / rows
    pairs = [(i, j) for i in range(assets) for j in range(assets)]
    apart = [(i, j) for i, j in pairs if i != j]
    r = np.mean([s[i, j] / np.sqrt(s[i, i] * s[j, j]) for i, j in apart])
    f = np.array(
        [[s[i, i] if i == j else r * np.sqrt(s[i, i] * s[j, j]) for j in range(assets)] for i in range(assets)]
    )

    def theta(i, k, j):
        return np.mean([(y[k] ** 2 - s[k, k]) * (y[i] * y[j] - s[i, j]) for y in x])

    pi = {(i, j): np.mean([(y[i] * y[j] - s[i, j]) ** 2 for y in x]) for i, j in pairs}
    rho = sum(pi[i, i] for i in range(assets)) + sum(
        r / 2 * (np.sqrt(s[j, j] / s[i, i]) * theta(i, i, j) + np.sqrt(s[i, i] / s[j, j]) * theta(i, j, j))
        for i, j in apart
    )
    delta = max(0.0, min((sum(pi.values()) - rho) / sum((f[i, j] - s[i, j]) ** 2 for i, j in pairs) / rows, 1.0))
    with recorded() as facts:
        close(es.cov_matrix(returns, "ewma_shrunk", 12, half_life), 12 * (delta * f + (1 - delta) * s), 1e-10)
    assert facts["shrinkage intensity"] == pytest.approx(delta, rel=1e-9)
    assert half_life is not None or es.shrinkage(returns, "ewma_shrunk") == pytest.approx(delta, rel=1e-9)
    assert 0.0 < delta < 1.0


def test_ewma_shrunk_with_equal_weights_is_constant_correlation():
    returns = history(22, 90, 6)
    close(es.cov_matrix(returns, "ewma_shrunk", 252, 1e12), es.cov_matrix(returns, "constant_correlation", 252), 1e-9)


@pytest.mark.parametrize("window", [2, 5, 59, 60])
def test_window_is_the_sample_of_the_last_rows(window):
    returns = history(2, 60, 4)
    close(es.cov_matrix(returns, "window", 252, window), np.cov(returns[-window:].T) * 252)


def test_oas_by_its_formula():
    for rows, assets in ((60, 5), (5, 60)):
        returns = history(3, rows, assets)
        S = np.cov(returns.T, ddof=0)
        trace2, square = np.trace(S) ** 2, np.trace(S @ S)
        delta = min(1.0, (square + trace2) / ((rows + 1) * (square - trace2 / assets)))
        assert es.shrinkage(returns, "oas") == pytest.approx(delta, rel=1e-10)
        expected = (1 - delta) * S + delta * np.trace(S) / assets * np.eye(assets)
        close(es.cov_matrix(returns, "oas", 1), expected)


# Closed forms ------------------------------------------------------------------------------------------------


def test_returns_simple_and_log():
    prices = [[100.0, 50.0], [110.0, 49.0], [99.0, 49.0]]
    assert es.returns(prices) == pytest.approx(np.array([[0.1, -0.02], [-0.1, 0.0]]), abs=1e-15)
    logs = es.returns(prices, "LOG ")
    assert logs == pytest.approx(np.log1p(es.returns(prices)), abs=1e-15)
    assert logs.sum(axis=0) == pytest.approx(np.log([0.99, 0.98]), abs=1e-15)


def test_mean_is_arithmetic_and_per_year():
    assert es.mean_returns([[0.02, 0.01], [-0.01, 0.03]], 12) == pytest.approx([0.06, 0.24], abs=1e-15)
    assert es.mean_returns([0.01, 0.03]) == pytest.approx(0.02 * 252)


def test_conversions_are_inverse():
    corr, vols = np.array([[1, 0.3, 0.0], [0.3, 1, -0.2], [0.0, -0.2, 1]]), np.array([0.2, 0.1, 0.05])
    cov = es.cov_from_corr(corr, vols)
    assert cov[0, 1] == pytest.approx(0.006) and cov[1, 2] == pytest.approx(-0.001)
    close(es.corr_from_cov(cov), corr)
    close(es.vols_from_cov(cov), vols)
    assert (np.diag(es.corr_from_cov(cov)) == 1.0).all()


def test_a_factor_model_is_recovered_exactly():
    random = np.random.default_rng(4)
    factors = random.standard_normal((50, 2)) * 0.01
    B = np.array([[1.0, 0.5], [-0.3, 2.0], [0.0, 0.0]])
    returns = factors @ B.T + 0.002
    close(es.factor_loadings(returns, factors), B)
    assert es.specific_vols(returns, factors) == pytest.approx([0, 0, 0], abs=1e-14)


def test_loadings_on_one_factor_are_betas():
    returns, factor = history(5, 30, 4), history(6, 30, 1)
    both = np.cov(returns.T, factor[:, 0])
    close(es.factor_loadings(returns, factor)[:, 0], both[:4, 4] / both[4, 4])
    e = es.specific_vols(returns, factor, 12) ** 2 / 12
    close(e, np.diag(both)[:4] - both[:4, 4] ** 2 / both[4, 4])


def test_cov_factor_by_hand():
    cov = es.cov_factor([[1.1, 0.1], [0.3, 0.8]], [[0.03, 0.002], [0.002, 0.01]], [0.1, 0.05])
    assert cov == pytest.approx(np.array([[0.04684, 0.01252], [0.01252, 0.01256]]), abs=1e-16)
    close(es.cov_factor([1.0, 2.0], 0.04, [0.1, 0.2]), [[0.05, 0.08], [0.08, 0.2]])


# Nearest and check -------------------------------------------------------------------------------------------


def test_highams_published_example():
    with recorded() as facts:
        nearest = es.cov_nearest(HIGHAM)
    assert np.round(nearest, 4).tolist() == [[1, 0.7607, 0.1573], [0.7607, 1, 0.7607], [0.1573, 0.7607, 1]]
    assert round(float(np.linalg.norm(nearest - HIGHAM)), 4) == 0.5278
    assert facts["distance of the correlations"] == pytest.approx(0.5278, abs=5e-5)
    assert facts["smallest eigenvalue before"] == pytest.approx(1 - sqrt(2))


def plain_alternating_projections(C, rounds):
    """Higham's algorithm 3.3 as printed: Dykstra's correction, no acceleration."""
    Y, dS = C.copy(), np.zeros_like(C)
    for _ in range(rounds):
        R = Y - dS
        values, Q = np.linalg.eigh(R)
        X = (Q * np.maximum(values, 0.0)) @ Q.T
        dS = X - R
        Y = X.copy()
        np.fill_diagonal(Y, 1.0)
    return Y


def wild_correlations(seed, n):
    random = np.random.default_rng(seed)
    C = np.triu(random.uniform(-1, 1, (n, n)), 1)
    return C + C.T + np.eye(n)


@pytest.mark.parametrize("seed", range(5))
def test_nearest_is_the_limit_of_the_plain_algorithm(seed):
    C = wild_correlations(seed, 5)
    assert np.abs(es.cov_nearest(C) - plain_alternating_projections(C, 3000)).max() < 1e-9


@given(st.integers(0, 10**6), st.integers(1, 12), st.sampled_from([0.5, 1.0, 1.2, 30.0]))
def test_nearest_is_optimal(seed, n, size):
    """Higham 2002, theorem 2.4: X is the nearest iff X − C = Z + Diag(y) with Z ≥ 0 and ZX = 0."""
    C = wild_correlations(seed, n) * size
    np.fill_diagonal(C, 1.0)
    vols = np.random.default_rng(seed).uniform(0.01, 0.5, n)
    cov = C * np.outer(vols, vols)
    nearest = es.cov_nearest(cov)
    assert (np.diag(nearest) == np.diag(cov)).all() and (nearest == nearest.T).all()
    assert np.linalg.eigvalsh(nearest)[0] >= -1e-12
    X = nearest / np.outer(vols, vols)
    assert np.linalg.eigvalsh(X)[0] >= -1e-12
    assert np.abs(es.cov_nearest(X) - X).max() < 1e-12
    # Z = X − C − Diag(y) with (ZX)ᵢᵢ = 0: the diagonal of (X − C)X gives y, since X has a unit diagonal
    y = np.diag((X - C) @ X)
    Z = X - C - np.diag(y)
    scale = max(1.0, np.abs(C).max() * n)
    assert np.abs(Z @ X).max() <= 1e-9 * scale
    assert np.linalg.eigvalsh(0.5 * (Z + Z.T))[0] >= -1e-9 * scale


@pytest.mark.parametrize("n", [30, 100])
def test_nearest_of_large_matrices(n):
    typed = np.round(np.corrcoef(history(n, n // 3, n).T), 1)
    with recorded() as facts:
        nearest = es.cov_nearest(typed)
    assert np.linalg.eigvalsh(nearest)[0] >= -1e-12
    assert np.linalg.norm(nearest - typed) < np.linalg.norm(np.corrcoef(history(n, n // 3, n).T) - typed)
    assert facts["steps"] < 100


def test_nearest_leaves_good_matrices_alone_and_cash_without_covariance():
    good = es.cov_matrix(history(7, 50, 6))
    assert (es.cov_nearest(good) == good).all()
    singular = es.cov_from_corr(np.ones((3, 3)), [0.1, 0.2, 0.3])
    assert (es.cov_nearest(singular) == singular).all()
    cash = np.zeros((4, 4))
    cash[:3, :3] = 0.04 * HIGHAM
    cash[3, 0] = cash[0, 3] = 1e-6
    nearest = es.cov_nearest(cash)
    assert (nearest[3] == 0).all() and (nearest[:, 3] == 0).all()
    close(nearest[:3, :3], 0.04 * es.cov_nearest(HIGHAM))
    assert es.cov_nearest([[0.0]]).tolist() == [[0.0]]


def verdict_of(cov):
    table = es.cov_check(cov)
    assert table.header == ("assets", "symmetric", "smallest eigenvalue", "condition number", "verdict", "remedy")
    assert len(table.rows) == 1 and table.column("remedy")[0]
    return table.column("verdict")[0]


@pytest.mark.parametrize(
    "cov, verdict",
    [
        ([[0.04, 0.006], [0.006, 0.01]], "good"),
        ([[0.04]], "good"),
        ([[0.04, 0.006], [0.007, 0.01]], "not symmetric"),
        ([[0.04, 0.006], [0.006, -0.01]], "negative variance"),
        ([[0.04, 0.03], [0.03, 0.01]], "indefinite"),
        ([[0.04, 0.001], [0.001, 0.0]], "indefinite"),
        ([[0.04, 0.0], [0.0, 0.0]], "zero variance"),
        ([[0.0]], "zero variance"),
        ([[0.04, 0.02], [0.02, 0.01]], "singular"),
        ([[0.04, 0.0], [0.0, 1e-11]], "ill-conditioned"),
    ],
)
def test_verdicts(cov, verdict):
    assert verdict_of(cov) == verdict


def test_check_gives_eigenvalue_and_condition_of_the_matrix():
    cov = es.cov_matrix(history(8, 60, 5))
    table = es.cov_check(cov)
    assert table.column("assets") == [5] and table.column("symmetric") == [True]
    assert table.column("smallest eigenvalue")[0] == pytest.approx(np.linalg.eigvalsh(cov)[0], rel=1e-9)
    assert table.column("condition number")[0] == pytest.approx(np.linalg.cond(cov), rel=1e-9)
    assert isinstance(es.cov_check(np.ones((3, 3))).column("condition number")[0], DivisionError)
    assert isinstance(es.cov_check([[1, 2], [3, 4]]).column("smallest eigenvalue")[0], NotAvailableError)


def test_check_in_cells_shows_errors_and_explains_by_name():
    rows = call("COV_CHECK", [[["", "Gold", "Oil"], ["Gold", 0.04, 0.01], ["Oil", 0.02, 0.09]]])
    assert rows[1][:4] == [2, False, "#N/A", "#N/A"] and rows[1][4] == "not symmetric"
    assert call("COV_CHECK", [[[1.0, 1.0], [1.0, 1.0]]])[1][3] == "#DIV/0!"
    with recorded() as facts:
        es.cov_check([[0.04, 0.0], [0.0, -0.01]])
    assert str(facts["negative variance"][0]) == "Asset 2"


@given(st.integers(0, 10**6), st.integers(1, 8), st.sampled_from([0.3, 0.8, 1.0]))
def test_what_the_check_calls_good_is_accepted_and_what_it_calls_indefinite_is_repaired(seed, n, size):
    cov = wild_correlations(seed, n) * size
    np.fill_diagonal(cov, 1.0)
    verdict = verdict_of(cov)
    if verdict == "indefinite":
        with pytest.raises(NumberError, match="cov"):
            es.vols_from_cov(cov)
        assert verdict_of(es.cov_nearest(cov)) in ("singular", "ill-conditioned", "good")
    else:
        assert es.vols_from_cov(cov) == pytest.approx(np.ones(n))


# Invariants --------------------------------------------------------------------------------------------------

panels = st.tuples(st.integers(2, 12), st.integers(1, 6)).flatmap(
    lambda shape: arrays(float, shape, elements=st.floats(-0.5, 0.4375, width=32))
)


@pytest.mark.parametrize("method", [m for m in METHODS if m != "window"])
@settings(max_examples=60)
@given(returns=panels)
def test_estimates_are_symmetric_definite_and_scale(method, returns):
    try:
        cov = es.cov_matrix(returns, method, 12)
    except NumberError as error:
        assert method in ("constant_correlation", "ewma_shrunk") and "no variance" in str(error)
        return
    assert (cov == cov.T).all() and cov.shape == (returns.shape[1],) * 2
    largest = max(np.abs(cov).max(), 1e-30)
    assert np.linalg.eigvalsh(cov)[0] >= -1e-13 * largest
    assert np.abs(es.cov_matrix(0.5 * returns, method, 12) * 4 - cov).max() <= 1e-9 * largest + 1e-27
    assert np.abs(es.cov_matrix(returns, method, 252) / 21 - cov).max() <= 1e-13 * largest
    back = np.arange(returns.shape[1])[::-1]
    swapped = es.cov_matrix(returns[:, back], method, 12)
    assert np.abs(swapped[np.ix_(back, back)] - cov).max() <= 1e-7 * largest


@pytest.mark.parametrize("method", METHODS)
def test_correlations_are_those_of_the_covariance(method):
    returns = history(9, 70, 5)
    cov = es.cov_matrix(returns, method)
    corr = es.corr_matrix(returns, method.upper())
    vols = np.sqrt(np.diag(cov))
    close(corr, cov / np.outer(vols, vols))
    assert (np.diag(corr) == 1).all() and (corr == corr.T).all() and np.abs(corr).max() <= 1


@settings(max_examples=60)
@given(panels, st.sampled_from(["ledoit_wolf", "oas", "constant_correlation", "ewma_shrunk"]))
def test_shrinkage_is_what_cov_matrix_uses(returns, method):
    try:
        delta = es.shrinkage(returns, method)
    except NumberError:
        return
    assert 0.0 <= delta <= 1.0
    with recorded() as facts:
        es.cov_matrix(returns, method, 1)
    assert facts["shrinkage intensity"] == pytest.approx(delta, abs=1e-6)


def test_more_rows_shrink_less():
    deltas = [es.shrinkage(history(10, rows, 8)) for rows in (10, 100, 1000, 10000)]
    assert deltas == sorted(deltas, reverse=True) and deltas[-1] < 0.02


def test_one_asset_and_one_column():
    series = history(11, 100, 1)
    for method in METHODS:
        cov = es.cov_matrix(series, method, 252)
        assert cov.shape == (1, 1) and cov[0, 0] > 0
        assert es.corr_matrix(series, method).tolist() == [[1.0]]
    assert es.cov_matrix(series, "ledoit_wolf", 1)[0, 0] == pytest.approx(series.var())
    assert [es.shrinkage(series, m) for m in ("ledoit_wolf", "oas", "constant_correlation", "ewma_shrunk")] == [0] * 4
    assert call("COV_MATRIX", [series.tolist()])[0][0] == pytest.approx(series.var(ddof=1) * 252)


def test_cash_has_exactly_zero_variance():
    """Returns that differ by the rounding of their prices alone do not move."""
    prices = np.column_stack([1.0001 ** np.arange(300), np.exp(np.cumsum(history(12, 300, 1)))])
    returns = es.returns(prices)
    assert np.ptp(returns[:, 0]) > 0
    for method in ("sample", "ewma", "window"):
        cov = es.cov_matrix(returns, method)
        assert cov[0].tolist() == [0, 0] and cov[1, 1] > 0
    with pytest.raises(NumberError, match="Asset 1 has no variance"):
        es.corr_matrix(returns)
    with pytest.raises(NumberError, match="Asset 1 has no variance"):
        es.cov_matrix(returns, "constant_correlation")
    with pytest.raises(NumberError, match="Asset 1 has no variance"):
        es.cov_matrix(returns, "ewma_shrunk")


def test_specific_and_factor_risk_add_to_the_sample_variance():
    returns, factors = history(13, 60, 7), history(14, 60, 3)
    B, s = es.factor_loadings(returns, factors), es.specific_vols(returns, factors, 12)
    cov = es.cov_factor(B, es.cov_matrix(factors, "sample", 12), s)
    close(np.diag(cov), np.diag(es.cov_matrix(returns, "sample", 12)))
    assert (cov == cov.T).all()


def test_explain_facts():
    with recorded() as facts:
        es.cov_matrix(history(15, 20, 30), "sample")
    assert facts["rows used"] == 20 and "at most 19" in facts["rank"] and "assumed" in facts["periods per year"]
    assert facts["condition number"] == "infinite (singular)"
    with recorded() as facts:
        es.cov_matrix(history(15, 100, 3), "ewma", 252, 10)
    assert facts["half-life"] == "10 periods" and float(facts["effective rows"]) == pytest.approx(28.9, abs=0.3)


# Cells: labels, dates, orientation ---------------------------------------------------------------------------

DAYS = [dt.date(2026, 1, d) for d in (5, 6, 7, 8)]
SERIALS = [to_serial(day) for day in DAYS]
PRICES = [["Date", "Harbour Fund", "黄金"], [DAYS[0], 100.0, 50.0], [DAYS[1], 110.0, 49.0], [DAYS[2], 99.0, 49.0]]


def numbers(rows):
    return np.array([row[1:] for row in rows[1:]], dtype=float)


def test_returns_keep_dates_and_names():
    rows = call("RETURNS", [PRICES])
    assert rows[0] == PRICES[0] and [row[0] for row in rows[1:]] == SERIALS[1:3]
    assert numbers(rows) == pytest.approx(np.array([[0.1, -0.02], [-0.1, 0.0]]))


def test_descending_prices_stay_descending():
    turned = [PRICES[0], *PRICES[:0:-1]]
    rows = call("RETURNS", [turned])
    assert [row[0] for row in rows[1:]] == [SERIALS[2], SERIALS[1]]
    assert numbers(rows) == pytest.approx(np.array([[-0.1, 0.0], [0.1, -0.02]]))


def test_a_missing_price_is_a_blank_and_the_next_return_reaches_back():
    rows = call("RETURNS", [[*PRICES, [DAYS[3], "#N/A", 98.0]]])
    assert rows[3] == [SERIALS[3], "", pytest.approx(98.0 / PRICES[3][2] - 1)]
    rows = call("RETURNS", [[PRICES[0], PRICES[1], [DAYS[1], None, 49.0], PRICES[3]]])
    assert [row[:2] for row in rows[1:]] == [[SERIALS[1], ""], [SERIALS[2], pytest.approx(-0.01)]]


def test_latest_rows_of_descending_returns_make_the_window():
    returns = history(16, 30, 2)
    days = [dt.date(2026, 1, 1) + dt.timedelta(days=i) for i in range(30)]
    cells = [["Date", "A", "B"], *[[d, *row] for d, row in zip(days, returns.tolist(), strict=True)][::-1]]
    close(without_labels(call("COV_MATRIX", [cells, "window", 252, 10])), np.cov(returns[-10:].T) * 252)


def test_vectors_come_back_as_columns_and_errors_name_the_asset():
    found = call("MEAN_RETURNS", [[["A", "B"], [0.01, 0.02], [0.03, 0.04]], 1])
    assert found == [["A", pytest.approx(0.02)], ["B", pytest.approx(0.03)]]
    assert np.array(call("VOLS_FROM_COV", [[[0.04, 0.0], [0.0, 0.01]]])).tolist() == [[0.2], [0.1]]
    (((cell,),)) = call("CORR_MATRIX", [[["Harbour Fund", "Cash"], [0.01, 0.0], [0.02, 0.0], [0.0, 0.0]]])
    assert cell == "#NUM!" and "Cash has no variance" in cell.reason


def test_matrices_and_vols_match_by_name():
    corr = [["", "Gold", "Oil"], ["Gold", 1.0, 0.5], ["Oil", 0.5, 1.0]]
    cov = call("COV_FROM_CORR", [corr, [["Oil", 0.4], ["Gold", 0.1]]])
    assert cov[0] == ["", "Gold", "Oil"] and [row[0] for row in cov[1:]] == ["Gold", "Oil"]
    assert np.array(without_labels(cov)) == pytest.approx(np.array([[0.01, 0.02], [0.02, 0.16]]))


def test_factor_panels_are_joined_on_their_dates():
    returns, factors = history(17, 40, 2), history(18, 40, 1)
    days = [dt.date(2026, 1, 1) + dt.timedelta(days=i) for i in range(40)]
    left = [["Date", "A", "B"]] + [[d, *row] for d, row in zip(days, returns.tolist(), strict=True)]
    right = [["Date", "Market"]] + [[d, *row] for d, row in zip(days, factors.tolist(), strict=True)]
    found = call("FACTOR_LOADINGS", [left[:1] + left[6:], right[:36]])
    assert found[0] == ["", "Market"] and [row[0] for row in found[1:]] == ["A", "B"]
    close(without_labels(found), es.factor_loadings(returns[5:35], factors[5:35]))
    turned = call("FACTOR_LOADINGS", [[left[0], *left[:5:-1]], right[:36]])
    close(without_labels(turned), es.factor_loadings(returns[5:35], factors[5:35]))


# Nonsense ----------------------------------------------------------------------------------------------------

R = history(19, 20, 3)
SPD = [[0.04, 0.006], [0.006, 0.01]]
NONSENSE = [
    (lambda: es.returns([[1.0, 0.0], [2.0, 3.0]]), InputError, "prices.*look like returns"),
    (
        lambda: es.returns([[1.0, 2.0], [2.0, 3.0], [2.0, 0.0], [2.0, 3.0], [1.0, 2.0], [1.0, 2.0]]),
        NumberError,
        "prices",
    ),
    (lambda: es.returns([[1.0, 2.0]]), NotAvailableError, "prices"),
    (lambda: es.returns([[1.0], [2.0]], "percent"), InputError, "kind.*simple, log"),
    (lambda: es.returns([[1e-300], [1e300]]), NumberError, "prices"),
    (lambda: es.returns([[1e300], [1e-300]], "log"), NumberError, "prices"),
    (lambda: es.returns("abc"), InputError, "prices"),
    (lambda: es.mean_returns(R, 0), NumberError, "periods"),
    (lambda: es.mean_returns([[np.nan, 0.1], [0.1, 0.2]]), NotAvailableError, "returns"),
    (lambda: es.cov_matrix(R, "shrink"), InputError, "method.*ledoit_wolf"),
    (lambda: es.cov_matrix(R, "sample", 252, 60), InputError, "parameter.*sample takes none"),
    (lambda: es.corr_matrix(R, "oas", 252, 60), InputError, "parameter.*oas takes none"),
    (lambda: es.cov_matrix(R, "window"), NotAvailableError, "returns.*20 complete rows.*60"),
    (lambda: es.cov_matrix(R, "window", 252, 21), NotAvailableError, "returns.*at most 20"),
    (lambda: es.cov_matrix(R, "window", 252, 5.5), NumberError, "parameter.*whole"),
    (lambda: es.cov_matrix(R, "window", 252, 1), NumberError, "parameter"),
    (lambda: es.cov_matrix(R, "ewma", 252, 0), NumberError, "parameter"),
    (lambda: es.cov_matrix(R, "ewma", 252, -3), NumberError, "parameter"),
    (lambda: es.cov_matrix([[0.1, -1.5], [0.1, 0.2]]), NumberError, "returns"),
    (lambda: es.cov_matrix([[0.1, np.inf], [0.1, 0.2]]), InputError, "returns"),
    (lambda: es.cov_matrix([[0.1, 1e200], [0.1, 0.2]]), NumberError, "returns"),
    (lambda: es.cov_matrix([[0.1, 0.2]]), NotAvailableError, "returns"),
    (lambda: es.corr_matrix([[0.1, 0.2], [0.3, 0.2]]), NumberError, "returns.*Asset 2 has no variance"),
    (lambda: es.corr_matrix([[0.1, 0.2], [0.3, -0.2]], "semi"), NumberError, "returns.*Asset 1 has no variance"),
    (lambda: es.shrinkage(R, "sample"), InputError, "method.*ledoit_wolf, oas, constant_correlation, ewma_shrunk"),
    (lambda: es.cov_from_corr([[1, 2], [2, 1]], [0.1, 0.1]), NumberError, "corr"),
    (lambda: es.cov_from_corr([[0.9, 0.2], [0.2, 1]], [0.1, 0.1]), InputError, "corr.*Asset 1"),
    (lambda: es.cov_from_corr([[1, 0.2], [0.2, 1]], [0.1, -0.1]), NumberError, "vols.*Asset 2"),
    (lambda: es.cov_from_corr([[1, 0.2], [0.2, 1]], [0.1, 0.1, 0.1]), InputError, "vols"),
    (lambda: es.corr_from_cov([[0.04, 0], [0, 0]]), NumberError, "cov.*Asset 2"),
    (lambda: es.corr_from_cov([[0.04, 0.03], [0.03, 0.01]]), NumberError, "cov.*COV_NEAREST"),
    (lambda: es.vols_from_cov([[0.04, 0.01], [0.02, 0.01]]), InputError, "cov.*symmetric"),
    (lambda: es.vols_from_cov([[-0.04]]), NumberError, "cov.*negative variance"),
    (lambda: es.cov_nearest([[0.04, 0.01], [0.02, 0.01]]), InputError, "cov.*symmetric"),
    (lambda: es.cov_nearest([[-0.04, 0], [0, 1]]), NumberError, "cov.*Asset 1.*negative variance"),
    (lambda: es.cov_nearest([[1e-20, 1.0], [1.0, 1]]), NumberError, "cov.*beyond repair"),
    (lambda: es.cov_check([[1, 2, 3], [1, 2, 3]]), InputError, "cov.*square"),
    (lambda: es.cov_check([["a", "b"], ["c", "d"]]), InputError, "cov"),
    (lambda: es.factor_loadings(R, R[:10]), InputError, "factor_returns.*10 rows"),
    (lambda: es.factor_loadings(R[:3], R[:3]), NotAvailableError, "factor_returns.*3 complete rows.*at least 4"),
    (lambda: es.specific_vols(R[:4], R[:4]), NotAvailableError, "factor_returns.*at least 5"),
    (lambda: es.factor_loadings(R, R * [1, 0, 1]), NumberError, "factor_returns: Factor 2 does not move"),
    (
        lambda: es.factor_loadings(R, np.c_[R, R @ [1, -2, 3]]),
        NumberError,
        "factor_returns: Factor 4 is a linear combination",
    ),
    (lambda: es.factor_loadings(R, np.c_[R[:, 0], R[:, 0] + 0.01]), NumberError, "Factor 2 is a linear combination"),
    (lambda: es.cov_factor([[1.0], [2.0]], [[0.04]], [0.1]), InputError, "specific_vols"),
    (lambda: es.cov_factor([[1.0], [2.0]], SPD, [0.1, 0.1]), InputError, "factor_cov"),
    (lambda: es.cov_factor([[1.0], [2.0]], [[-0.04]], [0.1, 0.1]), NumberError, "factor_cov"),
    (lambda: es.cov_factor([[1.0], [2.0]], [[0.04]], [0.1, -0.1]), NumberError, "specific_vols"),
]


@pytest.mark.filterwarnings("error", "default::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("nonsense, error, words", NONSENSE, ids=range(len(NONSENSE)))
def test_nonsense_is_refused_by_name(nonsense, error, words):
    with pytest.raises(error, match=words) as caught:
        nonsense()
    assert isinstance(caught.value, AllocError)


def test_below_the_size_of_the_definite_check_a_mix_of_negative_variance_is_refused():
    """Common correlation 0.3, each with an error of up to 0.1: none is beyond 1, yet most eigenvalues go astray."""
    noise = np.triu(np.random.default_rng(11).uniform(-0.1, 0.1, (299, 299)), 1)
    cov = 0.3 + 0.7 * np.eye(299) + noise + noise.T
    for compute in (es.vols_from_cov, es.corr_from_cov):
        with pytest.raises(NumberError, match="smallest eigenvalue of its correlations is -"):
            compute(cov)


def test_above_the_size_of_the_definite_check_a_correlation_beyond_one_is_still_refused():
    cov = np.eye(301)
    cov[0, 300] = cov[300, 0] = 1.5
    with pytest.raises(NumberError, match=r"Asset 1 and Asset 301 would be 1\.5"):
        es.corr_from_cov(cov)
    ((cell,),) = call("CORR_FROM_COV", [cov.tolist()])
    assert isinstance(cell, ErrorValue) and cell == "#NUM!"


def test_inputs_are_not_changed():
    before = R.copy()
    for method in METHODS:
        es.cov_matrix(R, method, 252, 10 if method in ("window", "ewma") else None)
    constant = np.column_stack([R, np.full(20, 0.1)])
    es.cov_matrix(constant)
    matrix = 0.04 * HIGHAM
    es.cov_nearest(matrix), es.cov_check(matrix)
    assert np.array_equal(R, before) and (constant[:, 3] == 0.1).all() and np.array_equal(matrix, 0.04 * HIGHAM)
