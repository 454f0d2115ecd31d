"""Accounts: XIRR as Microsoft documents it, published examples, roots of polynomials, loops in fractions, nonsense."""

import datetime as dt
import math
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import xlalloc as xa
from xlalloc import AllocError, NotAvailableError, NumberError
from xlalloc.cells import call
from xlalloc.core.money_weighted import rates
from xlalloc.explanation import recorded

YEARS = [f"{y}-01-01" for y in range(2001, 2004)]  # 365 days each
NAN = math.nan


def mwr(balances, flows, dates, timing="end"):
    return xa.mwr(balances, flows, timing, dates=np.array(dates, "datetime64[D]"))


# Published --------------------------------------------------------------------------------------------------------


def test_the_example_of_excels_xirr():
    """Microsoft's help on XIRR: -10000, 2750, 4250, 3250, 2750 give 0.373362535."""
    dates = ["2008-01-01", "2008-03-01", "2008-10-30", "2009-02-15", "2009-04-01"]
    rate = mwr([10000, NAN, NAN, NAN, 2750], [0, -2750, -4250, -3250, 0], dates)
    assert rate == pytest.approx(0.373362535, abs=5e-9)
    days = [(dt.date.fromisoformat(d) - dt.date(2008, 1, 1)).days for d in dates]
    value = sum(p * (1 + rate) ** (-d / 365) for p, d in zip([-10000, 2750, 4250, 3250, 2750], days, strict=True))
    assert abs(value) < 1e-8


def test_bacons_account():
    """Bacon (2008), ch. 2: 74.2 becomes 104.4 with 37.1 paid in on 14 January, when the rest was worth 67.0."""
    assert xa.dietz(74.2, 104.4, 37.1, ["2009-01-14"], "2008-12-31", "2009-01-31") == pytest.approx(-0.0730, abs=5e-5)
    returns = xa.account_returns([74.2, 67.0 + 37.1, 104.4], [0, 37.1, 0])
    assert xa.total_return(returns) == pytest.approx(-0.0944, abs=5e-5)


def test_the_example_of_dietz_in_two_years():
    """Wikipedia, Modified Dietz method: 100 becomes 300 with 50 paid in half way: 150/125 = 120%."""
    assert xa.dietz(100, 300, 50, ["2002-01-01"], YEARS[0], YEARS[2]) == pytest.approx(1.2, rel=1e-14)
    assert mwr([100, NAN, 300], [0, 50, 0], YEARS) == pytest.approx((-50 + math.sqrt(122500)) / 200 - 1, rel=1e-14)


# Time-weighted: a loop in fractions -------------------------------------------------------------------------------

whole = st.integers(1, 10**6)


@st.composite
def accounts(draw):
    n = draw(st.integers(2, 9))
    balances = draw(st.lists(st.one_of(whole, whole, whole, st.none()), min_size=n, max_size=n))
    balances[0], balances[-1] = draw(whole), draw(whole)
    flows = draw(st.lists(st.one_of(st.just(0), st.integers(-(10**5), 10**5)), min_size=n, max_size=n))
    return balances, flows, draw(st.sampled_from(["end", "start"]))


def slow_returns(balances, flows, timing):
    """One row at a time, in fractions; None is a blank, a text the error."""
    at = [f if timing == "end" else 0 for f in flows]  # what came on the date of each row
    if timing == "start":
        at = [*flows[1:], 0]
    found, last, base = [], None, None
    for t, (value, flow) in enumerate(zip(balances, at, strict=True)):
        if value is None:
            if flow and t:
                return "#N/A"
            found.append(None)
            continue
        own = flow if timing == "end" and last is not None else 0
        if last is not None:
            if base <= 0:
                return "#NUM!"
            if value - own < 0:
                return "#NUM!"
            found.append(Fraction(value - own, base) - 1)
        else:
            found.append(None)
        last, base = t, value + (flow if timing == "start" else 0)
    return found[1:]


@given(accounts())
def test_returns_equal_a_loop_in_fractions(case):
    balances, flows, timing = case
    slow = slow_returns(*case)
    cells = call("ACCOUNT_RETURNS", [[[b] for b in balances], [[f] for f in flows], [[timing]]])
    if isinstance(slow, str):
        assert str(cells[0][0]) in ("#N/A", "#NUM!") and len(cells[0][0].reason) > 30
        return
    assert [row[0] for row in cells] == [pytest.approx(float(r), abs=1e-12) if r is not None else "" for r in slow]


