"""Performance: published numbers, public packages, pandas, invariants, nonsense."""

import datetime as dt
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import market, tables

from xlalloc.catalogue import CATALOGUE, Table
from xlalloc.cells import call
from xlalloc.core import kpi
from xlalloc.core import performance as pf
from xlalloc.dates import to_serial
from xlalloc.errors import AllocError, DivisionError, ErrorValue, InputError, NotAvailableError, NumberError
from xlalloc.explanation import recorded

ROLLINGER_HOFFMAN = np.array([17, 15, 23, -5, 12, 9, 13, -4]) / 100
DAYS = np.random.default_rng(8).standard_t(4, (300, 5)) * 0.01 + 0.0005
INDEX = DAYS.mean(axis=1)
CRASH = [0.1, -0.05, -0.1, 0.2]


PERIODIC = {"ann_return", "ann_vol", "downside_vol", "calmar", "excess_return", "tracking_error", "info_ratio"}
WITH_RF = {"sharpe", "sortino", "port_beta", "jensen_alpha"}
FUNCTIONS = [name for name in kpi.MEASURES if name not in ("mean_return", "skew", "kurt")]


def quickly(name, returns, benchmark, P, rf):
    """The same measure by its worksheet function."""
    if name in ("skew", "kurt"):
        return pf.skew_kurt(returns).rows[name == "kurt"][1:]
    if name == "mean_return":
        return pf.kpi_table(returns, None, rf, P).rows[2][1:]
    arguments = {"benchmark": benchmark} if kpi.MEASURES[name].against else {}
    if name in PERIODIC | WITH_RF:
        arguments["periods"] = P
    if name in WITH_RF:
        arguments["rf"] = rf
    return getattr(pf, name)(returns, **arguments)


# Published and hand-made numbers ------------------------------------------------------------------------------


def test_sortino_is_not_the_ratio_to_the_deviation_of_losses():
    """The report of the asset-allocation article divides by the standard deviation of the negative returns alone."""
    losses = ROLLINGER_HOFFMAN[ROLLINGER_HOFFMAN < 0]
    article = ROLLINGER_HOFFMAN.mean() / losses.std(ddof=1)
    assert article / pf.sortino(ROLLINGER_HOFFMAN, 0.0, 1) > 3


def test_annual_return_of_the_article():
    """(1 + total return)^(1/years) − 1, monthly returns over three years."""
    monthly = np.random.default_rng(0).normal(0.006, 0.04, 36)
    assert pf.ann_return(monthly, 12) == pytest.approx((1 + pf.total_return(monthly)) ** (1 / 3) - 1, rel=1e-13)


def test_a_constant_growth_is_its_own_annual_return():
    assert pf.ann_return(np.full(60, 1.07 ** (1 / 12) - 1), 12) == pytest.approx(0.07, rel=1e-12)
    assert pf.cagr(100, 100 * 1.07**30, 30) == pytest.approx(0.07, rel=1e-12)


def test_a_total_loss_is_minus_one_for_good():
    lost = [0.1, -1.0, 0.5, 0.5]
    assert pf.total_return(lost) == pf.ann_return(lost, 12) == pf.max_drawdown(lost) == -1.0
    assert pf.drawdowns(lost).tolist() == [0.0, -1.0, -1.0, -1.0]
    assert pf.underwater_periods(lost) == 3 and pf.calmar(lost, 12) == -1.0
    assert pf.cagr(100, 0, 3) == -1.0


def test_the_starting_value_is_a_peak():
    assert pf.max_drawdown([-0.2, 0.1]) == pytest.approx(-0.2)
    assert pf.drawdowns([-0.2, 0.25, 0.1]) == pytest.approx([-0.2, 0.0, 0.0])
    assert pf.underwater_periods([-0.2, 0.25, 0.1]) == 1


@pytest.mark.parametrize(
    ("returns", "periods"),
    [
        ([0.1, 0.1], 0),
        ([-0.1, 0.05], 2),  # not recovered: to the end
        ([0.1, -0.1, -0.1, 0.5, -0.2, 0.1], 2),
        ([-0.05, 1 / 0.95 - 1, 0.0, -0.1], 1),  # recovered but for rounding
        ([0.0, 0.0, -0.01, 0.0, 0.0], 3),
    ],
)
def test_underwater_periods(returns, periods):
    assert pf.underwater_periods(returns) == periods


