"""Volatility targets, market states, drawdown stops, leverage."""

import datetime as dt
import math
import statistics
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import xlalloc
from xlalloc import explanation
from xlalloc.cells import call
from xlalloc.errors import AllocError, ErrorValue

RANDOM = np.random.default_rng(3)
DAILY = RANDOM.normal(0.0003, [0.012, 0.004, 0.03], (60, 3))

# Volatility ------------------------------------------------------------------------------------------------------


def test_realized_vol_is_that_of_the_last_rows_only():
    for window, periods in ((20, 252), (60, 12), (2, 1)):
        slow = [statistics.stdev(column[-window:]) * math.sqrt(periods) for column in DAILY.T.tolist()]
        assert xlalloc.realized_vol(DAILY, window, periods) == pytest.approx(slow, rel=1e-12)
    assert isinstance(xlalloc.realized_vol(DAILY[:, 0]), float)
    tail = DAILY.copy()
    tail[:40] = 0.5
    assert xlalloc.realized_vol(tail) == pytest.approx(xlalloc.realized_vol(DAILY), rel=1e-14)


@pytest.mark.parametrize("r", [0.01, 0.1 / 3, -0.07])
def test_returns_that_never_change_have_no_volatility(r):
    assert xlalloc.realized_vol(np.full(30, r)) == 0 == xlalloc.ann_vol(np.full(30, r))


def test_realized_vol_equals_pandas():
    pandas = pytest.importorskip("pandas")
    rolling = pandas.DataFrame(DAILY).rolling(20).std().iloc[-1] * math.sqrt(252)
    assert xlalloc.realized_vol(DAILY) == pytest.approx(rolling.to_numpy(), rel=1e-12)


