"""Return, risk and diversification of given weights: papers, peers on real prices, invariants."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reference import market, tables

import xlalloc as xa
from xlalloc.cells import call

VOLS = np.array([0.30, 0.20, 0.15])
CORR = np.array([[1, 0.8, 0.5], [0.8, 1, 0.3], [0.5, 0.3, 1]])
COV = CORR * np.outer(VOLS, VOLS)
W = np.array([0.5, 0.2, 0.3])


def close(a, b, tolerance=1e-12):
    np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance)


def test_the_articles_formula_for_risk_contributions():
    """Its prose multiplies weight, volatility and a correlation; the right answer is w(Σw)/σ², as its code computes."""
    weights = np.array([0.4, 0.2, 0.3, 0.1])
    corr = np.array([[1, 0.85, -0.15, 0.05], [0.85, 1, -0.1, 0.1], [-0.15, -0.1, 1, 0.2], [0.05, 0.1, 0.2, 1]])
    vols = np.array([0.275, 0.305, 0.025, 0.175])
    cov = corr * np.outer(vols, vols)
    shares = xa.risk_contrib(weights, cov)
    sigma = np.sqrt(weights @ cov @ weights)
    asset_with_portfolio = (corr @ (weights * vols)) / sigma
    close(shares, weights * vols * asset_with_portfolio / sigma)
    assert shares[0] + shares[1] > 0.95  # stocks dominate, far from the 20-30% each the article hopes for


def test_sharpe_ratio_by_hand():
    """w'μ = 0.06, σ² = 0.36·0.04 + 0.16·0.01 + 2·0.24·0.006: the excess over 2% in units of σ."""
    excess, variance = 0.6 * 0.08 + 0.4 * 0.03 - 0.02, 0.0144 + 0.0016 + 0.00288
    assert xa.port_sharpe([0.6, 0.4], [0.08, 0.03], [[0.04, 0.006], [0.006, 0.01]], 0.02) == pytest.approx(
        excess / variance**0.5, rel=1e-14
    )


@pytest.mark.parametrize("scale", [1, 1e-8, 1e8])
@pytest.mark.parametrize("vols", [(0.2, 0.1), (0.3, 0.2), (0.23, 0.11), (0.31, 0.07)])
def test_a_perfect_hedge_has_no_risk_whatever_rounding_says(vols, scale):
    """σ₁w₁ = σ₂w₂ at a correlation of −1: the variance is 0, and what rounding leaves of it is no divisor."""
    a, b = vols
    weights, cov = np.array([b, a]) / (a + b), np.array([[a * a, -a * b], [-a * b, b * b]]) * scale
    assert xa.port_vol(weights, cov) == 0
    for ratio in (
        lambda: xa.port_sharpe(weights, [0.05, 0.03], cov),
        lambda: xa.risk_contrib(weights, cov),
        lambda: xa.marginal_risk(weights, cov),
        lambda: xa.diversification(weights, cov),
        lambda: xa.factor_risk_contrib(weights, np.eye(2), cov),
        lambda: xa.rp_check(weights, cov),
    ):
        with pytest.raises(xa.DivisionError, match="no risk"):
            ratio()


def test_a_small_risk_is_still_one():
    """Nearly hedged, or nearly all cash: σ = 1e-6 and 2e-9 are no rounding."""
    close(xa.port_vol([0.5, 0.5], [[0.04, -0.04], [-0.04, 0.04 + 4e-12]]), 1e-6, 1e-9)
    close(xa.port_vol([1e-8, 1 - 1e-8], [[0.04, 0], [0, 0]]), 2e-9, 1e-18)
    close(xa.risk_contrib([1e-8, 1 - 1e-8], [[0.04, 0], [0, 0]]), [1, 0])


