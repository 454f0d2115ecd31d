"""Orders worked out by hand: redemption fees by lot, two phases, whole lots, minimums, duty, locked lots.

Every expected figure is worked out in the comment above it, in exact fractions; none comes from the code under test.
"""

import datetime as dt
from fractions import Fraction

import openpyxl
import pytest
import report_data as rd

import xlalloc
from xlalloc.reports import run
from xlalloc.reports.compute import compute
from xlalloc.reports.read import read

AS_OF = dt.date(2026, 6, 30)
ASSETS = ["asset", "kind", "lot", "min_buy", "unit_step", "settle_days", "commission", "min_commission", "sell_tax",
          "redemption", "expected_return", "vol", "risk_level"]  # fmt: skip
HOLDINGS = ["id", "asset", "units", "price", "value", "bought_on", "no_sell"]


def fund(name, **more):
    return {"asset": name, "kind": "fund", "redemption": "none", "settle_days": 2, **more}


def stock(name, **more):
    return {
        "asset": name,
        "kind": "stock",
        "lot": 100,
        "commission": 0.0003,
        "min_commission": 5,
        "settle_days": 1,
        **more,
    }


def etf(name, **more):
    return {**stock(name, sell_tax=0), "kind": "etf", **more}


def book(tmp_path, prices: dict, assets: list, target: dict, holdings: list, **client):
    """One client with these assets; prices were the same all year, so only money moves."""
    known = {"expected_return": 0.05, "vol": 0.1, "risk_level": "R2"}
    clients = {"id": "K1", "name": "Test", "model": "M", "frequency": "monthly", "threshold": 0.01, "risk_level": "C5",
               "last_rebalanced": dt.date(2025, 1, 1), **client}  # fmt: skip
    days = [dt.date(2026, m, 28) for m in range(1, 6)] + [AS_OF]
    sheets = {
        "clients": [list(clients), list(clients.values())],
        "assets": [ASSETS, *[[{**known, **a}.get(key) for key in ASSETS] for a in assets]],
        "models": [["model", "asset", "target"], *[["M", name, share] for name, share in target.items()]],
        "holdings": [HOLDINGS, *[["K1", *[h.get(key) for key in HOLDINGS[1:]]] for h in holdings]],
        "prices": [["date", *prices], *[[day, *prices.values()] for day in days]],
    }
    return rd.write_book(tmp_path / "clients.xlsx", sheets)


def planned(*args, **client):
    """The result, the trades by name, the orders by name, and the kinds of problems."""
    inputs = read(book(*args, **client))
    result = compute(inputs.clients[0], inputs)
    trades = dict(zip(result.names, result.orders.trades.tolist(), strict=True))
    orders = {result.names[o.index]: o for o in (*result.sales, *result.purchases)}
    kinds = [p.kind for p in (*inputs.problems.items, *result.problems)]
    return result, trades, orders, kinds


def holding(asset, units, **more):
    return {"asset": asset, "units": units, "bought_on": dt.date(2020, 1, 2), **more}


def money(figure):
    return pytest.approx(float(figure), abs=1e-6)


TWO_BANDS = [  # the younger lot stands first in the file
    holding("Old", 500, bought_on=dt.date(2026, 6, 15)),  # 15 days before 30 June
    holding("Old", 1000, bought_on=dt.date(2025, 12, 1)),  # 211 days
]


def test_full_exit_across_two_fee_bands(tmp_path):
    """30:1.5%;365:0.5%: 1,000 units of 211 days pay 0.5%, 500 of 15 days pay 1.5%; all at 2.00.

    Sold 3,000. Fee 2,000·0.005 + 1,000·0.015 = 10 + 15 = 25. Bought with 2,975 at 1.25: 2,380 units. Cash 0.
    """
    assets = [fund("Old", redemption="30:1.5%;365:0.5%"), fund("New")]
    result, trades, orders, _ = planned(tmp_path, {"Old": 2.0, "New": 1.25}, assets, {"New": 1.0}, TWO_BANDS)
    fee = Fraction(2000) * Fraction(5, 1000) + Fraction(1000) * Fraction(15, 1000)
    assert fee == 25
    assert (trades["Old"], trades["New"]) == (money(-3000), money(3000 - fee))
    assert (orders["Old"].units, orders["New"].units) == (money(-1500), money(Fraction(2975) / Fraction(5, 4)))
    assert (orders["Old"].cost, orders["Old"].fee, orders["New"].cost) == (money(fee), money(fee), 0)
    assert result.names == ["New", "Old"] and result.orders.after == [money(1), money(0), money(0)]  # cash last
    assert result.orders.cash == money(0)


