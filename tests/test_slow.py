"""Performance and estimation, and the fee by days held, against the second implementation of slow.py, on random small input."""

from fractions import Fraction as Q

import numpy as np
import pytest
import slow
from hypothesis import given, settings
from hypothesis import strategies as st

import xlalloc as xa
from xlalloc.core.kpi import MEASURES
from xlalloc.errors import DivisionError

thorough = settings(max_examples=80)

thousandths = st.integers(-300, 300).map(lambda k: Q(k, 1000))
any_return = st.one_of(thousandths, thousandths, st.sampled_from([Q(0), Q(0), Q(-1), Q(1, 100), Q(-999, 1000)]))
series = st.one_of(
    st.lists(thousandths, min_size=2, max_size=14),
    st.lists(any_return, min_size=2, max_size=14),
    st.integers(2, 9).flatmap(lambda n: any_return.map(lambda r: [r] * n)),
)
periods = st.sampled_from([Q(1), Q(4), Q(12), Q(52), Q(252), Q(7, 2)])
rates = st.sampled_from([Q(0), Q(2, 100), Q(-1, 100), Q(30, 100)])


def floats(numbers) -> np.ndarray:
    return np.array([float(x) for x in numbers])


def table(rows) -> np.ndarray:
    return np.array([[float(x) for x in row] for row in rows])


def agree(got, wanted, scale=0.0) -> None:
    """A number, or DivisionError where there is none."""
    if wanted is None:
        assert isinstance(got, DivisionError), (got, wanted)
    else:
        assert not isinstance(got, Exception), (got, float(wanted))
        assert float(got) == pytest.approx(float(wanted), rel=1e-9, abs=1e-11 + 1e-11 * scale)


def asked(function, *arguments):
    try:
        return function(*arguments)
    except DivisionError as error:
        return error


@st.composite
def two_series(draw):
    r = draw(series)
    return r, draw(st.lists(thousandths, min_size=len(r), max_size=len(r)) | st.just(r) | st.just([r[0]] * len(r)))


# Performance -------------------------------------------------------------------------------------------------


@thorough
@given(two_series(), periods, rates)
def test_every_kpi(pair, P, rf):
    r, b = pair
    wanted, R, B, p, f = slow.kpis(r, P, rf, b), floats(r), floats(b), float(P), float(rf)
    scale = float(max(abs(slow.ann_return(x, P)) for x in pair))
    functions = {
        "total_return": (xa.total_return, R), "ann_return": (xa.ann_return, R, p), "ann_vol": (xa.ann_vol, R, p),
        "downside_vol": (xa.downside_vol, R, 0.0, p), "max_drawdown": (xa.max_drawdown, R),
        "underwater_periods": (xa.underwater_periods, R), "sharpe": (xa.sharpe, R, f, p),
        "sortino": (xa.sortino, R, f, p), "calmar": (xa.calmar, R, p), "hist_var": (xa.hist_var, R),
        "hist_cvar": (xa.hist_cvar, R), "omega": (xa.omega, R), "ulcer": (xa.ulcer, R), "win_rate": (xa.win_rate, R),
        "excess_return": (xa.excess_return, R, B, p), "tracking_error": (xa.tracking_error, R, B, p),
        "info_ratio": (xa.info_ratio, R, B, p), "port_beta": (xa.port_beta, R, B, f, p),
        "jensen_alpha": (xa.jensen_alpha, R, B, f, p),
    }  # fmt: skip
    report = dict(xa.kpi_table(R, B, f, p).rows)
    for name in MEASURES:
        if name in wanted:
            agree(report[MEASURES[name].title], wanted[name], scale if name in ("excess_return", "calmar") else 0.0)
        if name in functions:
            agree(asked(*functions[name]), wanted[name], scale if name in ("excess_return", "calmar") else 0.0)
    np.testing.assert_allclose(xa.drawdowns(R), floats(slow.drawdowns(r)), atol=1e-14)
    np.testing.assert_allclose(xa.wealth_index(R), floats(slow.wealth(r)[1:]), rtol=1e-13)


@thorough
@given(series, st.sampled_from([Q(1, 2), Q(3, 4), Q(9, 10), Q(95, 100), Q(99, 100)]), thousandths, periods)
def test_levels_and_thresholds(r, level, m, P):
    R = floats(r)
    agree(xa.hist_var(R, float(level)), slow.hist_var(r, level))
    agree(xa.hist_cvar(R, float(level)), slow.hist_cvar(r, level))
    agree(asked(xa.omega, R, float(m)), slow.omega(r, m))
    agree(xa.downside_vol(R, float(m), float(P)), slow.downside_vol(r, P, m))


@thorough
@given(st.integers(2, 4), two_series(), st.sampled_from(sorted(MEASURES)), periods, rates)
def test_rolling(window, pair, name, P, rf):
    r, b = pair
    window = max(min(window, len(r)), MEASURES[name].least)
    if window > len(r):
        return
    wanted = [slow.kpis(r[t : t + window], P, rf, b[t : t + window])[name] for t in range(len(r) - window + 1)]
    found = asked(xa.rolling, name, floats(r), window, float(P), float(rf), floats(b))
    if isinstance(found, DivisionError):
        assert not any(wanted)
        return
    scale = float(max(abs(slow.ann_return(x[t : t + window], P)) for x in pair for t in range(len(wanted))))
    for got, want in zip(found, wanted, strict=True):
        agree(DivisionError("") if np.isnan(got) else got, want, scale)