def test_percentiles_are_those_of_excel():
    """PERCENTILE.INC({1;2;3;4;5},0.1) is 1.4, at 0.25 it is 2."""
    r = np.array([3, 1, 5, 2, 4]) / 100
    assert pf.hist_var(r, 0.9) == pytest.approx(-0.014) and pf.hist_var(r, 0.75) == pytest.approx(-0.02)


def test_the_tail_takes_a_part_of_one_return():
    """Of 5 returns at 75% the worst counts in full and a quarter of the next; at 90% half of the worst is all of it."""
    r = np.array([3, 1, 5, 2, 4]) / 100
    assert pf.hist_cvar(r, 0.75) == pytest.approx(-(0.01 + 0.25 * 0.02) / 1.25)
    assert pf.hist_cvar(r, 0.9) == pytest.approx(-0.01)
    losses = np.array([-0.09, -0.05, -0.03, 0.01, *[0.02] * 16])
    assert pf.hist_cvar(losses, 0.95) == pytest.approx(0.09)  # m = 1, but for rounding
    assert pf.hist_cvar(losses, 0.85) == pytest.approx(0.17 / 3)
    assert pf.hist_cvar(losses, 0.875) == pytest.approx((0.14 + 0.5 * 0.03) / 2.5)


def test_extreme_levels():
    assert pf.hist_var(CRASH, 1e-300) == -0.2 and pf.hist_cvar(CRASH, 1e-300) == pytest.approx(-0.0375)
    assert pf.hist_cvar(CRASH, 0.999999) == pytest.approx(0.1)


def test_skew_kurt_of_excel():
    """SKEW and KURT of {3;4;5;2;3;4;5;6;4;7} in Microsoft's help: 0.359543, -0.1518."""
    table = pf.skew_kurt(np.array([3, 4, 5, 2, 3, 4, 5, 6, 4, 7]) / 100)
    assert table.rows[0][1] == pytest.approx(0.359543, abs=5e-7)
    assert table.rows[1][1] == pytest.approx(-0.151799637, abs=5e-10)


# Real prices, public packages ---------------------------------------------------------------------------------

NAMES = {"longest_underwater": "underwater_periods", "beta": "port_beta", "alpha": "jensen_alpha"}


def _reference():
    found = {}
    for row in tables.rows("kpi.csv"):
        found.setdefault(row["case"], {})[row["i"]] = float(row["value"])
    return found


REFERENCE = _reference()


def _real(case):
    """(returns, benchmark, periods per year) of a case."""
    try:
        if case.endswith("_MONTHLY"):
            return market.kpi_monthly(), market.benchmark_monthly(), 12.0
        return market.kpi_series(case), market.benchmark(), 252.0
    except market.DataMissingError as missing:
        pytest.skip(str(missing))


@pytest.mark.parametrize("case", REFERENCE)
def test_real_series_as_the_public_packages_measure_them(case):
    returns, benchmark, P = _real(case)
    measures = REFERENCE[case]
    assert len(measures) >= 28
    for measure, expected in measures.items():
        name, _, variant = (
            measure.rpartition("_") if measure.endswith(("_rf2", "_min", "_95", "_99")) else (measure, "", "")
        )
        name = NAMES.get(name, name)
        if variant in ("95", "99"):
            found = getattr(pf, name)(returns, int(variant) / 100)
        elif variant == "min":
            found = getattr(pf, name)(returns, market.MIN_RETURN, *([P] if name == "downside_vol" else []))
        else:
            found = quickly(name, returns, benchmark, P, market.RF if variant else 0.0)
        found = found[0] if isinstance(found, tuple) else found
        assert found == pytest.approx(expected, rel=1e-9, abs=1e-10), measure


# pandas -------------------------------------------------------------------------------------------------------


def test_pandas_frame_goes_in_and_pandas_agrees():
    frame = pd.DataFrame(DAYS, index=pd.bdate_range("2024-01-02", periods=300), columns=list("abcde"))
    pd.testing.assert_series_equal(pf.ann_vol(frame), frame.std() * 252**0.5, rtol=1e-13)
    assert list(pf.hist_var(frame, 0.97).items()) == [
        (name, pytest.approx(x, rel=1e-12)) for name, x in (-frame.quantile(0.03)).items()
    ]
    wealth = (1 + frame).cumprod()
    pd.testing.assert_frame_equal(pf.wealth_index(frame), wealth, rtol=1e-13, check_freq=False)
    depth = wealth / wealth.cummax().clip(lower=1.0) - 1
    pd.testing.assert_frame_equal(pf.drawdowns(frame), depth, atol=1e-14, check_freq=False)
    skewness, kurtosis = (row[1:] for row in pf.skew_kurt(frame).rows)
    assert skewness == pytest.approx(frame.skew().tolist(), rel=1e-10)
    assert kurtosis == pytest.approx(frame.kurt().tolist(), rel=1e-10)


