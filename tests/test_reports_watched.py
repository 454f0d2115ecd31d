"""Places where a change went unseen: each figure here was worked out by hand, so that none of them can move silently."""

import copy
import datetime as dt

import numpy as np
import openpyxl
import pytest
import report_data as rd
import test_orders as orders

import xlalloc  # noqa: F401  fills the catalogue
from xlalloc.core.kpi import MEASURES
from xlalloc.dates import elapsed_years, periods_per_year, years_between
from xlalloc.plausible import STALE_AFTER
from xlalloc.reports import run, trading
from xlalloc.reports.compute import compute
from xlalloc.reports.history import past_of
from xlalloc.reports.market import Market
from xlalloc.reports.problems import Problems
from xlalloc.reports.read import read

D = dt.date


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    return rd.example()


@pytest.fixture
def sheets(original):
    found = copy.deepcopy(original)
    for k in range(5):
        rd.change(found, "clients", k, "goal", None)
    return found


def result_of(tmp_path, sheets, id_):
    inputs = read(rd.write_book(tmp_path / "in.xlsx", sheets))
    client = next(client for client in inputs.clients if client.id == id_)
    return inputs, compute(client, inputs)


# Lots and fees -----------------------------------------------------------------------------------------------------------


def test_lots_of_one_product_at_different_prices(tmp_path):
    """100 units at 2 and 300 at 4: 1,400 for 400 units, 3.50 each, so that a sale of 700 is 200 units."""
    held = [orders.holding("Old", 100, price=2.0), orders.holding("Old", 300, price=4.0)]
    _, trades, found, _ = orders.planned(
        tmp_path, {"Old": 3.5, "New": 1.0}, [orders.fund("Old"), orders.fund("New")], {"Old": 0.5, "New": 0.5}, held
    )
    assert trades["Old"] == pytest.approx(-700) and found["Old"].units == pytest.approx(-200)


def test_undated_lots_go_first(tmp_path):
    """An undated lot of 500 stands last in the file: it is sold first, without a fee; then the oldest of those dated."""
    held = [
        orders.holding("Old", 100, bought_on=D(2026, 6, 25)),
        orders.holding("Old", 100, bought_on=D(2024, 1, 1)),
        orders.holding("Old", 500, bought_on=None),
    ]
    result, _, found, kinds = orders.planned(
        tmp_path,
        {"Old": 1.0, "New": 1.0},
        [orders.fund("Old", redemption="30:1.5%"), orders.fund("New")],
        {"Old": 1 / 7, "New": 6 / 7},
        held,
    )
    assert found["Old"].fee == 0 and "no_bought_on" in kinds
    position = result.held[result.names.index("Old")]
    assert [lot.bought_on for lot, _ in trading.sold_lots(position, 600)] == [None, D(2024, 1, 1)]


def test_a_locked_lot_is_no_part_of_what_leaving_costs(tmp_path, sheets):
    """K004's bonds: a tenth held for years (no fee), the rest for 20 days (0.5%). With the rest locked leaving is free."""
    fee = {}
    for locked in (None, "yes"):
        for row in sheets["holdings"][1:]:
            if row[:2] == ["K004", "China bonds"] and row[5].year == 2026:
                row[rd.column(sheets, "holdings", "no_sell")] = locked
        inputs = read(rd.write_book(tmp_path / "in.xlsx", sheets))
        client = next(client for client in inputs.clients if client.id == "K004")
        held = trading.positions(client, inputs, Problems())
        bonds = next(position for position in held if position.asset.name == "China bonds")
        fee[locked] = trading.exit_fee(bonds, bonds.value - bonds.locked, inputs.market.as_of)
    assert fee == {None: pytest.approx(0.9 * 0.005, rel=0.02), "yes": 0.0}


# Time --------------------------------------------------------------------------------------------------------------------


def test_months_begin_the_day_after_the_last_one_ended():
    """A fall on the first day of a month belongs to that month alone."""
    dates = [D(2026, 1, 29), D(2026, 1, 30), D(2026, 2, 2), D(2026, 2, 27), D(2026, 3, 2), D(2026, 3, 31)]
    found = past_of(dates, np.array([[100.0], [100.0], [80.0], [100.0], [100.0], [100.0]]))
    assert found.ends.tolist() == [1, 3, 5] and found.starts.tolist() == [0, 2, 4]


