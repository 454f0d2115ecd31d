"""More of what somebody who has never seen the functions gives: other kinds of frames, accounts as statements show them,
answers put into the next function. What is right is computed here, by pandas, scipy or by hand."""

import datetime as dt
import io
import math
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import brentq

import xlalloc as xa
from xlalloc.cells import call
from xlalloc.formula import evaluate
from xlalloc.messages import speaking

RNG = np.random.default_rng(1507)
MONTHS = pd.date_range("2024-01-31", periods=5, freq="ME")
PRICES = pd.DataFrame({"S": [100, 104, 101, 106, 103.0], "B": [100, 101, 100.5, 102, 103]}, MONTHS)
RETURNS = PRICES.pct_change().dropna()
VOLS, COV = RETURNS.std() * 12**0.5, RETURNS.cov() * 12


def one(formula: str):
    return evaluate("=" + formula)[0][0]


def reason(formula: str) -> str:
    cell = one(formula)
    assert isinstance(cell, str) and cell.startswith("#"), cell
    return cell.reason


def facts(*given, **named) -> dict:
    return dict(xa.explain(*given, **named).rows)


# Kinds of frames ---------------------------------------------------------------------------------------------------------


def reindexed(index):
    return PRICES.set_axis(index)


FRAMES = {
    "falling": PRICES[::-1],
    "columns turned": PRICES[["B", "S"]],
    "in Shanghai": PRICES.tz_localize("Asia/Shanghai"),
    "late in New York": reindexed(MONTHS + pd.Timedelta("23h")).tz_localize("America/New_York"),
    "periods": PRICES.to_period("M"),
    "dates": reindexed([day.date() for day in MONTHS]),
    "numpy dates as objects": reindexed(pd.Index(list(MONTHS.to_numpy()), dtype=object)),
    "ISO texts": reindexed(MONTHS.strftime("%Y-%m-%d")),
    "ISO texts as categories": reindexed(pd.CategoricalIndex(MONTHS.strftime("%Y-%m-%d"))),
    "yyyymmdd": reindexed(MONTHS.strftime("%Y%m%d").astype(int)),
    "yyyymm": reindexed(MONTHS.strftime("%Y%m").astype(int)),
    "yyyymm as text": reindexed(MONTHS.strftime("%Y%m")),
    "Chinese months": reindexed([f"{day.year}年{day.month}月" for day in MONTHS]),
    "serials": reindexed((MONTHS - pd.Timestamp("1899-12-30")).days).rename_axis("date"),
    "seconds": reindexed(MONTHS.astype("datetime64[s]")),
    "at three o'clock": reindexed(MONTHS + pd.Timedelta("15h")),
    "a column of dates": PRICES.rename_axis("交易日期").reset_index(),
    "dates last": PRICES.reset_index().rename(columns={"index": "when"})[["S", "B", "when"]],
    "names as categories": PRICES.set_axis(pd.CategoricalIndex(["S", "B"]), axis=1),
    "Float64": PRICES.astype("Float64"),
    "Int64": (PRICES * 10).astype("Int64"),
    "objects": PRICES.astype(object),
    "Decimal": PRICES.map(lambda number: Decimal(str(number))),
    "texts": PRICES.astype(str),
    "string": PRICES.astype("string"),
    "sparse": PRICES.astype(pd.SparseDtype("float")),
    "another currency": PRICES * 7.0,
}


@pytest.mark.parametrize("frame", FRAMES.values(), ids=FRAMES)
@pytest.mark.parametrize(
    ("function", "right"),
    [
        (xa.ann_vol, VOLS),
        (xa.total_return, PRICES.iloc[-1] / PRICES.iloc[0] - 1),
        (xa.max_drawdown, pd.Series({"S": 101 / 104 - 1, "B": 100.5 / 101 - 1})),
        (lambda r: pd.Series(np.diag(xa.cov_matrix(r)), xa.cov_matrix(r).index), VOLS**2),
        (lambda r: xa.port_series(r, {"B": 0.25, "S": 0.75}), RETURNS @ [0.75, 0.25]),
    ],
    ids=["volatility", "growth", "drawdown", "variance", "portfolio"],
)
def test_whatever_kind_of_frame(function, right, frame):
    answer = function(xa.returns(frame))
    if len(answer) == 2:
        assert dict(zip(map(str, answer.index), answer, strict=True)) == pytest.approx(dict(right))
    else:
        assert sorted(answer) == pytest.approx(sorted(right))