def test_the_product_of_the_returns_is_the_growth_where_nothing_moves():
    values = [100.0, 104.0, 97.0, 120.0]
    assert xa.total_return(xa.account_returns(values, [0, 0, 0, 0])) == pytest.approx(0.2, rel=1e-14)
    np.testing.assert_allclose(xa.account_returns(values, [5, 0, 0, 0]), xa.returns(values), rtol=1e-15)


def test_money_paid_in_or_taken_out_is_no_return():
    """Units of a fund bought and sold: the account earns what the fund earns, whatever moves."""
    rng = np.random.default_rng(5)
    fund = rng.normal(0.004, 0.03, 60)
    for timing in ("end", "start"):
        value, balances, flows = 1e5, [1e5], [0.0]
        for r in fund:
            flow = float(rng.choice([0, 0, 8000, -5000]))
            value = value * (1 + r) + flow if timing == "end" else (value + flow) * (1 + r)
            balances.append(value)
            flows.append(flow)
        np.testing.assert_allclose(xa.account_returns(balances, flows, timing), fund, atol=1e-13)


def test_a_blank_balance_is_spanned_and_its_row_is_blank():
    cells = call("ACCOUNT_RETURNS", [[[100], [None], [110]], [[0], [0], [4]]])
    assert cells == [[""], [pytest.approx(0.06)]]
    with recorded() as facts:
        found = xa.account_returns([NAN, 100, NAN, 110], [0, 0, 0, 4])
    assert np.isnan(found[0]) and found[1] == pytest.approx(0.06) and facts["blank balances spanned"] == 1


# Money-weighted: all roots of a polynomial ------------------------------------------------------------------------


def real_roots(amounts):
    """Of Σ c_k x^(n−k), x > 0, by the eigenvalues of the companion matrix."""
    found = np.roots(amounts)
    return sorted(float(x.real) for x in found if abs(x.imag) < 1e-7 * abs(x) and x.real > 1e-9)


@given(st.lists(st.integers(-30, 30), min_size=3, max_size=9))
def test_every_rate_is_found_that_the_polynomial_has(amounts):
    amounts = np.array(amounts, float)
    if not amounts[0] or not amounts[-1]:
        return
    logs, touching = rates(amounts, np.arange(len(amounts) - 1.0, -1.0, -1.0))
    expected = real_roots(amounts)
    apart = all(b - a > 1e-4 * b for a, b in pairwise(expected))
    if touching or not apart:  # a double root: numpy may see two, one or none
        return
    assert np.exp(logs) == pytest.approx(expected, rel=1e-6)


def test_rates_that_were_put_there_are_found():
    """Products of (x − x_k): up to seven rates between −60% and 300%, none lost, none invented.

    Coefficients rounded by some units of their last digit move a root by that times its condition.
    """
    rng = np.random.default_rng(8)
    for k in range(1, 8):
        for _ in range(20):
            roots = np.sort(rng.uniform(0.4, 4.0, k))
            if k > 1 and np.diff(roots).min() < 0.02:
                continue
            poly = np.poly(roots)
            condition = np.polyval(abs(poly), roots) / abs(roots * np.polyval(np.polyder(poly), roots))
            logs, touching = rates(-poly, np.arange(k, -1.0, -1.0))
            assert not touching and len(logs) == k
            assert (abs(np.exp(logs) / roots - 1) <= 20 * k * np.finfo(float).eps * condition).all()


def test_several_rates_are_told_and_none_is_chosen():
    with pytest.raises(NumberError, match=r"2 rates solve these payments \(10\.0000%, 20\.0000%\)"):
        mwr([100, 0, 0], [0, -230, 132], YEARS)
    with pytest.raises(NumberError, match="only just have a rate, near 10"):
        mwr([100, 0, 0], [0, -220, 121], YEARS)
    with pytest.raises(NumberError, match="no rate solves"):
        mwr([100, 0, 0], [0, -200, 101], YEARS)
    with pytest.raises(NumberError, match="no rate solves"):
        mwr([0, 0, 5], [0, 0, 0], YEARS)