@pytest.mark.parametrize(
    "first,whole", [(D(2024, 12, 17), True), (D(2024, 12, 16), False), (D(2024, 12, 31), True), (D(2025, 1, 2), False)]
)
def test_a_whole_year_begins_at_most_fifteen_days_before_it(first, whole):
    dates = [first, *[D(2025, month, 28) for month in range(1, 13)]]
    (year,) = [row for row in past_of(dates, np.ones((len(dates), 1))).years if row[0] == 2025]
    assert year[1] is whole


@pytest.mark.parametrize("last,whole", [(D(2025, 12, 25), True), (D(2025, 12, 24), False)])
def test_a_whole_year_ends_on_christmas_day_at_the_earliest(last, whole):
    dates = [D(2024, 12, 31), *[D(2025, month, 24) for month in range(1, 12)], last]
    (year,) = past_of(dates, np.ones((len(dates), 1))).years
    assert year[1] is whole


def test_nothing_is_annualised_under_a_year(tmp_path, sheets):
    sheets["prices"][1:] = sheets["prices"][-12:]  # eleven months
    _, result = result_of(tmp_path, sheets, "K004")
    found = {row[0]: row[1:] for row in result.history.kpis}
    annualised = {measure.title for measure in MEASURES.values() if measure.per_year}
    assert result.history.under_a_year and found.keys() >= annualised
    assert {
        "annual return", "mean return", "volatility", "downside volatility", "Sharpe ratio", "Sortino ratio", "Calmar ratio",
        "excess return", "tracking error", "information ratio", "Jensen's alpha",
    } == annualised  # fmt: skip
    for measure, cells in found.items():
        assert all(cell is None for cell in cells) == (measure in annualised), measure


def test_years_are_elapsed_time():
    month_ends = [D(2024, 1, 31), D(2024, 2, 29), D(2025, 1, 31), D(2025, 7, 31)]  # holes and all
    assert elapsed_years(month_ends[1:], 12) == 1.5
    assert years_between(D(2023, 3, 1), D(2024, 3, 2)) == pytest.approx(1 + 1 / 365)
    assert years_between(D(2024, 2, 29), D(2025, 2, 28)) == pytest.approx(1.0)
    every_day = [
        D(2024, 1, 1) + dt.timedelta(days=k) for k in range(800) if (D(2024, 1, 1) + dt.timedelta(days=k)).weekday() < 5
    ]
    assert periods_per_year(every_day, "prices") == 252
    every_other = every_day[::2]
    assert periods_per_year(every_other, "prices") == pytest.approx(365.25 / 2.8, rel=0.01)


def test_a_clients_figures_do_not_depend_on_another_funds_gaps(tmp_path, sheets):
    _, before = result_of(tmp_path, sheets, "K005")  # Conservative: no Nasdaq 100
    at = sheets["prices"][0].index("Nasdaq 100")
    for row in sheets["prices"][2::2]:
        row[at] = None
    _, after = result_of(tmp_path, sheets, "K005")
    assert before.history.kpis == after.history.kpis and before.measures == after.measures


def test_a_hole_shortens_no_year(tmp_path, sheets):
    """Every month of 2024 left out: the annual return is over the years that passed, not over the rows."""
    sheets["prices"][1:] = [row for row in sheets["prices"][1:] if row[0].year != 2024]
    _, result = result_of(tmp_path, sheets, "K004")
    found, h = {row[0]: row[1:] for row in result.history.kpis}, result.history
    years = (h.last.year - h.first.year) + (h.last.month - h.first.month) / 12
    assert h.count == 12 * years - 12
    for k in range(2):
        annual = (1 + found["total return"][k]) ** (1 / years) - 1
        assert found["annual return"][k] == pytest.approx(annual)
        assert found["Calmar ratio"][k] == pytest.approx(annual / -found["max drawdown"][k])
    assert found["excess return"][0] == pytest.approx(found["annual return"][0] - found["annual return"][2])


# Units -------------------------------------------------------------------------------------------------------------------


def test_limits_of_a_model_in_percent(tmp_path, sheets):
    for k, row in enumerate(sheets["models"][1:]):
        for key in ("target", "lower", "upper"):
            value = {"lower": 0.05, "upper": 0.6}.get(key, row[rd.column(sheets, "models", "target")])
            rd.change(sheets, "models", k, key, 100 * value)
    inputs = read(rd.write_book(tmp_path / "in.xlsx", sheets))
    for model in inputs.models.values():
        assert sum(model.targets.values()) == pytest.approx(1) and set(model.limits.values()) == {(0.05, 0.6)}