def test_a_lazy_frame_is_collected():
    polars = pytest.importorskip("polars")
    frame = polars.DataFrame({"date": [day.date() for day in MONTHS], "S": PRICES.S.tolist(), "B": PRICES.B.tolist()})
    for given in (frame, frame.lazy(), frame.with_columns(polars.col("date").cast(polars.String)).lazy()):
        assert dict(xa.ann_vol(xa.returns(given))) == pytest.approx(dict(VOLS))


LONG = pd.DataFrame({"date": np.repeat(MONTHS, 2), "asset": ["S", "B"] * 5, "value": PRICES.to_numpy().ravel()})


@pytest.mark.parametrize(
    "table",
    [
        LONG, LONG.set_index("date"), LONG.set_index(["date", "asset"]), LONG.set_index(["asset", "date"])["value"],
        LONG.sort_values(["asset", "date"]), LONG[["asset", "date", "value"]], LONG.astype({"date": str}),
        LONG.assign(date=LONG["date"].dt.to_period("M")), LONG.assign(asset=LONG["asset"].astype("category")),
        LONG.assign(asset=["510300", "159915"] * 5), LONG.assign(asset=[510300, 159915] * 5),
        LONG.assign(asset=[510300, 159915] * 5).sort_values(["asset", "date"]),
    ],
)  # fmt: skip
def test_a_long_table_is_to_be_pivoted(table):
    with pytest.raises(xa.InputError, match=r"a long table, with a row per date and 'asset'. Pivot it first"):
        xa.returns(table)


@pytest.mark.parametrize(
    "table",
    [
        '{"date","code","value";"2024-01-01","A",1;"2024-01-01","B",2;"2024-01-02","A",1.1;"2024-01-02","B",2.1}',
        '{"date","code","value";"2024-01-01","A",1;"2024-01-02","A",1.1;"2024-01-01","B",2;"2024-01-02","B",2.1}',
        '{"code","date","value";"A","2024-01-01",1;"A","2024-01-02",1.1;"B","2024-01-01",2;"B","2024-01-02",2.1}',
        '{"date","code","value";45292,"510300",1;45292,"159915",2;45293,"510300",1.1;45293,"159915",2.1}',
        '{"date","code","value";45292,510300,1;45292,159915,2;45293,510300,1.1;45293,159915,2.1}',
    ],
)
def test_a_long_table_in_cells_is_to_be_pivoted(table):
    assert "Pivot it first" in reason(f"RETURNS({table})")
    with speaking("zh"):
        assert "透视表" in reason(f"RETURNS({table})")


def test_one_fund_in_a_column_of_names_is_told_of_the_text():
    with pytest.raises(xa.InputError, match="'S'; a number is needed"):
        xa.returns(LONG[LONG["asset"] == "S"])


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (PRICES.to_records(), "records of several columns"),
        ([{"S": 1.0}, {"S": 2.0}], "records of several columns"),
        (pd.read_csv(io.StringIO(PRICES.reset_index().to_csv())), "counts the rows, as a saved index does"),
        (PRICES.rename_axis("date").reset_index().reset_index(), "counts the rows"),
        (PRICES.iloc[[0, 1, 1, 2]], "the date 2024-02-29 appears twice. Keep one row for each date"),
        (PRICES.iloc[[0, 2, 1, 3]], "is out of order"),
        (xa.backtest(PRICES, {"S": 0.5, "B": 0.5}), r"Choose one: table.to_pandas\(\).set_index\('date'\)\['value'\]"),
    ],
)
def test_what_to_do_is_said(given, words):
    with pytest.raises(xa.InputError, match=words):
        xa.returns(given)