@given(
    st.lists(st.integers(-3000, 9000), min_size=1, max_size=40), st.floats(-0.5, 1.5), st.sampled_from(["end", "start"])
)
def test_an_account_that_grows_at_a_rate_has_it(flows, rate, timing):
    """Whatever moves in an account that is never overdrawn: one rate, and it is that one."""
    rng = np.random.default_rng(len(flows))
    days = np.concatenate([[0], np.cumsum(rng.integers(1, 120, len(flows)))])
    value, balances = 10000.0, [10000.0]
    for k, flow in enumerate(flows):
        grown = (1 + rate) ** ((days[k + 1] - days[k]) / 365)
        flows[k] = flow = max(flow, -0.9 * value * min(grown, 1.0))
        value = value * grown + flow if timing == "end" else (value + flow) * grown
        balances.append(value)
    dates = np.datetime64("2015-03-31") + days
    gaps = [balances[0], *[NAN] * (len(flows) - 1), balances[-1]]
    assert mwr(gaps, [0, *flows], dates, timing) == pytest.approx(rate, rel=1e-9, abs=1e-10)


def test_nothing_back_is_a_loss_of_everything():
    assert mwr([100, 0, 0], [0, 50, 0], YEARS) == -1
    assert mwr([100, 50, 0], [0, 0, 0], YEARS) == -1


def test_without_flows_both_kinds_of_return_agree():
    dates = ["2021-03-31", "2021-09-30", "2023-05-31"]
    table = xa.account_gain([100, 130, 121], [0, 0, 0], dates=np.array(dates, "datetime64[D]"))
    cells = dict(table.rows)
    assert cells["gain"] == 21 and cells["time-weighted return, whole time"] == pytest.approx(0.21)
    both = cells["money-weighted return, per year"], cells["time-weighted return, per year"]
    assert both[0] == pytest.approx(both[1], rel=1e-13) == pytest.approx(1.21 ** (365 / 791) - 1)


def test_gains_add_up():
    table = xa.account_gain([1000, 1500, 900, 1100], [7, 400, -550, 50])
    assert table.column("result")[:5] == [1000, 450, 550, 200, 1100]
    assert str(table.rows[6][1].code) == "#VALUE!"  # no dates


# Dates --------------------------------------------------------------------------------------------------------------

BALANCES = [["date", "value"], ["2024-01-31", 1000], ["2024-06-30", 1300], ["2024-12-31", 1400]]
FLOWS = [["date", "flow"], ["2024-06-30", 200], ["2024-09-15", 50]]


def test_flows_on_days_of_their_own_are_put_among_the_balances():
    """By date, not by row; a date without a flow has none, and one without a balance is spanned where nothing moved."""
    merged = call("MWR", [BALANCES, FLOWS])[0][0]
    by_hand = mwr([1000, 1300, NAN, 1400], [0, 200, 50, 0], ["2024-01-31", "2024-06-30", "2024-09-15", "2024-12-31"])
    assert merged == by_hand
    series = [
        pd.Series([r[1] for r in rows[1:]], pd.to_datetime([r[0] for r in rows[1:]])) for rows in (BALANCES, FLOWS)
    ]
    assert xa.mwr(*series) == by_hand
    cell = call("ACCOUNT_RETURNS", [BALANCES, FLOWS])[0][0]
    assert cell == "#N/A" and "2024-09-15: +50 came or went on a date whose balance is blank" in cell.reason
    rows = call("ACCOUNT_RETURNS", [BALANCES, FLOWS[:2]])
    assert rows[0] == ["date", "Account"] and rows[1][1] == pytest.approx(0.1)


def test_falling_dates_are_turned():
    turned = [BALANCES[0], *BALANCES[:0:-1]]
    assert call("MWR", [turned, FLOWS]) == call("MWR", [BALANCES, FLOWS])


def test_under_a_year_it_is_still_per_year():
    assert mwr([100, 110], [0, 0], ["2024-01-01", "2024-03-14"]) == pytest.approx(1.1**5 - 1)  # 73 days