def test_full_exit_under_the_rule_of_2026(tmp_path):
    """No schedule of its own: 15 days pay 1%, 211 days nothing. Fee 1,000·0.01 = 10; 2,990 buys 2,392 units at 1.25."""
    assets = [fund("Old", redemption=None), fund("New")]
    _, trades, orders, _ = planned(tmp_path, {"Old": 2.0, "New": 1.25}, assets, {"New": 1.0}, TWO_BANDS)
    assert orders["Old"].fee == money(10) and trades["New"] == money(2990) and orders["New"].units == money(2392)


def test_a_partial_sale_takes_the_older_lot_first(tmp_path):
    """Target 20% after costs: of x sold 2,000 come from the old lot (0.5%: 10) and the rest from the young one (1.5%).

    3,000 − x = 0.2·(3,000 − 10 − 0.015(x − 2,000)), so x = 2,396/0.997.
    """
    assets = [fund("Old", redemption="30:1.5%;365:0.5%"), fund("New")]
    target = {"Old": 0.2, "New": 0.8}
    _, trades, orders, _ = planned(tmp_path, {"Old": 2.0, "New": 1.25}, assets, target, TWO_BANDS)
    sold = Fraction(2396) / Fraction(997, 1000)
    fee = 10 + (sold - 2000) * Fraction(15, 1000)
    assert 3000 - sold == (3000 - fee) / 5
    assert (trades["Old"], trades["New"], orders["Old"].fee) == (money(-sold), money(sold - fee), money(fee))


def test_a_sale_within_the_older_lot_pays_its_fee_alone(tmp_path):
    """Target 40% after costs, all from the old lot at 0.5%: 3,000 − x = 0.4·(3,000 − 0.005x), so x = 1,800/0.998."""
    assets = [fund("Old", redemption="30:1.5%;365:0.5%"), fund("New")]
    target = {"Old": 0.4, "New": 0.6}
    _, trades, orders, _ = planned(tmp_path, {"Old": 2.0, "New": 1.25}, assets, target, TWO_BANDS)
    sold = Fraction(1800) / Fraction(998, 1000)
    fee = sold * Fraction(5, 1000)
    assert (trades["Old"], trades["New"], orders["Old"].fee) == (money(-sold), money(sold - fee), money(fee))


def test_a_fee_that_makes_its_own_sale_larger(tmp_path):
    """1,000 is taken out of a fund alone, all of it 15 days old at 1.5%: x − 0.015x = 1,000, x = 200,000/197."""
    assets = [fund("Old", redemption="30:1.5%")]
    lots = [holding("Old", 5000, bought_on=dt.date(2026, 6, 15))]
    _, trades, orders, _ = planned(tmp_path, {"Old": 1.0}, assets, {"Old": 1.0}, lots, cash_flow=-1000)
    sold = Fraction(200_000, 197)
    assert sold - sold * Fraction(15, 1000) == 1000
    assert trades["Old"] == money(-sold) and orders["Old"].fee == money(sold * Fraction(15, 1000))


@pytest.mark.parametrize(
    "days,fee",
    [
        (6, Fraction(15, 1000)),
        (7, Fraction(1, 100)),
        (29, Fraction(1, 100)),
        (30, Fraction(5, 1000)),
        (179, Fraction(5, 1000)),
        (180, Fraction(0)),
    ],
)
def test_a_band_ends_the_day_it_says(tmp_path, days, fee):
    """Under 7 days 1.5%, under 30 1%, under 180 0.5%: the seventh day is in the second band."""
    lots = [holding("Old", 1000, bought_on=AS_OF - dt.timedelta(days=days))]
    _, _, orders, _ = planned(
        tmp_path, {"Old": 1.0, "New": 1.0}, [fund("Old", redemption=None), fund("New")], {"New": 1.0}, lots
    )
    assert orders["Old"].fee == money(1000 * fee)


