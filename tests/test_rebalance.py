"""Rebalancing: the article's example, hand-computed plans, a slow exact second implementation, invariants, nonsense."""

import datetime as dt
from fractions import Fraction

import article_code
import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

import xlalloc.core.rebalance as rb
from xlalloc.cells import call
from xlalloc.errors import AllocError, DivisionError, Label, NumberError
from xlalloc.explanation import recorded
from xlalloc.formula import evaluate

A, B, C = (Label("assets", i) for i in range(3))


def table(answer):
    """A table as a dictionary of its columns."""
    return {name: answer.column(name) for name in answer.header}


# A slow, obvious second implementation in exact fractions ----------------------------------------------------


def slow_trades(values, target, threshold, cash_flow, rule, band):
    """The definition, one asset at a time. Also tells how close the trigger was."""
    total = sum(values) + cash_flow
    gaps = [t * total - v for v, t in zip(values, target, strict=True)]
    wanted = [g if g * cash_flow > 0 else 0 for g in gaps]
    trades = [cash_flow * w / sum(wanted) if cash_flow else Fraction(0) for w in wanted]
    half = [threshold * t if band == "relative" else threshold for t in target]
    margins = [
        abs((v + x) / total - t) - h - Fraction(1, 10**9)
        for v, x, t, h in zip(values, trades, target, half, strict=True)
    ]
    if max(margins) > 0 and rule == "target":
        trades = gaps
    if max(margins) > 0 and rule == "edge":
        after = [min(max(v, (t - h) * total), (t + h) * total) for v, t, h in zip(values, target, half, strict=True)]
        rest = total - sum(after)
        gaps = [t * total - a for a, t in zip(after, target, strict=True)]
        side = [g if g * rest > 0 else 0 for g in gaps]
        if rest:
            after = [a + rest * s / sum(side) for a, s in zip(after, side, strict=True)]
        trades = [a - v for a, v in zip(after, values, strict=True)]
    return trades, min(abs(m) for m in margins)


def slow_cost(trade, commission, sell_tax, least, exit_fee):
    if trade == 0:
        return Fraction(0)
    sold = -trade if trade < 0 else 0
    return max(commission * abs(trade), least) + (sell_tax + exit_fee) * sold


@st.composite
def portfolios(draw, most=6):
    n = draw(st.integers(1, most))
    values = draw(st.lists(st.integers(0, 10**6), min_size=n, max_size=n))
    shares = draw(st.lists(st.integers(0, 12), min_size=n, max_size=n))
    assume(sum(values) > 0 and sum(shares) > 0)
    cash_flow = draw(st.one_of(st.just(0), st.integers(-sum(values) + 1, 2 * sum(values))))
    return values, [Fraction(s, sum(shares)) for s in shares], cash_flow


def floats(fractions):
    return np.array([float(x) for x in fractions])


thresholds = st.sampled_from(["0", "0.01", "0.05", "0.1", "0.3", "1"])


@given(portfolios(), thresholds, st.sampled_from(["target", "edge", "cash"]), st.sampled_from(["absolute", "relative"]))
@example(([70, 15, 15], [Fraction(1, 2), Fraction(1, 4), Fraction(1, 4)], 0), "0.05", "edge", "absolute")
def test_trades_equal_the_definition_in_exact_fractions(portfolio, threshold, rule, band):
    values, target, cash_flow = portfolio
    slow, margin = slow_trades(values, target, Fraction(threshold), cash_flow, rule, band)
    assume(margin > 1e-12)
    trades = rb.rebal_trades(values, floats(target), float(threshold), cash_flow, rule, band)
    total = sum(values) + cash_flow
    np.testing.assert_allclose(trades, floats(slow), atol=1e-11 * max(total, sum(values)))
    assert trades.sum() == pytest.approx(cash_flow, abs=1e-11 * max(total, sum(values)))
    assert (np.array(values) + trades >= -1e-11 * sum(values)).all()  # never more than is held


# Drift and trades --------------------------------------------------------------------------------------------


def test_the_article_sells_both_and_the_right_trades_add_up():
    """S0 scales its purchase by the (negative) sum of the sales: it would sell 20000 of both and lose 40000."""
    articles = article_code.rebalance_portfolio({"股票": 120000, "债券": 80000}, {"股票": 0.5, "债券": 0.5})
    assert list(articles.values()) == pytest.approx([-20000, -20000])
    assert rb.rebal_trades([120000, 80000], [0.5, 0.5], 0.05).tolist() == [-20000, 20000]


def test_the_articles_story_of_50_50_that_became_60_40():
    drift = table(rb.rebal_drift([150000, 100000], [0.5, 0.5]))
    assert drift["asset"] == [A, B]
    assert drift["weight"] == [0.6, 0.4]
    assert drift["deviation"] == pytest.approx([0.1, -0.1])
    assert drift["relative deviation"] == pytest.approx([0.2, -0.2])
    assert rb.rebal_trades([150000, 100000], [0.5, 0.5]).tolist() == [-25000, 25000]