def test_rolling_as_pandas():
    frame = pd.DataFrame(DAYS)
    roll = frame.rolling(20)
    expected = {
        "ann_vol": roll.std() * 252**0.5,
        "sharpe": roll.mean() / roll.std() * 252**0.5,
        "hist_var": -roll.quantile(0.05),
        "skew": roll.skew(),
        "kurt": roll.kurt(),
        "mean_return": roll.mean() * 252,
        "port_beta": frame.apply(
            lambda column: column.rolling(20).cov(pd.Series(INDEX)) / pd.Series(INDEX).rolling(20).var()
        ),
    }
    for name, value in expected.items():
        found = pf.rolling(name, DAYS, 20, benchmark=INDEX)
        assert found.shape == (281, 5)
        assert found == pytest.approx(value.to_numpy()[19:], rel=1e-8, abs=1e-10), name


# Rolling ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("block", [2**20, 700])
@pytest.mark.parametrize("name", kpi.MEASURES)
def test_rolling_is_the_measure_of_each_window(name, block, monkeypatch):
    monkeypatch.setattr(kpi, "BLOCK", block)
    found = pf.rolling(name, DAYS[:80], 30, 252.0, 0.02, INDEX[:80])
    expected = [quickly(name, DAYS[t : t + 30], INDEX[t : t + 30], 252.0, 0.02) for t in range(51)]
    assert found == pytest.approx(np.array(expected, dtype=float), rel=1e-12, abs=1e-14)


def test_rolling_one_series_is_one_dimension():
    assert pf.rolling("total_return", CRASH, 2).tolist() == pytest.approx([0.045, -0.145, 0.08])
    assert pf.rolling("TOTAL_RETURN", CRASH, 4).shape == (1,)


def test_rolling_window_without_risk_is_its_own_error():
    still = [0.01, 0.01, 0.01, 0.02]
    rows = call("ROLLING", ["sharpe", [[x] for x in still], 3])
    assert rows[0] == ["#DIV/0!"] and isinstance(rows[0][0], ErrorValue) and rows[1][0] > 0
    with recorded() as facts:
        pf.rolling("sharpe", still, 3)
    assert facts["windows without an answer"].startswith("1: returns")
    assert np.isnan(pf.rolling("sharpe", still[:3], 2)).tolist() == [True, True]  # the shape stays where all are errors
    with pytest.raises(DivisionError, match="returns"):
        pf.rolling("sharpe", still[:2], 2)


@pytest.mark.parametrize("name", ["OMEGA", "SORTINO", "CALMAR", "SHARPE"])
def test_columns_keep_their_places_where_none_has_an_answer(name):
    gains = [[0.01, 0.02], [0.01, 0.02], [0.01, 0.02]]
    assert call(name, [gains]) == [["#DIV/0!"], ["#DIV/0!"]]
    with recorded() as facts:
        getattr(pf, name.lower())(gains)
    assert "returns: " in facts["columns without an answer"][-1]


def test_no_measure_advises_an_argument_it_has_not():
    omega = call("ROLLING", ["omega", [[0.01], [0.02]], 2])[0][0]
    assert omega == "#DIV/0!" and "min_return" not in omega.reason and "longer history" in omega.reason


def test_no_loss_is_no_negative_zero():
    assert math.copysign(1, pf.hist_var([0.0, 0.0])) == 1


def test_a_dated_column_without_a_number_has_no_data():
    for head in ([], [["date", "Fund"]]):
        cell = call("ANN_VOL", [[*head, ["2024-01-31", None], ["2024-02-29", ""], ["2024-03-31", None]]])[0][0]
        assert cell == "#N/A", cell.reason


def test_rolling_with_an_unknown_name_lists_the_known_ones():
    with pytest.raises(InputError) as caught:
        pf.rolling("sharp", CRASH, 2)
    assert all(name in str(caught.value) for name in kpi.MEASURES)