def test_a_negative_variance_is_an_error():
    """Correlation 1 + 5e-9 passes as rounding; bought 20,000 times against itself it gives −3."""
    cov = [[1, 1 + 5e-9], [1 + 5e-9, 1]]
    with pytest.raises(xa.NumberError, match="cov: this portfolio's variance is negative"):
        xa.port_vol([2e4, 1 - 2e4], cov)
    with pytest.raises(xa.NumberError, match="factor_cov: this portfolio's variance is negative"):
        xa.factor_risk_contrib([2e4, 1 - 2e4], np.eye(2), cov)


def test_capital_market_line():
    assert xa.cml_return(0.03, 0.08, 0.16, 0.12) == pytest.approx(0.03 + 0.05 * 0.75)
    assert xa.cml_mix(0.16, 0.24).rows == [("Market", 1.5), ("Cash", -0.5)]


def test_diversification():
    """Choueifaty & Coignard: 1 for one asset; for uncorrelated equal risks the square root of n."""
    assert xa.diversification([1.0], [[0.04]]) == pytest.approx(1.0)
    assert xa.diversification(np.full(4, 0.25), np.eye(4) * 0.04) == pytest.approx(2.0)
    close(xa.diversification(W, COV, "share"), xa.port_vol(W, COV) / VOLS.mean())


def test_turnover_and_effective_n():
    assert xa.turnover([1, 0], [0, 1]) == 1.0
    assert xa.effective_n([100, 100, 100, 100]) == pytest.approx(4.0)
    assert xa.effective_n([0.0, 5.0]) == 1.0


def test_factor_contributions_equal_those_of_the_implied_covariance():
    loadings, factor_cov, specific = (
        np.array([[1, 0.2], [0.5, 0.9], [0.1, 1.1]]),
        np.diag([0.03, 0.01]),
        np.array([0.1, 0.05, 0.02]),
    )
    parts = xa.factor_risk_contrib(W, loadings, factor_cov, specific, "absolute")
    close(parts.sum(), xa.port_vol(W, loadings @ factor_cov @ loadings.T + np.diag(specific**2)))
    close(xa.factor_risk_contrib(W, loadings, factor_cov)[-1], 0.0)


@pytest.fixture(scope="module")
def real():
    try:
        panel = market.daily()
    except market.DataMissingError as missing:
        pytest.skip(str(missing))
    return np.cov(panel.values, rowvar=False) * 252, market.given_weights()


def test_peers_on_real_prices(real):
    """Contributions as skfolio and Riskfolio-Lib have them (tests/reference/portfolio.csv names the calls)."""
    cov, weights = real
    close(xa.risk_contrib(weights, cov), tables.vector("portfolio.csv", "risk_contrib_percent"), 1e-10)
    close(xa.risk_contrib(weights, cov, "absolute"), tables.vector("portfolio.csv", "risk_contrib_absolute"), 1e-10)
    close(xa.marginal_risk(weights, cov), tables.vector("portfolio.csv", "marginal_risk"), 1e-10)
    measures = tables.values("portfolio.csv", "measures")
    for name, value in (
        ("volatility", xa.port_vol(weights, cov)),
        ("diversification_ratio", xa.diversification(weights, cov)),
        ("effective_n", xa.effective_n(weights)),
    ):
        close(value, next(v for k, v in measures.items() if name in (k, *np.atleast_1d(k))), 1e-10)


weights_and_cov = st.integers(2, 6).flatmap(
    lambda n: st.tuples(
        st.lists(st.floats(0.01, 1), min_size=n, max_size=n), st.lists(st.floats(-1, 1), min_size=n * n, max_size=n * n)
    )
)