def test_an_asset_without_target_has_no_relative_deviation():
    cells = call("REBAL_DRIFT", [[["gold", 30], ["bonds", 70]], [["bonds", 1], ["gold", 0]]])
    assert cells[1][:5] == ["gold", 30, 0.3, 0, 0.3]
    assert cells[1][5] == "#DIV/0!" and "gold" in cells[1][5].reason
    assert cells[2][5] == pytest.approx(-0.3)


def test_published_example_of_the_edge_rule():
    trades = rb.rebal_trades([70, 15, 15], [0.5, 0.25, 0.25], 0.05, 0, "edge")
    assert trades == pytest.approx([-15, 7.5, 7.5], abs=1e-12)


def test_the_edge_of_the_band_itself_does_not_trigger():
    assert rb.rebal_trades([55, 45], [0.5, 0.5], 0.05).tolist() == [0, 0]  # 0.55 − 0.5 > 0.05 in binary
    assert rb.rebal_trades([55.00001, 44.99999], [0.5, 0.5], 0.05) == pytest.approx([-5.00001, 5.00001])
    assert rb.rebal_trades([55, 45], [0.5, 0.5], 0.1, band="relative").tolist() == [0, 0]
    assert rb.rebal_trades([55.1, 44.9], [0.5, 0.5], 0.1, band="relative") == pytest.approx([-5.1, 5.1])


def test_cash_comes_first_and_may_be_enough():
    # W = 220: gaps 110 − 120 < 0 and 110 − 80 = 30, so the whole deposit buys the second; 120/220 is inside the band
    assert rb.rebal_trades([120, 80], [0.5, 0.5], 0.05, 20).tolist() == [0, 20]
    # a withdrawal of 20 comes from the first alone: 100/180 = 55.6% is outside, 100/180 − 0.5 > 5%
    assert rb.rebal_trades([120, 80], [0.5, 0.5], 0.05, -20) == pytest.approx([-30, 10])
    assert rb.rebal_trades([120, 80], [0.5, 0.5], 0.05, -20, "cash").tolist() == [-20, 0]
    assert rb.rebal_trades([120, 80], [0.5, 0.5], 0.06, -20).tolist() == [-20, 0]


def test_relative_bands_always_trigger_on_a_holding_without_target():
    assert rb.rebal_trades([99, 1], [1, 0], 0.5).tolist() == [0, 0]
    assert rb.rebal_trades([99, 1], [1, 0], 0.5, band="relative").tolist() == [1, -1]


def test_the_edge_rule_starts_from_the_holdings_before_the_cash():
    # W = 110, bands 49.5–60.5 / 22–33 / 22–33: clip(v) = 60.5/22/22, remainder 5.5 to the gaps 5.5 and 5.5
    trades = rb.rebal_trades([70, 20, 10], [0.5, 0.25, 0.25], 0.05, 10, "edge")
    assert trades == pytest.approx([-9.5, 4.75, 14.75])


def test_everything_can_be_taken_out_and_a_first_deposit_put_in():
    assert rb.rebal_trades([120, 80], [0.5, 0.5], 0.05, -200).tolist() == [-120, -80]
    assert rb.rebal_trades([0.1, 0.2], [0.5, 0.5], 0.05, -0.3) == pytest.approx([-0.1, -0.2])
    assert rb.rebal_trades([0, 0], [0.3, 0.7], 0.05, 1000) == pytest.approx([300, 700])


def test_targets_that_sum_to_one_but_for_printing_still_add_up():
    trades = rb.rebal_trades([900, 50, 50], [0.3333333, 0.3333333, 0.3333333])
    assert trades.sum() == pytest.approx(0, abs=1e-10)


@given(portfolios(), thresholds)
def test_a_deposit_inside_the_band_sells_nothing(portfolio, threshold):
    values, target, cash_flow = portfolio
    trades = rb.rebal_trades(values, floats(target), float(threshold), abs(cash_flow), "cash")
    assert (trades >= 0).all()
    trades = rb.rebal_trades(values, floats(target), float(threshold), -min(abs(cash_flow), sum(values)), "cash")
    assert (trades <= 0).all()


@given(portfolios(), thresholds, st.sampled_from(["absolute", "relative"]))
def test_after_the_edge_rule_every_weight_is_inside_its_band(portfolio, threshold, band):
    values, target, cash_flow = portfolio
    h, t = float(threshold), floats(target)
    after = values + rb.rebal_trades(values, t, h, cash_flow, "edge", band)
    assert (np.abs(after / after.sum() - t) <= (h * t if band == "relative" else h) + 2e-9).all()


def test_shape_names_and_facts_come_back():
    assert call("REBAL_TRADES", [[[120000, 80000]], [[0.5], [0.5]]]) == [[-20000, 20000]]
    by_name = call("REBAL_TRADES", [[["股票", 120000], ["债券", 80000]], [["债券", 0.6], ["股票", 0.4]]])
    assert by_name == [["股票", -40000], ["债券", 40000]]
    with recorded() as facts:
        rb.rebal_trades([55, 45], [0.5, 0.5])
    assert facts == {"threshold exceeded once the cash flow is placed": "no"}


# Calendar ----------------------------------------------------------------------------------------------------

