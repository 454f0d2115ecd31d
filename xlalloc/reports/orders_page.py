"""The allocation sheet: today, target, deviation, and the orders in two phases."""

from functools import partial

from xlalloc.errors import ErrorValue
from xlalloc.reports.compute import Result
from xlalloc.reports.fields import CLASSES
from xlalloc.reports.sentences import outside_limits, withheld
from xlalloc.reports.trading import Order, charges, lot_fee, sold_lots, transfers
from xlalloc.reports.write import Sheet, bar_rows
from xlalloc.templates.layout import CENTS, DATE, MONEY, PERCENT, PERCENT2, PLAIN, SIGNED, SIGNED_PERCENT, WARN

DRIFT = 1e-9  # as the rebalancing functions: a deviation this little beyond the threshold is rounding


def allocation(page: Sheet, r: Result) -> int:
    """The whole sheet; gives the first row of the table of assets."""
    page.heading("allocation.orders")
    first = _weights(page, r)
    page.note("report.allocation_note", threshold=f"{r.client.threshold:.1%}")
    for text in outside_limits(r, page.document.say):
        page.remark(text, WARN)
    if isinstance(r.orders, ErrorValue):
        return first
    _sales(page, r)
    _purchases(page, r)
    for sentence in withheld(r, page.document.say).values():
        page.remark(sentence, WARN)
    if r.client.reserve:
        page.remark(page.document.say("allocation.reserve", money=f"{r.client.reserve:,.2f}"))
    _ongoing(page, r)
    _classes(page, r)
    if r.sales or r.purchases:
        last = first + len(r.names) - 1
        page.row += 1
        page.together(6 + bar_rows(len(r.names)))
        series = [(page, first, last, k) for k in (4, 5, 9)]
        page.bar_picture("allocation.after_chart", (page, first, last, 2), series, 5 + bar_rows(len(r.names)))
    return first


def _weights(page: Sheet, r: Result) -> int:
    """One row an asset, one for the cash left over, the total."""
    say, n = page.document.say, len(r.names)
    trades, costs, after, total = _traded(r)
    first, last = page.table(
        ("asset", PLAIN, [*r.names, say("cash")]),
        ("client.now", MONEY, [*(row[1] for row in r.drift), 0.0]),
        ("allocation.weight", PERCENT, [*(row[2] for row in r.drift), 0.0]),
        ("client.target", PERCENT, [*(row[3] for row in r.drift), 0.0]),
        ("allocation.deviation", SIGNED_PERCENT, [*(row[4] for row in r.drift), None]),
        ("allocation.trade", SIGNED, trades),
        ("allocation.cost", CENTS, costs),
        ("allocation.after", PERCENT, after),
        total=[say("total"), r.value, 1.0, 1.0, None, *total],
    )
    page.bars(f"D{first}:D{last - 1}")
    page.emphasise(f"F{first}:F{first + n - 1}", f"ABS(F{first})>{r.client.threshold + DRIFT!r}")
    return first


def _traded(r: Result) -> tuple[list, list, list, list]:
    """Trades, costs and weights afterwards, cash last, and their totals; an error in place of each if there is one."""
    if isinstance(r.orders, ErrorValue):
        return *([r.orders] * (len(r.names) + 1) for _ in range(3)), [r.orders] * 3
    trades, costs = [*r.orders.trades.tolist(), r.orders.cash], [*r.orders.costs.tolist(), None]
    return trades, costs, r.orders.after, [sum(trades), float(r.orders.costs.sum()), 1.0]


# Phase 1 ---------------------------------------------------------------------------------------------------------


def _sales(page: Sheet, r: Result) -> None:
    page.together(5 + page.name_rows([r.names[o.index] for o in r.sales]))
    page.heading("allocation.phase1")
    if not r.sales:
        page.note("allocation.no_sales")
        return
    page.table(
        ("asset", PLAIN, [r.names[o.index] for o in r.sales]),
        ("allocation.sell", MONEY, [-o.money for o in r.sales]),
        ("allocation.units", _units(r.sales), [None if o.units is None else -o.units for o in r.sales]),
        ("allocation.cost", CENTS, [o.cost for o in r.sales]),
        ("allocation.fee", CENTS, [o.fee for o in r.sales]),
        ("allocation.settles", "0", [int(r.held[o.index].asset.settle_days) for o in r.sales]),
        *_accounts(r, r.sales),
        total=[
            page.document.say("total"),
            -_money(r.sales),
            None,
            _costs(r.sales),
            sum(o.fee for o in r.sales),
            None,
            *[None] * len(_accounts(r, r.sales)),
        ],
    )
    _lots(page, r)


def _units(orders: list[Order]) -> str:
    """Whole units as such; a format of optional decimals would leave a bare point in Excel."""
    return MONEY if all(o.units is None or o.units == round(o.units) for o in orders) else CENTS


def _money(orders: list[Order]) -> float:
    return sum(order.money for order in orders)


def _costs(orders: list[Order]) -> float:
    return sum(order.cost for order in orders)


