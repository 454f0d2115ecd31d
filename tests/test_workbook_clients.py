"""Clients who are not the sample: each gives right figures or one sentence, and no cell of any sheet an error."""

import datetime as dt
import io

import numpy as np
import openpyxl
import pytest
from workbook_inputs import Inputs, says

import xlalloc as xa
from xlalloc.errors import ErrorValue
from xlalloc.templates.cases import INVESTORS, month_ends
from xlalloc.templates.texts import LANGUAGES, TEXTS

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
    inputs.prices([day for day in days if day.weekday() < 5][119::-1])


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
    contradicting: "corr_psd", no_hedge: None, no_product_level: "fund_level_unknown",
}  # fmt: skip
CLIENTS |= {f"{size:.2g}": None for size in (1.2e9, 1e10)}
CASES = [(key, lang) for key in INVESTORS for lang in LANGUAGES]


def name_of(change):
    return change if isinstance(change, str) else change.__name__


def changed(key, lang, change) -> Inputs:
    inputs = Inputs(key, lang)
    if isinstance(change, str):
        inputs.scale(float(change) / sum(inputs.value("v_now", k) for k in range(len(inputs.assets))))
    else:
        change(inputs)
    return inputs


@pytest.mark.parametrize("change", CLIENTS, ids=name_of)
@pytest.mark.parametrize(("key", "lang"), [("balanced", "en"), ("conservative", "zh"), ("aggressive", "zh")])
def test_right_figures_or_one_sentence(change, key, lang):
    now = changed(key, lang, change).computed()
    wrong = [(where, value) for where, value in now.cells() if isinstance(value, ErrorValue)]
    said = now.line(TEXTS["client.check"][lang])
    assert wrong == [], said
    wanted = CLIENTS[change]
    assert says(TEXTS[f"check.{wanted}" if wanted else "client.check_ok"][lang], said.partition("：" if lang == "zh" else ": ")[2] if wanted else said), said