days = st.dates(dt.date(1995, 1, 1), dt.date(2060, 1, 1))


@given(days, st.integers(0, 800), st.sampled_from(sorted(rb.MONTHS)))
@example(dt.date(2026, 1, 31), 28, "monthly")
@example(dt.date(2024, 2, 29), 365, "annual")
@example(dt.date(2025, 11, 30), 90, "quarterly")
def test_months_are_counted_as_pandas_counts_them(last, later, frequency):
    today = last + dt.timedelta(days=later)
    due = pd.Timestamp(last) + pd.DateOffset(months=rb.MONTHS[frequency])
    assert rb.rebal_due(last, today, frequency) is bool(pd.Timestamp(today) >= due)


def test_weekly_is_seven_days():
    assert not rb.rebal_due("2026-01-01", "2026-01-07", "weekly")
    assert rb.rebal_due("2026-01-01", "2026-01-08", "weekly")
    assert not rb.rebal_due("2026-01-01", "2026-01-01", "Weekly")
    assert rb.rebal_due("9999-01-31", dt.date(9999, 12, 31), "semiannual")


def test_hybrid_needs_the_calendar_and_the_drift():
    drifted, inside = ([60, 40], [0.5, 0.5]), ([55, 45], [0.5, 0.5])
    assert rb.rebal_due("2026-01-31", "2026-04-30", "quarterly", *drifted)
    assert not rb.rebal_due("2026-01-31", "2026-04-29", "quarterly", *drifted)
    assert not rb.rebal_due("2026-01-31", "2026-04-30", "quarterly", *inside)
    assert rb.rebal_due("2026-01-31", "2026-04-30", "quarterly", *inside, 0.04)
    assert call("REBAL_DUE", [[[46053]], [[46081]], [["monthly"]]]) == [[True]]  # 2026-01-31, 2026-02-28


# Costs -------------------------------------------------------------------------------------------------------


def test_costs_by_hand():
    # 20000·0.0003 = 6 > 5; tax 0.0005·20000 = 10; half of a 0.1% spread = 10; fee 0.5% = 100
    cost = rb.rebal_cost([-20000, 20000, 0, 100], 0.0003, [0.0005, 0, 0, 0], 5, [0.005, 0, 0, 0], 0.001)
    assert cost == pytest.approx([6 + 10 + 10 + 100, 6 + 10, 0, 5 + 0.05])
    assert rb.rebal_cost([100, -100]).tolist() == [0, 0]
    assert call("REBAL_COST", [[[-1000, 1000]], [[0.01]]]) == [[10, 10]]


@given(st.lists(st.integers(-(10**6), 10**6), min_size=1, max_size=6), st.integers(0, 100), st.integers(0, 50))
def test_costs_equal_the_definition_in_exact_fractions(trades, basis_points, least):
    rates = Fraction(basis_points, 10**4), Fraction(1, 1000), Fraction(least), Fraction(1, 200)
    cost = rb.rebal_cost(trades, *map(float, rates))
    np.testing.assert_allclose(cost, floats(slow_cost(x, *rates) for x in trades), rtol=1e-13)


@pytest.mark.parametrize(
    ("held", "fee"), [(0, 0.015), (6, 0.015), (7, 0.01), (29, 0.01), (30, 0.005), (179, 0.005), (180, 0), (4000, 0)]
)
def test_the_redemption_fee_of_the_rule_of_2026(held, fee):
    assert rb.redemption_fee(held) == fee
    assert call("REDEMPTION_FEE", [[[held, 1]]]) == [[fee, 0.015]]


@pytest.mark.parametrize("kind", ["index_fund", "bond_fund"])
def test_index_and_bond_funds_of_individuals_are_exempt_from_day_seven(kind):
    assert rb.redemption_fee([0, 6, 7, 91, 400], kind=kind).tolist() == [0.015, 0.015, 0, 0, 0]
    assert call("REDEMPTION_FEE", [[[91]], None, None, [[kind]]]) == [[0]]
    assert rb.redemption_fee(91, [365], [0.005], kind) == 0.005


def test_etfs_and_money_funds_bear_none():
    assert rb.redemption_fee(1, kind="etf") == rb.redemption_fee(1, kind="money_fund") == 0
    with recorded() as facts:
        rb.redemption_fee(1, kind="etf")
    assert facts["schedule"].endswith("for etf: then 0")


def test_a_funds_own_schedule_wins():
    assert rb.redemption_fee([6, 7, 364, 365], [7, 365], [0.015, 0.005]).tolist() == [0.015, 0.005, 0.005, 0]
    assert rb.redemption_fee([6, 365], [7, 365], [0.015, 0.005, 0.002]).tolist() == [0.015, 0.002]
    assert rb.redemption_fee(3, 7, 0.015) == 0.015
    assert rb.redemption_fee(3, [7], [0.015]) == 0.015


def test_the_help_tells_the_exemptions():
    text = rb.redemption_fee.__doc__
    assert all(
        word in text for word in ("exchange-traded", "money market", "individuals after 7", "institutions after 30")
    )