@thorough
@given(
    st.lists(st.tuples(thousandths, st.sampled_from(["up", "Down", "side"])), min_size=2, max_size=12), periods, rates
)
def test_by_state(rows, P, rf):
    R, states = floats(r for r, _ in rows), [s for _, s in rows]
    found = xa.kpi_by_state(R, states, float(rf), float(P)).rows
    assert [row[0] for row in found] == list(dict.fromkeys(states))
    for state, annual, vol, sharpe, count in found:
        r = [x for x, s in rows if s == state]
        assert count == len(r)
        if count > 1:
            agree(annual, slow.ann_return(r, P))
            agree(vol, slow.ann_vol(r, P))
            agree(sharpe, slow.sharpe(r, P, rf))
        else:
            assert all(error.code == "#N/A" for error in (annual, vol, sharpe))


@thorough
@given(
    st.integers(1, 10**6).map(lambda k: Q(k, 100)), st.integers(1, 10**6).map(lambda k: Q(k, 100)), st.integers(1, 90)
)
def test_cagr(first, last, halves):
    years = Q(halves, 2)
    agree(xa.cagr(float(first), float(last), float(years)), slow.power(last / first, 1 / years) - 1)


# Estimation --------------------------------------------------------------------------------------------------


@st.composite
def panels(draw, least=2, most=9, widest=4):
    n = draw(st.integers(1, widest))
    return draw(st.lists(st.lists(thousandths, min_size=n, max_size=n), min_size=least, max_size=most))


def near(got, wanted, scale) -> None:
    np.testing.assert_allclose(got, table(wanted), rtol=1e-9, atol=1e-13 * float(scale))


@thorough
@given(panels(3), periods, st.integers(2, 5), st.sampled_from([Q(1, 2), Q(3), Q(63)]))
def test_covariances(rows, P, window, half_life):
    R, p = table(rows), float(P)
    window = min(window, len(rows))
    near(xa.cov_matrix(R, "sample", p) / p, slow.sample(rows), 1)
    near(xa.cov_matrix(R, "window", p, window) / p, slow.sample(rows[-window:]), 1)
    near(xa.cov_matrix(R, "semi", p) / p, slow.semi(rows), 1)
    near(xa.cov_matrix(R, "ewma", p, float(half_life)) / p, slow.ewma(rows, half_life), 1)
    np.testing.assert_allclose(xa.mean_returns(R, p), [float(P * slow.mean(x)) for x in slow.columns(rows)], atol=1e-12)


@st.composite
def correlated(draw):
    """Three assets, more or less of a common return in each, so that the intensity is neither 0 nor 1."""
    rows = draw(st.lists(st.lists(thousandths, min_size=4, max_size=4), min_size=8, max_size=20))
    return [
        [common * k + own / d for k, d, own in zip((1, 1, -2), (1, 3, 2), rest, strict=True)] for common, *rest in rows
    ]


@thorough
@given(panels(2, 7, 4) | correlated() | correlated(), st.sampled_from(["ledoit_wolf", "oas", "constant_correlation"]))
def test_shrinkage(rows, method):
    X, S = slow.moments(rows)
    n, variances = len(S), [S[i][i] for i in range(len(S))]
    if n == 1 or (method == "constant_correlation" and min(variances) == 0):
        return
    if method != "ledoit_wolf":  # where the sample is its own target no formula gives an intensity
        F = slow.constant_target(S)[0] if method == "constant_correlation" else slow.identity_target(S)
        if slow.squared_distance(F, S) <= Q(1, 10**9) * slow.total([[v**2 for v in row] for row in S]):
            return
    intensity = getattr(slow, method)(rows)
    assert xa.shrinkage(table(rows), method) == pytest.approx(float(intensity), rel=1e-7, abs=1e-9)
    near(xa.cov_matrix(table(rows), method, 1), slow.shrunk(rows, method), 1000)


@thorough
@given(panels(4, 9, 3), st.integers(1, 2))
def test_factors(rows, k):
    factors = [[Q(j**2 % 7, 100), Q((3 * j + 1) % 5, 100)][:k] for j in range(len(rows))]
    if len(rows) < k + 2:
        return
    fit = [slow.regression(y, factors) for y in slow.columns(rows)]
    near(xa.factor_loadings(table(rows), table(factors)), [slopes for slopes, _ in fit], 1e3)
    wanted = [float(slow.root(squares / (len(rows) - 1))) for _, squares in fit]
    np.testing.assert_allclose(xa.specific_vols(table(rows), table(factors), 1), wanted, rtol=1e-9, atol=1e-12)


# Rebalancing -------------------------------------------------------------------------------------------------


@thorough
@given(
    st.lists(st.integers(1, 400), min_size=1, max_size=4, unique=True).map(sorted), st.booleans(), st.integers(0, 500)
)
def test_redemption_fee(days, one_more, held):
    fees = [Q(15 - 3 * k, 1000) for k in range(len(days) + one_more)]
    for h in (held, *days, *(d - 1 for d in days)):
        wanted = slow.redemption_fee(Q(h), days, fees)
        assert xa.redemption_fee(float(h), np.array(days, float), floats(fees)) == float(wanted)