def test_the_column_that_the_message_names_is_taken():
    table = xa.core_satellite({"A": 0.6, "B": 0.4}, {"X": 1.0}, 0.7)
    with pytest.raises(xa.InputError, match=r"set_index\('asset'\)\['weight'\]"):
        xa.effective_n(table)
    right = 1 / (0.42**2 + 0.28**2 + 0.3**2)
    assert xa.effective_n(table.to_pandas().set_index("asset")["weight"]) == pytest.approx(right)


def test_blanks_among_numbers_of_a_table_are_missing_numbers():
    frame = xa.factor_regression(RETURNS[["S"]], RETURNS[["B"]]).to_pandas()
    assert frame["t-statistic"].dtype == float and frame["t-statistic"].isna().any()


def test_a_code_that_lost_its_zeros_is_told():
    cov = COV.set_axis(["510300", "000300"]).set_axis(["510300", "000300"], axis=1)
    assert xa.port_vol({510300: 0.4, "000300": 0.6}, cov) == pytest.approx(
        math.sqrt([0.4, 0.6] @ COV.to_numpy() @ [0.4, 0.6])
    )
    with pytest.raises(xa.InputError, match=r"has no '000300', which cov has, but 300. A code that is a number loses"):
        xa.port_vol({510300: 0.4, 300: 0.6}, cov)


# Numbers that cannot be what they are given as ---------------------------------------------------------------------------


def test_numbers_of_rows_are_no_returns():
    frame = RETURNS.reset_index(drop=True).rename_axis("n").reset_index()
    with pytest.raises(xa.InputError, match="n: 0, 1, 2 … count the rows; they are no returns"):
        xa.ann_vol(frame)
    assert "count the rows" in reason('ANN_VOL({"n","F";0,0.01;1,0.02;2,-0.01})')
    assert one("TOTAL_RETURN({0;1;0.5})") == pytest.approx(2.0)  # that can happen


@pytest.mark.parametrize("names", ['"A","B";', ""])
def test_returns_of_one_period_in_percent_are_refused(names):
    table = f"BRINSON({{{names}0.5,0.5}},{{{names}5,2}},{{{names}0.6,0.4}},{{{names}4,1}})"
    assert "would be 500%. Type 5% or 0.05" in reason(table)
    assert one(table.replace("5,2", "0.05,0.02").replace("4,1", "0.04,0.01")) == "group"


def test_a_round_sum_beside_nothing_is_no_year():
    assert evaluate("=REBAL_TRADES({2000;0},{0.5;0.5})") == [[-1000.0], [1000.0]]
    assert one("ACCOUNT_RETURNS({2000;2100;2200},{2000;0;0})") == pytest.approx(0.05)
    assert "reads as a year" in reason("CAP_WEIGHTS({2024;5;3})")
    assert "reads as a year" in reason("TOTAL_RETURN({2024;0;0})")


def test_growth_too_large_is_told_of_the_wealth():
    for function in (xa.wealth_index, xa.drawdowns):
        with pytest.raises(xa.NumberError, match="returns: the wealth exceeds the largest number"):
            function([1e200, 1e200, 0.1])


# Cells -------------------------------------------------------------------------------------------------------------------

TABLE = (
    '{"date","S","B";'
    + ";".join(f'"{day.date()}",{s},{b}' for day, (s, b) in zip(MONTHS, PRICES.to_numpy(), strict=True))
    + "}"
)


def dated(form) -> str:
    table = TABLE
    for day in MONTHS:
        table = table.replace(f'"{day.date()}"', form(day))
    return table