@pytest.mark.parametrize("kind", ["index_fund", "bond_fund", "指数基金", "债券型基金"])
@pytest.mark.parametrize(("days", "fee"), [(6, Fraction(15, 1000)), (7, Fraction(0)), (91, Fraction(0))])
def test_index_and_bond_funds_of_individuals_are_exempt_from_day_seven(tmp_path, kind, days, fee):
    """As REDEMPTION_FEE says; a schedule of the fund's own still wins."""
    lots = [holding("Old", 1000, bought_on=AS_OF - dt.timedelta(days=days))]
    for schedule, wanted in ((None, fee), ("365:0.5%", Fraction(5, 1000))):
        old = {**fund("Old", redemption=schedule), "kind": kind}
        _, _, orders, _ = planned(tmp_path, {"Old": 1.0, "New": 1.0}, [old, fund("New")], {"New": 1.0}, lots)
        assert orders["Old"].fee == money(1000 * wanted)
    assert xlalloc.redemption_fee(days, kind=kind if kind.isascii() else "bond_fund") == float(fee)


# Two phases ----------------------------------------------------------------------------------------------------------


def two_phases(tmp_path, **more):
    """A share, a fund that settles late and one that is kept; an ETF and a fund are bought."""
    assets = [
        stock("Share"),
        fund("Abroad", settle_days=7),
        fund("Slow", settle_days=10),
        etf("Basket"),
        fund("Bonds", **more),
    ]
    prices = {"Share": 10.0, "Abroad": 1.0, "Slow": 1.0, "Basket": 4.0, "Bonds": 1.0}
    lots = [holding("Share", 1000), holding("Abroad", 8000), holding("Slow", 2000)]
    return tmp_path, prices, assets, {"Basket": 0.45, "Bonds": 0.45, "Slow": 0.1}, lots


def test_sales_first_then_purchases_once_the_cash_is_there(tmp_path):
    """Wealth 20,000. Share: 10,000 sold, commission max(3, 5) = 5, duty 10,000·0.0005 = 5. Abroad: 8,000, no cost.

    Proceeds 17,990. Wanted 9,000 each: of the basket 22 lots of 400 = 8,800, commission max(2.64, 5) = 5; bonds 9,000.
    Cash 17,990 − 8,805 − 9,000 = 185. The cash is there after max(1, 7) days: the fund of 10 days is not sold.
    """
    result, trades, orders, kinds = planned(*two_phases(tmp_path))
    assert trades == {
        "Basket": money(8800),
        "Bonds": money(9000),
        "Slow": 0,
        "Share": money(-10000),
        "Abroad": money(-8000),
    }
    assert {name: o.cost for name, o in orders.items()} == {
        "Share": money(10),
        "Abroad": 0,
        "Basket": money(5),
        "Bonds": 0,
    }
    assert {name: o.units for name, o in orders.items()} == {
        "Share": -1000,
        "Abroad": -8000,
        "Basket": 2200,
        "Bonds": 9000,
    }
    assert ([result.names[o.index] for o in result.sales], [result.names[o.index] for o in result.purchases]) == (
        ["Share", "Abroad"],
        ["Basket", "Bonds"],
    )
    assert result.settle_days == 7 and result.orders.cash == money(185)
    assert "no_sell_tax" in kinds and "duty_on_fund" not in kinds  # the duty was not given for the share, and is said


def test_both_phases_stand_in_the_report(tmp_path):
    run.report(book(*two_phases(tmp_path)), tmp_path / "out", lang="en")
    sheet = openpyxl.load_workbook(tmp_path / "out/K1.xlsx")["Orders"]
    rows = [[cell.value for cell in row[1:]] for row in sheet.iter_rows()]
    phases = {row[0]: row[2] for row in rows if row[2] in ("1 Sell", "2 Buy")}
    assert phases == {"Share": "1 Sell", "Abroad": "1 Sell", "Basket": "2 Buy", "Bonds": "2 Buy"}
    assert list(phases.values()) == sorted(phases.values())
    texts = [str(row[0]) for row in rows if row[0]]
    assert any("up to 7 days" in text for text in texts) and "Cash left over: 185.00." in texts


def test_duty_falls_on_shares_only(tmp_path):
    """The same holding as a share and as an ETF: 10,000 sold costs 5 + 5, and 5."""
    for make, cost in ((stock, 10), (etf, 5)):
        args = (tmp_path, {"A": 10.0, "B": 1.0}, [make("A"), fund("B")], {"B": 1.0}, [holding("A", 1000)])
        assert planned(*args)[2]["A"].cost == money(cost)
    bad = etf("A", sell_tax=0.0005)
    _, _, orders, kinds = planned(tmp_path, {"A": 10.0, "B": 1.0}, [bad, fund("B")], {"B": 1.0}, [holding("A", 1000)])
    assert "duty_on_fund" in kinds and orders["A"].cost == money(10)  # as given, and said
    own = stock("A", sell_tax=0)
    assert planned(tmp_path, {"A": 10.0, "B": 1.0}, [own, fund("B")], {"B": 1.0}, [holding("A", 1000)])[2][
        "A"
    ].cost == money(5)