@pytest.mark.parametrize(
    ("date", "rate"),
    [
        ("2008-09-19", 0.001),
        ("2023-08-27", 0.001),
        ("2023-08-28", 0.0005),
        (dt.date(2026, 6, 1), 0.0005),
        (45165, 0.001),
    ],
)
def test_stamp_duty_by_date_not_the_articles_old_rate(date, rate):
    assert rb.stamp_duty(date) == rate


def test_stamp_duty_before_the_table():
    cell = call("STAMP_DUTY", [[["2008-09-18"]]])[0][0]
    assert cell == "#N/A" and "2008-09-19" in cell.reason


# Lots --------------------------------------------------------------------------------------------------------


def test_lots_by_hand():
    assert rb.round_lots([-20000, 20000], [3.9, 101.5], [100, 10]).tolist() == [-19890, 19285]
    assert rb.round_lots([-20000, 20000], [30, 30]).tolist() == [-18000, 18000]
    assert rb.round_lots([-20000.5, 20000.5], [30, 30], 0).tolist() == [-20000.5, 20000.5]
    assert rb.round_lots([-20000.5, 20000.5], [30, 30], [0, 100]).tolist() == [-20000.5, 18000]
    assert rb.round_lots([0.3], [0.1], 1) == pytest.approx([0.3], abs=1e-15)  # 0.3/0.1 is below 3 in binary


@given(st.integers(-(10**9), 10**9), st.integers(1, 10**5), st.sampled_from([1, 10, 100, 200]))
def test_lots_equal_whole_number_division(fen, price, lot):
    """Money and prices in fen, as integers."""
    lots = abs(fen) // (price * lot)
    expected = np.sign(fen) * lots * lot * price / 100
    assert rb.round_lots([fen / 100], [price / 100], lot) == pytest.approx([expected], rel=1e-12, abs=1e-12)


# The plan ----------------------------------------------------------------------------------------------------


def test_plan_by_hand():
    # purchase 20000/1015 = 19.7 → 19 lots = 19285, 5.7855; sale 20000/390 = 51.3 → 51 lots = 19890, of which 50 pay for
    # the purchase: 19500, cost 5.85 + 9.75
    plan = table(rb.rebal_plan([120000, 80000], [0.5, 0.5], 0.05, 0, [3.9, 101.5], [100, 10], 0.0003, [0.0005, 0], 5))
    assert plan["asset"] == [A, B, "Cash", "Total"]
    assert plan["value"] == [120000, 80000, 0, 200000]
    assert plan["weight"] == [0.6, 0.4, 0, 1]
    assert plan["target"] == [0.5, 0.5, 0, 1]
    assert plan["trade"] == pytest.approx([-19500, 19285, 193.6145, -21.3855])
    assert plan["units"] == [-5000, 190, None, None]
    assert plan["cost"] == pytest.approx([15.6, 5.7855, 0, 21.3855])
    wealth = 200000 - 21.3855
    assert plan["weight after"] == pytest.approx([100500 / wealth, 99285 / wealth, 193.6145 / wealth, 1])


def trades_of(*args, **kwargs):
    plan = table(rb.rebal_plan(*args, **kwargs))
    return plan["trade"][:-2], plan["trade"][-2]


def test_the_purchase_loses_a_lot_where_costs_leave_a_debt():
    # 20 lots sold and bought at 1000 a lot would leave −40 of commission: 19 lots bought, 20000 − 20 − 19000 − 19 left
    assert trades_of([120000, 80000], [0.5, 0.5], price=[10, 10], lot=100, commission=0.001) == ([-20000, 19000], 961)


def test_the_purchase_furthest_above_target_loses_the_lot():
    # purchases reach 20000 and 19500 of 20000 wanted: the first is further above, and loses one of 2000; a lot of 1000
    # is then not needed for the rest
    answer = trades_of(
        [140000, 30000, 30000], [0.5, 0.25, 0.25], price=[10, 20, 15], lot=100, commission=[0.0101 * 2.5, 0, 0]
    )
    assert answer[0] == [-39000, 18000, 19500]
    assert answer[1] == pytest.approx(39000 * (1 - 0.02525) - 37500)


def test_sales_are_rounded_up_only_where_cash_runs_short():
    # each should give 750, rounded down to none; the first then the second gives a lot of 1000
    assert trades_of([50000, 50000], [0.5, 0.5], cash_flow=-1500, price=[10, 10], lot=100) == ([-1000, -1000], 500)
    assert trades_of([50000, 50000], [0.5, 0.5], cash_flow=-900, price=[10, 10], lot=100) == ([-1000, 0], 100)
    # no need to round up where the sale only pays for purchases
    assert trades_of([62500, 37500], [0.5, 0.5], price=[10, 10], lot=1000) == ([-10000, 10000], 0)


def test_a_full_exit_sells_odd_lots_and_a_partial_sale_does_not():
    plan = table(rb.rebal_plan([1234.5, 98765.5], [0, 1], 0.01, 0, [10, 1], [100, 1]))
    assert plan["units"] == [-123.45, 1234, None, None]
    assert plan["trade"][:3] == [-1234.5, 1234, 0.5]
    assert trades_of([1234.5, 765.5], [0.3, 0.7], price=[10, 1], lot=[100, 1]) == ([0, 0], 0)  # less than a lot to sell
    # a withdrawal that needs it sells the odd rest too
    assert trades_of([1234.5], [1], cash_flow=-1100, price=[10], lot=100) == ([-1234.5], pytest.approx(134.5))