@pytest.mark.parametrize(
    "form",
    [
        lambda day: day.strftime("%Y%m"), lambda day: day.strftime('"%Y%m"'), lambda day: day.strftime('"%Y-%m"'),
        lambda day: day.strftime("%Y%m%d"), lambda day: day.strftime('"%Y/%m/%d"'), lambda day: day.strftime('"%Y.%m.%d"'),
        lambda day: day.strftime('"%Y-%m-%d 15:00"'), lambda day: f'"{day.year}年{day.month}月"',
        lambda day: str((day - pd.Timestamp("1899-12-30")).days), lambda day: f'"{(day - pd.Timestamp("1899-12-30")).days}"',
        lambda day: day.strftime('"%Y-%m-%d"').translate(str.maketrans("0123456789", "０１２３４５６７８９")),
    ],
)  # fmt: skip
def test_dates_in_whatever_form(form):
    table = dated(form)
    assert one(f"ANN_VOL(PORT_SERIES(RETURNS({table}),{{1;0}}))") == pytest.approx(VOLS.S)
    assert one(
        f"PORT_BETA(PORT_SERIES(RETURNS({table}),{{1;0}}),PORT_SERIES(RETURNS({TABLE}),{{0;1}}))"
    ) == pytest.approx(COV.loc["S", "B"] / COV.loc["B", "B"])


HISTORY = pd.DataFrame(
    (100 * np.cumprod(1 + RNG.multivariate_normal([0.005, 0.003, 0.004], np.diag([0.05, 0.01, 0.03]) ** 2, 24), axis=0)).round(4),
    pd.date_range("2022-01-31", periods=24, freq="ME"),
    ["S", "B", "G"],
)  # fmt: skip
R = HISTORY.pct_change().dropna()
C, M = R.cov() * 12, R.mean() * 12
W = pd.Series(xa.rp_weights(C))
RET = "RETURNS({" + ";".join(['"date","S","B","G"', *(f'"{day.date()}",{s},{b},{g}' for day, (s, b, g) in zip(HISTORY.index, HISTORY.to_numpy(), strict=True))]) + "})"  # fmt: skip
RP = f"RP_WEIGHTS(COV_MATRIX({RET}))"


@pytest.mark.parametrize(
    ("formula", "right"),
    [
        (f"PORT_VOL({RP},COV_MATRIX({RET}))", math.sqrt(W @ C @ W)),
        (f"PORT_RETURN({RP},MEAN_RETURNS({RET}))", W @ M),
        (f"PORT_SHARPE({RP},MEAN_RETURNS({RET}),COV_MATRIX({RET}),2%)", (W @ M - 0.02) / math.sqrt(W @ C @ W)),
        (f"EFFECTIVE_N({RP})", 1 / (W**2).sum()),
        (f"TOTAL_RETURN(PORT_SERIES({RET},{RP}))", (1 + R @ W).prod() - 1),
        (f'TRACKING_ERROR(PORT_SERIES({RET},{RP}),PORT_SERIES({RET},{{"G",0;"S",1;"B",0}}))', (R @ W - R.S).std() * 12**0.5),
        (f'TURNOVER({{"G",0.2;"B",0.3;"S",0.5}},{RP})', (W - [0.5, 0.3, 0.2]).abs().sum() / 2),
        (f'PORT_TE({RP},{{"B",0;"S",1;"G",0}},COV_MATRIX({RET}))', math.sqrt((W - [1, 0, 0]) @ C @ (W - [1, 0, 0]))),
        (f'STRESS_LOSS({RP},{{"G",0;"S",-0.4;"B",0.05}})', -0.4 * W["S"] + 0.05 * W["B"]),
        (f"PORT_VOL({RP},COV_FROM_CORR(CORR_FROM_COV(COV_MATRIX({RET})),VOLS_FROM_COV(COV_MATRIX({RET}))))", math.sqrt(W @ C @ W)),
        (f"SUM(PLAIN(RISK_CONTRIB({RP},COV_MATRIX({RET}))))", 1.0),
        (f"SUM(PLAIN(CVAR_CONTRIB({RP},{RET},0.8)))", 1.0),
        (f"MAX(PLAIN(WEALTH_INDEX(PORT_SERIES({RET},{{1;0;0}}))))", (1 + R.S).cumprod().max()),
        (f"ANN_VOL(RETURNS(WEALTH_INDEX(PORT_SERIES({RET},{{1;0;0}}))))", R.S.iloc[1:].std() * 12**0.5),
        (f"SUM(INDEX(CORE_SATELLITE({RP},{{\"X\",1}},0.7),0,3))", 1.0),
        (f"PORT_BETA(PORT_SERIES({RET},{{1;0;0}}),PORT_SERIES({RET},{{0;0;1}}))", R.S.cov(R.G) / R.G.var()),
    ],
)  # fmt: skip
def test_one_answer_in_the_next_function(formula, right):
    assert one(formula) == pytest.approx(float(right), rel=1e-6)