# Invariants ---------------------------------------------------------------------------------------------------

plain_returns = st.lists(st.floats(-1.0, 2.0).map(lambda x: round(x, 6)), min_size=4, max_size=40).filter(
    lambda r: min(r) < 0.5  # others look like prices
)


@given(plain_returns)
def test_drawdowns_lie_between_total_loss_and_zero(returns):
    depth = pf.drawdowns(returns)
    deepest, longest = pf.max_drawdown(returns), pf.underwater_periods(returns)
    assert (depth <= 0.0).all() and (depth >= -1.0).all()
    assert depth.min() == deepest and abs(deepest) * len(returns) ** -0.5 <= pf.ulcer(returns) * (1 + 1e-12) + 1e-300
    assert pf.ulcer(returns) <= abs(deepest) * (1 + 1e-12)
    assert (longest == 0) == bool((depth >= -1e-12).all()) and longest <= len(returns)


@given(plain_returns, st.floats(0.05, 1.0))
def test_scale(returns, c):
    """Risks are homogeneous of degree one, ratios and higher moments of degree zero; c ≤ 1 keeps returns possible."""
    r = np.array(returns)
    scaled = c * r
    for f in (pf.ann_vol, pf.downside_vol, pf.hist_var, pf.hist_cvar):
        assert f(scaled) == pytest.approx(c * f(r), rel=1e-9, abs=1e-12)
    assert pf.win_rate(scaled) == pf.win_rate(r)
    for f in (pf.sharpe, pf.sortino, pf.omega):
        try:
            assert f(scaled) == pytest.approx(f(r), rel=1e-6)
        except DivisionError as error:
            assert "returns" in str(error)
            assert np.ptp(r) == 0 or (r >= 0).all()


@given(plain_returns, st.floats(0.5, 0.98), st.floats(0.001, 0.019))
def test_tail_losses_are_ordered(returns, level, more):
    assert pf.hist_cvar(returns, level) >= pf.hist_var(returns, level) - 1e-12
    assert pf.hist_var(returns, level + more) >= pf.hist_var(returns, level) - 1e-12
    assert pf.hist_cvar(returns, level + more) >= pf.hist_cvar(returns, level) - 1e-12


@given(plain_returns, st.floats(0.02, 0.98))
def test_expected_shortfall_is_the_minimum_of_rockafellar_and_uryasev(returns, level):
    r = np.array(returns)
    m = (1.0 - level) * len(r)
    values = [v + np.maximum(-r - v, 0.0).sum() / m for v in -r]
    assert pf.hist_cvar(r, level) == pytest.approx(min(values), rel=1e-12, abs=1e-15)


@given(plain_returns)
def test_a_fund_that_is_its_benchmark(returns):
    assert pf.tracking_error(returns, returns) == 0.0 and pf.excess_return(returns, returns, 4) == 0.0
    if np.ptp(returns) > 0:
        assert pf.port_beta(returns, returns, 0.02) == pytest.approx(1.0, abs=1e-12)
        assert pf.jensen_alpha(returns, returns, 0.02) == pytest.approx(0.0, abs=1e-9)
    with pytest.raises(DivisionError):
        pf.info_ratio(returns, returns)


@pytest.mark.parametrize("periods", [4, 12, 52, 252])
@pytest.mark.parametrize("funds", [1, 2, kpi.MANY + 3])
def test_a_fund_that_is_its_benchmark_is_so_beside_others_too(funds, periods):
    panel = np.random.default_rng(funds).standard_t(4, (53, funds)) * 0.02
    for returns in (panel, np.asfortranarray(panel)):
        assert np.ravel(quickly("excess_return", returns, panel[:, -1], periods, 0.0))[-1] == 0.0
        windows = pf.rolling("excess_return", returns, 13, periods, 0.0, panel[:, -1])
        assert (np.reshape(windows, (41, -1))[:, -1] == 0.0).all()


def test_a_levered_benchmark_has_its_leverage_as_beta_and_no_alpha():
    f = 1.03 ** (1 / 252) - 1
    levered = f + 1.6 * (INDEX - f)
    assert pf.port_beta(levered, INDEX, 0.03) == pytest.approx(1.6, rel=1e-12)
    assert pf.jensen_alpha(levered, INDEX, 0.03) == pytest.approx(0.0, abs=1e-12)
    assert pf.sharpe(levered, 0.03) == pytest.approx(pf.sharpe(INDEX, 0.03), rel=1e-12)


