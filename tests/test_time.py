"""Dates, gaps, joins and elapsed time: the rules in words, once more in plain Python, beside what the functions give."""

import datetime as dt
import random
from itertools import pairwise
from statistics import median

import numpy as np
import pytest

import xlalloc as xa
from xlalloc import cells, formula
from xlalloc.catalogue import CATALOGUE
from xlalloc.dates import from_serial
from xlalloc.errors import ErrorValue
from xlalloc.ranges import without_labels

pd = pytest.importorskip("pandas")
SEEDS = range(40)

# The rules again ---------------------------------------------------------------------------------------------------
# A series is a dict: date → return, None where it has none that day.


def month_end(year: int, month: int) -> dt.date:
    return (dt.date(year, month, 28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)


def usual(days: list) -> int | None:
    """Customary value of the median gap."""
    gap = median((b - a).days for a, b in pairwise(days))
    if 1 <= gap <= 4:
        return 365 if sum(day.weekday() == 5 for day in days) * 14 >= len(days) else 252
    for low, high, periods in ((5, 9, 52), (26, 35, 12), (80, 100, 4), (170, 195, 2), (350, 380, 1)):
        if low <= gap <= high:
            return periods
    return None


def periods(days: list) -> float:
    """Rows per year: gaps that are no holes over their years of 365.25 days; the customary value where they agree."""
    gaps = [(b - a).days for a, b in pairwise(days)]
    middle = median(gaps)
    wide = 1.5 if middle >= 26 else 2.5
    kept = [gap for gap in gaps if not (gap > 15 and gap > wide * middle)]
    rate = len(kept) / (sum(kept) / 365.25)
    customary = usual(days)
    short = (days[-1] - days[0]).days < 2 * 365.25
    if customary and abs(rate - customary) <= (0.4 if short else 0.055) * customary:
        return customary
    return rate


def elapsed(days: list, P: float) -> float:
    """The years that returns on these days span."""
    if P in (12, 4, 2, 1) and len({(day.year, day.month) for day in days}) == len(days):
        months = (days[-1].year - days[0].year) * 12 + days[-1].month - days[0].month
        return (months + 12 / P) / 12
    start = days[0]
    if P == 252:
        start -= dt.timedelta(days=1)
        while start.weekday() > 4:
            start -= dt.timedelta(days=1)
    elif P == 365:
        start -= dt.timedelta(days=1)
    elif P == 52:
        start -= dt.timedelta(days=7)
    else:
        start -= dt.timedelta(days=round(median((b - a).days for a, b in pairwise(days))))
    whole = 0
    while anniversary(start, whole + 1) <= days[-1]:
        whole += 1
    last, following = anniversary(start, whole), anniversary(start, whole + 1)
    return whole + (days[-1] - last).days / (following - last).days


def anniversary(day: dt.date, years: int) -> dt.date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def growth(series: dict, after: dt.date | None, until: dt.date) -> float:
    """What 1 became after that day until the other."""
    wealth = 1.0
    for day, r in series.items():
        if r is not None and (after is None or day > after) and day <= until:
            wealth *= 1 + r
    return wealth - 1


def complete(columns: list[dict]) -> list[tuple[dt.date, list[float]]]:
    """Every column compounded between consecutive rows at which all have a value.

    A column is also known on the row before its first value: there its first return begins.
    """
    days = list(columns[0])
    known = []
    for i, day in enumerate(days):
        following = days[i + 1] if i + 1 < len(days) else None
        known.append(
            all(
                c[day] is not None
                or (following and c[following] is not None and all(c[d] is None for d in days[: i + 1]))
                for c in columns
            )
        )
    marks = [day for day, all_known in zip(days, known, strict=True) if all_known]
    if all(c[days[0]] is not None for c in columns):
        marks.insert(0, None)  # before the first row
    return [(b, [growth(c, a, b) for c in columns]) for a, b in pairwise(marks)]


def period_of(day: dt.date, months: int) -> int:
    return (day.year * 12 + day.month - 1) // months


def end_of(period: int, months: int) -> dt.date:
    month = (period + 1) * months - 1
    return month_end(month // 12, month % 12 + 1)


def one_back(series: dict, day: dt.date) -> bool:
    """Does the return of the day reach back one row only? Else it began before the other series could be known."""
    days = list(series)
    k = days.index(day)
    return k == 0 or series[days[k - 1]] is not None or all(series[d] is None for d in days[:k])


def joined(a: dict, b: dict) -> list[tuple[dt.date, float, float]]:
    """Two series compounded to common dates, or to common calendar periods where a side is monthly or slower."""
    kinds = [usual(list(x)) for x in (a, b)]
    slow = [{12: 1, 4: 3, 2: 6, 1: 12}.get(kind, 0) for kind in kinds]
    months = max(slow)
    tables = []
    for series, own in zip((a, b), slow, strict=True):
        table, days = {}, list(series)
        for day, following in zip(days, [*days[1:], None], strict=True):
            opens = following and series[following] is not None and all(series[d] is None for d in days if d <= day)
            if (
                series[day] is None and not opens
            ):  # on the row before its first value a series is known: it begins there
                continue
            key = period_of(day, months) if months else day
            if months and own < months and (end_of(key, months) - day).days > 7:
                continue
            table[key] = day
        tables.append(table)
    common = sorted(set(tables[0]) & set(tables[1]))
    rows = []
    if common and kinds[0] == kinds[1] and common[0] in (next(iter(tables[0])), next(iter(tables[1]))):
        x, y = (series[table[common[0]]] for series, table in zip((a, b), tables, strict=True))
        back = (one_back(series, table[common[0]]) for series, table in zip((a, b), tables, strict=True))
        if x is not None and y is not None and all(back):  # the first common row counts by itself
            rows.append((tables[0][common[0]], x, y))
    for before, key in pairwise(common):
        day = tables[0][key]
        rows.append((day, growth(a, tables[0][before], day), growth(b, tables[1][before], tables[1][key])))
    return rows


# Random histories ---------------------------------------------------------------------------------------------------


def weekdays(draw: random.Random, count: int) -> list[dt.date]:
    """Business days with holidays and, once in a while, a hole of weeks."""
    day, found = dt.date(2015 + draw.randrange(9), draw.randint(1, 12), draw.randint(1, 28)), []
    while len(found) < count:
        day += dt.timedelta(days=draw.choice([20, 40]) if draw.random() < 0.005 else 1)
        if day.weekday() < 5 and draw.random() > 0.03:
            found.append(day)
    return found


def calendar_days(draw: random.Random, kind: str) -> list[dt.date]:
    if kind == "daily":
        return weekdays(draw, draw.randint(30, 600))
    start = dt.date(2012 + draw.randrange(9), draw.randint(1, 12), 1)
    if kind == "every 13 days":
        return [start + dt.timedelta(days=13 * k) for k in range(draw.randint(3, 80)) if draw.random() > 0.03 or k < 3]
    if kind == "weekly":
        friday = start + dt.timedelta(days=(4 - start.weekday()) % 7)
        return [friday + dt.timedelta(days=7 * k) for k in range(draw.randint(10, 150)) if draw.random() > 0.03]
    if kind == "all days":
        return [start + dt.timedelta(days=k) for k in range(draw.randint(30, 500))]
    step = {"monthly": 1, "quarterly": 3, "half-yearly": 6, "yearly": 12}[kind]
    count = draw.randint(6, 60 // step + 6)
    first = start.month if step == 1 else 12
    months = [start.year * 12 + first - 1 + step * k for k in range(count)]
    ends = [month_end(m // 12, m % 12 + 1) for m in months]
    if draw.random() < 0.5:  # the last weekday
        ends = [day - dt.timedelta(days=max(day.weekday() - 4, 0)) for day in ends]
    return [day for k, day in enumerate(ends) if draw.random() > 0.05 or k < 3]


KINDS = ["daily", "weekly", "every 13 days", "all days", "monthly", "quarterly", "half-yearly", "yearly"]


def history(draw: random.Random, days: list, gaps: float = 0.0) -> dict:
    return {day: None if draw.random() < gaps else round(draw.gauss(0.002, 0.03), 6) for day in days}


def sheet(*columns: dict, heads=None) -> list[list]:
    heads = heads or [f"f{k}" for k in range(len(columns))]
    return [["Date", *heads], *([day, *(c[day] for c in columns)] for day in columns[0])]


def answer(name: str, *arguments) -> list[list]:
    found = cells.call(name, arguments)
    assert not any(isinstance(c, ErrorValue) for row in found for c in row), [
        c.reason for row in found for c in row if isinstance(c, ErrorValue)
    ]
    return found


def value(name: str, *arguments) -> float:
    ((cell,),) = without_labels(answer(name, *arguments))
    return cell


def dated(rows: list[list]) -> dict:
    return {from_serial(row[0]): row[1:] for row in rows if isinstance(row[0], float)}


def close(found, wanted) -> None:
    assert found == pytest.approx(wanted, rel=1e-9, abs=1e-12)


# Beside the rules -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(12))
def test_periods_and_elapsed_time(kind, seed):
    draw = random.Random(f"{kind}{seed}")
    days = calendar_days(draw, kind)
    series = history(draw, days)
    wealth = 1 + growth(series, None, days[-1])
    P = periods(days)
    close(value("ANN_RETURN", sheet(series)), wealth ** (1 / elapsed(days, P)) - 1)
    returns = list(series.values())
    close(value("ANN_VOL", sheet(series)), np.std(returns, ddof=1) * P**0.5)
    close(value("ANN_RETURN", sheet(series), 12.0), wealth ** (1 / elapsed(days, 12)) - 1)
    undated = [[r] for r in returns]
    close(value("ANN_RETURN", undated, 12.0), wealth ** (12 / len(days)) - 1)
    close(value("ANN_RETURN", undated), wealth ** (252 / len(days)) - 1)


@pytest.mark.parametrize("seed", SEEDS)
def test_returns_reach_back_to_the_last_price(seed):
    draw = random.Random(seed)
    days = calendar_days(draw, draw.choice(KINDS))
    columns = [
        {day: None if draw.random() < 0.2 else round(draw.uniform(50, 150), 3) for day in days} for _ in range(3)
    ]
    found = dated(answer("RETURNS", sheet(*columns)))
    assert set(found) <= set(days)
    for k, column in enumerate(columns):
        last, wanted = None, {}
        for day, price in column.items():
            if price is not None:
                if last is not None:
                    wanted[day] = price / last - 1
                last = price
        close({day: row[k] for day, row in found.items() if row[k] != ""}, wanted)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_gappy_panel_is_compounded_between_complete_rows(seed):
    draw = random.Random(seed)
    days = calendar_days(draw, draw.choice(["daily", "weekly", "monthly"]))
    columns = [history(draw, days, draw.choice([0, 0.05, 0.3])) for _ in range(draw.randint(1, 4))]
    if draw.random() < 0.4:  # a fund that is younger
        for day in days[: draw.randrange(1, len(days) // 2)]:
            columns[0][day] = None
    rows = complete(columns)
    if len(rows) < 3:
        return
    weights = [draw.random() for _ in columns]
    weights = [w / sum(weights) for w in weights]
    found = dated(answer("PORT_SERIES", sheet(*columns), [[w] for w in weights]))
    close({day: row[0] for day, row in found.items()}, {day: sum(np.multiply(weights, r)) for day, r in rows})
    wanted = np.cov(np.array([r for _, r in rows]).T, ddof=1) * 12
    close(np.array(without_labels(answer("COV_MATRIX", sheet(*columns), "sample", 12.0))).ravel(), wanted.ravel())
    close(
        value("SHRINKAGE", sheet(*columns)) if len(columns) > 1 else 0,
        xa.shrinkage([r for _, r in rows]) if len(columns) > 1 else 0,
    )


ALONE = ["TOTAL_RETURN", "ANN_RETURN", "ANN_VOL", "SHARPE", "SORTINO", "CALMAR", "MAX_DRAWDOWN", "HIST_VAR", "HIST_CVAR",
         "DOWNSIDE_VOL", "ULCER", "WIN_RATE", "UNDERWATER_PERIODS", "OMEGA", "MEAN_RETURNS"]  # fmt: skip


@pytest.mark.parametrize("seed", SEEDS)
def test_each_series_of_a_panel_is_measured_on_its_own_rows(seed):
    """A fund's figures are those of its own rows, whoever stands beside it."""
    draw = random.Random(seed)
    days = calendar_days(draw, draw.choice(["daily", "weekly", "monthly"]))
    columns = [history(draw, days, draw.choice([0, 0.1, 0.4])) for _ in range(3)]
    for day in days[: draw.randrange(len(days) // 2)]:
        columns[0][day] = None
    for name in ALONE:
        together = cells.call(name, [sheet(*columns)])
        alone = [cells.call(name, [sheet({d: r for d, r in c.items() if r is not None})])[0][0] for c in columns]
        together = [row[-1] for row in together] if len(together) == 3 else [together[0][0]] * 3
        assert [str(x) if isinstance(x, ErrorValue) else x for x in together] == [
            str(y) if isinstance(y, ErrorValue) else pytest.approx(y, rel=1e-9, abs=1e-12) for y in alone
        ], name


@pytest.mark.parametrize("name", ["DRAWDOWNS", "WEALTH_INDEX", "ROLLING"])
@pytest.mark.parametrize("seed", range(10))
def test_series_over_time_count_their_own_rows(name, seed):
    """Blanks where a series has none; windows count its own rows."""
    draw = random.Random(seed)
    days = calendar_days(draw, "monthly")
    columns = [history(draw, days, 0.2) for _ in range(3)]
    ask = (
        (lambda x: cells.call("ROLLING", ["ann_vol", x, 3.0, 12.0]))
        if name == "ROLLING"
        else (lambda x: cells.call(name, [x]))
    )
    if any(sum(r is not None for r in c.values()) < 5 for c in columns):
        return
    together = dated(ask(sheet(*columns)))
    for k, column in enumerate(columns):
        alone = dated(ask(sheet({d: r for d, r in column.items() if r is not None})))
        close({d: row[k] for d, row in together.items() if row[k] != ""}, {d: row[0] for d, row in alone.items()})


@pytest.mark.parametrize("kinds", [("daily", "daily"), ("daily", "weekly"), ("daily", "monthly"), ("weekly", "monthly"),
                                   ("monthly", "monthly"), ("monthly", "quarterly"), ("daily", "quarterly"), ("all days", "daily"),
                                   ("daily", "yearly"), ("quarterly", "half-yearly")])  # fmt: skip
@pytest.mark.parametrize("seed", range(15))
def test_two_series_are_joined_and_compounded(kinds, seed):
    draw = random.Random(f"{kinds}{seed}")
    start = draw.random()
    a_days, b_days = calendar_days(draw, kinds[0]), calendar_days(draw, kinds[1])
    shift = (b_days[0] - a_days[0]).days
    if start < 0.9:  # mostly of the same time
        months = round(shift / 30.44) // 12 * 12
        move = {day: anniversary(day, months // 12) for day in a_days}
        a_days = sorted(
            {
                d + dt.timedelta(days=(7 - d.weekday()) % 7 if d.weekday() > 4 and kinds[0] == "daily" else 0)
                for d in move.values()
            }
        )
    a, b = history(draw, a_days, draw.choice([0, 0.1])), history(draw, b_days, draw.choice([0, 0.1]))
    for first, second in ((a, b), (b, a)):
        rows = joined(first, second)
        found = cells.call("PORT_BETA", [sheet(first), sheet(second), 0.0, 12.0])[0][0]
        if len(rows) < 2:
            assert found == "#N/A"
            continue
        x, y = np.array([r[1] for r in rows]), np.array([r[2] for r in rows])
        if len(rows) < 3:
            continue
        close(found, np.cov(x, y)[0, 1] / np.var(y, ddof=1))
        days = [row[0] for row in rows]
        P = periods(days)
        close(value("TRACKING_ERROR", sheet(first), sheet(second)), np.std(x - y, ddof=1) * P**0.5)
        years = elapsed(days, P)
        excess = np.prod(1 + x) ** (1 / years) - np.prod(1 + y) ** (1 / years)
        close(value("EXCESS_RETURN", sheet(first), sheet(second)), excess)
        frames = [pd.Series({pd.Timestamp(d): r for d, r in s.items()}, dtype=float) for s in (first, second)]
        close(xa.tracking_error(*frames), np.std(x - y, ddof=1) * P**0.5)


# What must not change ---------------------------------------------------------------------------------------------


def market(seed: int, years: int = 3) -> pd.DataFrame:
    draw = np.random.default_rng(seed)
    days = pd.bdate_range("2020-01-01", periods=years * 261)
    steps = draw.normal(0.0004, [0.012, 0.004, 0.009], (len(days), 3))
    return pd.DataFrame(100 * np.cumprod(1 + steps, axis=0), index=days, columns=["S", "B", "G"])


def frame_rows(frame: pd.DataFrame) -> list[list]:
    body = [
        [day.date(), *(None if c != c else c for c in row)]
        for day, row in zip(frame.index, frame.to_numpy().tolist(), strict=True)
    ]
    return [["Date", *map(str, frame.columns)], *body]


@pytest.mark.parametrize("seed", range(6))
def test_splitting_a_history_and_joining_it_again(seed):
    """The two halves of a price history share one row; their returns put under each other are those of the whole."""
    prices, draw = market(seed), random.Random(seed)
    for _ in range(5):
        k = draw.randrange(2, len(prices) - 2)
        whole = xa.returns(prices)
        halves = pd.concat([xa.returns(prices.iloc[: k + 1]), xa.returns(prices.iloc[k:])])
        pd.testing.assert_frame_equal(halves, whole)
        first, second = (1 + xa.total_return(xa.returns(part)) for part in (prices.iloc[: k + 1], prices.iloc[k:]))
        close((first * second - 1).to_numpy(), xa.total_return(whole).to_numpy())
        gappy = prices.copy()
        gappy.iloc[k, 1] = np.nan  # nor does it matter where a price is missing
        close(xa.total_return(xa.returns(gappy)).to_numpy(), xa.total_return(whole).to_numpy())


@pytest.mark.parametrize("name", [*ALONE, "SKEW_KURT"])
def test_renaming_reordering_and_another_fund(name):
    returns = xa.returns(market(3)).round(9)

    def numbers(frame):
        found = cells.call(name, [frame_rows(frame)])
        return {row[0]: row[1:] for row in (found if name != "SKEW_KURT" else found[1:])}

    plain = numbers(returns)
    turned = numbers(returns[["G", "S", "B"]])
    assert list(turned) == ["G", "S", "B"] if name != "SKEW_KURT" else True
    assert turned == plain if name != "SKEW_KURT" else True
    if name == "SKEW_KURT":
        return
    coded = numbers(returns.set_axis(["510300", "000300", "159915"], axis=1))
    assert list(coded) == ["510300", "000300", "159915"] and list(coded.values()) == list(plain.values())
    young = returns.assign(Y=returns["S"].where(returns.index > "2021-06-01"))
    found = numbers(young)
    assert {k: v for k, v in found.items() if k != "Y"} == {k: pytest.approx(v, rel=1e-12) for k, v in plain.items()}
    close(found["Y"], numbers(returns[["S", "B"]][returns.index > "2021-06-01"])["S"])


@pytest.mark.parametrize("name", [n for n, f in CATALOGUE.items() if any(a.name == "returns" for a in f.arguments)
                                  and not any(a.name in ("states", "factor_returns") for a in f.arguments)])  # fmt: skip
def test_a_time_zone_changes_nothing(name):
    """Local dates, never shifted to UTC, whatever the hour."""
    returns = xa.returns(market(4, 1))
    given = {"returns": returns, "benchmark": returns["B"] * 0.5 + 0.001 * np.sin(np.arange(len(returns))), "window": 20,
             "name": "ann_vol", "weights": {"G": 0.2, "S": 0.5, "B": 0.3}, "fx_returns": returns[["B", "G", "S"]] * 0.3,
             "wealth": 1000.0, "monthly": 10.0, "years": 1, "block": 2, "paths": 20}  # fmt: skip
    if name == "BRINSON":  # the weights of each period
        of_periods = pd.DataFrame(0.25, returns.index, returns.columns).add([0.0, 0.25, 0.0])
        given |= {
            "weights": of_periods,
            "bench_weights": of_periods[["B", "G", "S"]].set_axis(["S", "B", "G"], axis=1),
            "bench_returns": returns * 0.9,
        }
    arguments = {a.name: given[a.name] for a in CATALOGUE[name].arguments if a.name in given}

    def moved(zone):
        return {
            n: v.set_axis(v.index.tz_localize(zone) + pd.Timedelta(hours=23 if zone == "Asia/Shanghai" else 0))
            if isinstance(v, pd.Series | pd.DataFrame)
            else v
            for n, v in arguments.items()
        }

    plain = CATALOGUE[name].public(**arguments)
    for zone in ("Asia/Shanghai", "America/New_York", "UTC"):
        found = CATALOGUE[name].public(**moved(zone))
        if hasattr(plain, "to_numpy"):
            assert np.array_equal(found.to_numpy(), plain.to_numpy(), equal_nan=plain.to_numpy().dtype.kind == "f")
        else:
            assert str(found) == str(plain)


@pytest.mark.parametrize("seed", range(4))
def test_daily_prices_and_their_month_ends_tell_the_same_growth(seed):
    """From month-end to month-end: the same total and annual return; a benchmark sampled monthly has beta 1 with itself."""
    prices = market(seed)
    prices = prices[prices.index >= "2020-01-31"]
    prices = prices[:"2022-11-30"]
    monthly = prices.groupby(prices.index.to_period("M")).tail(1)
    daily_returns, monthly_returns = xa.returns(prices), xa.returns(monthly)
    close(xa.total_return(daily_returns).to_numpy(), xa.total_return(monthly_returns).to_numpy())
    close(
        xa.ann_return(monthly_returns).to_numpy(),
        (1 + xa.total_return(monthly_returns).to_numpy()) ** (12 / len(monthly_returns)) - 1,
    )
    for k in range(3):
        close(xa.port_beta(daily_returns.iloc[:, k], monthly_returns.iloc[:, k]), 1.0)
        close(xa.port_beta(monthly_returns.iloc[:, k], daily_returns.iloc[:, k]), 1.0)
        assert xa.tracking_error(daily_returns.iloc[:, k], monthly_returns.iloc[:, k]) == pytest.approx(0, abs=1e-12)
    table, alone = xa.kpi_table(daily_returns["S"], monthly_returns["S"]), xa.kpi_table(daily_returns["S"])
    own = {row[0]: row[1] for row in table.rows}
    for title, cell in alone.rows:
        if isinstance(cell, float):
            assert own[title] == pytest.approx(cell, rel=1e-12), title


def test_a_gap_does_not_shorten_the_year():
    """A hole of a quarter, or half the days missing: the annual return is per elapsed time."""
    prices = market(5)
    whole = xa.ann_return(xa.returns(prices))
    hole = prices[(prices.index < "2021-03-01") | (prices.index > "2021-06-15")]
    half = prices.iloc[sorted({0, len(prices) - 1, *range(0, len(prices), 2)})]
    assert xa.ann_return(xa.returns(hole)).to_numpy() == pytest.approx(whole.to_numpy(), rel=2e-2)
    assert xa.ann_return(xa.returns(half)).to_numpy() == pytest.approx(whole.to_numpy(), rel=2e-2)


def test_dates_as_periods_mean_their_last_day():
    months = [(2024, m) for m in range(1, 10)]
    numbers = [round(random.Random(m).gauss(0.01, 0.02), 5) for _, m in months]
    spelled = [
        [y * 100 + m for y, m in months],
        [f"{y}-{m:02d}" for y, m in months],
        [f"{y}年{m}月" for y, m in months],
        [month_end(y, m) for y, m in months],
        [month_end(y, m).isoformat() for y, m in months],
    ]
    found = []
    for days in spelled:
        table = [["month", "f"], *([day, r] for day, r in zip(days, numbers, strict=True))]
        found.append((answer("DRAWDOWNS", table)[1:], value("ANN_RETURN", table), value("ANN_VOL", table)))
    assert all(one == found[0] for one in found)


# Which column is dates ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("head", ["Date", "日期", "Trade date", "估值日期", "NAV date", "Month end", "报告期末", "As of", "", None,
                                  "Datum", "观察日"])  # fmt: skip
def test_value2_serials_are_dates_under_any_ordinary_header(head):
    serials = [float(45322 + 7 * k) for k in range(8)]
    draw = np.random.default_rng(1).normal(0.002, 0.02, (8, 2)).round(5).tolist()
    table = [[head, "S", "B"], *([s, *r] for s, r in zip(serials, draw, strict=True))]
    found = answer("ANN_VOL", table)
    assert [row[0] for row in found] == ["S", "B"]
    close(found[0][1], np.std([r[0] for r in draw], ddof=1) * 52**0.5)


def test_a_header_that_names_an_asset_of_another_argument_is_an_asset():
    prices = [["Spot", "B"], *([float(45322 + 7 * k), 100.0 + k * k % 5] for k in range(8))]
    found = cells.call("BACKTEST_KPI", [prices, [["Spot", 0.5], ["B", 0.5]], "none"])
    assert not isinstance(found[0][0], ErrorValue)
    returns = [["Spot", "B"], [0.01, 0.02], [-0.01, 0.0], [0.02, 0.01]]
    assert answer("PORT_SERIES", returns, [["Spot", 0.5], ["B", 0.5]])[0] == ["Portfolio"]


def test_rows_of_one_day_are_refused_but_stamps_are_dates():
    day = dt.datetime(2024, 3, 1, 15)
    stamped = [["time", "f"], *([day + dt.timedelta(days=k), 0.01 * (-1) ** k] for k in range(6))]
    assert value("WIN_RATE", stamped) == 0.5
    bars = [["time", "f"], *([day + dt.timedelta(minutes=k), 0.01 * (-1) ** k] for k in range(6))]
    ((found,),) = cells.call("WIN_RATE", [bars])
    assert found == "#VALUE!" and "several rows of one day" in found.reason


# Numbers to meet ----------------------------------------------------------------------------------------------------

P = '{"date","S","B";"2024-01-31",100,100;"2024-02-29",104,101;"2024-03-31",101,100.5;"2024-04-30",106,102;"2024-05-31",103,103}'


@pytest.mark.parametrize(
    "text, wanted",
    [
        (f"=ANN_VOL(PORT_SERIES(RETURNS({P}),{{1;0}}))", 0.1473),
        ('=CAP_WEIGHTS({"60万";300000;100000})', "#VALUE!"),
        ('=MAX_DRAWDOWN({"-5O%";0.05;0.03})', "#VALUE!"),
        ("=MAX_DRAWDOWN({100;101;99;103;104})", "#VALUE!"),
        ("=GOAL_PROB(100,0,10,7,15,200)", "#VALUE!"),
        ('=TOTAL_RETURN({"2024";0.05;0.03})', "#VALUE!"),
        ("=RP_WEIGHTS(COV_MATRIX({510300,159915;0.01,0.02;0.02,-0.01;0.03,0}))", "#VALUE!"),
    ],
)
def test_numbers_to_meet(text, wanted):
    ((found,),) = formula.evaluate(text)
    assert found == (wanted if isinstance(wanted, str) else pytest.approx(wanted, abs=5e-5))
    if text.startswith("=MAX_DRAWDOWN({100"):
        assert "RETURNS" in found.reason


def test_a_month_end_frame_is_monthly():
    days = pd.date_range("2024-01-31", periods=5, freq="ME")
    frame = pd.DataFrame({"S": [100, 104, 101, 106, 103.0], "B": [100, 101, 100.5, 102, 103]}, index=days)
    assert xa.ann_vol(xa.returns(frame))["S"] == pytest.approx(0.1473, abs=5e-5)
    by_name = formula.evaluate(f'=PORT_VOL({{"B",0.4;"S",0.6}},COV_MATRIX(RETURNS({P})))')[0][0]
    assert by_name == formula.evaluate(f'=PORT_VOL({{"S",0.6;"B",0.4}},COV_MATRIX(RETURNS({P})))')[0][0]
    r = xa.returns(frame).to_numpy()
    close(by_name, (0.6 * r[:, 0] + 0.4 * r[:, 1]).std(ddof=1) * 12**0.5)


def test_a_daily_fund_beside_its_month_end_benchmark():
    """Its own rows as if alone; beta by the months."""
    prices = market(7)
    monthly = prices.groupby(prices.index.to_period("M")).tail(1)
    fund = xa.returns(prices["S"])
    bench = xa.returns(monthly["S"]) * 0.5 + 0.001
    beside = {row[0]: row[1] for row in answer("KPI_TABLE", frame_rows(fund.to_frame()), frame_rows(bench.to_frame()))}
    alone = {row[0]: row[1] for row in answer("KPI_TABLE", frame_rows(fund.to_frame()))}
    for title, cell in alone.items():
        assert beside[title] == (pytest.approx(cell, rel=1e-12) if isinstance(cell, float) else cell), title
    close(xa.port_beta(fund, bench, 0.0, 12.0), 2.0)


def test_blanks_do_not_pair_a_return_of_two_days_with_one_of_one():
    """Prices of two funds that move as one, each missing on other days: correlation 1, not less."""
    prices = market(8)[["S"]].assign(T=lambda x: x["S"] ** 1.0)
    draw = np.random.default_rng(8)
    for column in prices:
        prices.loc[draw.random(len(prices)) < 0.2, column] = np.nan
    prices = prices.assign(T=prices["T"] * 3)
    assert xa.corr_matrix(xa.returns(prices)).iloc[0, 1] == pytest.approx(1.0, abs=1e-9)


# Units ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "=SHARPE({0.01;-0.02;0.03},2,12)", "=CML_RETURN(3,0.08,0.16,0.12)", "=CML_RETURN(0.03,8,0.16,0.12)",
        "=TARGET_RETURN_WEIGHTS({0.08;0.03},{0.04,0;0,0.01},5)", "=LEVERED_RETURN(0.05,1.5,3)",
        "=FEE_DRAG(1,30)", "=FEE_DRAG(0.01,30,6)", "=GOAL_PROB(100,0,10,7,0.15,200)", "=GOAL_PROB(100,0,10,0.07,15,200)",
        "=PUT_PRICE(42,40,0.5,20,0.1)", "=VOL_TARGET(25,0.15)", "=COV_FROM_CORR({1,0.3;0.3,1},{20;10})",
        "=MAX_SHARPE_WEIGHTS({8;3},{0.04,0;0,0.01})", "=SHARPE({1.01;1.02},0,12)", "=ANN_VOL({0.9;0.95;1.1;0.8;0.7})",
        "=RETURNS({0.01;-0.02;0.03;0.01;-0.01})", "=REBAL_COST({-100;100},1)",
    ],
)  # fmt: skip
def test_a_wrong_unit_is_an_error_that_says_what_to_type(text):
    ((found,),) = formula.evaluate(text)
    assert found == "#VALUE!", (text, found)
    words = found.reason
    assert ("RETURNS" in words) or ("type" in words.casefold()) or "look like returns" in words, words


@pytest.mark.parametrize(
    "text",
    [
        "=SHARPE({0.01;-0.02;0.03},1,12)",
        "=MAX_SHARPE_WEIGHTS({8;0.03},{0.04,0;0,0.01})",
        "=TOTAL_RETURN({1.2;0.9})",
        "=ANN_VOL({0.9;0.95;1.1;0.8})",
        "=VOL_TARGET(9.9,0.15)",
        "=RETURNS({10;11;12;13;14;15})",
        "=LEVERAGE_FOR(0.1,3,50)",
    ],
)
def test_what_is_rare_but_right_is_computed(text):
    found = formula.evaluate(text)
    assert not any(isinstance(c, ErrorValue) for row in found for c in row), found[0][0].reason


def test_a_price_that_is_not_positive_is_no_return():
    ((few,),) = cells.call("RETURNS", [[[100.0], [101.0], [-1.0], [102.0], [103.0], [104.0]]])
    assert few == "#NUM!"


def test_a_series_that_opens_where_another_begins_has_no_return_there():
    """A blank at the first date of one and a return of the other: the interval opens there, no zero is made up."""
    days = [month_end(2024, m) for m in range(1, 9)]
    a = dict(zip(days, [None, 0.02, -0.01, 0.03, 0.01, -0.02, 0.04, 0.0], strict=True))
    b = dict(zip(days, [0.05, 0.01, -0.02, 0.02, 0.03, -0.01, 0.01, 0.02], strict=True))
    rest = [{day: s[day] for day in days[1:]} for s in (a, b)]
    assert cells.call("PORT_BETA", [sheet(a), sheet(b)]) == cells.call("PORT_BETA", [sheet(x) for x in rest])