def test_a_look_through_of_a_look_through():
    first = 'LOOK_THROUGH({"F1",0.5;"F2",0.3;"F3",0.2},{"","Eq","Bd";"F1",0.9,0.1;"F2",0,0.95;"F3",0.4,0.4})'
    second = {
        row[0]: row[1]
        for row in evaluate(f'=LOOK_THROUGH({first},{{"","CN","US";"Eq",0.5,0.5;"Bd",1,0;"not classified",0,0}})')
    }
    assert second["CN"] == pytest.approx(0.265 + 0.415) and second["not classified"] == pytest.approx(0.055)


# Accounts ----------------------------------------------------------------------------------------------------------------


def statement(seed: int):
    """Balances at both ends, money in and out on days between, some of them on one day."""
    rng = np.random.default_rng(seed)
    days = np.sort(np.append(rng.choice(np.arange(1, 1500), 6), [0, 1500]))
    days[3] = days[2]
    return (
        pd.Series([20_000.0, round(rng.uniform(22_000, 60_000), 2)], pd.Timestamp("2018-03-01") + pd.to_timedelta([0, 1500], "D")),
        pd.Series(rng.choice([1000.0, 5000, -800], 8), pd.Timestamp("2018-03-01") + pd.to_timedelta(days, "D")),
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(12))
def test_payments_of_one_day_add_up(seed):
    balances, flows = statement(seed)
    later = flows.iloc[1:]
    years = (balances.index[-1] - later.index).days / 365
    worth = lambda i: 20_000 * (1 + i) ** (1500 / 365) + (later * (1 + i) ** years).sum() - balances.iloc[-1]  # noqa: E731
    right = brentq(worth, -0.9, 5, xtol=1e-13)
    cells = [
        [[day.to_pydatetime(), number] for day, number in series.items()] for series in (balances, flows, flows[::-1])
    ]
    for money in (flows, flows[::-1], flows.groupby(level=0).sum()):
        assert xa.mwr(balances, money) == pytest.approx(right, abs=1e-9)
    for money in cells[1:]:
        assert call("MWR", [cells[0], money])[0][0] == pytest.approx(right, abs=1e-9)
    told = facts("mwr", balances, flows)
    assert str(later.index[1].date()) in told["flows of one day, added up"]
    assert told["flow of the first row, part of its balance"] == flows.iloc[0]


def test_balances_of_one_day_are_refused():
    balances, flows = statement(1)
    with pytest.raises(xa.InputError, match=r"balances: the date 2018-03-01 appears twice. Keep one row"):
        xa.mwr(pd.concat([balances.iloc[:1], balances]), flows)


@pytest.mark.parametrize("missing", [0, 1, 2])
def test_a_date_that_is_missing_is_named(missing):
    dates = pd.date_range("2024-01-31", periods=3, freq="ME").to_numpy().copy()
    dates[missing] = np.datetime64("NaT")
    with pytest.raises(xa.InputError, match=f"dates: row {missing + 1} has no date"):
        xa.mwr(np.array([100.0, np.nan, 110.0]), np.zeros(3), dates=dates)