@pytest.mark.parametrize(
    ("name", "arguments", "code", "words"),
    [
        ("MWR", [[[100], [110]], [[0], [0]]], "#VALUE!", "balances: there are no dates"),
        ("MWR", [[["2024-01-01", 100], ["2024-02-01", None]], [["2024-01-01", 0], ["2024-02-01", 5]]], "#N/A", "balances: 1"),
        ("MWR", [[["2024-01-01", 100], ["2024-02-01", 1]], [["2023-12-01", 5], ["2024-02-01", 5]]], "#N/A", "flows: 2023-12-01"),
        ("MWR", [[["2024-01-01", 100], ["2024-02-01", 1]], [["2024-01-01", 5], ["2024-03-01", -5]]], "#N/A", "flows: 2024-03-01"),
        ("MWR", [[["2024-01-01", 1], ["2024-01-02", 1e9]], [["2024-01-01", 0], ["2024-01-02", 0]]], "#NUM!", "balances: the rate"),
        ("ACCOUNT_RETURNS", [[[100], [110]], [[0], ["#N/A"]]], "#N/A", "flows"),
        ("ACCOUNT_RETURNS", [[[100], [110]], [[0], ["five"]]], "#VALUE!", "flows"),
        ("ACCOUNT_RETURNS", [[[100], [110]], [[0]]], "#VALUE!", "flows: 1 rows, but balances has 2"),
        ("ACCOUNT_RETURNS", [[[None], [None]], [[0], [0]]], "#N/A", "balances: 0 values"),
        ("ACCOUNT_RETURNS", [[[-5], [110]], [[0], [0]]], "#NUM!", "balances: row 1: a return cannot start from -5"),
        ("ACCOUNT_RETURNS", [[[5], [110]], [[0], [200]]], "#NUM!", "balances: row 2: the value without the flow would be -90"),
        ("ACCOUNT_RETURNS", [[[100], [110]], [[0], [0]], [["noon"]]], "#VALUE!", "timing"),
        ("DIETZ", [[[1]], [[2]], [[1], [2]], [["2024-01-02"]], [["2024-01-01"]], [["2024-01-03"]]], "#VALUE!", "flow_dates: 1 flow"),
        ("DIETZ", [[[1]], [[2]], [[1]], [["2024-01-01"]], [["2024-01-01"]], [["2024-01-03"]]], "#VALUE!", "flow_dates: 2024-01-01"),
        ("DIETZ", [[[1]], [[2]], [[1]], [["soon"]], [["2024-01-01"]], [["2024-01-03"]]], "#VALUE!", "flow_dates: item 1"),
        ("DIETZ", [[[1]], [[2]], [[1]], [["2024-01-02"]], [["2024-01-03"]], [["2024-01-03"]]], "#VALUE!", "end_date"),
        ("DIETZ", [[[1]], [[2]], [[-9]], [["2024-01-02"]], [["2024-01-01"]], [["2024-01-03"]]], "#NUM!", "flows: the mean money"),
    ],
)  # fmt: skip
def test_nonsense_is_an_error_that_names_its_argument(name, arguments, code, words):
    cell = call(name, arguments)[0][0]
    assert cell == code and cell.reason.startswith(words), cell.reason


def test_dates_given_to_dietz_in_any_form():
    expected = xa.dietz(100, 120, [5, -2], ["2024-01-11", "2024-01-21"], "2023-12-31", "2024-01-31")
    assert (
        xa.dietz(100, 120, [5, -2], pd.to_datetime(["2024-01-11", "2024-01-21"]), "2023-12-31", "2024-01-31")
        == expected
    )
    cells = [[[100]], [[120]], [["flow", 5, -2]], [["date", 45302, dt.date(2024, 1, 21)]], [[45291]], [["2024-01-31"]]]
    assert call("DIETZ", cells) == [[expected]]


def test_python_callers_get_the_same_errors():
    with pytest.raises(NotAvailableError, match="balances: 1 values"):
        xa.account_returns([100, NAN], [0, 0])
    with pytest.raises(AllocError, match="no dates"):
        xa.mwr([100, 110], [0, 0])


def test_rates_beyond_all_sense_are_told_in_words():
    dates = pd.to_datetime(["2024-01-01", "2024-01-02", "2024-01-03"])
    with pytest.raises(NumberError) as caught:
        xa.mwr([1000, np.nan, 1500], [0, -3000, 3300], dates=dates)
    assert "2 rates solve these payments (just above -100%, above 100,000,000%)" in str(caught.value)
    assert "-100.0000%" not in str(caught.value) and len(str(caught.value)) < 250


def test_nothing_taken_out_is_plainly_nothing():
    rows = dict(xa.account_gain([100, 120], [0, 10]).rows)
    assert str(rows["taken out"]) == "0.0" and rows["paid in"] == 10