def test_an_order_short_of_a_lot_by_rounding_has_it_and_can_pay_for_it():
    """3 lots of 100 for 5e-10 of a lot less; at 2e-9 less it is only 2."""
    assert trades_of([0], [1], cash_flow=300 - 5e-8, price=1, lot=100) == ([300], 0)
    assert trades_of([0], [1], cash_flow=300 - 2e-7, price=1, lot=100) == ([200], pytest.approx(100, abs=1e-6))


def test_without_lots_the_target_is_met_after_costs():
    # L = 200000 − 1% of what is traded; from 60/40 to 50/50: 20000 + c/2 sold, 20000 − c/2 bought, c = 400
    trades, cash = trades_of([120000, 80000], [0.5, 0.5], commission=0.01)
    assert trades == pytest.approx([-20200, 19800]) and cash == pytest.approx(0, abs=1e-6)
    # 10000/0.99 must be sold, 60% and 40% of it, so that the weights stay what they are
    trades, cash = trades_of([120000, 80000], [0.6, 0.4], cash_flow=-10000, commission=0.01)
    assert trades == pytest.approx([-0.6 * 10000 / 0.99, -0.4 * 10000 / 0.99]) and cash == pytest.approx(0, abs=1e-6)
    trades, cash = trades_of([1000], [1], cash_flow=100, commission=0.25)
    assert trades == pytest.approx([80]) and cash == pytest.approx(0, abs=1e-9)


@given(portfolios(), st.integers(0, 40), st.integers(0, 60), st.sampled_from([0, 5]))
def test_without_lots_a_target_that_can_be_reached_is_reached(portfolio, commission, tax, least):
    """Threshold 0: the weights after are the target but for rounding, and all costs are paid; else a sale is too dear."""
    values, target, cash_flow = portfolio
    values, t, rates = np.array(values, float), floats(target), (commission / 1000, tax / 1000, least)
    try:
        plan = table(rb.rebal_plan(values, t, 0, cash_flow, None, 0, *rates))
    except NumberError:
        return
    trades, total = np.array(plan["trade"][:-2]), sum(values) + cash_flow
    if plan["trade"][-2] > 1e-6 or any(least >= -x > 0 for x in trades) or total < 20 * least * len(t):
        return  # something was too small to be worth its commission
    after = values + trades
    small = np.abs(after - t * after.sum()) > 1e-9 * sum(values)
    assert not small.any() or least, (trades, after / after.sum() - t)
    assert (np.abs(after - t * after.sum())[small] <= least * 1.2 * len(t)).all()


def test_costs_of_selling_out_of_the_way_of_the_band():
    """Where cash is placed only, it is not the target that is met but the cash: costs come off the purchases."""
    trades, cash = trades_of([120000, 80000], [0.5, 0.5], cash_flow=10000, commission=0.01, rule="cash")
    assert trades == pytest.approx([0, 10000 / 1.01]) and cash == pytest.approx(0, abs=1e-6)


def test_cash_that_is_an_asset_is_an_asset():
    assert trades_of([70, 30], [0.5, 0.5], price=[7, 1], lot=[10, 0]) == ([0, 0], 0)  # a lot is worth 70
    cells = call(
        "REBAL_PLAN",
        [[["Fund", 700], ["Cash", 300]], [["Cash", 0.5], ["Fund", 0.5]], None, None, [[7], [1]], [[10], [0]]],
    )
    assert [row[0] for row in cells] == ["asset", "Fund", "Cash", "Cash", "Total"]
    assert cells[1][5:7] == [-140, -20] and cells[2][5] == pytest.approx(140, abs=1e-12) and cells[3][5] < 1e-12


def test_a_sale_that_costs_more_than_it_brings_is_left_out_where_cash_is_short():
    assert trades_of([3, 97], [0, 1], 0.01, min_commission=5) == ([0, 0], 0)
    # with money from elsewhere the exit goes ahead
    assert trades_of([3, 97], [0, 1], 0.01, cash_flow=20, min_commission=5)[0][0] == -3


def test_what_had_to_be_sold_is_not_bought_back():
    # Lots of 50 bring 10, lots of 5 bring 3. Three of the first are wanted and bring 30; 30 more are needed. The second,
    # of which 90 should be bought, brings them with 50; the first only with 150.
    trades, cash = trades_of([330, 330], [0.3, 0.7], cash_flow=-60, price=[1, 1], lot=[50, 5], exit_fee=[0.8, 0.4])
    assert trades == [-150, -50] and cash == pytest.approx(0)


def test_nothing_happens_inside_the_band():
    plan = table(rb.rebal_plan([55, 45], [0.5, 0.5], min_commission=5))
    assert plan["trade"] == [0, 0, 0, 0] and plan["cost"] == [0, 0, 0, 0]
    assert plan["units"] == [None] * 4