@pytest.mark.parametrize("name", kpi.MEASURES)
def test_a_wide_panel_gives_each_series_its_own_number(name):
    """Above a number of series the way through time is another; memory order must not matter either."""
    wide = np.random.default_rng(1).standard_t(4, (40, kpi.MANY + 3)) * 0.02
    many = quickly(name, wide, wide[:, 0], 252.0, 0.02)
    few = np.array([quickly(name, wide[:, i], wide[:, 0], 252.0, 0.02) for i in (1, 17, kpi.MANY + 2)], dtype=float)
    assert np.array(many, dtype=float)[[1, 17, -1]] == pytest.approx(few.ravel(), rel=1e-13, abs=1e-15)
    again = quickly(name, np.asfortranarray(wide), wide[:, 0], 252.0, 0.02)
    assert again == pytest.approx(many, rel=1e-13, abs=1e-15, nan_ok=True)


def test_drawdowns_by_either_way_are_the_same_bits():
    wide = np.random.default_rng(2).standard_t(3, (60, kpi.MANY)) * 0.03
    assert (pf.drawdowns(wide)[:, :9] == pf.drawdowns(wide[:, :9])).all()


# No risk ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [2, 3, 252, 100_000])
@pytest.mark.parametrize("value", [0.0, 0.1, 1e-5, -0.003, 1 / 3])
def test_a_constant_series_has_no_sharpe_ratio(value, rows):
    still = np.full(rows, value)
    with pytest.raises(DivisionError, match="returns"):
        pf.sharpe(still, 0.02)
    assert np.isnan(pf.sharpe(np.column_stack([still, np.arange(rows) / rows]))[0])
    if rows >= 3:
        assert pf.skew_kurt(still).rows[0][1].code == "#DIV/0!"


def test_no_risk_is_judged_by_the_largest_return():
    tiny = 0.01 + 1e-16 * np.arange(10)
    with pytest.raises(DivisionError):
        pf.sharpe(tiny)
    assert pf.sharpe(1e-9 * np.array([1.0, 2.0, 4.0])) == pytest.approx(pf.sharpe([0.1, 0.2, 0.4]), rel=1e-9)


def test_a_constant_lead_over_the_benchmark_is_no_active_risk():
    with pytest.raises(DivisionError, match="benchmark"):
        pf.info_ratio(INDEX + 1e-8, INDEX)


def test_one_column_without_an_answer_leaves_the_others():
    panel = np.column_stack([CRASH, [0.01] * 4])
    assert np.isnan(pf.sharpe(panel)[1]) and pf.sharpe(panel)[0] == pytest.approx(pf.sharpe(CRASH), rel=1e-13)
    rows = call("SHARPE", [[["fund", "cash"], *panel.tolist()], 0, 12])
    assert rows == [["fund", pytest.approx(pf.sharpe(CRASH, 0, 12))], ["cash", "#DIV/0!"]]
    for name in ("sortino", "calmar", "omega"):
        assert np.isnan(getattr(pf, name)(panel)).tolist() == [False, True]


def test_downside_and_drawdown_of_a_series_that_only_rises():
    rising = [0.01, 0.02, 0.0]
    assert pf.downside_vol(rising) == pf.max_drawdown(rising) == pf.ulcer(rising) == 0.0
    for f in (pf.sortino, pf.calmar, pf.omega):
        with pytest.raises(DivisionError, match="returns"):
            f(rising)


# Tables -------------------------------------------------------------------------------------------------------


def test_the_table_repeats_each_function():
    table = pf.kpi_table(DAYS, INDEX, 0.02, 252)
    assert [str(cell) for cell in table.header] == ["measure", *(f"Asset {i}" for i in range(1, 6))]
    titles = {measure.title: name for name, measure in kpi.MEASURES.items()}
    assert [row[0] for row in table.rows] == list(titles)
    for title, *numbers in table.rows:
        assert numbers == pytest.approx(list(quickly(titles[title], DAYS, INDEX, 252.0, 0.02)), rel=1e-14)
    alone = pf.kpi_table(DAYS, None, 0.02, 252)
    assert alone.rows == table.rows[:17]