def test_commission_beyond_its_minimum(tmp_path):
    """100,000 at 0.03% is 30, above the minimum of 5; duty 50. Bought 99,920."""
    args = (tmp_path, {"A": 10.0, "B": 1.0}, [stock("A"), fund("B")], {"B": 1.0}, [holding("A", 10_000)])
    _, trades, orders, _ = planned(*args)
    assert orders["A"].cost == money(80) and trades["B"] == money(99_920)


# Minimums, steps, lots -----------------------------------------------------------------------------------------------


def test_a_purchase_below_the_minimum_stays_in_cash(tmp_path):
    """As above, but the bonds take 10,000 at least: their 9,000 are not spent, and the basket is not bought beyond its target.

    Cash 17,990 − 8,805 = 9,185.
    """
    result, trades, _, _ = planned(*two_phases(tmp_path, min_buy=10_000))
    assert (trades["Basket"], trades["Bonds"], result.orders.cash) == (money(8800), 0, money(9185))
    assert result.orders.held_back == {result.names.index("Bonds"): "held.minimum"}
    assert planned(*two_phases(tmp_path, min_buy=9_000))[1]["Bonds"] == money(9000)  # just enough


def test_lot_and_step_differ(tmp_path):
    """At least 200 units, then single ones, at 7.00. Wanted 10,000: 1,428 units = 9,996. Of 1,300 wanted only 185: none.

    The fund sells no more than that costs.
    """
    board = stock("A", lot=200, unit_step=1, commission=0, min_commission=0, sell_tax=0)
    for held, units in ((10_000, 1428), (1_300, None)):
        lots = [holding("B", 2 * held)]
        args = (tmp_path, {"A": 7.0, "B": 1.0}, [board, fund("B")], {"A": 0.5, "B": 0.5}, lots)
        result, trades, orders, _ = planned(*args)
        assert (orders["A"].units if units else orders.get("A")) == units
        assert (trades["B"], result.orders.cash) == (money(-7 * (units or 0)), money(0))
        assert result.orders.held_back == ({} if units else {0: "held.minimum"})


def test_a_sale_below_one_lot_is_left_out_but_odd_lots_go_with_all(tmp_path):
    """1,100 and 900, half each: 100 would be sold, less than the lot of 200 that an order needs; nothing is.

    Where all is to go, 150 units go though they are below one lot.
    """
    board = stock("A", lot=200, unit_step=1, commission=0, min_commission=0, sell_tax=0)
    args = ({"A": 1.0, "B": 1.0}, [board, fund("B")])
    lots = [holding("A", 1100), holding("B", 900)]
    result, trades, _, _ = planned(tmp_path, *args, {"A": 0.5, "B": 0.5}, lots)
    assert trades == {"A": 0, "B": 0} and result.orders.held_back == {0: "held.small_sale"}
    _, trades, orders, _ = planned(tmp_path, *args, {"B": 1.0}, [holding("A", 150), holding("B", 900)])
    assert orders["A"].units == -150 and trades["B"] == money(150)


def test_sales_are_rounded_down_to_lots_and_the_purchase_to_the_cash(tmp_path):
    """3,030 units of A at 3.30 = 9,999, target half: 4,999.5/330 = 15.15, 15 lots = 4,950, commission 5, duty 2.475.

    Proceeds 4,942.525: the fund takes them whole.
    """
    lots = [holding("A", 3030)]
    wealth = Fraction(3030) * Fraction(33, 10)
    sold = (wealth / 2) // 330 * 330
    assert (wealth, sold) == (9999, 4950)
    result, trades, _, _ = planned(tmp_path, {"A": 3.3, "B": 1.0}, [stock("A"), fund("B")], {"A": 0.5, "B": 0.5}, lots)
    assert trades == {"A": money(-4950), "B": money(Fraction(4950) - 5 - Fraction(4950) * Fraction(5, 10_000))}
    assert result.orders.cash == money(0)