def test_taking_everything_out_leaves_no_weights():
    plan = table(rb.rebal_plan([120, 80], [0.5, 0.5], cash_flow=-200))
    assert plan["trade"] == [-120, -80, 0, -200]
    assert all(isinstance(cell, DivisionError) for cell in plan["weight after"])
    cells = call("REBAL_PLAN", [[[120], [80]], [[0.5], [0.5]], None, [[-200]]])
    assert [row[-1] for row in cells[1:]] == ["#DIV/0!"] * 4 and cells[1][6] == ""


def test_a_withdrawal_that_costs_make_impossible_is_refused_just_where_it_becomes_so():
    trades, cash = trades_of([1000, 1000], [0.5, 0.5], cash_flow=-1979.9, commission=0.01)
    assert sum(trades) * 0.99 + cash == pytest.approx(-1979.9, abs=1.0) and cash >= 0
    assert trades_of([1000, 1000], [0.5, 0.5], cash_flow=-1980, commission=0.01)[0] == [-1000, -1000]
    with pytest.raises(NumberError, match=r"cash_flow: 1980\.1 .* brings 1980 after costs"):
        rb.rebal_plan([1000, 1000], [0.5, 0.5], cash_flow=-1980.1, commission=0.01)
    # the small holding is not worth selling, the large one pays exactly
    assert trades_of([1000, 3], [0.1, 0.9], cash_flow=-995, min_commission=5) == ([-1000, 0], 0)


def test_the_plan_tells_explain_what_it_did():
    with recorded() as facts:
        rb.rebal_plan([120000, 80000], [0.5, 0.5], price=[10, 10], lot=100, commission=0.001)
    assert facts["cash left"] == 961 and facts["costs"] == 39
    assert facts["threshold exceeded once the cash flow is placed"] == "yes"


money = st.floats(0, 1e7).map(lambda x: round(x, 2))


@st.composite
def any_plans(draw):
    n = draw(st.integers(1, 7))

    def each(strategy):
        return draw(st.lists(strategy, min_size=n, max_size=n))

    values = np.array(each(money))
    shares = np.array(each(st.integers(0, 10)), dtype=float)
    assume(values.sum() > 1 and shares.sum() > 0)
    cash_flow = draw(st.one_of(st.just(0.0), st.floats(-1, 1).map(lambda x: round(x * values.sum(), 2))))
    rate = st.sampled_from([0, 0.0003, 0.005, 0.02])
    return {
        "values": values,
        "target": shares / shares.sum(),
        "cash_flow": cash_flow,
        "threshold": draw(st.sampled_from([0, 0.05, 0.25])),
        "rule": draw(st.sampled_from(["target", "edge", "cash"])),
        "price": np.array(each(st.floats(0.01, 2000).map(lambda x: round(x, 3)))),
        "lot": np.array(each(st.sampled_from([0, 1, 100, 1000]))),
        "commission": np.array(each(rate)),
        "sell_tax": np.array(each(rate)),
        "min_commission": draw(st.sampled_from([0, 5, 100])),
        "exit_fee": draw(rate),
    }


@given(any_plans())
def test_every_plan_can_be_carried_out(case):
    values, cash_flow = case["values"], case["cash_flow"]
    scale = values.sum() + abs(cash_flow)
    costs = {k: case[k] for k in ("commission", "sell_tax", "min_commission", "exit_fee")}
    most = np.maximum(values - rb.rebal_cost(-values, **costs), 0).sum()
    try:
        plan = table(rb.rebal_plan(**case))
    except NumberError:
        assert cash_flow < 0 and most < -cash_flow + 1e-9 * scale  # not even selling all would do
        return
    trades, cash, cost = np.array(plan["trade"][:-2]), plan["trade"][-2], np.array(plan["cost"])
    assert cash >= 0
    assert trades.sum() + cash + cost[-1] == pytest.approx(cash_flow, abs=1e-9 * scale)
    assert plan["trade"][-1] + cost[-1] == pytest.approx(cash_flow, abs=1e-9 * scale)
    np.testing.assert_allclose(cost[:-2], rb.rebal_cost(trades, **costs), rtol=1e-12)
    assert (trades >= -values).all()
    units, lots = np.array(plan["units"][:-2]), case["lot"]
    odd = (lots > 0) & (units != np.rint(units / np.maximum(lots, 1)) * lots)
    assert (trades[odd] == -values[odd]).all()
    np.testing.assert_allclose(units * case["price"], trades, atol=1e-9 * scale)
    if isinstance(plan["weight after"][-1], float):
        assert sum(plan["weight after"][:-1]) == pytest.approx(1, abs=1e-9)


@given(any_plans())
def test_without_lots_and_costs_the_plan_is_the_ideal_trades(case):
    keep = ("values", "target", "threshold", "cash_flow", "rule")
    case = {k: case[k] for k in keep}
    scale = case["values"].sum() + abs(case["cash_flow"])
    trades, cash = trades_of(**case)
    np.testing.assert_allclose(trades, rb.rebal_trades(**case), atol=1e-9 * scale)
    assert cash == pytest.approx(0, abs=1e-9 * scale)


