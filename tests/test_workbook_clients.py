"""Clients who are not the sample: each gives right figures or one sentence, and no cell of any sheet an error."""

import datetime as dt
import itertools

import numpy as np
import pytest
from openpyxl.utils.datetime import to_excel
from workbook_inputs import Inputs, says

import xlalloc as xa
from xlalloc.errors import ErrorValue
from xlalloc.hosts import calc_driver
from xlalloc.templates.cases import month_ends
from xlalloc.templates.workbook_texts import LANGUAGES, TEXTS

AS_OF = dt.date(2026, 10, 31)


def cash_only(inputs):
    """One holding without risk and without prices."""
    inputs.keep([0])
    inputs.rename(0, "Cash")
    for name, value in (("w_target", 1.0), ("vol_assets", 0.0), ("mu_assets", 0.015), ("fund_levels", "R1")):
        inputs.put(name, value)
    inputs.put("lot_sizes", 0)
    inputs.clear_prices()
    inputs.clear_benchmark()


def all_in_cash(inputs):
    """The money lies in a holding without risk that the target does not have."""
    for k in range(len(inputs.assets)):
        inputs.put("v_now", 0, k)
    inputs.add("Money market", 1_000_000)
    inputs.put("vol_assets", 0, len(inputs.assets) - 1)


def new_money(inputs):
    for k in range(len(inputs.assets)):
        inputs.put("v_now", 0, k)
    inputs.put("cash_flow", 1_000_000)
    inputs.put("last_rebalanced", None)


def one_fund(inputs):
    inputs.keep([0])
    inputs.put("w_target", 1.0)
    inputs.benchmark([(inputs.assets[0], 1.0)])


def no_volatility(inputs):
    inputs.put("vol_assets", 0, 1)


def numeric_codes(inputs):
    inputs.rename(0, 510300)


def text_codes(inputs):
    inputs.rename(0, "510300")


def quarterly(inputs):
    inputs.prices(month_ends(AS_OF, 61)[::3])


def daily(inputs):
    days = [AS_OF - dt.timedelta(days=k) for k in range(1, 170)]
    inputs.prices([day for day in days if day.weekday() < 5][71::-1])


def six_months(inputs):
    inputs.prices(month_ends(AS_OF, 7))


def no_benchmark(inputs):
    inputs.clear_benchmark()


def withdraw_all(inputs):
    inputs.put("cash_flow", -sum(inputs.value("v_now", k) for k in range(len(inputs.assets))))


def withdraw_nearly_all(inputs):
    inputs.put("cash_flow", 20_000 - sum(inputs.value("v_now", k) for k in range(len(inputs.assets))))


def ten_thousands(inputs):
    inputs.put("currency_code", "万元")
    inputs.scale(1e-4)


def ten_thousands_unsaid(inputs):
    inputs.scale(1e-4)


def small_letter(inputs):
    inputs.put("risk_level", "c3")


def spaced_level(inputs):
    inputs.put("risk_level", " C3 ")


def stale(inputs):
    inputs.put("as_of", AS_OF + dt.timedelta(days=200))


def last_price_tenth(inputs):
    inputs.put("price_body", inputs.value("price_body", 60, 0) / 10, 60, 0)


def space_after_header(inputs):
    inputs.put("price_heads", f"{inputs.assets[1]} ", 0, 1)


def space_in_crises(inputs):
    inputs.put("scenario_heads", f"{inputs.assets[1]} ", 0, 1)
    inputs.put("corr_heads", f" {inputs.assets[1]}", 0, 1)


def column_left_over(inputs):
    inputs.put("price_heads", "Sold long ago", 0, len(inputs.assets))
    for k in range(61):
        inputs.put("price_body", 100 + k, k, len(inputs.assets))


def seventeen(inputs):
    inputs.fill_beyond(17)


def no_prices(inputs):
    inputs.clear_prices()


def no_crises(inputs):
    inputs.clear_crises()


def no_goal(inputs):
    for name in ("goal_today", "goal_years", "client_age"):
        inputs.put(name, None)


def contradicting(inputs):
    for i, j, rho in ((0, 1, 0.9), (0, 2, 0.9), (1, 2, -0.9)):
        inputs.put("corr_assets", rho, i, j)
        inputs.put("corr_assets", rho, j, i)


def no_hedge(inputs):
    inputs.put("hedge_asset", None)


def hundred_years_old(inputs):
    """Points of the glide path lie beyond any age."""
    inputs.put("client_age", 100)


def hardly_moving(inputs):
    """With the index at 0 the portfolio would stay above the floor: no put is needed."""
    inputs.hold_all_in_one()
    for name in ("v_now",):
        inputs.put(name, 1_000, 0)
        inputs.put(name, 999_000, len(inputs.assets) - 1)


def two_prices(inputs):
    inputs.prices(month_ends(AS_OF, 2))


def no_product_level(inputs):
    inputs.put("fund_levels", None, 1)