def test_the_table_of_more_series_than_a_block_holds_is_that_of_each():
    wide = np.random.default_rng(6).standard_t(4, (40, kpi.SERIES + 3)) * 0.02
    ends = [0, kpi.SERIES - 1, kpi.SERIES, kpi.SERIES + 2]
    whole = pf.kpi_table(wide, wide[:, 5], 0.02, 252).rows
    few = pf.kpi_table(wide[:, ends], wide[:, 5], 0.02, 252).rows
    for row, wanted in zip(whole, few, strict=True):
        assert [row[1 + i] for i in ends] == pytest.approx(wanted[1:], rel=1e-13, abs=1e-15), row[0]


def test_the_table_keeps_errors_in_their_cells():
    panel = np.column_stack([CRASH[:3], [0.01] * 3])
    rows = call("KPI_TABLE", [[["fund", "cash"], *panel.tolist()], None, 0, 12])
    assert rows[0] == ["measure", "fund", "cash"]
    cells = {row[0]: row[1:] for row in rows[1:]}
    assert cells["Sharpe ratio"][1] == cells["skewness"][1] == cells["Calmar ratio"][1] == "#DIV/0!"
    assert cells["excess kurtosis"] == ["#N/A", "#N/A"] and "4" in cells["excess kurtosis"][0].reason
    assert cells["volatility"][1] == pytest.approx(0.0, abs=1e-15) and cells["win rate"] == [pytest.approx(1 / 3), 1.0]


def test_by_state_is_each_function_on_the_rows_of_the_state():
    states = [(" calm", "Calm", "CRISIS", "crisis ", "ｃａｌｍ")[i % 5] for i in range(300)]
    calm = np.array([s.strip().casefold() != "crisis" for s in states])
    table = pf.kpi_by_state(DAYS[:, 0], states, 0.02, 252)
    assert table.header == ("state", "return", "volatility", "Sharpe ratio", "periods")
    for row, label, found in zip(table.rows, ("calm", "CRISIS"), (DAYS[calm, 0], DAYS[~calm, 0]), strict=True):
        expected = (pf.ann_return(found, 252), pf.ann_vol(found, 252), pf.sharpe(found, 0.02, 252))
        assert row == (label, *(pytest.approx(x, rel=1e-13) for x in expected), len(found))


def test_by_state_of_several_series():
    rows = call(
        "KPI_BY_STATE",
        [
            [["stock", "bond"], [0.1, 0.01], [-0.2, 0.02], [0.05, 0.01], [0.3, 0.01]],
            [["状态"], ["up"], ["down"], ["up"], ["up"]],
        ],
    )
    assert rows[0] == ["state", "series", "return", "volatility", "Sharpe ratio", "periods"]
    assert [row[:2] for row in rows[1:]] == [["up", "stock"], ["up", "bond"], ["down", "stock"], ["down", "bond"]]
    assert [row[-1] for row in rows[1:]] == [3, 3, 1, 1]
    assert rows[2][4] == "#DIV/0!" and rows[1][4] > 0
    assert rows[3][2:5] == ["#N/A"] * 3 and "down" in rows[3][2].reason


def test_states_may_be_numbers():
    table = pf.kpi_by_state(CRASH, [1, 2.0, 1.0, 2])
    assert [(row[0], row[-1]) for row in table.rows] == [(1, 2), (2.0, 2)]


def test_too_few_rows_for_the_moments():
    assert [row[1].code for row in pf.skew_kurt(CRASH[:2]).rows] == ["#N/A", "#N/A"]
    table = pf.skew_kurt(CRASH[:3])
    assert isinstance(table.rows[0][1], float) and table.rows[1][1].code == "#N/A"
    with pytest.raises(NotAvailableError, match="kurt"):
        pf.rolling("kurt", CRASH, 3)


# Cells --------------------------------------------------------------------------------------------------------

MONTHS = [dt.date(2025, m, 28) for m in range(1, 9)]
DATED = [["date", "fund", "index"], *([d, r, r / 2] for d, r in zip(MONTHS, ROLLINGER_HOFFMAN.tolist(), strict=True))]


def test_results_are_a_column_and_dates_give_the_periods():
    rows = call("ANN_VOL", [DATED])
    expected = ROLLINGER_HOFFMAN.std(ddof=1) * 12**0.5
    assert rows == [["fund", pytest.approx(expected)], ["index", pytest.approx(expected / 2)]]
    assert call("ANN_VOL", [DATED, 1])[0][1] == pytest.approx(expected / 12**0.5)