@given(weights_and_cov, st.floats(0.1, 10))
def test_invariants(drawn, scale):
    """Percent contributions sum to 1, absolute ones to σ; both scale as they must; order does not matter."""
    raw, entries = drawn
    n = len(raw)
    weights = np.array(raw) / sum(raw)
    root = np.array(entries).reshape(n, n) + 0.1 * np.eye(n)
    cov = root @ root.T + 1e-3 * np.eye(n)
    percent, absolute = xa.risk_contrib(weights, cov), xa.risk_contrib(weights, cov, "absolute")
    sigma = xa.port_vol(weights, cov)
    close(percent.sum(), 1.0, 1e-10)
    close(absolute.sum(), sigma, 1e-10)
    close(xa.risk_contrib(weights, cov * scale), percent, 1e-9)
    close(xa.port_vol(weights, cov * scale**2), sigma * scale, 1e-10)
    order = np.arange(n)[::-1]
    close(xa.risk_contrib(weights[order], cov[np.ix_(order, order)]), percent[order], 1e-9)
    assert xa.diversification(weights, cov) >= 1 - 1e-9
    assert 1 - 1e-9 <= xa.effective_n(weights) <= n + 1e-9


@pytest.mark.parametrize(
    "name, arguments, code, word",
    [
        ("RISK_CONTRIB", [[[1.0], [0.0]], [[0.0, 0.0], [0.0, 0.04]]], "#DIV/0!", "no risk"),
        ("MARGINAL_RISK", [[[1.0]], [[0.0]]], "#DIV/0!", "no risk"),
        ("DIVERSIFICATION", [[[1.0]], [[0.0]]], "#DIV/0!", "no risk"),
        ("EFFECTIVE_N", [[[1.0], [-1.0]]], "#NUM!", "zero"),
        ("PORT_RETURN", [[[0.5], [0.5]], [[0.1]]], "#VALUE!", "mu"),
        ("CML_MIX", [0.0, 0.1], "#NUM!", "market_vol"),
        ("CML_MIX", [0.1, -0.1], "#NUM!", "target_vol"),
        ("FACTOR_RISK_CONTRIB", [[[1.0]], [[1.0, 0.5]], [[0.04]]], "#VALUE!", "factors"),
        ("PORT_SERIES", [[[0.1, 0.2], [0.1, -1.5]], [[0.5], [0.5]]], "#NUM!", "-1.5"),
    ],
)
def test_nonsense(name, arguments, code, word):
    rows = call(name, arguments)
    assert rows == [[code]] and word in rows[0][0].reason, rows[0][0].reason


def test_cash_may_have_no_variance_where_nothing_divides_by_it():
    close(xa.risk_contrib([0.5, 0.5], [[0.04, 0], [0, 0]]), [1.0, 0.0])
    close(xa.port_vol([0.5, 0.5], [[0.04, 0], [0, 0]]), 0.1)


def test_data_frames_are_taken_as_they_are():
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(
        [[0.1, 0.2], [0.0, -0.1]], index=pd.to_datetime(["2024-01-31", "2024-02-29"]), columns=["A", "B"]
    )
    close(xa.port_series(frame, pd.Series([0.5, 0.5])), [0.15, -0.05])


def test_data_frames_are_matched_by_name():
    pd = pytest.importorskip("pandas")
    cov = pd.DataFrame(COV, index=list("ABC"), columns=list("ABC"))
    turned = cov.loc[list("CAB"), list("BCA")]
    weights = pd.Series(W, index=list("ABC"))
    close(xa.risk_contrib(weights, turned), xa.risk_contrib(W, COV))
    returns = pd.DataFrame([[0.1, 0.2, 0.3], [0.0, 0.1, 0.0]], columns=list("CBA"))
    close(xa.port_series(returns, weights), [0.3 * 0.5 + 0.2 * 0.2 + 0.1 * 0.3, 0.1 * 0.2])
    with pytest.raises(xa.InputError, match="weights: has no 'D', which cov has"):
        xa.risk_contrib(weights, cov.rename(index={"C": "D"}, columns={"C": "D"}))
    monthly = pd.DataFrame([[0.1], [0.0], [0.05]], index=pd.to_datetime(["2024-01-31", "2024-02-29", "2024-03-31"]))
    assert xa.ann_vol(monthly).item() == pytest.approx(xa.ann_vol([0.1, 0.0, 0.05], periods=12))