# client → the key of the sentence, None for none
CLIENTS = {
    cash_only: "price_few", all_in_cash: None, new_money: "nothing_held", one_fund: None, no_volatility: None,
    numeric_codes: "name_number", text_codes: None, quarterly: None, daily: "under_a_year", six_months: "under_a_year",
    no_benchmark: "bench_none", withdraw_all: "flow_all", withdraw_nearly_all: None, ten_thousands: "currency_unit",
    ten_thousands_unsaid: "small", small_letter: None, spaced_level: None, stale: "price_stale",
    last_price_tenth: "price_jump", space_after_header: None, space_in_crises: None,
    column_left_over: "price_stranger", seventeen: "room", no_prices: "price_last", no_crises: None, no_goal: None,
    hundred_years_old: None, hardly_moving: None, two_prices: "price_few",
    contradicting: "corr_psd", no_hedge: None, no_product_level: "fund_level_unknown",
}  # fmt: skip
CLIENTS |= {f"{size:.2g}": None for size in (1.2e9, 1e10)}


def name_of(change):
    return change if isinstance(change, str) else change.__name__


def changed(key, lang, change) -> Inputs:
    inputs = Inputs(key, lang)
    if isinstance(change, str):
        inputs.scale(float(change) / sum(inputs.value("v_now", k) for k in range(len(inputs.assets))))
    else:
        change(inputs)
    return inputs


def finding(now, lang: str) -> str:
    """The line of the first sheet without the place it names."""
    said = now.line(TEXTS["client.check"][lang])
    return said.partition(TEXTS["check.at"][lang])[2] or said


BOOKS = itertools.cycle([("balanced", "en"), ("conservative", "zh"), ("aggressive", "zh")])  # each client fills one


@pytest.mark.parametrize(("change", "key", "lang"), [(change, *next(BOOKS)) for change in CLIENTS], ids=name_of)
def test_right_figures_or_one_sentence(change, key, lang):
    now = changed(key, lang, change).computed()
    wrong = [(where, value) for where, value in now.cells() if isinstance(value, ErrorValue)]
    wanted = CLIENTS[change]
    said = finding(now, lang)
    assert says(TEXTS[f"check.{wanted}" if wanted else "client.check_ok"][lang], said), said
    assert wrong == []


RESULTS = ("Summary", "Allocation", "Risk", "Performance", "Stress", "Plan")
BLANK = [numeric_codes, withdraw_all, ten_thousands, seventeen, no_prices, contradicting]


@pytest.mark.parametrize("change", BLANK, ids=name_of)
def test_results_are_blank_while_the_input_is_wrong(change):
    """No number stands on a sheet of results but those that are printed in it."""
    inputs = changed("balanced", "en", change)
    now, numbers = inputs.computed(), {}
    for (sheet, where), value in now.cells():
        typed = isinstance(inputs.book[sheet][where].value, int | float)
        if sheet in RESULTS and isinstance(value, float) and not typed:
            numbers[sheet, where] = value
    assert numbers == {}
    for sheet in RESULTS[1:]:
        assert now.line("Input check") in [now.values.cell(sheet, row, 2) for row in range(1, 9)], sheet


# The figures --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sample():
    return Inputs("balanced", "en").computed()


SHOWN = ("trade_money", "w_after", "largest_drift", "now_returns", "bench_returns", "plan_vol", "goal_chance",
         "crisis_results", "parity_weights", "funds_above")  # fmt: skip


@pytest.mark.parametrize(
    "change",
    [text_codes, small_letter, spaced_level, space_after_header, space_in_crises, column_left_over, no_hedge],
    ids=name_of,
)
def test_what_is_only_written_otherwise_changes_no_figure(change, sample):
    now = changed("balanced", "en", change).computed()
    for name in SHOWN:
        assert now(name) == sample(name), name


def test_prices_are_illustrative_until_others_are_pasted():
    inputs = Inputs("balanced", "en")
    inputs.put("price_body", 77.7, 60, 1)
    assert inputs.computed()("prices_illustrative") is True
    for i, (_, row) in enumerate(inputs.case.prices):
        for k, price in enumerate(row):
            inputs.put("price_body", price * 1.01, i, k)
    now = inputs.computed()
    shown = [value for _, value in now.cells() if value == TEXTS["illustrative"]["en"]]
    assert now("prices_illustrative") is False and shown == []


def test_every_text_about_the_client_follows_the_inputs():
    inputs = Inputs("balanced", "en")
    for name, value in (
        ("client_name", "Chen Yu (invented)"),
        ("client_age", 55),
        ("model_name", "Own"),
        ("risk_level", "c4"),
    ):
        inputs.put(name, value)
    now = inputs.computed()
    texts = " ".join(value for _, value in now.cells() if isinstance(value, str))
    assert now.values.cell("Summary", 2, 2) == "Chen Yu (invented) · Own · age 55 · C4"
    assert "age 40" not in texts and "Zhou" not in texts and now.line("Suitability").endswith(" C4")
    inputs.put("client_age", None)
    assert inputs.computed().values.cell("Summary", 2, 2) == "Chen Yu (invented) · Own · C4"