# Review ------------------------------------------------------------------------------------------------------


def test_the_checklist_answers_what_can_be_computed():
    review = table(rb.rebal_checklist([120, 80], [0.5, 0.5], 0.05, [0.04, 0.05, 0.01], 0.045))
    assert review["answer"] == ["yes", "ask the client", "ask the client", "adviser's judgement", "in part"]
    assert review["figure"][0] == pytest.approx(0.1) and review["where"][0] == A
    assert review["figure"][4] == pytest.approx(0.1 / 3 - 0.045) and review["where"][4] == "2 of 3 periods"
    quiet = table(rb.rebal_checklist([55, 45], [0.5, 0.5]))
    assert quiet["answer"][0] == "no" and quiet["answer"][4] == "not computed"
    assert table(rb.rebal_checklist([55, 45], [0.5, 0.5], 0.05, 0.03, 0.04))["answer"][4] == "yes"
    assert table(rb.rebal_checklist([55, 45], [0.5, 0.5], 0.05, [0.03, 0.05], [0.03, 0.04]))["answer"][4] == "no"
    cells = call("REBAL_CHECKLIST", [[["股票", 40], ["债券", 60]], [["债券", 0.5], ["股票", 0.5]]])
    assert cells[1][:4] == [cells[1][0], "yes", pytest.approx(-0.1), "股票"]
    assert len(cells) == 6 and all(len(row) == 5 for row in cells)


# Nonsense ----------------------------------------------------------------------------------------------------

V, W = [[120], [80]], [[0.5], [0.5]]


@pytest.mark.parametrize(
    ("name", "arguments", "code", "words"),
    [
        ("REBAL_DRIFT", [[[0], [0]], W], "#NUM!", "values"),
        ("REBAL_DRIFT", [[[-1], [2]], W], "#NUM!", "values"),
        ("REBAL_DRIFT", [V, [[0.5], [0.6]]], "#VALUE!", "target"),
        ("REBAL_DRIFT", [V, [[1.5], [-0.5]]], "#NUM!", "target"),
        ("REBAL_DRIFT", [V, [[0.5], [0.3], [0.2]]], "#VALUE!", "target"),
        ("REBAL_DRIFT", [[["a", 1], ["b", 2]], [["a", 0.5], ["c", 0.5]]], "#VALUE!", "values"),
        ("REBAL_TRADES", [[[120], [None]], W], "#VALUE!", "values"),
        ("REBAL_TRADES", [[[120], ["#REF!"]], W], "#REF!", "values"),
        ("REBAL_TRADES", [V, W, [[-0.01]]], "#NUM!", "threshold"),
        ("REBAL_TRADES", [V, W, [[5]]], "#NUM!", "threshold"),
        ("REBAL_TRADES", [V, W, None, [[-200.01]]], "#NUM!", "cash_flow"),
        ("REBAL_TRADES", [[[0], [0]], W, None, [[-1]]], "#NUM!", "cash_flow"),
        ("REBAL_TRADES", [[[0], [0]], W], "#NUM!", "values"),
        ("REBAL_TRADES", [V, W, None, None, [["half"]]], "#VALUE!", "rule"),
        ("REBAL_TRADES", [V, W, None, None, None, [["wide"]]], "#VALUE!", "band"),
        ("REBAL_TRADES", [V], "#VALUE!", "target"),
        ("REBAL_DUE", [[["2026-02-01"]], [["2026-01-31"]], [["monthly"]]], "#NUM!", "today"),
        ("REBAL_DUE", [[["2026-01-01"]], [["2026-01-31"]], [["daily"]]], "#VALUE!", "frequency"),
        ("REBAL_DUE", [[["soon"]], [["2026-01-31"]], [["monthly"]]], "#VALUE!", "last_date"),
        ("REBAL_DUE", [[["2026-01-01"]], [["2026-01-31"]], [["monthly"]], V], "#VALUE!", "target"),
        ("REBAL_DUE", [[["2026-01-01"]], [["2026-01-31"]], [["monthly"]], None, W], "#VALUE!", "values"),
        ("REBAL_DUE", [[["2026-01-01"]], [["2026-01-02"]], [["monthly"]], [[0], [0]], W], "#NUM!", "values"),
        ("REBAL_COST", [V, [[-0.01]]], "#NUM!", "commission"),
        ("REBAL_COST", [V, [[3]]], "#VALUE!", "commission: 3 is 300%: type 3% or 0.03"),
        ("REBAL_COST", [V, None, [[0.1], [0.1], [0.1]]], "#VALUE!", "sell_tax"),
        ("REBAL_COST", [V, None, None, [[-5]]], "#NUM!", "min_commission"),
        ("REBAL_COST", [[[5], ["ten"]]], "#VALUE!", "trades"),
        ("REDEMPTION_FEE", [[[-1]]], "#NUM!", "days_held"),
        ("REDEMPTION_FEE", [[[5]], [[7]]], "#VALUE!", "fees"),
        ("REDEMPTION_FEE", [[[5]], None, [[0.01]]], "#VALUE!", "days"),
        ("REDEMPTION_FEE", [[[5]], [[30], [7]], [[0.01], [0.02]]], "#VALUE!", "days: 7 follows 30; they must rise"),
        ("REDEMPTION_FEE", [[[5]], [[7], [7]], [[0.01], [0.02]]], "#VALUE!", "days"),
        ("REDEMPTION_FEE", [[[5]], [[0], [7]], [[0.01], [0.02]]], "#NUM!", "days"),
        ("REDEMPTION_FEE", [[[5]], [[7], [30]], [[0.01]]], "#VALUE!", "fees"),
        ("REDEMPTION_FEE", [[[5]], [[7]], [[0.01], [0.02], [0]]], "#VALUE!", "fees"),
        ("REDEMPTION_FEE", [[[5]], [[7]], [[1.5]]], "#NUM!", "fees"),
        ("STAMP_DUTY", [[["1997-05-12"]]], "#N/A", "trade_date"),
        ("STAMP_DUTY", [[["today"]]], "#VALUE!", "trade_date"),
        ("STAMP_DUTY", [[[None]]], "#VALUE!", "trade_date"),
        ("ROUND_LOTS", [V, [[10]]], "#VALUE!", "price: 1 asset, but trades has 2"),
        ("ROUND_LOTS", [V, [[0], [0]]], "#NUM!", "price"),
        ("ROUND_LOTS", [V, [[10], [-1]]], "#NUM!", "price"),
        ("ROUND_LOTS", [V, [[10], [10]], [[-100]]], "#NUM!", "lot"),
        ("ROUND_LOTS", [V, [[10], [10]], [[100], [100], [100]]], "#VALUE!", "lot"),
        ("REBAL_PLAN", [V, W, None, None, None, [[100]]], "#VALUE!", "price"),
        ("REBAL_PLAN", [V, W, None, None, None, [[0], [100]]], "#VALUE!", "price"),
        ("REBAL_PLAN", [V, W, None, [[-201]]], "#NUM!", "cash_flow"),
        ("REBAL_PLAN", [V, W, None, [[-200]], None, None, [[0.01]]], "#NUM!", "cash_flow"),
        ("REBAL_PLAN", [[[0], [0]], W], "#NUM!", "values"),
        ("REBAL_PLAN", [V, W, None, None, [[10], [0]], [[1]]], "#NUM!", "price"),
        ("REBAL_PLAN", [V, W, *[None] * 8, [["band"]]], "#VALUE!", "rule"),
        ("REBAL_CHECKLIST", [V, W, None, [[0.1]]], "#VALUE!", "hurdle"),
        ("REBAL_CHECKLIST", [V, W, None, None, [[0.1]]], "#VALUE!", "achieved"),
        ("REBAL_CHECKLIST", [V, W, None, [[0.1]], [[0.1], [0.2]]], "#VALUE!", "achieved"),
        ("REBAL_CHECKLIST", [V, W, None, [[0.1], [0.2]], [[0.1], [0.2], [0.3]]], "#VALUE!", "hurdle"),
        ("REBAL_CHECKLIST", [V, W, None, [[-1.1]], [[0.1]]], "#NUM!", "achieved"),
    ],
)
def test_nonsense_is_an_error_that_names_its_argument(name, arguments, code, words):
    rows = call(name, arguments)
    assert rows == [[code]]
    assert rows[0][0].reason.startswith(words)
    assert len(rows[0][0].reason) > 25