@pytest.mark.parametrize("seed", range(10))
def test_modified_dietz_by_hand_on_every_surface(seed):
    rng = np.random.default_rng(seed)
    start = dt.date(2024, 1, 1) + dt.timedelta(int(rng.integers(0, 300)))
    span = int(rng.integers(20, 400))
    end, after = start + dt.timedelta(span), rng.integers(1, span + 1, 4)
    flows, dates = rng.normal(0, 1000, 4).round(2), [start + dt.timedelta(int(k)) for k in after]
    first, last = 50_000.0, round(rng.uniform(40_000, 70_000), 2)
    right = (last - first - flows.sum()) / (first + (flows * (span - after) / span).sum())
    texts = ";".join(f'"{day}"' for day in dates)
    amounts = ";".join(map(str, flows))
    assert xa.dietz(first, last, flows, dates, start, end) == pytest.approx(right)
    assert xa.dietz(
        first, last, list(flows), [str(day) for day in dates], str(start), f"{end:%Y%m%d}"
    ) == pytest.approx(right)
    assert xa.dietz(first, last, pd.Series(flows), pd.Series(pd.to_datetime(dates)), pd.Timestamp(start), np.datetime64(end)) == pytest.approx(right)  # fmt: skip
    assert one(f'DIETZ({first},{last},{{{amounts}}},{{{texts}}},"{start}","{end}")') == pytest.approx(right)


# What is told ------------------------------------------------------------------------------------------------------------


def test_both_numbers_of_periods_are_told_where_series_are_compared():
    days = pd.bdate_range("2022-01-03", periods=300)
    frame = pd.DataFrame(RNG.normal(0, 0.01, (300, 2)), days, ["F", "G"])
    frame.iloc[100:120, 1] = np.nan
    monthly = (1 + frame["F"]).resample("ME").prod() - 1
    told = facts("kpi_table", frame["F"], monthly)
    assert told["periods per year"].startswith("12") and told["periods per year, where nothing is compared"].startswith(
        "252"
    )
    with speaking("zh"):
        told = facts("kpi_table", frame, monthly)
    assert "benchmark 中没有对应的日期（G）" in told and not any(map(str.isascii, told))


# Orders ------------------------------------------------------------------------------------------------------------------


def cost(trade, commission, tax, least):
    return 0.0 if not trade else max(commission * abs(trade), least) + (tax * -trade if trade < 0 else 0.0)


@pytest.mark.parametrize("seed", range(20))
def test_no_lot_of_a_sale_comes_back_and_no_purchase_fits_again(seed):
    rng = np.random.default_rng(seed)
    for _ in range(25):
        n = int(rng.integers(2, 8))
        price, lot = np.exp(rng.uniform(0, 5, n)).round(2), float(rng.choice([1, 10, 100]))
        values = rng.integers(0, 80, n) * lot * price
        target = rng.dirichlet(np.ones(n)).round(4)
        target[-1] = 1 - target[:-1].sum()
        if target.min() < 0 or not values.any():
            continue
        flow = float(np.round(rng.choice([0, 0, -1, 1]) * values.sum() * rng.uniform(0, 0.5), 2))
        rates = float(rng.choice([0, 0.0003, 0.003])), float(rng.choice([0, 0.0005])), float(rng.choice([0, 5]))
        rule = str(rng.choice(["target", "edge"]))
        plan = xa.rebal_plan(values, target, 0.02, flow, price, lot, *rates, 0.0, rule).column("trade")[:n]
        ideal = xa.rebal_trades(values, target, 0.02, flow, rule)
        paid = [cost(trade, *rates) for trade in plan]
        cash = flow - sum(plan) - sum(paid)
        assert cash >= -1e-7 * values.sum()
        for i, trade in enumerate(plan):
            step = lot * price[i]
            if (trade < -1e-9 and target[i] > 0) or (trade >= 0 and trade + step <= ideal[i] + 1e-6):
                assert cash - step + paid[i] - cost(trade + step if abs(trade + step) > 1e-6 else 0.0, *rates) < 1e-6


# Single values -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("missing", [pd.NaT, np.datetime64("NaT"), None, "", "31/01/2024"])
def test_a_date_that_is_none_is_refused(missing):
    with pytest.raises(xa.InputError, match="last_date"):
        xa.rebal_due(missing, "2024-02-29", "monthly")