def test_stress_in_money_is_the_loss_times_the_wealth(tmp_path, sheets):
    rd.keep_clients(sheets, "K004")
    _, result = result_of(tmp_path, sheets, "K004")
    run.report(rd.write_book(tmp_path / "in.xlsx", sheets), tmp_path / "out", lang="en")
    risk = rd.labelled(tmp_path / "out/K004.xlsx", "Risk")
    for name, loss, *_ in result.stress:
        assert risk[name][0] == pytest.approx(loss) and risk[name][3] == pytest.approx(loss * 900_000, rel=0.2)
        assert risk[name][3] == pytest.approx(loss * result.value)


def test_todays_verdict_is_not_the_targets(tmp_path, sheets):
    """All in bonds today: today's volatility is below the stated range, the target's within it."""
    rd.keep_clients(sheets, "K004")
    sheets["holdings"][1:] = [row for row in sheets["holdings"][1:] if row[1] == "China bonds"]
    sheets["firm"].append(["internal_pages", "check"])
    run.report(rd.write_book(tmp_path / "in.xlsx", sheets), tmp_path / "out", lang="en")
    check = rd.labelled(tmp_path / "out/internal/K004.xlsx", "Check")
    _, target, verdict, now, todays = check["Volatility per year"][:5]
    assert target > 4 * now and verdict != todays and todays == "below"


def test_positions_without_value_are_no_products(tmp_path, sheets):
    _, before = result_of(tmp_path, sheets, "K004")
    sheets["holdings"][1:] = [row for row in sheets["holdings"][1:] if row[:2] != ["K004", "Gold"]]
    _, after = result_of(tmp_path, sheets, "K004")
    assert len(after.held) == len(before.held) and after.funds == before.funds - 1


# Borders -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("days,expired", [(-1, True), (0, False), (1, False)])
def test_an_assessment_holds_through_its_last_day(tmp_path, sheets, days, expired):
    as_of = sheets["prices"][-1][0]
    rd.change(sheets, "clients", 3, "assessment_expires", as_of + dt.timedelta(days=days))
    _, result = result_of(tmp_path, sheets, "K004")
    assert ("assessment_expired" in [p.kind for p in result.problems]) == expired


@pytest.mark.parametrize("periods", STALE_AFTER)
@pytest.mark.parametrize("more", [0, 1])
def test_a_price_is_stale_one_day_after_the_limit(periods, more):
    last = D(2026, 6, 30)
    old = last - dt.timedelta(days=STALE_AFTER[periods] + more)
    market = Market([old, last], ["A", "B"], np.array([[1.0, 1.0], [np.nan, 1.0]]), periods)
    assert market.stale("A") == (old if more else None) and market.stale("B") is None


# Charts ------------------------------------------------------------------------------------------------------------------

STATES = ["Now", "After these orders", "Target"]
SERIES = {  # sheet → of its charts the headers of the columns that they draw
    "Summary": [STATES],
    "Orders": [STATES],
    "Risk": [STATES, ["Now", "Share of risk"]],
    "Simulated past": [["Now", "Target", "Benchmark"], ["Fall, now", "Fall, target", "Fall, benchmark"]],
}


def test_every_series_of_a_chart_is_the_column_its_words_promise(tmp_path, sheets):
    """Each draws what the header of its column says, and the legend in the cells above it says the same."""
    rd.keep_clients(sheets, "K004")
    run.report(rd.write_book(tmp_path / "in.xlsx", sheets), tmp_path / "out", lang="en")
    book = openpyxl.load_workbook(tmp_path / "out/K004.xlsx")
    legends = 0
    for title, wanted in SERIES.items():
        seen = []
        for chart in book[title]._charts:
            heads = []
            for series in chart.series:
                page, _, cells = series.val.numRef.f.rpartition("!") if series.val else ("", "", "")
                if cells:
                    first = cells.replace("$", "").split(":")[0]
                    column, row = first.rstrip("0123456789"), int(first.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
                    heads.append(book[page.strip("'")][f"{column}{row - 1}"].value)
            said = [str(c.value)[2:] for c in book[title][chart.anchor._from.row] if str(c.value).startswith("■ ")]
            if said:
                legends += 1
                assert said == heads, (title, heads)
            seen.append(heads)
        assert [heads for heads in seen if heads] == wanted, title
    assert legends >= 3