def test_python_callers_get_the_same_errors():
    with pytest.raises(AllocError, match="target"):
        rb.rebal_plan([1, 2], [0.5, 0.6])
    with pytest.raises(NumberError, match=r"cash_flow: 5 is to be taken out, but the holdings are worth 3"):
        rb.rebal_trades([1, 2], [0.5, 0.5], cash_flow=-5)


@pytest.mark.parametrize(
    "rule, values, why",
    [
        ("target", "{100000;97000;3000}", "their weights are inside the band"),
        ("edge", "{120000;60000;20000}", "rule edge sells down to the edge"),
        ("cash", "{120000;60000;20000}", "rule cash only places the cash flow"),
    ],
)
@pytest.mark.parametrize("name, rest", [("REBAL_TRADES", ",0.05,0,"), ("REBAL_PLAN", ",0.05,0,,,,,,,")])
def test_a_holding_nobody_wants_that_stays_is_told(name, rest, rule, values, why):
    facts = dict(evaluate(f'=EXPLAIN("{name}",{values},{{0.5;0.5;0}}{rest}"{rule}")')[1:])
    assert facts["target 0 but kept"].startswith("Asset 3, ") and facts["why they are kept"].startswith(why)
    sold = dict(evaluate(f'=EXPLAIN("{name}",{values},{{0.5;0.5;0}},0)')[1:])
    assert "target 0 but kept" not in sold


def test_a_total_among_weights_is_named():
    cell = evaluate("=REBAL_TRADES({1;2;3},{0.4;0.6;1})")[0][0]
    assert cell == "#VALUE!" and "the last weight, 1, is the sum of the others. Leave the total out." in cell.reason