def test_realized_vol_takes_the_periods_from_the_dates_and_the_latest_rows_whatever_their_order():
    days = [dt.date(2020 + i // 12, i % 12 + 1, 28) for i in range(24)]
    rows = [["date", "股票"], *([day, r] for day, r in zip(days, DAILY[:24, 0].tolist(), strict=True))]
    expected = statistics.stdev(DAILY[18:24, 0].tolist()) * math.sqrt(12)
    assert call("REALIZED_VOL", [rows, 6]) == [[pytest.approx(expected)]]
    assert call("REALIZED_VOL", [[rows[0], *rows[:0:-1]], 6]) == [[pytest.approx(expected)]]


@pytest.mark.parametrize(
    ("arguments", "weight"),
    [
        ((0.25, 0.15), 0.36),  # the article's example, whose code does not parse (target_vol=15%)
        ((0.15, 0.15), 0.6),
        ((0.05, 0.15), 0.8),
        ((0.60, 0.15), 0.2),
        ((0.1, 0.15), 0.8),
        ((0.20, 0.10, 1, 0, 2), 0.5),
        ((1e-300, 0.15), 0.8),
        ((10, 1e-300), 0.2),
    ],
)
def test_vol_target(arguments, weight):
    assert xlalloc.vol_target(*arguments) == pytest.approx(weight, rel=1e-14)


@given(st.floats(0.01, 1), st.floats(0.01, 1), st.floats(0.01, 1))
def test_vol_target_falls_with_volatility_and_keeps_its_limits(a, b, target):
    calm, restless = (xlalloc.vol_target(vol, target) for vol in sorted((a, b)))
    assert 0.2 <= restless <= calm <= 0.8
    if 0.2 < calm < 0.8:
        assert calm * min(a, b) == pytest.approx(0.6 * target)


@pytest.mark.parametrize(
    ("vol", "weight"), [(0.25, 0.48), (0.2, 0.6), (0.15, 0.6), (0.1, 0.6), (0.09, 0.72), (0.0, 0.72)]
)
def test_vol_step_moves_by_a_share_of_the_weight_beyond_the_thresholds(vol, weight):
    assert xlalloc.vol_step(0.6, vol) == pytest.approx(weight)


def learned_by(name, *arguments) -> dict:
    with explanation.recorded() as recorded_facts:
        getattr(xlalloc, name)(*arguments)
    return recorded_facts


def test_limits_are_pointed_out_beyond_them_and_not_at_them():
    assert "0.9 would be needed; the maximum" in learned_by("vol_target", 0.1, 0.15)["limit"]
    assert "0.1 would be needed; the minimum" in learned_by("vol_target", 0.9, 0.15)["limit"]
    assert "limit" not in learned_by("vol_target", 0.1, 0.2, 0.4) | learned_by("vol_target", 0.4, 0.2, 0.4)
    assert xlalloc.vol_step(0.9, 0.05) == pytest.approx(1.08)
    assert "borrowed" in learned_by("vol_step", 0.9, 0.05)["warning"]
    assert "warning" not in learned_by("vol_step", 0.5, 0.05, 0.2, 0.1, 1)  # doubled to all the money there is
    assert "limit" not in learned_by("leverage_for", 0.1, 0.2)


# States ----------------------------------------------------------------------------------------------------------


def in_state(std, rows=20):
    """Returns whose standard deviation is ``std`` to rounding."""
    signs = np.where(np.arange(rows) % 2, 1.0, -1.0)
    return signs * std * math.sqrt((rows - 1) / rows)


def test_market_state_per_column():
    panel = np.column_stack([in_state(0.03), in_state(0.015), in_state(0.001)])
    assert list(xlalloc.market_state(panel)) == ["high", "low", "low"]  # two states only, as in the article
    assert list(xlalloc.market_state(panel, 20, 0.02, 0.01)) == ["high", "normal", "low"]
    assert list(xlalloc.market_state(panel, 20, 0.05, 0.02)) == ["normal", "low", "low"]
    assert xlalloc.market_state(panel[:, 0]) == "high"


def test_market_state_is_per_period_and_looks_at_the_window():
    wild_then_calm = np.concatenate([in_state(0.1), in_state(0.005)])
    assert xlalloc.market_state(wild_then_calm) == "low"
    assert xlalloc.market_state(wild_then_calm, 40) == "high"
    daily = in_state(0.019)  # 30% per year: the threshold is one of daily figures
    assert xlalloc.realized_vol(daily) > 0.3 and xlalloc.market_state(daily) == "low"


def test_a_column_of_zeros_has_no_state_and_does_not_hide_the_others():
    rows = [["股票", "停牌"], *([r, 0] for r in in_state(0.03).tolist())]
    cells = call("MARKET_STATE", [rows])
    assert cells == [["股票", "high"], ["停牌", "#N/A"]] and isinstance(cells[1][1], ErrorValue)
    assert "zero" in cells[1][1].reason
    assert call("MARKET_STATE", [[[0]] * 20])[0][0] == "#N/A"
    assert call("MARKET_STATE", [[[r] for r in in_state(0.03).tolist()]]) == [["high"]]


def test_trend_state_against_a_slow_average():
    prices = 100 * np.cumprod(1 + DAILY, axis=0)
    for window in (2, 20, 60):
        slow = ["up" if p[-1] > math.fsum(p[-window:]) / window else "down" for p in prices.T.tolist()]
        assert list(xlalloc.trend_state(prices, window)) == slow
    assert xlalloc.trend_state(np.arange(1.0, 201)) == "up" and xlalloc.trend_state(np.arange(200.0, 0, -1)) == "down"
    assert xlalloc.trend_state(np.full(200, 100.1)) == "down"  # not above its average, whatever rounding says


@pytest.mark.parametrize(
    ("state", "budgets"),
    [
        ("high", [0.15, 0.35, 0.2, 0.15, 0.15]),
        ("LOW ", [0.25, 0.25, 0.2, 0.15, 0.15]),
        ("normal", [0.25, 0.25, 0.2, 0.15, 0.15]),
    ],
)
def test_state_budgets_are_the_articles(state, budgets):
    assert xlalloc.state_budgets(state).tolist() == budgets and sum(budgets) == pytest.approx(1)


def test_state_budgets_from_a_table_and_from_the_state_of_the_market():
    states, budgets = [["上涨"], ["下跌"]], [["股票", "债券"], [0.6, 0.4], [0.2, 0.8]]
    assert call("STATE_BUDGETS", ["下跌", states, budgets]) == [["股票", 0.2], ["债券", 0.8]]
    assert call("STATE_BUDGETS", ["上涨", states, budgets[1:]]) == [[0.6], [0.4]]
    assert call("STATE_BUDGETS", ["上涨", [["state"], *states], budgets]) == [["股票", 0.6], ["债券", 0.4]]
    assert "上涨, 下跌" in call("STATE_BUDGETS", ["横盘", states, budgets])[0][0].reason
    state = xlalloc.market_state(in_state(0.03))
    weights = xlalloc.state_budgets(state)
    weights[0] = 9  # a copy: the default stays as it is
    assert xlalloc.state_budgets(state)[0] == 0.15


# Drawdown stop ---------------------------------------------------------------------------------------------------


def slow_stop(levels, limit, reduced, recover):
    """Period by period, in fractions."""
    peak, now, exposures = None, 1.0, []
    limit, recover, tie = Fraction(limit), Fraction(recover), Fraction(1, 10**9)
    for level in map(Fraction, levels):
        peak = level if peak is None else max(peak, level)
        drawdown = 1 - level / peak
        if drawdown > limit + tie:
            now = reduced
        elif drawdown <= (1 - recover) * limit + tie:
            now = 1.0
        exposures.append(now)
    return exposures


@given(
    st.lists(st.integers(50, 150), min_size=2, max_size=60),
    st.sampled_from([0.05, 0.1, 0.2, 0.5]),
    st.sampled_from([0.0, 0.3, 0.5]),
    st.sampled_from([0.0, 0.25, 0.5, 1.0]),
)
def test_drawdown_stop_equals_the_slow_one(levels, limit, reduced, recover):
    fast = xlalloc.drawdown_stop([float(x) for x in levels], limit, reduced, recover)
    assert fast.tolist() == slow_stop(levels, limit, reduced, recover)


@pytest.mark.parametrize("unit", [1, 0.01, 3, 1e6])
def test_a_drawdown_of_exactly_the_limit_does_not_cut(unit):
    levels = unit * np.array([100, 90, 89.9, 94.9, 95, 100])
    assert xlalloc.drawdown_stop(levels, 0.1).tolist() == [1, 1, 0.5, 0.5, 1, 1]


def test_recovery_to_the_peak_only():
    assert xlalloc.drawdown_stop([100, 80, 99, 100, 101], 0.1, 0, 1).tolist() == [1, 0, 0, 1, 1]
    assert xlalloc.drawdown_stop([100, 80, 91, 80], 0.1, 0, 0).tolist() == [1, 0, 1, 0]


def test_the_exposure_of_a_row_never_depends_on_later_rows():
    levels = 100 * np.cumprod(1 + DAILY[:, 2])
    whole = xlalloc.drawdown_stop(levels, 0.05)
    for t in (5, 20, 40):
        assert (xlalloc.drawdown_stop(levels[:t], 0.05) == whole[:t]).all()
    assert set(whole.tolist()) == {0.5, 1.0}


def test_columns_dates_and_their_order():
    panel = [
        ["date", "a", "b"],
        *([f"2024-0{m}-28", x, y] for m, x, y in [(1, 100, 100), (2, 80, 99), (3, 90, 85), (4, 96, 99)]),
    ]
    cells = call("DRAWDOWN_STOP", [panel, 0.1])
    assert cells[0] == ["date", "a", "b"] and [row[0] for row in cells[1:]] == [45319, 45350, 45379, 45410]
    assert [row[1:] for row in cells[1:]] == [[1, 1], [0.5, 1], [0.5, 0.5], [1, 1]]
    assert call("DRAWDOWN_STOP", [[panel[0], *panel[:0:-1]], 0.1]) == [cells[0], *cells[:0:-1]]


# Leverage --------------------------------------------------------------------------------------------------------


def test_leverage_for_lifts_the_volatility_to_the_target():
    # the second article's table: risk parity at 6.5%, 60/40 at 9.5%
    leverage = xlalloc.leverage_for(0.065, 0.095)
    assert leverage == pytest.approx(19 / 13) and leverage * 0.065 == pytest.approx(0.095)
    assert xlalloc.leverage_for(0.03, 0.12) == 2 and xlalloc.leverage_for(0.03, 0.12, 5) == pytest.approx(4)
    assert xlalloc.leverage_for(0.2, 0.1) == 0.5
    with explanation.recorded() as recorded_facts:
        xlalloc.leverage_for(0.03, 0.12, 3)
    assert "limit" in recorded_facts and "usual 2" in recorded_facts["warning"]


def test_leverage_at_the_riskless_rate_keeps_the_sharpe_ratio_of_the_articles_table():
    rf = 0.072 - 0.55 * 0.095  # 60/40: 7.2%, 9.5%, Sharpe 0.55
    assert (0.068 - rf) / 0.065 == pytest.approx(0.74, abs=0.005)  # risk parity: 6.8%, 6.5%, Sharpe 0.74
    leverage = xlalloc.leverage_for(0.065, 0.095)
    levered = xlalloc.levered_return(0.068, leverage, rf)
    assert (levered - rf) / 0.095 == pytest.approx((0.068 - rf) / 0.065)
    assert levered > 0.072


@given(st.floats(-0.5, 0.5), st.floats(0, 5), st.floats(-0.05, 0.2))
def test_levered_return(mu, leverage, financing):
    got = xlalloc.levered_return(mu, leverage, financing)
    assert got - financing == pytest.approx(leverage * (mu - financing), abs=1e-12)
    assert xlalloc.levered_return(mu, 1, financing) == mu


@pytest.mark.parametrize(
    ("leverage", "maintenance", "fall"),
    [(2, 0.3, 2 / 7), (3, 0.3, 1 / 21), (1, 0.3, 1), (1, 0, 1), (2, 0, 0.5), (1.5, 0.25, 5 / 9), (4, 0.25, 0),
     (3, 1 / 3, 0)],
)  # fmt: skip
def test_margin_call(leverage, maintenance, fall):
    assert xlalloc.margin_call(leverage, maintenance) == pytest.approx(fall, abs=1e-15)
    assert xlalloc.margin_call(leverage, maintenance) >= 0


@given(st.floats(1.01, 10), st.floats(0, 0.95))
def test_after_the_fall_own_money_is_just_the_maintenance(leverage, maintenance):
    if leverage * maintenance > 0.999:
        return
    assets = leverage * (1 - xlalloc.margin_call(leverage, maintenance))
    assert (assets - (leverage - 1)) / assets == pytest.approx(maintenance, abs=1e-9)


def test_leverage_in_call_already_is_an_error_that_says_what_is_possible():
    error = call("MARGIN_CALL", [4, 0.3])[0][0]
    assert error == "#NUM!" and "3.333" in error.reason and "leverage" in error.reason


# Nonsense --------------------------------------------------------------------------------------------------------

RETURNS = DAILY[:, 0]
LEVELS = [100.0, 90.0, 95.0]


@pytest.mark.parametrize(
    ("run", "code", "words"),
    [
        (lambda: xlalloc.realized_vol(RETURNS[:19]), "#N/A", "window"),
        (lambda: xlalloc.realized_vol(RETURNS, 1), "#NUM!", "window"),
        (lambda: xlalloc.realized_vol(RETURNS, 2.5), "#NUM!", "window"),
        (lambda: xlalloc.realized_vol([0.1, -1.2], 2), "#NUM!", "returns"),
        (lambda: xlalloc.realized_vol(RETURNS, 20, 0), "#NUM!", "periods"),
        (lambda: xlalloc.vol_target(0, 0.15), "#NUM!", "current_vol"),
        (lambda: xlalloc.vol_target(-0.1, 0.15), "#NUM!", "current_vol"),
        (lambda: xlalloc.vol_target("15%", 0.15), "#VALUE!", "current_vol"),
        (lambda: xlalloc.vol_target(0.2, 0), "#NUM!", "target_vol"),
        (lambda: xlalloc.vol_target(0.2, 0.15, 0.6, 0.9, 0.8), "#VALUE!", "lowest"),
        (lambda: xlalloc.vol_target(0.2, 0.15, -1), "#NUM!", "base"),
        (lambda: xlalloc.vol_step(1.2, 0.1), "#NUM!", "weight"),
        (lambda: xlalloc.vol_step(0.6, -0.1), "#NUM!", "current_vol"),
        (lambda: xlalloc.vol_step(0.6, 0.1, 0.1, 0.2), "#VALUE!", "low"),
        (lambda: xlalloc.vol_step(0.6, 0.1, 0.2, 0.1, 2), "#NUM!", "change"),
        (lambda: xlalloc.market_state(RETURNS[:19]), "#N/A", "window"),
        (lambda: xlalloc.market_state(np.zeros(20)), "#N/A", "zero"),
        (lambda: xlalloc.market_state(RETURNS, 20, 0.02, 0.03), "#VALUE!", "low_std"),
        (lambda: xlalloc.market_state(RETURNS, 20, -0.02), "#NUM!", "high_std"),
        (lambda: xlalloc.trend_state(LEVELS), "#N/A", "window"),
        (lambda: xlalloc.trend_state([1.0, 0.0, 2.0], 2), "#VALUE!", "these look like returns"),
        (lambda: xlalloc.trend_state([1.0, 0.0, 2.0, 3.0, 2.0, 1.0], 2), "#NUM!", "prices"),
        (lambda: xlalloc.vol_target(25, 0.15), "#VALUE!", "current_vol: 25 is 2500%: type 25% or 0.25"),
        (lambda: xlalloc.state_budgets("mid"), "#VALUE!", "high, low, normal"),
        (lambda: xlalloc.state_budgets(3), "#VALUE!", "state"),
        (lambda: xlalloc.state_budgets("a", ["a"]), "#VALUE!", "budgets"),
        (lambda: xlalloc.state_budgets("a", None, [[1, 2]]), "#VALUE!", "states"),
        (lambda: xlalloc.state_budgets("a", ["a", "b"], [[1, 2]]), "#VALUE!", "budgets"),
        (lambda: xlalloc.state_budgets("a", ["a", "A "], [[1, 2], [3, 4]]), "#VALUE!", "twice"),
        (lambda: xlalloc.state_budgets("a", ["a"], [[1, -2]]), "#NUM!", "budgets"),
        (lambda: xlalloc.drawdown_stop(LEVELS, 0), "#NUM!", "limit"),
        (lambda: xlalloc.drawdown_stop(LEVELS, -0.1), "#NUM!", "limit"),
        (lambda: xlalloc.drawdown_stop(LEVELS, 10), "#NUM!", "limit"),
        (lambda: xlalloc.drawdown_stop(LEVELS, 0.1, 1.5), "#NUM!", "reduced"),
        (lambda: xlalloc.drawdown_stop(LEVELS, 0.1, 0.5, -1), "#NUM!", "recover"),
        (lambda: xlalloc.drawdown_stop([100.0, -1.0], 0.1), "#VALUE!", "levels"),
        (lambda: xlalloc.drawdown_stop([100.0, -1.0, 99.0, 98.0, 99.0, 98.0], 0.1), "#NUM!", "levels"),
        (lambda: xlalloc.drawdown_stop([100.0], 0.1), "#N/A", "levels"),
        (lambda: xlalloc.leverage_for(0, 0.1), "#NUM!", "vol"),
        (lambda: xlalloc.leverage_for(0.1, 0.1, 0), "#NUM!", "max_leverage"),
        (lambda: xlalloc.levered_return(0.05, -1, 0.03), "#NUM!", "leverage"),
        (lambda: xlalloc.levered_return(0.05, 1.5, math.nan), "#VALUE!", "financing"),
        (lambda: xlalloc.margin_call(0.9, 0.3), "#NUM!", "leverage"),
        (lambda: xlalloc.margin_call(2, 1), "#NUM!", "maintenance"),
        (lambda: xlalloc.margin_call(2, -0.1), "#NUM!", "maintenance"),
    ],
)
def test_nonsense_is_refused_by_name(run, code, words):
    with pytest.raises(AllocError) as caught:
        run()
    assert caught.value.code == code and words in str(caught.value)


@pytest.mark.parametrize("still", [[0, 1], [0], [1]])
def test_a_series_without_a_state_says_so_in_its_own_place(still):
    """Also where all are errors the answer has a place for each."""
    returns = np.tile(np.array(RETURNS[:20], float).reshape(20, -1)[:, :1], 2)
    returns[:, still] = 0.0
    found = xlalloc.market_state(returns, 20)
    assert len(found) == 2
    for k, state in enumerate(found):
        assert (state.code == "#N/A" and "zero" in str(state)) if k in still else state in ("high", "normal", "low")