def test_one_view_or_scenario_may_be_a_dict():
    cov = pd.DataFrame(np.diag([0.04, 0.02, 0.09]), list("ABX"), list("ABX"))
    weights = {"A": 0.3, "B": 0.3, "X": 0.4}
    right = xa.black_litterman(weights, cov, [[1, -1, 0]], [0.02])
    for view in ({"X": 0, "B": -1, "A": 1}, {"X": 0, "B": "-100%", "A": 1}, pd.Series({"B": -1, "A": 1, "X": 0})):
        assert dict(xa.black_litterman(weights, cov, view, [0.02])) == pytest.approx(dict(right))
    assert xa.stress_table({"A": 0.5, "B": 0.5}, {"B": -0.1, "A": -0.2}).rows[0][1] == pytest.approx(-0.15)


def test_weights_in_percent_and_tables_that_are_not_square_are_told_so():
    with pytest.raises(xa.InputError, match=r"weights sum to 100, .* type 60% or 0.6"):
        xa.port_vol([60, 40], np.diag([0.04, 0.01]))
    cov = '{"","A","B","T";"A",0.04,0.01,0.05;"B",0.01,0.09,0.1}'
    assert "3 x 4 cells; a square matrix is needed" in reason(f"RP_WEIGHTS({cov})")


ODD = [
    pd.NaT, pd.NA, [], {}, pd.Series(dtype=float), pd.DataFrame(), object(), 1j, np.ones((1, 1, 1)), b"x", Decimal("NaN"), 10**400, {"a": 1j},
    {"a": pd.NA}, [[1], [2, 3]], np.array([]), np.array([None]), pd.Series([pd.NaT]), pd.Series([1, 2], index=["a", "a"]), range(0), [None],
    pd.DataFrame([[1, 2], [3, 4]], columns=["a", "a"]), pd.Series([1.0, 2], index=[None, "a"]), pd.Series({("a", "b"): 1.0}), xa.Table((), []),
    pd.Series([pd.NA, 1.0], dtype="Float64"), pd.DataFrame({"a": ["x"]}), np.datetime64("NaT"), pd.Categorical(["a"]), "abc", True, len,
]  # fmt: skip


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: type(odd).__name__)
def test_whatever_is_given_is_computed_or_refused_in_words(odd):
    """Nothing but the four errors ever comes out."""
    panel, cov, weights = [[0.01, 0.02], [0.02, -0.01], [-0.01, 0.01]], [[0.04, 0.0], [0.0, 0.01]], [0.5, 0.5]
    right = {
        "ann_vol": (panel, 12.0), "returns": ([[1.0, 2.0], [1.1, 2.1]], "simple"), "port_vol": (weights, cov), "port_beta": ([0.01, 0.02, 0.0], [0.02, 0.01, 0.0]),
        "rp_weights": (cov, weights), "mwr": ([100.0, 110.0], [0.0, 0.0]), "dietz": (100, 110, [5.0], ["2024-01-05"], "2024-01-01", "2024-02-01"),
        "kpi_by_state": ([0.01, 0.02, 0.03, 0.01], ["a", "b", "a", "b"]), "rolling": ("max_drawdown", [0.01, 0.02, -0.03, 0.01], 2, 12.0, 0.0, [0.0, 0.01, 0.02, 0.0]),
        "suitable": ("C3", ["R1"]), "look_through": ([1.0], [[0.5, 0.4]]), "rebal_trades": ([100.0, 200.0], weights), "goal_prob": (100, 0, 10, 0.07, 0.15, 200),
        "black_litterman": (weights, cov, [[1.0, -1.0]], [0.02]), "brinson": (weights, weights, weights, weights, ["a", "b"]), "rebal_due": ("2024-01-01", "2024-03-01", "monthly"),
    }  # fmt: skip
    for name, given in right.items():
        for k in range(len(given)):
            try:
                getattr(xa, name)(*given[:k], odd, *given[k + 1 :])
            except xa.AllocError as error:
                assert len(str(error)) > 15