def test_new_money_is_placed_at_the_target(sample):
    now = changed("balanced", "en", new_money).computed()
    trades, target = np.ravel(now("trade_money")).astype(float), np.ravel(now("w_target")).astype(float)
    assert 0 <= 1_000_000 - trades.sum() < 5_000 and (trades >= 0).all()
    np.testing.assert_allclose(trades / 1e6, target, atol=0.002)
    assert now("due_word") == "no" and now("largest_drift") == -0.4
    assert now("now_returns") == now("target_returns") == sample("target_returns")
    assert now.line("Rebalancing").startswith("Not due, cash flow only: largest deviation -40.0%")


def test_due_and_the_orders_are_one_rule():
    """Due: what is traded leaves every weight at its target, to the lot. Not due: only the flow is traded."""
    for frequency, due in (("annual", "no"), ("monthly", "yes")):
        inputs = Inputs("balanced", "en")
        inputs.hold_all_in_one()
        for name, value in (
            ("frequency_word", frequency),
            ("cash_flow", 0),
            ("last_rebalanced", AS_OF - dt.timedelta(100)),
        ):
            inputs.put(name, value)
        now = inputs.computed()
        after, target = (np.ravel(now(name)).astype(float) for name in ("w_after", "w_target"))
        assert now("due_word") == due
        assert (np.abs(after - target).max() < 0.002) == (due == "yes")
        assert (np.abs(np.ravel(now("trade_money")).astype(float)).max() > 0) == (due == "yes")


@pytest.mark.parametrize(
    ("change", "periods"), [(quarterly, 4), (daily, 252), (six_months, 12)], ids=["4", "252", "12"]
)
def test_the_frequency_of_prices_is_that_of_their_dates(change, periods):
    now = changed("balanced", "en", change).computed()
    returns = np.ravel(now("now_returns")).astype(float)
    assert now("price_periods") == periods and len(returns) == now("n_months") == {4: 20, 252: 71, 12: 6}[periods]
    sheet = {now.values.cell("Performance", r, 2): now.values.cell("Performance", r, 3) for r in range(1, 40)}
    yearly = sheet["Volatility per year"]
    assert yearly == ("–" if change is not quarterly else pytest.approx(xa.ann_vol(returns, 4), rel=1e-12))
    assert sheet["Total return"] == pytest.approx(np.prod(1 + returns) - 1, rel=1e-12)
    assert ("Share of quarters with a gain" in sheet) == (change is quarterly)


def test_without_risk_nothing_is_divided_by_it():
    now = changed("balanced", "en", cash_only).computed()
    assert now("plan_vol") == 0.0 and now("goal_chance") in (0.0, 1.0)
    risk = [now.values.cell("Risk", r, c) for r in range(1, 45) for c in range(3, 10)]
    assert risk.count("–") > 10
    now = changed("balanced", "en", no_volatility).computed()
    weights = np.ravel(now("parity_weights")).astype(float)
    assert weights[1] == 0.0 and weights.sum() == pytest.approx(1.0)


@pytest.mark.parametrize("size", ["1.2e+09", "1e+10"])
def test_large_amounts_are_the_same_shares(size, sample):
    now = changed("balanced", "en", size).computed()
    factor = float(size) / sample("SUM(v_now)")
    np.testing.assert_allclose(
        np.ravel(now("w_now")).astype(float), np.ravel(sample("w_now")).astype(float), rtol=1e-12
    )
    trades = np.ravel(now("trade_money")).astype(float) / factor
    np.testing.assert_allclose(trades, np.ravel(sample("trade_money")).astype(float), atol=600)
    for sheet in now.workbook:
        for row in sheet.iter_rows():
            for cell in row:
                if "#,##0" in cell.number_format and cell.data_type == "f":
                    assert cell.alignment.shrink_to_fit or sheet.column_dimensions[cell.column_letter].width > 20


# In LibreOffice -----------------------------------------------------------------------------------------------------

NASTIEST = [cash_only, new_money, numeric_codes, six_months, no_benchmark, withdraw_all, last_price_tenth, seventeen,
            contradicting, no_crises, "1e+10"]  # fmt: skip


def test_libreoffice_says_the_same(office, tmp_path):
    books, computed = [], []
    for k, change in enumerate(NASTIEST):
        inputs = changed("balanced", LANGUAGES[k % 2], change)
        books.append(tmp_path / f"{k}.xlsx")
        inputs.book.save(books[-1])
        computed.append(inputs.computed())
    (tmp_path / "out").mkdir()
    count = 0
    for change, now, path in zip(NASTIEST, computed, office.recalculated(books, tmp_path / "out"), strict=True):
        calc = calc_driver.read(path)
        for (sheet, where), ours in now.cells():
            theirs, ours = (to_excel(v) if isinstance(v, dt.date) else v for v in (calc[sheet].get(where), ours))
            if ours in (None, "") or isinstance(ours, bool):
                assert theirs in (None, "", ours, float(bool(ours))), (change, sheet, where, theirs)
                continue
            same = theirs == ours if isinstance(ours, str) else theirs == pytest.approx(ours, rel=1e-9, abs=1e-12)
            assert same, (change, sheet, where, ours, theirs)
            count += 1
    assert count > 10_000