def _lots(page: Sheet, r: Result) -> None:
    """Which lots a sale takes, where there are several or they decide its redemption fee."""
    taken = []
    for order in r.sales:
        position = r.held[order.index]
        if charges(position.asset) or len(position.lots) > 1:
            taken += [(order.index, lot, value) for lot, value in sold_lots(position, -order.money)]
    if not taken:
        return
    page.together(5 + page.name_rows([r.names[i] for i, _, _ in taken]))
    page.row += 1
    page.note("allocation.fifo")
    known = [(r.as_of - lot.bought_on).days if lot.bought_on and r.as_of else None for _, lot, _ in taken]
    page.table(
        ("asset", PLAIN, [r.names[i] for i, _, _ in taken]),
        ("allocation.account", PLAIN, [lot.account or None for _, lot, _ in taken]),
        ("allocation.bought_on", DATE, [lot.bought_on for _, lot, _ in taken]),
        ("allocation.days", "0", known),
        ("allocation.taken", MONEY, [value for _, _, value in taken]),
        ("allocation.fee_rate", PERCENT2, [lot_fee(r.held[i], lot, r.as_of) for i, lot, _ in taken]),
    )


# Phase 2 ---------------------------------------------------------------------------------------------------------


def _purchases(page: Sheet, r: Result) -> None:
    say = page.document.say
    page.together(5 + page.name_rows([r.names[o.index] for o in r.purchases]))
    page.heading("allocation.phase2" if r.sales else "allocation.phase2_now", days=f"{r.settle_days:g}")
    if not r.purchases:
        page.note("allocation.no_purchases")
        return
    levels = [r.held[o.index].asset.risk_level for o in r.purchases]
    first, _ = page.table(
        ("asset", PLAIN, [r.names[o.index] for o in r.purchases]),
        ("allocation.buy", MONEY, [o.money for o in r.purchases]),
        ("allocation.units", _units(r.purchases), [o.units for o in r.purchases]),
        ("allocation.cost", CENTS, [o.cost for o in r.purchases]),
        ("client.level", PLAIN, [f"R{level}" if level else None for level in levels]),
        ("allocation.flag", PLAIN, [" ".join(map(say, o.flags)) or None for o in r.purchases]),
        *_accounts(r, r.purchases),
        total=[
            say("total"),
            _money(r.purchases),
            None,
            _costs(r.purchases),
            None,
            None,
            *[None] * len(_accounts(r, r.purchases)),
        ],
    )
    for row, order in enumerate(r.purchases, first):
        if order.flags:
            page.dress(page.sheet.cell(row, 7), "flag", partial(_flag, page))
    for account, money in transfers(r.held, [*r.sales, *r.purchases], r.client.cash_flow):
        page.remark(say("allocation.transfer", account=account, money=f"{money:,.2f}"), WARN, True)
    page.note("allocation.cash_left", cash=f"{r.orders.cash:,.2f}")


def _accounts(r: Result, orders: list[Order]) -> list[tuple]:
    """The account of each order, where the file names accounts."""
    known = any(lot.account for position in r.held for lot, _ in position.lots)
    return [("allocation.account", PLAIN, [order.account or None for order in orders])] if known else []


def _ongoing(page: Sheet, r: Result) -> None:
    """What products and advice cost a year, now and after the orders, as a share and in money."""
    costs = [position.asset.ongoing_cost for position in r.held]
    if not any(costs) and not r.client.advisory_fee:
        return
    now = sum(row[2] * cost for row, cost in zip(r.drift, costs, strict=True)) + r.client.advisory_fee
    after = sum(weight * cost for weight, cost in zip(r.orders.after, costs, strict=False)) + r.client.advisory_fee
    worth = r.value + r.client.cash_flow - float(r.orders.costs.sum())
    words = {"now": f"{now:.2%}", "after": f"{after:.2%}"}
    words |= {"now_money": f"{now * r.value:,.0f}", "after_money": f"{after * worth:,.0f}"}
    page.remark(page.document.say("allocation.ongoing", **words))


def _classes(page: Sheet, r: Result) -> None:
    """Weights by asset class today, at target and after the orders; cash left over counts as cash."""
    classes = [position.asset.total_class for position in r.held]
    found = {name: [0.0, 0.0, 0.0] for name in CLASSES if name in classes or name == "cash"}
    for name, row, after in zip(classes, r.drift, r.orders.after, strict=False):
        for k, weight in enumerate((row[2], row[3], after)):
            found[name][k] += weight
    found["cash"][2] += r.orders.after[-1]
    found = {name: weights for name, weights in found.items() if any(weight > DRIFT for weight in weights)}
    if len(found) < 2:
        return
    page.together(5 + len(found))
    page.heading("allocation.classes")
    now, target, after = zip(*found.values(), strict=True)
    page.table(
        ("allocation.class", PLAIN, [page.document.say(f"class.{name}") for name in found]),
        ("allocation.weight", PERCENT, list(now)),
        ("client.target", PERCENT, list(target)),
        ("allocation.after", PERCENT, list(after)),
    )


def _flag(page: Sheet, cell) -> None:
    cell.font = page.document.font(bold=True, color=WARN)