def test_descending_dates_are_computed_in_time_order():
    turned = [DATED[0], *DATED[:0:-1]]
    for name in ("MAX_DRAWDOWN", "UNDERWATER_PERIODS", "ULCER"):
        assert call(name, [turned]) == call(name, [DATED])
    for name, before in (("DRAWDOWNS", []), ("WEALTH_INDEX", []), ("ROLLING", ["ulcer"])):
        rest = [3] if before else []
        rows, found = (call(name, [*before, table, *rest]) for table in (DATED, turned))
        assert found == [rows[0], *rows[:0:-1]] and rows[0] == ["date", "fund", "index"]
        assert [row[0] for row in rows[1:]] == [to_serial(day) for day in MONTHS[2 if before else 0 :]]


def test_a_blank_leaves_both_panels():
    fund, index = [[0.1], [None], [0.2], [-0.1]], [[0.05], [0.3], [0.1], [-0.02]]
    whole = call("PORT_BETA", [[fund[0], *fund[2:]], [index[0], *index[2:]]])
    assert call("PORT_BETA", [fund, index]) == whole
    assert call("SHARPE", [[[0.1], [None], [""]]])[0][0] == "#N/A"


def test_explain_names_rows_and_assumptions():
    with recorded() as facts:
        pf.max_drawdown([0.1, -0.2, -0.1, 0.05, 0.5])
    assert [str(facts[key]) for key in ("peak", "trough", "recovered")] == ["Time 1", "Time 3", "Time 5"]
    with recorded() as facts:
        pf.max_drawdown([-0.2, 0.1])
    assert facts["peak"] == "the starting value" and facts["recovered"] == "not yet"
    with recorded() as facts:
        pf.sharpe(CRASH, 0.05)
    assert "252" in facts["periods per year"] and facts["risk-free rate per period"] == pytest.approx(
        1.05 ** (1 / 252) - 1
    )
    with recorded() as facts:
        pf.hist_cvar(np.arange(-50, 51) / 1000, 0.95)
        pf.total_return(CRASH)
    assert facts["returns in the tail"] == "5.05"