def test_lots_without_a_price_are_said(tmp_path):
    lots = [{"asset": "A", "value": 5000}, holding("B", 5000)]
    _, trades, orders, kinds = planned(
        tmp_path, {"B": 1.0}, [etf("A", commission=0, min_commission=0), fund("B")], {"B": 1.0}, lots
    )
    assert "no_price_lots" in kinds and trades["A"] == money(-5000) and orders["A"].units is None


# Locked lots ---------------------------------------------------------------------------------------------------------


def test_a_locked_lot_leaves_the_rest_to_share(tmp_path):
    """10,000: A 6,000 of which 4,000 locked, target 20%; B 4,000 and C nothing, 40% each.

    Of A only 2,000 may go. The rest, 4,000 + 2,000, is shared equally: B sells 1,000, C buys 3,000.
    """
    lots = [holding("A", 2000), holding("A", 4000, no_sell="yes", bought_on=dt.date(2019, 1, 1)), holding("B", 4000)]
    assets, target = [fund("A"), fund("B"), fund("C")], {"A": 0.2, "B": 0.4, "C": 0.4}
    result, trades, _, _ = planned(tmp_path, {"A": 1.0, "B": 1.0, "C": 1.0}, assets, target, lots)
    assert trades == {"A": money(-2000), "B": money(-1000), "C": money(3000)}
    assert result.orders.held_back == {0: "held.locked"} and result.orders.cash == money(0)


def test_a_locked_lot_is_skipped_first_in_first_out(tmp_path):
    """The oldest lot is locked: the fee is that of the next, 500 at 1.5% = 7.50, though the locked one would be free."""
    lots = [
        holding("A", 1000, no_sell="是", bought_on=dt.date(2019, 1, 1)),
        holding("A", 500, bought_on=dt.date(2026, 6, 25)),
    ]
    assets = [fund("A", redemption="7:1.5%"), fund("B")]
    _, trades, orders, _ = planned(tmp_path, {"A": 1.0, "B": 1.0}, assets, {"A": 0.5, "B": 0.5}, lots)
    assert (
        trades["A"] == money(-500)
        and orders["A"].fee == money(Fraction(15, 2))
        and trades["B"] == money(Fraction(985, 2))
    )


def test_a_withdrawal_that_locked_lots_cannot_pay(tmp_path):
    lots = [holding("A", 1000, no_sell="yes")]
    result, *_ = planned_error(tmp_path, {"A": 1.0}, [fund("A")], {"A": 1.0}, lots, cash_flow=-500)
    assert str(result.orders) == "#NUM!" and any("unlock" in reason for reason in result.reasons.values())


def planned_error(*args, **client):
    inputs = read(book(*args, **client))
    return compute(inputs.clients[0], inputs), inputs


# Prices given with the holding ---------------------------------------------------------------------------------------


def test_units_are_those_of_the_price_the_holding_gives(tmp_path):
    """1,000 units at the client's own 2.50 against 2.00 in the prices: worth 2,500; all of it is 1,000 units, not 1,250."""
    lots = [holding("A", 1000, price=2.5)]
    _, trades, orders, kinds = planned(tmp_path, {"A": 2.0, "B": 1.0}, [fund("A"), fund("B")], {"B": 1.0}, lots)
    assert trades["A"] == money(-2500) and orders["A"].units == money(-1000) and "price_differs" in kinds
    lots = [holding("A", 1000, value=2010)]  # a value within 2% of units times price
    _, trades, orders, kinds = planned(tmp_path, {"A": 2.0, "B": 1.0}, [fund("A"), fund("B")], {"B": 1.0}, lots)
    assert trades["A"] == money(-2010) and orders["A"].units == money(-1000) and "value_differs" not in kinds


def test_cash_put_in_sells_nothing_where_no_review_is_due(tmp_path):
    """Not due: 3,000 put in goes to the gaps. A 6,000, B 4,000, half each of 13,000 = 6,500: gaps 500 and 2,500."""
    lots = [holding("A", 6000), holding("B", 4000)]
    result, trades, _, _ = planned(tmp_path, {"A": 1.0, "B": 1.0}, [fund("A"), fund("B")], {"A": 0.5, "B": 0.5}, lots,
                                   cash_flow=3000, last_rebalanced=AS_OF)  # fmt: skip
    assert trades == {"A": money(500), "B": money(2500)} and not result.sales and result.settle_days == 0