# Nonsense -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "arguments", "code", "word"),
    [
        ("SHARPE", [[[0.1], [-1.1]]], "#NUM!", "returns"),
        ("SHARPE", [[[0.1], [0.2]], -1], "#NUM!", "rf"),
        ("SHARPE", [[[0.1], [0.2]], 0.02, 0], "#NUM!", "periods"),
        ("SHARPE", [[[0.1], [0.2]], 0.02, 1e-9], "#NUM!", "periods"),
        ("SHARPE", [[[0.1], ["x"], [0.2]]], "#VALUE!", "returns"),
        ("SHARPE", [[[0.1]]], "#N/A", "returns"),
        ("SHARPE", [[[0.1], [ErrorValue("#REF!")]]], "#REF!", "returns"),
        ("SORTINO", [[[0.1], [0.2]], "two"], "#VALUE!", "rf"),
        ("ANN_RETURN", [[[9.0], [1e300], [0.1]], 252], "#NUM!", "returns"),
        ("ANN_VOL", [[[1e300], [1e200], [0.1]], 252], "#NUM!", "returns"),
        ("SHARPE", [[[1e300], [1e200], [0.1]], 0, 252], "#NUM!", "returns"),
        ("SORTINO", [[[1e300], [1e300], [0.1]], 1, 1e-4], "#NUM!", "periods"),
        ("SORTINO", [[[0.1], [0.2]], 2], "#VALUE!", "rf: 2 is 200%: type 2% or 0.02"),
        ("SORTINO", [[[1.1], [1.2]]], "#VALUE!", "look like prices"),
        ("CALMAR", [[[1e300], [1e300], [0.1]], 1], "#NUM!", "returns"),
        ("TOTAL_RETURN", [[[1e300], [1e300], [0.1]]], "#NUM!", "returns"),
        ("DRAWDOWNS", [[[1e300], [1e300], [0.1]]], "#NUM!", "returns"),
        ("WEALTH_INDEX", [[[1e300], [1e300], [0.1]]], "#NUM!", "returns"),
        ("MAX_DRAWDOWN", [[[1e300], [1e300], [0.1]]], "#NUM!", "returns"),
        ("HIST_VAR", [[[0.1], [0.2]], 1], "#NUM!", "level"),
        ("HIST_VAR", [[[0.1], [0.2]], 0], "#NUM!", "level"),
        ("HIST_CVAR", [[[0.1], [0.2]], 95], "#NUM!", "level"),
        ("CAGR", [0, 100, 3], "#NUM!", "first_value"),
        ("CAGR", [100, -1, 3], "#NUM!", "last_value"),
        ("CAGR", [100, 200, 0], "#NUM!", "years"),
        ("CAGR", [100, 200, 1e-9], "#NUM!", "years"),
        ("CAGR", [1e-300, 1e300, 1], "#NUM!", "years"),
        ("INFO_RATIO", [[[0.1], [0.2]]], "#VALUE!", "benchmark"),
        ("INFO_RATIO", [[[0.1], [0.2]], [[0.1], [0.2], [0.3]]], "#VALUE!", "benchmark"),
        ("PORT_BETA", [[[0.1], [0.2]], [[0.1], [0.1]]], "#DIV/0!", "benchmark"),
        ("JENSEN_ALPHA", [[[0.1], [0.2]], [[0.1], [0.1]]], "#DIV/0!", "benchmark"),
        ("TRACKING_ERROR", [[[0.1], [0.2]], [[0.1, 0.1], [0.2, 0.3]]], "#VALUE!", "benchmark"),
        ("ROLLING", ["port_beta", [[0.1], [0.2], [0.3]], 2], "#VALUE!", "benchmark"),
        ("ROLLING", ["sharpe", [[0.1], [0.2], [0.3]], 4], "#N/A", "window"),
        ("ROLLING", ["sharpe", [[0.1], [0.2], [0.3]], 1], "#NUM!", "window"),
        ("ROLLING", ["sharpe", [[0.1], [0.2], [0.3]], 2.5], "#NUM!", "window"),
        ("ROLLING", ["sharp", [[0.1], [0.2], [0.3]], 2], "#VALUE!", "info_ratio"),
        ("KPI_BY_STATE", [[[0.1], [0.2]]], "#VALUE!", "states"),
        ("KPI_BY_STATE", [[[0.1], [0.2]], [["a"], ["b"], ["c"], ["d"]]], "#VALUE!", "states"),
    ],
)
def test_nonsense_is_an_error_that_names_the_argument(name, arguments, code, word):
    rows = call(name, arguments)
    assert rows == [[code]] and isinstance(rows[0][0], ErrorValue)
    assert word in rows[0][0].reason and "unexpectedly" not in rows[0][0].reason


@settings(max_examples=50)
@given(st.sampled_from(FUNCTIONS), st.lists(st.floats(-1.0, 1e300), min_size=2, max_size=6), st.floats(1e-3, 1e3))
def test_no_input_gives_anything_but_a_number_or_an_error(name, returns, P):
    """However large or small the returns: a finite number, or one of the errors, never a warning or an infinity."""
    try:
        found = quickly(name, returns, returns[::-1], P, 0.01)
        assert np.isfinite(found)
    except AllocError as error:
        looks = min(returns) >= (0.5 if len(returns) > 4 else 1.0)
        assert error.code in (("#VALUE!",) if looks else ("#DIV/0!", "#NUM!")) and str(error)


def test_results_of_functions_are_plain():
    assert isinstance(pf.kpi_table(CRASH), Table) and type(pf.sharpe(CRASH)) is float
    assert pf.sharpe(np.array(CRASH)[:, None]).shape == (1,)
    with pytest.raises(NumberError, match="returns"):
        pf.ann_return([1e200, 1e200, 0.1])


@pytest.mark.parametrize("name", ["HIST_VAR", "HIST_CVAR"])
@pytest.mark.parametrize(
    "one", [[[0.01]], [[-0.0]], [["Fund"], [0.01]], [["Date", "Fund"], ["2024-01-31", 0.01]]], ids=str
)
def test_one_row_is_the_same_error_in_python_and_cells(name, one):
    ((found,),) = call(name, [one])
    with pytest.raises(AllocError) as caught:
        CATALOGUE[name].public([row[-1:] for row in one if isinstance(row[-1], float)])
    assert str(found) == caught.value.code == "#N/A" and found.reason == str(caught.value)


@pytest.mark.parametrize("name", ["HIST_VAR", "HIST_CVAR"])
def test_no_loss_is_zero_without_a_sign(name):
    assert str(call(name, [[[0.0], [-0.0], [0.0]]])[0][0]) == "0.0"
